import { certaintyOf, type UsageSums } from '../shared/usage.ts';
import { dollars } from './money.ts';

/** A cost in words. What is not known is not shown as known: where calls have no price it is "over", where some were cut "at least". */
export function costText(sums: Pick<UsageSums, 'unpriced' | 'incomplete' | 'knownCostMicroUsd'>): string {
  const known = dollars(sums.knownCostMicroUsd);
  switch (certaintyOf(sums)) {
    case 'unknown':
      return 'unknown';
    case 'at-least':
      return `${sums.unpriced > 0 ? 'over' : 'at least'} ${known}`;
    case 'known':
      return known;
  }
}
