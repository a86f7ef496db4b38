import { PRICE_UNITS, type PriceUnit } from '../../../../shared/prices.ts';

/** Tokens of one call, each counted in one member only, but `reasoningTokens`, which are part of the output. */
export interface Tokens {
  /** Prompt tokens that no cache served and no cache took. */
  readonly inputTokens: number;
  readonly cacheReadTokens: number;
  /** Written to a cache of the shorter life: Anthropic 5 minutes, OpenAI 30 minutes. */
  readonly cacheWriteTokens: number;
  /** Written to a cache of the longer life: Anthropic 1 hour. */
  readonly cacheWriteLongTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
}
export const NO_TOKENS: Tokens = {
  inputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  cacheWriteLongTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};

export const UNITS = PRICE_UNITS;
export type Unit = PriceUnit;
/** What a call used beside tokens. Thousandths, because seconds come in parts. */
export interface Quantity {
  readonly unit: Unit;
  readonly thousandths: number;
}

/** What has been read of one answer so far. */
export interface Tally {
  tokens: Tokens;
  /** Part of them: what Anthropic used to make a conversation shorter, which its own sums leave out. */
  compaction: Tokens;
  /** A figure of the provider's was read. */
  seen: boolean;
  /** How long the prompt was is one of them. */
  hasPrompt: boolean;
  /** There is a figure that cannot be believed: those that were read are the least it can have been. */
  doubted: boolean;
  /** Something was used that costs more than tokens of text, and is in no count that has a price. */
  dearer: boolean;
  model: string | null;
  /** The provider's own price of this call. */
  providerCostMicroUsd: number | null;
  quantity: Quantity | null;
  /** Paid tools the model used on the provider's side: not in any token count. */
  webSearches: number;
  serviceTier: string | null;
  region: string | null;
  errorType: string | null;
}

/** Whether figures that were read are the least that a call can have used, though nothing cut its answer. */
export function isLeast({ doubted, dearer, providerCostMicroUsd, tokens, hasPrompt }: Tally): boolean {
  const isUnpriced = dearer && providerCostMicroUsd === null; // the provider's own price has all of it
  return doubted || isUnpriced || (tokens.outputTokens > 0 && !hasPrompt);
}

export function newTally(): Tally {
  return {
    tokens: NO_TOKENS,
    compaction: NO_TOKENS,
    seen: false,
    hasPrompt: false,
    doubted: false,
    dearer: false,
    model: null,
    providerCostMicroUsd: null,
    quantity: null,
    webSearches: 0,
    serviceTier: null,
    region: null,
    errorType: null,
  };
}

/** @param times - -1: without the other. */
export function together(one: Tokens, other: Tokens, times: 1 | -1 = 1): Tokens {
  if (other === NO_TOKENS) return one;
  return {
    inputTokens: one.inputTokens + times * other.inputTokens,
    cacheReadTokens: one.cacheReadTokens + times * other.cacheReadTokens,
    cacheWriteTokens: one.cacheWriteTokens + times * other.cacheWriteTokens,
    cacheWriteLongTokens: one.cacheWriteLongTokens + times * other.cacheWriteLongTokens,
    outputTokens: one.outputTokens + times * other.outputTokens,
    reasoningTokens: one.reasoningTokens + times * other.reasoningTokens,
  };
}

export type Json = Readonly<Record<string, unknown>>;

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object member, or an empty object: usage blocks leave members out, or send null. */
export function inside(value: Json, member: string): Json {
  const found = value[member];
  return isJson(found) ? found : {};
}

const MAX_TOKENS = 1e9; // a hundred times what any model takes: a figure beyond is not believed

/** A count, or undefined where there is none that can be believed. */
export function count(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= MAX_TOKENS ? Math.round(value) : undefined;
}

/** More than any call costs. Of rows that sum many calls other bounds hold. */
export const MAX_USD = 10_000;

/** USD as a number or as decimal text, to whole micro-USD. @param max - in USD: what is more is not believed. */
export function microUsd(value: unknown, max = MAX_USD): number | null {
  const usd = typeof value === 'string' && /^\d{1,7}(\.\d{1,60})?$/.test(value) ? Number(value) : value;
  return typeof usd === 'number' && usd >= 0 && usd <= max ? Math.round(usd * 1e6) : null;
}

const SHORT_NAME = /^[\w.:/@+[\]-]{1,128}$/;

/** A model or tier as the provider names it; anything unusual is not taken over. */
export function shortName(value: unknown): string | null {
  return typeof value === 'string' && SHORT_NAME.test(value) ? value : null;
}

/** Words alone: a message may echo what was sent, and a key has digits. */
const WORD = /^[a-z]+(?:_[a-z]+)*$/;
const MAX_WORD = 64;

/** Some APIs have the member in every answer, and say with it that there is none. */
export function isNoError(error: unknown): boolean {
  if (typeof error === 'object' && error !== null) return Object.keys(error).length === 0;
  return error === false || error === '' || error === 0;
}

/** The provider's word for an error ("invalid_auth"); never its message, which may echo what was sent. */
export function errorTypeOf(error: unknown): string {
  if (typeof error === 'string' && error.length <= MAX_WORD && WORD.test(error)) return error;
  if (isJson(error)) {
    for (const member of ['status', 'type', 'code']) {
      const value = error[member];
      if (typeof value === 'string' && /^[\w.-]{1,64}$/.test(value)) return value;
    }
  }
  return 'error';
}
