import { z } from 'zod';
import { OUTCOMES, type Outcome, SOURCES } from './dimensions.ts';
import { MEASURES, type MeterResult } from './meter/meter.ts';
import { UNITS } from './meter/tally.ts';

const name = z.string().max(256);
const tokens = z.int().min(0).max(1e12);

/** One finished call, as who made it tells it. Never a body, a header or a query. */
export const usageEntry = z.strictObject({
  /** When the request came. */
  atMs: z.int().min(0),
  /** Ours for a proxied call; the client's own for a reported one, which counts once however often it is told. */
  requestId: z.string().min(1).max(128),
  source: z.enum(SOURCES),
  /** null: not through a client token. */
  client: z.strictObject({ id: name, name }).nullable(),
  /** `ref`: what people know it by, "openai/work". */
  credential: z.strictObject({ id: name, version: z.int().nullable(), ref: name }).nullable(),
  provider: name,
  /** The folder of the process or project; empty where unknown. */
  project: z.string().max(1024),
  /** From `endpointTemplate`. */
  endpoint: name,
  method: z.string().max(16),
  status: z.int().min(0).max(999),
  outcome: z.enum(OUTCOMES),
  latencyMs: z.number().min(0),
  /** null where no byte came. */
  firstByteMs: z.number().min(0).nullable(),
  /** The request that this one repeats with another credential. */
  retryOf: z.string().max(128).nullable(),
  /** The provider's own name for a call that failed, for a question to its support; left out: it told none. */
  providerRequestId: z.string().max(128).nullable().optional(),
  result: z.strictObject({
    measure: z.enum(MEASURES),
    seen: z.boolean(),
    model: name.nullable(),
    tokens: z.strictObject({
      inputTokens: tokens,
      cacheReadTokens: tokens,
      cacheWriteTokens: tokens,
      cacheWriteLongTokens: tokens,
      outputTokens: tokens,
      reasoningTokens: tokens,
    }),
    quantity: z.strictObject({ unit: z.enum(UNITS), thousandths: z.int().min(0) }).nullable(),
    webSearches: z.int().min(0),
    providerCostMicroUsd: z.int().min(0).nullable(),
    serviceTier: name.nullable(),
    region: name.nullable(),
    errorType: name.nullable(),
    /** A row of an export that sums many calls: how long each prompt was is not known. */
    summed: z.enum(['plain', 'long']).optional(),
  }),
});
export type UsageEntry = Readonly<z.output<typeof usageEntry>>;

/**
 * What became of a proxied call.
 * @param status - of the upstream; 0 where none came.
 */
export function outcomeOf(status: number, how: 'complete' | 'cut', result: Pick<MeterResult, 'errorType'>): Outcome {
  if (status === 0) return 'unreachable';
  if (status === 429) return 'rate_limited';
  if (status >= 500) return 'upstream_error';
  if (status >= 400) return 'client_error';
  if (how === 'cut') return 'cut';
  return result.errorType === null ? 'ok' : 'upstream_error';
}
