import { useId } from 'react';
import type { UsageCheapest } from '../../shared/contract/usage-records.ts';
import { m } from '../i18n/messages.ts';
import { navigateUsage } from '../state/route.ts';
import { Button } from '../ui/button.tsx';
import card from '../ui/card.module.css';
import { money } from './figures.ts';
import { useLabels } from './labels.ts';
import { useQuestion } from './use-question.ts';
import styles from './usage.module.css';

const t = m.usage.cheapest;
/** Prices and habits change slowly. */
const EVERY_MS = 60_000;
const SHOWN = 3;

/** Models that the same keys would have had for less elsewhere. Not there while there is nothing to save. */
export function CheapestCard() {
  const { data } = useQuestion('usage.cheapest', {}, { everyMs: EVERY_MS });
  const heading = useId();
  const models = (data?.models ?? [])
    .filter(({ savesMicroUsd, offers }) => savesMicroUsd > 0 && offers.length > 1)
    .sort((one, other) => other.savesMicroUsd - one.savesMicroUsd)
    .slice(0, SHOWN);
  if (models.length === 0) return null;
  return (
    <section className={card.card} aria-labelledby={heading}>
      <div>
        <h2 id={heading}>{t.title}</h2>
        <p className={styles.cardlead}>{t.text}</p>
      </div>
      <ul className={styles.cheapest}>
        {models.map((model) => (
          <Model key={model.model} model={model} />
        ))}
      </ul>
      <div>
        <Button look="link" onClick={() => navigateUsage({ tab: 'prices' })}>
          {t.more}
        </Button>
      </div>
    </section>
  );
}

function Model({ model: { model, offers, savesMicroUsd } }: { readonly model: UsageCheapest['models'][number] }) {
  const label = useLabels();
  return (
    <li>
      <p className={styles.cheaphead}>
        <bdi>{model}</bdi>
        <strong>{t.saves(money(savesMicroUsd))}</strong>
      </p>
      <p className={styles.muted}>
        {offers
          .slice(0, SHOWN)
          .map((offer) => t.offer(label('provider', offer.provider), money(offer.microUsdPerMillion)))
          .join(' · ')}
      </p>
    </li>
  );
}
