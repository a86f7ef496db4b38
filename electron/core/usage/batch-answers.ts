import { createHash } from 'node:crypto';
import type { CallOrigin } from './ended-call.ts';
import type { BatchResult } from './meter/batch-answer.ts';
import type { MeterResult } from './meter/meter.ts';
import { isLeast } from './meter/tally.ts';
import type { UsageEntry } from './usage-entry.ts';

/** Providers name the tier in some of these answers only. */
const TIER = 'batch';
/** Batches are answered within a day, and kept for a month: another time is a mistake. */
const OLDEST_MS = 60 * 24 * 3_600_000;
const AHEAD_MS = 5 * 60_000;
/** No tool may report a call under such an id: whoever fetches results, and how often, each answer counts once. */
const ID_START = 'batch-answer:';

export const isBatchAnswerId = (requestId: string): boolean => requestId.startsWith(ID_START);

/**
 * One answer of a batch as a call, of whoever fetches it.
 * @param nowMs - when it was fetched: its time, where the answer does not tell one.
 * @returns null where nothing says which answer it is, so that it could not be told from a second look at it.
 */
export function batchAnswer(origin: CallOrigin, result: BatchResult, nowMs: number): UsageEntry | null {
  const { id, customId, createdMs } = result;
  if (id === null && customId === null) return null;
  const isTime = createdMs !== null && createdMs > nowMs - OLDEST_MS && createdMs < nowMs + AHEAD_MS;
  // Without an id of the provider's the path names the batch, and the client's name the answer in it.
  const parts = id === null ? [origin.path, customId] : [id];
  return {
    atMs: isTime ? createdMs : nowMs,
    requestId: requestIdOf([origin.provider, ...parts]),
    source: 'reported',
    client: origin.client,
    credential: origin.credential,
    provider: origin.provider,
    project: origin.project,
    endpoint: origin.endpoint,
    method: 'POST',
    status: 200,
    outcome: 'ok',
    latencyMs: 0,
    firstByteMs: null,
    retryOf: null,
    result: measured(result),
  };
}

function requestIdOf(parts: readonly (string | null)[]): string {
  return ID_START + createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}

function measured({ tally }: BatchResult): MeterResult {
  const { tokens, quantity, webSearches, providerCostMicroUsd } = tally;
  return {
    measure: isLeast(tally) ? 'incomplete' : 'measured',
    seen: true,
    model: tally.model,
    tokens,
    quantity,
    webSearches,
    providerCostMicroUsd,
    serviceTier: TIER,
    region: tally.region,
    errorType: null,
  };
}
