import type { ProviderDescriptor } from '../../../shared/provider/descriptor.ts';
import { usageOfProvider } from '../usage/usage-of-provider.ts';
import type { CountedCall } from '../usage/counted-call.ts';

/**
 * What a call may take, before it is known: it is held until the call is recorded. An estimate that is too high refuses
 * what would have fitted, one that is too low lets the calls under way pass the limit by the difference. So:
 *
 * - input: four bytes of body to a token, as in English text; pictures make it too high, so at most 256 KiB count.
 * - output: what the body allows (`max_tokens` and its sisters), but no more than four times what calls to this
 *   provider took lately, as many programs allow far more than they use. Without either: 1,000.
 * - cost: the tokens at what a token of this provider lately cost; before the first priced call, 5 USD a million. Calls
 *   that are not counted in tokens: what one lately cost.
 *
 * GET and HEAD, and providers that count no tokens, take no tokens.
 */
export interface Estimate {
  readonly tokens: number;
  readonly cost: number;
}

const NOTHING: Estimate = { tokens: 0, cost: 0 };
const BYTES_PER_TOKEN = 4;
const MAX_COUNTED_BYTES = 256 * 1024;
const FIRST_OUTPUT = 1000;
const MOST_OF_USUAL = 4;
const FIRST_COST_PER_TOKEN = 5;
/** How much of the newest call goes into what is usual. */
const NEWEST = 0.2;

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
  /** The whole body where it is at hand; else its length in bytes, null where it is not told. */
  readonly body: Buffer | number | null;
}

export class Estimates {
  readonly #usual = new Map<string, Usual>();

  of({ provider, method, body }: CallSize): Estimate {
    if (method === 'GET' || method === 'HEAD') return NOTHING;
    const usual = this.#usual.get(provider.id);
    const { kind, unit } = usageOfProvider(provider);
    if (kind === 'none' || unit !== 'tokens') return { tokens: 0, cost: Math.ceil(usual?.costPerCall ?? 0) };
    const bytes = body === null ? 0 : typeof body === 'number' ? body : body.byteLength;
    const input = Math.ceil(Math.min(bytes, MAX_COUNTED_BYTES) / BYTES_PER_TOKEN);
    const usualOutput = usual?.output ?? null;
    const most = usualOutput === null ? FIRST_OUTPUT * MOST_OF_USUAL : Math.ceil(usualOutput * MOST_OF_USUAL);
    const allowed = Buffer.isBuffer(body) ? allowedOutput(body) : null;
    const output = allowed === null ? Math.ceil(usualOutput ?? FIRST_OUTPUT) : Math.min(allowed, most);
    const tokens = input + output;
    return { tokens, cost: Math.ceil(tokens * (usual?.costPerToken ?? FIRST_COST_PER_TOKEN)) };
  }

  /** Learns from a call that is over. */
  learn({ cell, measure, inputTokens, outputTokens, costMicroUsd }: CountedCall): void {
    if (cell.outcome !== 'ok') return;
    let usual = this.#usual.get(cell.provider);
    if (usual === undefined) {
      usual = { output: null, costPerToken: null, costPerCall: null };
      this.#usual.set(cell.provider, usual);
    }
    if (measure === 'measured' && outputTokens > 0) usual.output = mixed(usual.output, outputTokens);
    if (costMicroUsd === null) return;
    usual.costPerCall = mixed(usual.costPerCall, costMicroUsd);
    // Cached ones are cheaper: what was not is what an estimate from the body's length is about.
    const tokens = inputTokens + outputTokens;
    if (tokens > 0) usual.costPerToken = mixed(usual.costPerToken, costMicroUsd / tokens);
  }

  forget(): void {
    this.#usual.clear();
  }
}

const mixed = (so: number | null, now: number): number => (so === null ? now : so * (1 - NEWEST) + now * NEWEST);

/** Where in a body the limit of the output stands: near one of its ends. */
const LOOKED_AT = 16 * 1024;
const MARK = Buffer.from('"max');
const ALLOWED = /^"(?:max_tokens|max_completion_tokens|max_output_tokens|maxOutputTokens)"\s*:\s*([0-9]{1,9})\b/;
const LONGEST = 64;
/** A text that is full of the mark is not worth more looks. */
const MAX_LOOKS = 16;

/** What the body allows as output; null where it says nothing. A text that looks like it makes an estimate worse, no more. */
function allowedOutput(body: Buffer): number | null {
  if (body.byteLength <= 2 * LOOKED_AT) return said(body);
  return said(body.subarray(0, LOOKED_AT)) ?? said(body.subarray(body.byteLength - LOOKED_AT));
}

/** Without making a text of the whole part: this is asked for each call. */
function said(part: Buffer): number | null {
  let at = part.indexOf(MARK);
  for (let looks = 0; at >= 0 && looks < MAX_LOOKS; looks += 1) {
    const figure = ALLOWED.exec(part.toString('latin1', at, at + LONGEST))?.[1];
    if (figure !== undefined) return Number(figure);
    at = part.indexOf(MARK, at + MARK.byteLength);
  }
  return null;
}
