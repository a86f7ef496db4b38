import type { PriceEntry, TokenFigures } from '../../shared/contract/prices.ts';
import { m } from '../i18n/messages.ts';
import { matchesSearch } from '../settings/defaults.ts';
import { exactMoney } from './figures.ts';
import { unitAmount } from './price-units.ts';

/** Dollars for a million, as they are shown. */
export interface FiguresShown {
  readonly input: string;
  readonly output: string;
  readonly cacheRead: string;
  readonly cacheWrite: string;
  /** To a cache that lasts an hour. */
  readonly cacheWriteLong: string;
}

/** What holds in place of the plain figures: for long prompts, in peak hours. */
export interface PriceTier extends FiguresShown {
  readonly name: string;
}

/** One line of the price table: what holds today, or what will come to hold first. */
export interface PriceLine extends FiguresShown {
  readonly key: string;
  readonly entry: PriceEntry;
  readonly model: string;
  readonly tiers: readonly PriceTier[];
  /** First day it holds; null: always before the next. */
  readonly from: string | null;
  /** What a price of another kind is for; null: for a million tokens. */
  readonly unit: string | null;
}

export const NO_FIGURE = '–';
/** All digits: a price is what others are multiplied by. */
export const perMillion = (micro: number | null): string => (micro === null ? NO_FIGURE : exactMoney(micro));

const NO_FIGURES = { output: '', cacheRead: '', cacheWrite: '', cacheWriteLong: '', unit: null, tiers: [] } as const;

export function priceLines(prices: readonly PriceEntry[]): PriceLine[] {
  return prices.map((entry) => {
    const key = `${entry.source} ${entry.provider} ${entry.per} ${entry.model ?? ''}`;
    const model = entry.model ?? m.usage.prices.anyModel;
    const held = { key, entry, model, from: entry.prices[entry.today ?? 0]?.from ?? null };
    if (entry.per !== 'tokens') {
      const figure = entry.prices[entry.today ?? 0];
      const input = figure === undefined ? NO_FIGURE : exactMoney(unitAmount(figure.price, entry.per));
      return { ...NO_FIGURES, ...held, input, unit: m.usage.prices.units[entry.per] };
    }
    const figure = entry.prices[entry.today ?? 0];
    return figure === undefined
      ? { ...NO_FIGURES, ...held, input: NO_FIGURE }
      : { ...held, ...figuresShown(figure), unit: null, tiers: tiersOf(figure) };
  });
}

function figuresShown(figures: Pick<TokenFigures, keyof FiguresShown>): FiguresShown {
  return {
    input: perMillion(figures.input),
    output: perMillion(figures.output),
    cacheRead: perMillion(figures.cacheRead),
    cacheWrite: perMillion(figures.cacheWrite),
    cacheWriteLong: perMillion(figures.cacheWriteLong),
  };
}

function tiersOf({ longPrompt, peak }: TokenFigures): PriceTier[] {
  const { longOver, inPeak } = m.usage.prices;
  return [
    ...(longPrompt === null ? [] : [{ name: longOver(longPrompt.overTokens), ...figuresShown(longPrompt) }]),
    ...(peak === null ? [] : [{ name: inPeak, ...figuresShown(peak) }]),
  ];
}

export function matchingLines(
  lines: readonly PriceLine[],
  query: string,
  providerName: (id: string) => string,
): PriceLine[] {
  return lines.filter(({ entry, model }) =>
    matchesSearch(query, model, entry.per === 'tokens' ? entry.aliases.join(' ') : '', providerName(entry.provider)),
  );
}
