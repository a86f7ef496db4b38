import type { ProviderDescriptor } from '../../../shared/provider/descriptor.ts';
import type { Unit } from '../usage/meter/tally.ts';
import { usageOfProvider } from '../usage/usage-of-provider.ts';
import type { CountedCall } from '../usage/counted-call.ts';
import type { PriceBook } from '../usage/prices/price-book.ts';
import { ModelRates } from './model-rates.ts';
import { modelInPath } from '../usage/meter/request-model.ts';
import { type SaidInBody, saidInBody, textBytes } from './said-in-body.ts';

/**
 * What a call may take, before it is known: it is held until the call is recorded. An estimate that is too high refuses
 * what would have fitted, one that is too low lets the calls under way pass the limit by the difference. So:
 *
 * - input: four bytes of body to a token, as in English text; of pictures and files in it little counts. Of a body that is
 *   too long to be read before it goes out, the rest is taken to be as its beginning; one of which nothing is at hand may
 *   be a file, and counts up to 256 KiB.
 * - output: what the body allows (`max_tokens` and its sisters), for each answer that it asks for. Where it says nothing:
 *   twice what the last calls of this provider and model took, before the first 1,000. Embeddings have none.
 * - cost: the tokens at the price of the model that the body or the path names, the dearest that may hold. A model that
 *   is not known: at twice what a token of this provider lately cost; before the first priced call, 5 USD a million.
 * - what is not counted in tokens: the length of the body for characters, one for calls and the like, at their price;
 *   else twice what the last calls cost.
 *
 * GET and HEAD take nothing. Everything else asks for a little of a cost quota, so that a used-up one lets nothing
 * through, but for providers that are free.
 */
export interface Estimate {
  readonly tokens: number;
  readonly cost: number;
}

const NOTHING: Estimate = { tokens: 0, cost: 0 };
const BYTES_PER_TOKEN = 4;
/** Of a body that is not at hand, and so may be a file. */
const MAX_UNSEEN_BYTES = 256 * 1024;
const FIRST_OUTPUT = 1000;
const FIRST_COST_PER_TOKEN = 5;
/** On what calls took lately. */
const MARGIN = 2;
/** How much of the newest call goes into what is usual. */
const NEWEST = 0.2;
const MAX_USUAL = 4096;
const MILLION = 1_000_000;
/** Answers are figures, not texts. */
const WITHOUT_OUTPUT = /embed|moderations|rerank|count_?tokens/i;
const NOTHING_SAID: SaidInBody = { models: [], output: null };
/** Of these a call takes one; how long others are is known behind it. */
const ONE_A_CALL: ReadonlySet<Unit> = new Set<Unit>(['calls', 'messages', 'captchas', 'searches', 'images']);

interface Usual {
  /** Output tokens of a call. */
  output: number | null;
  /** Micro-USD. */
  costPerToken: number | null;
  costPerCall: number | null;
}

export interface CallSize {
  readonly provider: ProviderDescriptor;
  readonly method: string;
  /** Below the base URL, without the query. */
  readonly path: string;
  /** The whole body where it is at hand; else its length in bytes, null where it is not told. */
  readonly body: Buffer | number | null;
  /** What was read of a body that is not at hand as a whole. */
  readonly beginning?: Buffer | null;
}

/** What an estimate learns from. */
export type LearnedCall = Pick<CountedCall, 'method' | 'measure' | 'inputTokens' | 'outputTokens' | 'costMicroUsd'> & {
  readonly cell: Pick<CountedCall['cell'], 'provider' | 'model' | 'outcome'>;
};

/** Whether an estimate reads the body; of characters it needs the length alone, which is told as a rule. */
export function isSeenInBody({ provider, method }: Pick<CallSize, 'provider' | 'method'>, isSized: boolean): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  const { kind, unit } = usageOfProvider(provider);
  return unit === 'tokens' ? kind !== 'none' : unit === 'characters' && !isSized;
}

export class Estimates {
  /** By provider and model, and of all models by provider. */
  readonly #usual = new Map<string, Usual>();
  readonly #rates: ModelRates;

  /** @param book - in force now; looking up a model that it does not have must tell nobody. */
  constructor(book: () => PriceBook) {
    this.#rates = new ModelRates(book);
  }

  of({ provider, method, path, body, beginning = null }: CallSize, nowMs: number): Estimate {
    if (method === 'GET' || method === 'HEAD') return NOTHING;
    const { kind, unit } = usageOfProvider(provider);
    if (kind === 'none' || unit !== 'tokens')
      return { tokens: 0, cost: this.#costOfUnits(provider.id, unit, body, nowMs) };
    const seen = Buffer.isBuffer(body) ? body : beginning;
    const said = seen === null ? saidInPath(path) : saidInBody(path, seen);
    const rate = this.#rates.dearest(provider.id, said.models, nowMs);
    const ofProvider = this.#usual.get(provider.id);
    const ofModel = this.#usual.get(`${provider.id}\n${rate.name}`);
    const usualOutput = (ofModel ?? ofProvider)?.output;
    const input = Math.ceil(bytesOf(body, beginning) / BYTES_PER_TOKEN);
    const output = WITHOUT_OUTPUT.test(path)
      ? 0
      : (said.output ?? Math.ceil(usualOutput == null ? FIRST_OUTPUT : usualOutput * MARGIN));
    const tokens = Math.max(1, input + output);
    if (rate.isFree) return { tokens, cost: 0 };
    const figures = rate.of(input);
    if (figures !== null)
      return { tokens, cost: atLeastOne((input * figures.input + output * figures.output) / MILLION) };
    const perToken = ofProvider?.costPerToken;
    return { tokens, cost: atLeastOne(tokens * (perToken == null ? FIRST_COST_PER_TOKEN : perToken * MARGIN)) };
  }

  /** Learns from a call that is over. */
  learn({ cell, method, measure, inputTokens, outputTokens, costMicroUsd }: LearnedCall, nowMs: number): void {
    if (cell.outcome !== 'ok' || method === 'GET' || method === 'HEAD') return;
    const { name } = this.#rates.of(cell.provider, cell.model, nowMs);
    for (const key of name === '' ? [cell.provider] : [cell.provider, `${cell.provider}\n${name}`]) {
      const usual = this.#usualOf(key);
      if (measure === 'measured' && outputTokens > 0) usual.output = mixed(usual.output, outputTokens);
      if (costMicroUsd === null) continue;
      usual.costPerCall = mixed(usual.costPerCall, costMicroUsd);
      // Cached ones are cheaper: what was not is what an estimate from the body's length is about.
      const tokens = inputTokens + outputTokens;
      if (tokens > 0) usual.costPerToken = mixed(usual.costPerToken, costMicroUsd / tokens);
    }
  }

  forget(): void {
    this.#usual.clear();
  }

  #costOfUnits(provider: string, unit: Unit | 'tokens', body: CallSize['body'], nowMs: number): number {
    const rate = unit === 'tokens' ? null : this.#rates.ofUnit(provider, unit, nowMs);
    if (rate === 'free') return 0;
    const bytes = Buffer.isBuffer(body) ? body.byteLength : body;
    const units = unit === 'characters' ? bytes : unit !== 'tokens' && ONE_A_CALL.has(unit) ? 1 : null;
    if (rate !== null && units !== null) return atLeastOne((units * rate) / MILLION);
    return atLeastOne((this.#usual.get(provider)?.costPerCall ?? 0) * MARGIN);
  }

  #usualOf(key: string): Usual {
    let usual = this.#usual.get(key);
    if (usual !== undefined) return usual;
    if (this.#usual.size >= MAX_USUAL) this.#usual.clear(); // models come from answers: a stranger must not fill memory
    usual = { output: null, costPerToken: null, costPerCall: null };
    this.#usual.set(key, usual);
    return usual;
  }
}

const mixed = (so: number | null, now: number): number => (so === null ? now : so * (1 - NEWEST) + now * NEWEST);
const atLeastOne = (cost: number): number => Math.max(1, Math.ceil(cost));

function saidInPath(path: string): SaidInBody {
  const model = modelInPath(path);
  return model === null ? NOTHING_SAID : { models: [model], output: null };
}

function bytesOf(body: CallSize['body'], beginning: Buffer | null): number {
  if (Buffer.isBuffer(body)) return textBytes(body);
  if (beginning === null || beginning.byteLength === 0) return Math.min(body ?? 0, MAX_UNSEEN_BYTES);
  return textBytes(beginning) * Math.max(1, (body ?? 0) / beginning.byteLength);
}
