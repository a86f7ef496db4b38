import { Sparkline } from '../charts/sparkline.tsx';
import { m } from '../i18n/messages.ts';
import { formatRoute, HOME } from '../state/route.ts';
import { USAGE_HOME } from '../state/usage-route.ts';
import { figureCertainty, sumsText } from './figures.ts';
import type { ProviderSpend } from './provider-spend.ts';
import styles from './spend-line.module.css';

interface Props {
  readonly provider: string;
  readonly name: string;
  readonly spend: ProviderSpend;
}

/** What a provider cost in the last weeks, as a line where anything of it is known; leads to its usage. */
export function SpendLine({ provider, name, spend }: Props) {
  const total = sumsText('spend', spend.sums);
  const isUnknown = figureCertainty('spend', spend.sums) === 'unknown';
  const said = isUnknown ? m.usage.sparkUnknown(name) : m.usage.spark(name, total);
  const usage = { ...USAGE_HOME, filter: { provider } };
  return (
    <a href={formatRoute({ ...HOME, screen: 'usage', usage })} className={styles.link} title={said}>
      {isUnknown ? (
        <span className="visually-hidden">{said}</span>
      ) : (
        <Sparkline values={spend.days} label={said} width={72} height={22} />
      )}
      <span aria-hidden className={styles.total}>
        {total}
      </span>
    </a>
  );
}
