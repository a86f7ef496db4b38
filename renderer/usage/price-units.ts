import type { PriceUnit } from '../../shared/prices.ts';

/** What a price can be for; without the schemas of shared/prices.ts, which a window need not load. */
export const PRICED_BY = [
  'tokens',
  'characters',
  'seconds',
  'images',
  'captchas',
  'messages',
  'calls',
  'searches',
] as const satisfies readonly ('tokens' | PriceUnit)[];

const PRICED_AS = 1_000_000;
/** So many of a unit are priced together, so that the figure is one a person would say. */
const TOGETHER: Readonly<Record<PriceUnit, number>> = {
  characters: 1_000_000,
  seconds: 60,
  images: 1,
  captchas: 1_000,
  messages: 1,
  calls: 1_000,
  searches: 1_000,
};

/** What those together cost, in whole micro-USD. @param micro - for 1,000,000 of the unit. */
export const unitAmount = (micro: number, unit: PriceUnit): number => Math.round((micro * TOGETHER[unit]) / PRICED_AS);

/** The other way: micro-USD for 1,000,000. @param micro - for those together. */
export const unitPer = (micro: number, unit: PriceUnit): number => Math.round((micro * PRICED_AS) / TOGETHER[unit]);
