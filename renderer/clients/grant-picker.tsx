import { useMemo } from 'react';
import { m } from '../i18n/messages.ts';
import { useCredentials } from '../state/credentials.ts';
import { useSession } from '../state/session.ts';
import { Checkbox } from '../ui/checkbox.tsx';
import { ProviderTile } from '../ui/provider-tile.tsx';
import { readGrant } from './client-form.ts';
import styles from './clients.module.css';

interface Props {
  readonly reads: ReadonlySet<string>;
  readonly onChange: (reads: ReadonlySet<string>) => void;
}

/** Which keys a client may read: all of a provider, or single labels. Every one is chosen by name. */
export function GrantPicker({ reads, onChange }: Props) {
  const byId = useCredentials((store) => store.byId);
  const providers = useSession((session) => session.providers);
  const groups = useMemo(() => {
    const labels = new Map<string, Set<string>>();
    for (const one of byId.values()) {
      if (one.state === 'binned' || one.state === 'revoked') continue;
      labels.set(one.provider, (labels.get(one.provider) ?? new Set()).add(one.label));
    }
    return [...labels].sort(([a], [b]) => a.localeCompare(b));
  }, [byId]);
  const toggle = (grant: string, on: boolean): void => {
    const next = new Set(reads);
    if (on) next.add(grant);
    else next.delete(grant);
    onChange(next);
  };
  if (groups.length === 0) return <p className={styles.muted}>{m.clients.noKeys}</p>;
  return (
    <div className={styles.providers} role="group" aria-label={m.clients.read} tabIndex={-1}>
      {groups.map(([id, labels]) => {
        const all = readGrant(id, null);
        const provider = providers.get(id);
        return (
          <div key={id} className={styles.provider}>
            <ProviderTile provider={provider} small />
            <div>
              <Checkbox
                label={m.clients.readAll(provider?.name ?? id)}
                checked={reads.has(all)}
                onChange={(on) => toggle(all, on)}
              />
              <div className={styles.labels}>
                {[...labels].sort().map((label) => (
                  <Checkbox
                    key={label}
                    label={`${id}/${label}`}
                    checked={reads.has(all) || reads.has(readGrant(id, label))}
                    disabled={reads.has(all)}
                    onChange={(on) => toggle(readGrant(id, label), on)}
                  />
                ))}
              </div>
            </div>
          </div>
        );
      })}
    </div>
  );
}
