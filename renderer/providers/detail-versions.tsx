import { useEffect, useState } from 'react';
import type { CredentialDetail } from '../../shared/contract/schemas.ts';
import type { AppError } from '../../shared/errors.ts';
import { asAppError, call } from '../contract/client.ts';
import { formatDateTime, formatRelative } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { ErrorNote } from '../ui/error-note.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import styles from './detail.module.css';

interface Props {
  readonly id: string;
  /** The current version: a new one makes the list be read again. */
  readonly version: number;
  readonly nowMs: number;
}

/** Every value the credential had, newest first: dates and fingerprints, never the value. */
export function DetailVersions({ id, version, nowMs }: Props) {
  const [versions, setVersions] = useState<CredentialDetail['versions'] | null>(null);
  const [error, setError] = useState<AppError | null>(null);
  useEffect(() => {
    let current = true;
    call('credentials.get', { target: { id } }).then(
      (detail) => current && setVersions([...detail.versions].sort((a, b) => b.version - a.version)),
      (thrown: unknown) => current && setError(asAppError(thrown)),
    );
    return () => {
      current = false;
    };
  }, [id, version]);
  if (error !== null) return <ErrorNote error={error} />;
  if (versions === null) return <Skeleton count={2} lines />;
  return (
    <ol>
      {versions.map((one) => (
        <li key={one.version} className={styles.version}>
          <strong>{m.providers.detail.version(one.version)}</strong>
          <span>{m.providers.detail.versionStates[one.state]}</span>
          <span className={styles.sub}>
            <time dateTime={one.createdAt} title={formatDateTime(one.createdAt)}>
              {formatRelative(one.createdAt, nowMs)}
            </time>
          </span>
          <code className={styles.mono}>{one.fingerprint}</code>
        </li>
      ))}
    </ol>
  );
}
