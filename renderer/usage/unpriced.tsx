import { useId, useState } from 'react';
import type { UnpricedModel } from '../../shared/contract/prices.ts';
import { m } from '../i18n/messages.ts';
import { useSession } from '../state/session.ts';
import { Button } from '../ui/button.tsx';
import card from '../ui/card.module.css';
import { useLabels } from './labels.ts';
import { dayTitle } from './moments.ts';
import { type PriceTyped, unpricedStart } from './price-form.ts';
import styles from './prices.module.css';

const t = m.usage.prices;
const SHOWN = 5;

interface Props {
  readonly models: readonly UnpricedModel[];
  readonly onPrice: (start: PriceTyped) => void;
  readonly onReprice: () => void;
}

/** Models that were used and whose cost is not known: the first thing to mend. */
export function Unpriced({ models, onPrice, onReprice }: Props) {
  const heading = useId();
  const label = useLabels();
  const providers = useSession((session) => session.providers);
  const [all, setAll] = useState(false);
  if (models.length === 0) return null;
  return (
    <section className={card.card} aria-labelledby={heading}>
      <div>
        <h2 id={heading}>{t.unpricedTitle}</h2>
        <p className={styles.muted}>{t.unpricedText}</p>
      </div>
      <ul className={styles.unpriced}>
        {models.slice(0, all ? models.length : SHOWN).map(({ provider, model, calls, lastDay, knownNow, why }) => {
          const name = label('model', model);
          // An own provider that was removed, or one that only a report named: its price could not be saved.
          const isListed = providers.has(provider);
          return (
            <li key={`${provider} ${model}`}>
              <div>
                <p>
                  <bdi className={styles.name}>{name}</bdi>{' '}
                  <span className={styles.muted}>{label('provider', provider)}</span>
                </p>
                <p className={styles.muted}>
                  {t.unpricedCalls(calls, dayTitle(lastDay))}
                  {knownNow ? `, ${t.knownNow}` : t.unpricedWhy[why] && `, ${t.unpricedWhy[why]}`}
                  {!knownNow && !isListed && `, ${t.unlisted}`}
                </p>
              </div>
              {knownNow && <Button onClick={onReprice}>{t.reprice}</Button>}
              {!knownNow && why === 'no_price' && isListed && (
                <Button aria-label={t.addFor(name)} onClick={() => onPrice(unpricedStart(provider, model))}>
                  {t.add}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
      {models.length > SHOWN && (
        <div>
          <Button look="link" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? t.unpricedFewer : t.unpricedAll(models.length)}
          </Button>
        </div>
      )}
    </section>
  );
}
