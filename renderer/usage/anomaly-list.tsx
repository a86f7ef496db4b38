import { CircleAlert, CircleDollarSign, Clock, PlugZap } from 'lucide-react';
import { useId } from 'react';
import type { Input } from '../../shared/contract/methods.ts';
import type { UsageAnomaly } from '../../shared/contract/usage-forecast.ts';
import { formatDateTime } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { navigateUsage } from '../state/route.ts';
import { FILTER_DIMENSIONS, type RouteFilter } from '../state/usage-route.ts';
import { Button } from '../ui/button.tsx';
import card from '../ui/card.module.css';
import head from '../ui/heading.module.css';
import { ExportMenu } from './export-menu.tsx';
import { routeName } from './use-filter.ts';
import styles from './usage.module.css';

const t = m.usage.anomalies;
const ICONS = { spend: CircleDollarSign, 'new-client': PlugZap, errors: CircleAlert, 'unusual-hour': Clock } as const;
const SHOWN = 6;

interface Props {
  readonly anomalies: readonly UsageAnomaly[];
  /** The question, for an export of the answer. */
  readonly view: Omit<Extract<Input<'usage.beginExport'>['view'], { kind: 'anomalies' }>, 'kind'>;
}

/** The marks of the chart in words, with the way to their requests. */
export function AnomalyList({ anomalies, view }: Props) {
  const heading = useId();
  return (
    <section className={card.card} aria-labelledby={heading}>
      <div className={head.line}>
        <h2 id={heading}>{t.title}</h2>
        {anomalies.length > 0 && (
          <ExportMenu small view={{ kind: 'anomalies', ...view }} what={t.export} pictures={null} notes={[]} />
        )}
      </div>
      {anomalies.length === 0 ? (
        <p className={styles.muted}>{t.none}</p>
      ) : (
        <ul className={styles.anomalies}>
          {anomalies.slice(0, SHOWN).map((anomaly) => (
            <Line key={anomaly.id} anomaly={anomaly} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Line({ anomaly }: { readonly anomaly: UsageAnomaly }) {
  const { kind, at, day, subject, dimension, text } = anomaly;
  const Icon = ICONS[kind];
  const known = FILTER_DIMENSIONS.find((one) => one === dimension);
  const open = (): void => {
    const filter: RouteFilter = known === undefined ? {} : { [known]: routeName(known, subject) };
    navigateUsage({ tab: 'requests', range: 'custom', from: day, to: day, filter });
  };
  return (
    <li className={styles.anomaly}>
      <span className={styles.anomalyicon} aria-hidden>
        <Icon size={16} />
      </span>
      <div>
        <p className={styles.anomalyhead}>
          <strong>{t.kinds[kind]}</strong> <time dateTime={at}>{formatDateTime(at)}</time>
        </p>
        <p>{text}</p>
        <Button look="link" aria-label={t.showNamed(subject)} onClick={open}>
          {t.show}
        </Button>
      </div>
    </li>
  );
}
