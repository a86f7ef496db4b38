import type { DatedPrice, PriceDocument, PriceFigures } from '../../../../shared/prices.ts';
import type { MeterResult } from '../meter/meter.ts';
import { NO_TOKENS, type Quantity, type Tokens } from '../meter/tally.ts';
import type { PriceBook } from './price-book.ts';

/** Why a call costs what it costs, or why that is not known. */
export const PRICE_REASONS = [
  /** The provider said so itself, and the owner set no price. */
  'provider',
  'own_price',
  'book',
  /** The list of the provider that this one usually charges like. */
  'listed_elsewhere',
  /** At least so much: the answer was cut, or used a tool with a price of its own. */
  'at_least',
  'free',
  /** An error, a list: nothing that is charged for. */
  'nothing_used',
  'unknown_model',
  'no_price_then',
  'unknown_tier',
  'not_told',
  'no_unit_price',
] as const;
export type PriceReason = (typeof PRICE_REASONS)[number];

export interface Priced {
  /** Whole micro-USD, half up; null: unknown, which is never zero. */
  readonly costMicroUsd: number | null;
  readonly why: PriceReason;
  /** What the prompt tokens that a cache served would have cost more without it; left out: nothing, or not known. */
  readonly cacheSavedMicroUsd?: number | undefined;
}

export type PricedCall = Pick<
  MeterResult,
  | 'measure'
  | 'seen'
  | 'model'
  | 'tokens'
  | 'quantity'
  | 'webSearches'
  | 'providerCostMicroUsd'
  | 'serviceTier'
  | 'region'
> & {
  readonly provider: string;
  /** Many calls in one: of how long their prompts were, only this is known. */
  readonly summed?: 'plain' | 'long' | undefined;
};

/** A price is for so many tokens, characters, seconds … */
const UNITS_OF_A_PRICE = 1_000_000n;

/** Tiers that are the plain price, as the providers name them. */
const PLAIN_TIERS = new Set(['default', 'standard', 'standard_only', 'auto', 'on_demand']);

/** @param atMs - when the call was answered: prices change by the day. */
export function priceOf(call: PricedCall, book: PriceBook, atMs: number): Priced {
  const { providerCostMicroUsd } = call;
  if (providerCostMicroUsd === null) return byTheBook(call, book, atMs);
  return (
    (hasOwn(call, book) ? byOwnPrice(call, book, atMs) : null) ?? {
      costMicroUsd: providerCostMicroUsd,
      why: 'provider',
    }
  );
}

const hasOwn = ({ provider, model, quantity }: PricedCall, book: PriceBook): boolean =>
  book.hasOwn(provider, model, null) || (quantity !== null && book.hasOwn(provider, model, quantity.unit));

/** What the owner's own price makes of it; null where that is not about what was used, or does not reach back so far. */
function byOwnPrice(call: PricedCall, book: PriceBook, atMs: number): Priced | null {
  const { provider, model, quantity } = call;
  const ofUnit = quantity !== null && book.unitPriceAt(provider, model, quantity.unit, atMs)?.own === true;
  const isOwn = ofUnit || (hasTokens(call.tokens) && model !== null && book.hasOwnAt(provider, model, atMs));
  if (!isOwn) return null;
  const priced = byTheBook(call, book, atMs);
  return priced.costMicroUsd === null ? null : priced;
}

function byTheBook(call: PricedCall, book: PriceBook, atMs: number): Priced {
  if (call.measure === 'none' && call.quantity === null) return { costMicroUsd: 0, why: 'nothing_used' };
  if (book.isFree(call.provider) && !hasOwn(call, book)) return { costMicroUsd: 0, why: 'free' };
  if (call.quantity !== null && !isByTokens(call, call.quantity, book, atMs)) {
    return unitsOf(call, call.quantity, book, atMs);
  }
  if (!call.seen) return unknown('not_told');
  if (call.model === null) return unknown('unknown_model');
  const found = book.priceAt(call.provider, call.model, atMs);
  if (typeof found === 'string') return unknown(found);
  const factors = factorsOf(call, call.model, book);
  if (factors === null) return unknown('unknown_tier');
  const figures = figuresFor(found.price, call, book.document, atMs);
  const beside = besideTokens(call, found.own, book, atMs);
  const costMicroUsd = costOf(call.tokens, figures, factors) + (beside ?? 0);
  const saved = savedByCache(call.tokens, figures, factors);
  const cacheSaved = saved > 0 ? { cacheSavedMicroUsd: saved } : {};
  // Pictures are charged by their tokens; what is told beside tokens else may be charged as well.
  const isUnpriced = call.quantity !== null && call.quantity.unit !== 'images' && beside === null;
  const isMore = call.webSearches > 0 || isUnpriced;
  if (call.measure === 'incomplete' || isMore) return { costMicroUsd, why: 'at_least', ...cacheSaved };
  return { costMicroUsd, why: found.own ? 'own_price' : found.elsewhere ? 'listed_elsewhere' : 'book', ...cacheSaved };
}

/** Where an answer tells tokens beside something else, its tokens are what is charged, if they have a price. */
function isByTokens(call: PricedCall, { unit }: Quantity, book: PriceBook, atMs: number): boolean {
  const { provider, model, tokens } = call;
  if (model === null || !hasTokens(tokens)) return false;
  const ofUnit = book.unitPriceAt(provider, model, unit, atMs);
  const areBothOwn = unit !== 'images' && ofUnit?.isOfModel === true && book.hasOwnAt(provider, model, atMs);
  if (ofUnit?.own === true && !areBothOwn) return false;
  return book.hasPriceAt(provider, model, atMs);
}

/**
 * What a model costs beside its tokens, where the same list has a price of its own for both: sound by the second and text by
 * the token. null: nothing that has such a price.
 */
function besideTokens({ provider, model, quantity }: PricedCall, own: boolean, book: PriceBook, atMs: number) {
  if (quantity === null || quantity.unit === 'images') return null;
  const found = book.unitPriceAt(provider, model, quantity.unit, atMs);
  return found?.isOfModel === true && found.own === own ? costOfUnits(quantity, found.price) : null;
}

const hasTokens = (tokens: Tokens): boolean => promptTokens(tokens) + tokens.outputTokens > 0;

/** What is counted in something else than tokens: characters, seconds, captchas … */
function unitsOf(call: PricedCall, { unit, thousandths }: Quantity, book: PriceBook, atMs: number): Priced {
  const found = book.unitPriceAt(call.provider, call.model, unit, atMs);
  if (found === null) {
    if (call.model !== null) book.tellUnknown(call.provider, call.model);
    return unknown('no_unit_price');
  }
  const costMicroUsd = costOfUnits({ thousandths }, found.price);
  if (call.measure === 'incomplete') return { costMicroUsd, why: 'at_least' };
  return { costMicroUsd, why: found.own ? 'own_price' : 'book' };
}

function costOfUnits({ thousandths }: Pick<Quantity, 'thousandths'>, price: number): number {
  const numerator = BigInt(thousandths) * BigInt(price);
  const denominator = UNITS_OF_A_PRICE * 1000n;
  return Number((2n * numerator + denominator) / (2n * denominator));
}

function unknown(why: PriceReason): Priced {
  return { costMicroUsd: null, why };
}

export function promptTokens(tokens: Tokens): number {
  return tokens.inputTokens + tokens.cacheReadTokens + tokens.cacheWriteTokens + tokens.cacheWriteLongTokens;
}

export function figuresFor(price: DatedPrice, call: PricedCall, document: PriceDocument, atMs: number): PriceFigures {
  const tokens = call.summed === undefined ? promptTokens(call.tokens) : call.summed === 'long' ? Infinity : 0;
  const long = longPromptFigures(price, tokens);
  if (long !== null) return long;
  return price.peak !== undefined && isPeak(call.provider, document, atMs) ? price.peak : price;
}

/** What a prompt of this length costs, where that is more than others. @param tokens - of one prompt. */
export function longPromptFigures({ longPrompt }: DatedPrice, tokens: number): PriceFigures | null {
  return longPrompt !== undefined && tokens > longPrompt.overTokens ? longPrompt : null;
}

function isPeak(provider: string, document: PriceDocument, atMs: number): boolean {
  const at = new Date(atMs);
  const day = at.getUTCDay() === 0 ? 7 : at.getUTCDay();
  const hour = at.getUTCHours();
  return document.peakHours.some(
    (peak) =>
      peak.provider === provider &&
      peak.days.includes(day) &&
      peak.hours.some(([from, before]) => hour >= from && hour < before),
  );
}

export type Factor = readonly [number, number];

/** null where the answer names a tier whose price is not known. */
export function factorsOf(call: PricedCall, model: string, book: PriceBook): readonly Factor[] | null {
  const factors: Factor[] = [];
  const { provider, serviceTier, region } = call;
  if (serviceTier !== null && !PLAIN_TIERS.has(serviceTier)) {
    const factor = book.tierFactor(provider, serviceTier, model);
    if (factor === null) return null;
    factors.push(factor);
  }
  const dearer = book.document.regions.find((one) => one.provider === provider && one.region === region);
  if (dearer !== undefined) factors.push(dearer.factor);
  return factors;
}

/** The difference between the plain price of a prompt and that of its cached part; 0 where a cache is dearer. */
export function savedByCache(tokens: Tokens, figures: PriceFigures, factors: readonly Factor[] = []): number {
  const cheaperBy = figures.input - (figures.cacheRead ?? figures.input);
  if (cheaperBy <= 0 || tokens.cacheReadTokens === 0) return 0;
  const cached = { ...NO_TOKENS, inputTokens: tokens.cacheReadTokens };
  return costOf(cached, { input: cheaperBy, output: 0 }, factors);
}

/** In whole numbers throughout: a sum in floating point would drift. */
export function costOf(tokens: Tokens, figures: PriceFigures, factors: readonly Factor[] = []): number {
  const part = (count: number, price: number) => BigInt(count) * BigInt(price);
  let numerator =
    part(tokens.inputTokens, figures.input) +
    part(tokens.cacheReadTokens, figures.cacheRead ?? figures.input) +
    part(tokens.cacheWriteTokens, figures.cacheWrite ?? figures.input) +
    part(tokens.cacheWriteLongTokens, figures.cacheWriteLong ?? figures.input) +
    part(tokens.outputTokens, figures.output);
  let denominator = UNITS_OF_A_PRICE;
  for (const [times, over] of factors) {
    numerator *= BigInt(times);
    denominator *= BigInt(over);
  }
  return Number((2n * numerator + denominator) / (2n * denominator));
}
