import { BookOpen, Plus } from 'lucide-react';
import { useId } from 'react';
import { m } from '../i18n/messages.ts';
import { QuotaStrip } from '../quotas/quota-strip.tsx';
import { navigate } from '../state/route.ts';
import { useSession } from '../state/session.ts';
import { show } from '../state/view.ts';
import { Button } from '../ui/button.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { ProviderTile } from '../ui/provider-tile.tsx';
import type { ProviderSpend } from '../usage/provider-spend.ts';
import { SpendLine } from '../usage/spend-line.tsx';
import type { ProviderGroup } from './arrange.ts';
import styles from './cards.module.css';
import { CredentialEntry } from './credential-entry.tsx';

/** So many credentials stand on a card; a longer list belongs to the list view. */
export const SHOWN_PER_CARD = 5;

interface Props {
  readonly group: ProviderGroup;
  /** Of the last 30 days; left out: nothing was counted. */
  readonly spend: ProviderSpend | undefined;
  readonly nowMs: number;
  readonly selectedId: string | null;
  readonly activeId: string | null;
  readonly onActive: (id: string) => void;
}

export function ProviderCard({ group, spend, nowMs, selectedId, activeId, onActive }: Props) {
  const provider = useSession((session) => session.providers.get(group.provider));
  const name = provider?.name ?? group.provider;
  const heading = useId();
  const { credentials } = group;
  return (
    <section className={styles.card} aria-labelledby={heading}>
      <div className={styles.head}>
        <ProviderTile provider={provider} />
        <div className={styles.title}>
          <h2 id={heading}>{name}</h2>
          <p>{m.providers.count(credentials.length)}</p>
        </div>
        {spend !== undefined && <SpendLine provider={group.provider} name={name} spend={spend} />}
        <IconButton
          label={m.providers.guide.openNamed(name)}
          tip={m.providers.guide.open}
          icon={<BookOpen size={16} aria-hidden />}
          onClick={() => show({ guide: group.provider })}
        />
        <IconButton
          label={m.providers.addTo(name)}
          icon={<Plus size={17} aria-hidden />}
          onClick={() => show({ sheet: { kind: 'add', provider: group.provider } })}
        />
      </div>
      <QuotaStrip kind="provider" id={group.provider} />
      <ul className={styles.entries}>
        {credentials.slice(0, SHOWN_PER_CARD).map((one) => (
          <CredentialEntry
            key={one.id}
            credential={one}
            nowMs={nowMs}
            selected={one.id === selectedId}
            active={one.id === activeId}
            onActive={onActive}
          />
        ))}
      </ul>
      {credentials.length > SHOWN_PER_CARD && (
        <div className={styles.more}>
          <Button look="link" onClick={() => navigate({ view: 'list', provider: group.provider })}>
            {m.providers.more(credentials.length)}
          </Button>
        </div>
      )}
    </section>
  );
}
