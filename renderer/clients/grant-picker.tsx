import { useMemo } from 'react';
import { m } from '../i18n/messages.ts';
import { useCredentials } from '../state/credentials.ts';
import { useSession } from '../state/session.ts';
import { Checkbox } from '../ui/checkbox.tsx';
import { ProviderTile } from '../ui/provider-tile.tsx';
import { type KeyGrantKind, keyGrant } from './client-form.ts';
import styles from './clients.module.css';

interface Props {
  readonly kind: KeyGrantKind;
  readonly title: string;
  readonly chosen: ReadonlySet<string>;
  readonly onChange: (chosen: ReadonlySet<string>) => void;
}

/** Which keys a client gets the use of: all of a provider, or single labels. Every one is chosen by name. */
export function GrantPicker({ kind, title, chosen, onChange }: Props) {
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
    const next = new Set(chosen);
    if (on) next.add(grant);
    else next.delete(grant);
    onChange(next);
  };
  if (groups.length === 0) return <p className={styles.muted}>{m.clients.noKeys}</p>;
  return (
    <div className={styles.providers} role="group" aria-label={title} tabIndex={-1}>
      {groups.map(([id, labels]) => {
        const all = keyGrant(kind, id, null);
        const provider = providers.get(id);
        return (
          <div key={id} className={styles.provider}>
            <ProviderTile provider={provider} small />
            <div>
              <Checkbox
                label={m.clients.allOf(provider?.name ?? id)}
                checked={chosen.has(all)}
                onChange={(on) => toggle(all, on)}
              />
              <div className={styles.labels}>
                {[...labels].sort().map((label) => (
                  <Checkbox
                    key={label}
                    label={`${id}/${label}`}
                    checked={chosen.has(all) || chosen.has(keyGrant(kind, id, label))}
                    disabled={chosen.has(all)}
                    onChange={(on) => toggle(keyGrant(kind, id, label), on)}
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
