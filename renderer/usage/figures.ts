import type { BucketValues } from '../../shared/contract/usage.ts';
import type { UsageSums } from '../../shared/usage.ts';
import { certaintyOf, type CostCertainty, figureOf, SUMS_OF, type UsageFigure } from '../../shared/usage-words.ts';
import { cumulative } from '../charts/stack.ts';
import { NUMBERS } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';

const number = (options: Intl.NumberFormatOptions): Intl.NumberFormat => new Intl.NumberFormat(NUMBERS, options);

const usd = { style: 'currency', currency: 'USD' } as const;
const cents = number({ ...usd, minimumFractionDigits: 2, maximumFractionDigits: 2 });
const tiny = number({ ...usd, maximumSignificantDigits: 2 });
const exact = number({ ...usd, minimumFractionDigits: 2, maximumFractionDigits: 6 });
const whole = number({ maximumFractionDigits: 0 });
const short = number({ notation: 'compact', maximumFractionDigits: 1 });
const share = number({ style: 'percent', maximumFractionDigits: 1 });
const tenths = number({ style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });
const signedShare = number({ style: 'percent', maximumFractionDigits: 0, signDisplay: 'exceptZero' });

const CENT_MICRO = 10_000;
/** From here on a count is shortened where there is little room. */
const LONG_COUNT = 100_000;

/** "5 %", as everywhere in Keyharbor; the two stay together at the end of a line. */
const spaced = (text: string): string => text.replace('%', '\u00a0%');

/** Money to be read: cents, below a cent what it takes to see more than nothing. */
export function money(micro: number): string {
  return micro !== 0 && Math.abs(micro) < CENT_MICRO ? tiny.format(micro / 1e6) : cents.format(micro / 1e6);
}
/** To the micro-dollar. */
export const exactMoney = (micro: number): string => exact.format(micro / 1e6);
export const count = (value: number): string => whole.format(value);
/** Shortened from a hundred thousand on: 1.2M. */
export const shortCount = (value: number): string => (value < LONG_COUNT ? whole.format(value) : short.format(value));
export const percent = (part: number): string => spaced(share.format(part));
/** In a column of shares: all with as many digits, but for all and none. */
export const shareText = (part: number): string => spaced((part === 0 || part === 1 ? share : tenths).format(part));

export function duration(ms: number): string {
  return ms < 1_000
    ? `${whole.format(ms)} ms`
    : `${number({ maximumFractionDigits: ms < 10_000 ? 2 : 1 }).format(ms / 1000)} s`;
}

/** "+12 %", "−3 %"; null where there is nothing to compare with. */
export function change(now: number, before: number): string | null {
  if (before === 0) return null;
  return spaced(signedShare.format((now - before) / before).replace('-', '−'));
}

export const tokensOf = (
  sums: Pick<UsageSums, 'inputTokens' | 'cacheReadTokens' | 'cacheWriteTokens' | 'outputTokens'>,
) => sums.inputTokens + sums.cacheReadTokens + sums.cacheWriteTokens + sums.outputTokens;

export const metricOf = figureOf;

/** One number for each bar. */
export const metricValues = (metric: UsageFigure, values: BucketValues): number[] =>
  values.requests.map((_, at) => SUMS_OF[metric].reduce((all, name) => all + (values[name][at] ?? 0), 0));

export const metricText = (metric: UsageFigure, value: number): string =>
  metric === 'spend' ? money(value) : shortCount(value);
/** As it stands in tables: nothing rounded away. */
export const exactText = (metric: UsageFigure, value: number): string =>
  metric === 'spend' ? exactMoney(value) : count(value);
/**
 * On an axis: the marks of one have as many digits after the point as its step needs, cents at least where it is below a dollar.
 * @param step - from one mark to the next.
 */
export function markText(metric: UsageFigure, value: number, step: number): string {
  const isMoney = metric === 'spend';
  const [shown, apart] = isMoney ? [value / 1e6, step / 1e6] : [value, step];
  const unit = 1000 ** Math.max(0, Math.floor(Math.log10(Math.max(1, shown)) / 3));
  const least = isMoney && apart < 1 ? 2 : 0;
  const digits = value === 0 ? 0 : Math.max(least, Math.ceil(-Math.log10(apart / unit)), 0);
  const style = { notation: 'compact', minimumFractionDigits: digits, maximumFractionDigits: digits } as const;
  return number(isMoney ? { ...usd, ...style } : style).format(shown);
}

/** What a cost says of itself: "$1.20", "≥ $1.20" or "Unknown". Nothing is shown as known that is not. */
export function costText(text: string, certainty: CostCertainty | undefined): string {
  if (certainty === 'unknown') return m.usage.chart.unknown;
  return certainty === 'at-least' ? m.usage.chart.atLeast(text) : text;
}

/** How far a figure of these sums is known; only costs can be unknown. */
export const figureCertainty = (metric: UsageFigure, sums: UsageSums): CostCertainty =>
  metric === 'spend' ? certaintyOf(sums) : 'known';

/** A figure of these sums as it is said. @param format - metricText or exactText. */
export const sumsText = (metric: UsageFigure, sums: UsageSums, format = metricText): string =>
  costText(format(metric, figureOf(metric, sums)), figureCertainty(metric, sums));

type CostLists = Pick<BucketValues, 'unpriced' | 'incomplete' | 'knownCostMicroUsd'>;

/** How far the cost of each bar is known. @param isSum - of running totals: each with all bars before it. */
export function certainties(lists: CostLists, isSum = false): CostCertainty[] {
  const of = (list: readonly number[]): readonly number[] => (isSum ? cumulative(list) : list);
  const [unpriced, incomplete, cost] = [of(lists.unpriced), of(lists.incomplete), of(lists.knownCostMicroUsd)];
  return unpriced.map((some, at) =>
    certaintyOf({ unpriced: some, incomplete: incomplete[at] ?? 0, knownCostMicroUsd: cost[at] ?? 0 }),
  );
}
