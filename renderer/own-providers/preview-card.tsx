import type { ProviderPreview } from '../../shared/contract/schemas.ts';
import { formatUsd } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { Note } from '../ui/note.tsx';
import styles from './own-providers.module.css';

function checkText({ check }: ProviderPreview['kinds'][number]): string {
  if (check === null) return m.ownProviders.noCheck;
  const cost = check.costMicroUsd === 0 ? m.ownProviders.free : m.ownProviders.costs(formatUsd(check.costMicroUsd));
  return `${check.request} (${cost})`;
}

/** What a descriptor would do: the hosts first. */
export function PreviewCard({ preview }: { readonly preview: ProviderPreview }) {
  const { name, id, hosts, kinds, versions, warnings, replaces } = preview;
  return (
    <>
      <div className={styles.head}>
        <h3>
          {name} ({id})
        </h3>
        <p className={styles.muted}>{m.ownProviders.previewLead}</p>
      </div>
      <dl className={styles.hosts}>
        <dt>{m.ownProviders.hosts}</dt>
        {hosts.length === 0 ? <dd>{m.ownProviders.byFields}</dd> : hosts.map((host) => <dd key={host}>{host}</dd>)}
      </dl>
      {replaces && (
        <Note tone="warn">
          <p>{m.ownProviders.replaces}</p>
        </Note>
      )}
      {warnings.map(({ code, message }) => (
        <Note key={code} tone={code === 'moves' ? 'warn' : 'info'}>
          <p>{message}</p>
        </Note>
      ))}
      {kinds.map((kind) => (
        <section key={kind.kind} className={styles.kind} aria-label={kind.label}>
          <h4>{kind.label}</h4>
          <dl className={styles.facts}>
            {kind.place !== '' && (
              <>
                <dt>{m.ownProviders.baseUrl}</dt>
                <dd>{kind.place}</dd>
              </>
            )}
            <dt>{m.ownProviders.sends}</dt>
            <dd>{kind.sends.length === 0 ? m.ownProviders.nothing : kind.sends.join('; ')}</dd>
            <dt>{m.ownProviders.check}</dt>
            <dd>{checkText(kind)}</dd>
            {kind.environment.length > 0 && (
              <>
                <dt>{m.ownProviders.environment}</dt>
                <dd>{kind.environment.join(', ')}</dd>
              </>
            )}
          </dl>
        </section>
      ))}
      {versions.length > 0 && (
        <dl className={styles.facts}>
          <dt>{m.ownProviders.versionsShort}</dt>
          <dd>
            {versions
              .map(
                (version) =>
                  `${version.enabled ? version.name : m.ownProviders.versionOff(version.name)} ${version.path}`,
              )
              .join(', ')}
          </dd>
        </dl>
      )}
    </>
  );
}
