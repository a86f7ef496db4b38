import { Sparkline } from '../charts/sparkline.tsx';
import { m } from '../i18n/messages.ts';
import { formatRoute, HOME } from '../state/route.ts';
import { USAGE_HOME } from '../state/usage-route.ts';
import { money } from './figures.ts';
import styles from './spend-line.module.css';

interface Props {
  readonly provider: string;
  readonly name: string;
  /** Micro-USD a day. */
  readonly spend: readonly number[];
}

/** What a provider cost in the last weeks, as a line; leads to its usage. */
export function SpendLine({ provider, name, spend }: Props) {
  const total = money(spend.reduce((sum, value) => sum + value, 0));
  const usage = { ...USAGE_HOME, filter: { provider } };
  return (
    <a
      href={formatRoute({ ...HOME, screen: 'usage', usage })}
      className={styles.link}
      title={m.usage.spark(name, total)}
    >
      <Sparkline values={spend} label={m.usage.spark(name, total)} width={72} height={22} />
      <span aria-hidden className={styles.total}>
        {total}
      </span>
    </a>
  );
}
