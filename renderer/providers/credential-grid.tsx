import { memo, useMemo } from 'react';
import type { CredentialSummary } from '../../shared/contract/schemas.ts';
import { useProviderSpend } from '../usage/provider-spend.ts';
import { grouped } from './arrange.ts';
import styles from './cards.module.css';
import { ProviderCard } from './provider-card.tsx';

export interface CollectionProps {
  readonly credentials: readonly CredentialSummary[];
  readonly nowMs: number;
  readonly selectedId: string | null;
  readonly activeId: string | null;
  readonly onActive: (id: string) => void;
}

/** One card per provider. Drawn again when what it shows is another, not with every key that is typed into the search. */
export const CredentialGrid = memo(function CredentialGrid({ credentials, ...shared }: CollectionProps) {
  const spend = useProviderSpend();
  const groups = useMemo(() => grouped(credentials), [credentials]);
  return (
    <div className={styles.grid} data-rows>
      {groups.map((group) => (
        <ProviderCard key={group.provider} group={group} spend={spend.get(group.provider)} {...shared} />
      ))}
    </div>
  );
});
