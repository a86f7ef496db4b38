import { MEASURES } from './meter/meter.ts';
import { UNITS } from './meter/tally.ts';
import { PRICE_REASONS } from './prices/price-of.ts';

/**
 * What usage is summed by. The place in these lists is the number stored in usage.db: they only ever grow at the end.
 */
export const NAME_KINDS = ['provider', 'credential', 'client', 'project', 'model', 'endpoint', 'outcome'] as const;
export type NameKind = (typeof NAME_KINDS)[number];

/** `all` has one row for each hour and day; `cell` one for each combination of names. */
export const DIMENSIONS = [...NAME_KINDS, 'all', 'cell'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export const OUTCOMES = [
  'ok',
  'client_error',
  'rate_limited',
  'upstream_error',
  'unreachable',
  'cut',
  'refused',
  /** A kept answer (routing, `cache`): nothing was sent, and it costs nothing. */
  'cached',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** The client got what it asked for. */
export const isSuccess = (outcome: Outcome): boolean => outcome === 'ok' || outcome === 'cached';
/** Nothing went to the provider: no quota counts it. */
export const isUnsent = (outcome: Outcome): boolean => outcome === 'refused' || outcome === 'cached';

export const SOURCES = ['proxy', 'reported', 'import'] as const;
export type Source = (typeof SOURCES)[number];

export const SPAN_HOUR = 0;
export const SPAN_DAY = 1;
/** Days that are over, summed once more (fold.ts). */
export const SPAN_WEEK = 2;
export const SPAN_MONTH = 3;

/** The number of a word in one of the lists of usage.db. */
export function numberOf<T extends string>(list: readonly T[], word: T): number {
  return list.indexOf(word);
}

/** The numbers of all its words. */
export function numbersOf<T extends string>(list: readonly T[]): Readonly<Record<T, number>> {
  return Object.fromEntries(list.map((word, number) => [word, number])) as Record<T, number>;
}

/** The lists whose numbers stand in usage_record; named here so that a test holds them still. */
export const STORED_LISTS = { NAME_KINDS, DIMENSIONS, SOURCES, MEASURES, UNITS, PRICE_REASONS } as const;
