import { ArrowLeft } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { QuotaStatus } from '../../shared/contract/quotas.ts';
import { useNow } from '../contract/use-now.ts';
import { m } from '../i18n/messages.ts';
import { loadQuotas, useQuotas } from '../state/quotas.ts';
import { formatRoute, HOME } from '../state/route.ts';
import card from '../ui/card.module.css';
import { LoadError } from '../ui/load-error.tsx';
import head from '../ui/heading.module.css';
import page from '../ui/page-layout.module.css';
import { Skeleton } from '../ui/skeleton.tsx';
import { StatusDot } from '../ui/status-dot.tsx';
import { BurnDown } from './burn-down.tsx';
import { PoolMembers } from './pool-members.tsx';
import { QuotaActs } from './quota-acts.tsx';
import { QuotaFigures } from './quota-figures.tsx';
import { QuotaHistory } from './quota-history.tsx';
import { definitionSentences, limitWords, QUOTA_LOOKS, scopeWords } from './quota-words.ts';
import styles from './quotas.module.css';
import { useScopeNames } from './use-scope-names.ts';

/** One quota at length: how the period goes, how those before it went, and what it says. */
export function QuotaDetail({ id }: { readonly id: string }) {
  const { state, error, list } = useQuotas();
  const quota = list.find((one) => one.id === id);
  return (
    <>
      <a href={formatRoute({ ...HOME, screen: 'quotas' })} className={styles.back}>
        <ArrowLeft size={16} aria-hidden />
        {m.quotas.back}
      </a>
      {(state === 'idle' || state === 'loading') && <Skeleton lines count={3} />}
      {state === 'failed' && <LoadError error={error} onRetry={() => void loadQuotas()} />}
      {state === 'ready' && quota === undefined && <h1>{m.quotas.gone}</h1>}
      {quota !== undefined && <Shown quota={quota} />}
    </>
  );
}

function Shown({ quota }: { readonly quota: QuotaStatus }) {
  const names = useScopeNames();
  const nowMs = useNow(60_000);
  const heading = useRef<HTMLHeadingElement>(null);
  const { definition, state, clients } = quota;
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <>
      <div className={head.head}>
        <div className={page.what}>
          <h1 ref={heading} tabIndex={-1} className={styles.title}>
            {definition.name}
          </h1>
          <p className={head.lead}>
            {scopeWords(definition.scope, names)} · {limitWords(definition)}
          </p>
        </div>
        <div className={styles.acts}>
          <StatusDot {...QUOTA_LOOKS[state]} word={m.quotas.states[state]} />
          <QuotaActs quota={quota} />
        </div>
      </div>
      <section className={card.card}>
        <QuotaFigures quota={quota} nowMs={nowMs} />
      </section>
      <BurnDown quota={quota} />
      {clients.length > 0 && <PoolMembers quota={quota} names={names} />}
      <QuotaHistory quota={quota} />
      <section className={styles.section}>
        <h2>{m.quotas.definition}</h2>
        <ul className={styles.sentences}>
          {definitionSentences(quota, names).map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      </section>
    </>
  );
}
