import { Lightbulb } from 'lucide-react';
import type { QuotaProposal } from '../../shared/contract/quotas.ts';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { reloadQuotas, useProposals } from '../state/quotas.ts';
import { show } from '../state/view.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { announce } from '../ui/toasts.ts';
import page from '../ui/page-layout.module.css';
import { amountWords, limitWords, scopeWords } from './quota-words.ts';
import styles from './quotas.module.css';
import { useScopeNames } from './use-scope-names.ts';

/** Quotas that would fit, each with its reason. Nothing is changed until one is used. */
export function Proposals() {
  const { list } = useProposals();
  if (list.length === 0) return null;
  return (
    <section className={styles.section}>
      <h2>{m.quotas.proposals}</h2>
      <ul className={page.rows}>
        {list.map((proposal) => (
          <Proposal key={proposal.id} proposal={proposal} />
        ))}
      </ul>
    </section>
  );
}

function Proposal({ proposal }: { readonly proposal: QuotaProposal }) {
  const names = useScopeNames();
  const { definition, limitNow, because, quota } = proposal;
  const { counts } = definition;
  const amount = (of: number): string => amountWords(counts, of);
  // A name may run from right to left; the figures behind it do not.
  const [name, what] =
    limitNow === null
      ? ['', m.quotas.proposalNew(`${scopeWords(definition.scope, names)}, ${limitWords(definition)}`)]
      : [definition.name, m.quotas.proposalChange(amount(limitNow), amount(definition.limit))];
  const title = `${name}${what}`;
  const apply = useAction(async () => {
    const { definition: made } = await call('quotas.applyProposal', { id: proposal.id });
    await reloadQuotas();
    announce(m.quotas.saved(made.name));
  });
  return (
    <li className={page.row}>
      <Lightbulb size={18} aria-hidden className={styles.idea} />
      <div className={page.what}>
        <h3>
          <bdi>{name}</bdi>
          {what}
        </h3>
        <p>{because}</p>
        <ErrorNote error={apply.error} />
      </div>
      <div className={styles.acts}>
        <Button
          look="ghost"
          aria-label={m.quotas.proposalEditNamed(title)}
          onClick={() => show({ sheet: { kind: 'quota', id: quota, start: definition } })}
        >
          {m.quotas.proposalEdit}
        </Button>
        <Button
          aria-label={m.quotas.proposalApplyNamed(title)}
          pending={apply.pending}
          onClick={() => void apply.run()}
        >
          {m.quotas.proposalApply}
        </Button>
      </div>
    </li>
  );
}
