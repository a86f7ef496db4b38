import type { ReactNode } from 'react';
import type { CredentialSummary } from '../../shared/contract/schemas.ts';
import type { ProviderInfo } from '../../shared/provider/info.ts';
import { formatDate, formatDateTime, formatRelative } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import styles from './detail.module.css';
import { UsedLine } from './test-line.tsx';

interface Props {
  readonly credential: CredentialSummary;
  readonly provider: ProviderInfo | undefined;
  readonly nowMs: number;
}

export function DetailFacts({ credential, provider, nowMs }: Props) {
  const { tags, project, baseUrl, expiresAt, rotatedAt, createdAt } = credential;
  const kinds = provider?.auth ?? [];
  const kind = kinds.find((one) => one.kind === credential.authKind);
  const dated = (iso: string): ReactNode => (
    <time dateTime={iso} title={formatDateTime(iso)}>
      {formatRelative(iso, nowMs)}
    </time>
  );
  const facts: readonly (readonly [string, ReactNode])[] = [
    [m.providers.detail.reference, <code className={styles.mono}>{credential.ref}</code>],
    [m.providers.detail.fingerprint, <code className={styles.mono}>{credential.fingerprint}</code>],
    ...(kinds.length > 1 && kind ? ([[m.providers.detail.authKind, kind.label]] as const) : []),
    ...(credential.scope === 'system' ? ([[m.providers.detail.scope, m.providers.detail.scopes.system]] as const) : []),
    ...(project === '' ? [] : ([[m.providers.detail.project, project]] as const)),
    ...(tags.length === 0 ? [] : ([[m.providers.detail.tags, <Tags tags={tags} />]] as const)),
    ...(baseUrl === null
      ? []
      : ([
          [m.providers.detail.baseUrl, `${baseUrl}${credential.local ? ` (${m.providers.detail.local})` : ''}`],
        ] as const)),
    [m.providers.detail.created, dated(createdAt)],
    ...(rotatedAt === null ? [] : ([[m.providers.detail.rotated, dated(rotatedAt)]] as const)),
    [m.providers.detail.expires, expiresAt === null ? m.common.never : formatDate(expiresAt)],
    [m.providers.detail.used, <UsedLine one={credential} nowMs={nowMs} />],
  ];
  return (
    <dl className={styles.facts}>
      {facts.map(([title, value]) => (
        <div key={title} style={{ display: 'contents' }}>
          <dt>{title}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Tags({ tags }: { readonly tags: readonly string[] }) {
  return (
    <span className={styles.tags}>
      {tags.map((tag) => (
        <span key={tag} className={styles.tag}>
          {tag}
        </span>
      ))}
    </span>
  );
}
