import type { PriceEntry } from '../../shared/contract/prices.ts';
import type { PriceUnit } from '../../shared/prices.ts';
import { m } from '../i18n/messages.ts';
import { matchesSearch } from '../settings/defaults.ts';
import { exactMoney, money } from './figures.ts';

/** One line of the price table: what holds today, or what will come to hold first. */
export interface PriceLine {
  readonly key: string;
  readonly entry: PriceEntry;
  readonly model: string;
  /** Micro-USD for a million, as they are shown. */
  readonly input: string;
  readonly output: string;
  readonly cacheRead: string;
  readonly cacheWrite: string;
  /** First day it holds; null: always before the next. */
  readonly from: string | null;
  /** What a price of another kind is for; null: for a million tokens. */
  readonly unit: string | null;
}

/** So many of a unit are priced together, so that the figure is one a person would say. */
const TOGETHER = {
  characters: 1_000_000,
  seconds: 60,
  images: 1,
  captchas: 1_000,
  messages: 1,
  calls: 1_000,
  searches: 1_000,
};

const unitPrice = (micro: number, unit: PriceUnit): string => exactMoney((micro * TOGETHER[unit]) / 1_000_000);

export const perMillion = (micro: number | null): string => (micro === null ? '–' : money(micro));

export function priceLines(prices: readonly PriceEntry[]): PriceLine[] {
  return prices.map((entry) => {
    const key = `${entry.source} ${entry.provider} ${entry.per} ${entry.model ?? ''}`;
    if (entry.per !== 'tokens') {
      const figure = entry.prices[entry.today ?? 0];
      const input = figure === undefined ? '–' : unitPrice(figure.price, entry.per);
      const model = entry.model ?? m.usage.prices.anyModel;
      const unit = m.usage.prices.units[entry.per];
      return { key, entry, model, input, output: '', cacheRead: '', cacheWrite: '', from: figure?.from ?? null, unit };
    }
    const figure = entry.prices[entry.today ?? 0];
    return {
      key,
      entry,
      model: entry.model,
      input: perMillion(figure?.input ?? null),
      output: perMillion(figure?.output ?? null),
      cacheRead: perMillion(figure?.cacheRead ?? null),
      cacheWrite: perMillion(figure?.cacheWrite ?? null),
      from: figure?.from ?? null,
      unit: null,
    };
  });
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
