import { CircleAlert, CircleDollarSign, Clock, PlugZap } from 'lucide-react';
import { useId, useState } from 'react';
import type { Input, Output } from '../../shared/contract/methods.ts';
import type { UsageAnomaly } from '../../shared/contract/usage-forecast.ts';
import type { AppError } from '../../shared/errors.ts';
import { dayInWords, momentInWords } from '../../shared/moment-words.ts';
import { m } from '../i18n/messages.ts';
import { navigateUsage } from '../state/route.ts';
import { FILTER_DIMENSIONS, type RouteFilter } from '../state/usage-route.ts';
import { Button } from '../ui/button.tsx';
import card from '../ui/card.module.css';
import head from '../ui/heading.module.css';
import { Note } from '../ui/note.tsx';
import { ExportMenu } from './export-menu.tsx';
import { useLabels } from './labels.ts';
import { canNarrow, routeName } from './use-filter.ts';
import styles from './usage.module.css';

const t = m.usage.anomalies;
const ICONS = { spend: CircleDollarSign, 'new-client': PlugZap, errors: CircleAlert, 'unusual-hour': Clock } as const;
const SHOWN = 6;

interface Props {
  /** null: not known yet. */
  readonly found: Output<'usage.anomalies'> | null;
  readonly error: AppError | null;
  /** The question, for an export of the answer. */
  readonly view: Omit<Extract<Input<'usage.beginExport'>['view'], { kind: 'anomalies' }>, 'kind'>;
  readonly given: RouteFilter;
}

/** The marks of the chart in words, with the way to their requests. */
export function AnomalyList({ found, error, view, given }: Props) {
  const heading = useId();
  const list = useId();
  const [isAll, setAll] = useState(false);
  const anomalies = found?.anomalies ?? [];
  return (
    <section className={card.card} aria-labelledby={heading}>
      <div className={head.line}>
        <h2 id={heading}>{t.title}</h2>
        {anomalies.length > 0 && (
          <ExportMenu small view={{ kind: 'anomalies', ...view }} what={t.export} pictures={null} notes={[]} />
        )}
      </div>
      {found === null && error === null && <p className={styles.muted}>{t.looking}</p>}
      {found === null && error !== null && (
        <Note tone="quiet" role="status" title={error.message}>
          {error.hint}
        </Note>
      )}
      {found !== null && anomalies.length === 0 && <p className={styles.muted}>{t.none}</p>}
      {found !== null && anomalies.length > 0 && (
        <ul id={list} className={styles.anomalies}>
          {(isAll ? anomalies : anomalies.slice(0, SHOWN)).map((anomaly) => (
            <Line key={anomaly.id} anomaly={anomaly} zone={found.zone} given={given} />
          ))}
        </ul>
      )}
      {anomalies.length > SHOWN && (
        <Button aria-expanded={isAll} aria-controls={list} onClick={() => setAll(!isAll)}>
          {isAll ? t.fewer : t.all(anomalies.length)}
        </Button>
      )}
    </section>
  );
}

interface LineProps {
  readonly anomaly: UsageAnomaly;
  readonly zone: string;
  readonly given: RouteFilter;
}

function Line({ anomaly, zone, given }: LineProps) {
  const { kind, at, day, dimension, key, from, to, text } = anomaly;
  const Icon = ICONS[kind];
  const label = useLabels();
  // A sudden spend is of a whole day; the rest began at an hour.
  const when = kind === 'spend' ? dayInWords(day) : momentInWords(zone, Date.parse(at));
  const open = (): void => {
    const known = FILTER_DIMENSIONS.find((one) => one === dimension);
    const isOne = known !== undefined && key !== null && canNarrow(known, key);
    const filter = isOne ? { ...given, [known]: routeName(known, key) } : given;
    navigateUsage({ tab: 'requests', range: 'custom', from, to, filter });
  };
  return (
    <li className={styles.anomaly}>
      <span className={styles.anomalyicon} aria-hidden>
        <Icon size={16} />
      </span>
      <div>
        <p className={styles.anomalyhead}>
          <strong>{t.kinds[kind]}</strong> <time dateTime={at}>{when}</time>
        </p>
        <p>{text}</p>
        <Button
          look="link"
          aria-label={key === null ? t.showAt(when) : t.showNamed(label(dimension, key), when)}
          onClick={open}
        >
          {t.show}
        </Button>
      </div>
    </li>
  );
}
