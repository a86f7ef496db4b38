import type { QuotaStatus } from '../../shared/contract/quotas.ts';
import { m } from '../i18n/messages.ts';
import { formatRoute, HOME } from '../state/route.ts';
import { StatusDot } from '../ui/status-dot.tsx';
import page from '../ui/page-layout.module.css';
import { QuotaActs } from './quota-acts.tsx';
import { QuotaFigures } from './quota-figures.tsx';
import { limitWords, QUOTA_LOOKS, scopeWords } from './quota-words.ts';
import styles from './quotas.module.css';
import { useScopeNames } from './use-scope-names.ts';

/** One quota: whose use, how much of it, and when it starts anew. */
export function QuotaRow({ quota, nowMs }: { readonly quota: QuotaStatus; readonly nowMs: number }) {
  const names = useScopeNames();
  const { id, definition, state } = quota;
  const { name, scope } = definition;
  return (
    <li className={page.row}>
      <div className={page.what}>
        <div className={page.name}>
          <h2>
            <a
              href={formatRoute({ ...HOME, screen: 'quotas', id })}
              aria-label={m.quotas.detailsOf(name)}
              className={styles.details}
            >
              {name}
            </a>
          </h2>
          <StatusDot {...QUOTA_LOOKS[state]} word={m.quotas.states[state]} />
        </div>
        <p className={styles.muted}>
          {scopeWords(scope, names)} · {limitWords(definition)}
        </p>
        <QuotaFigures quota={quota} nowMs={nowMs} />
      </div>
      <QuotaActs quota={quota} />
    </li>
  );
}
