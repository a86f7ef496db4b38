import type Database from 'better-sqlite3';
import { z } from 'zod';
import { IMPORT_CLIENTS } from '../imports/imported-call.ts';
import { DIMENSIONS, NAME_KINDS, numberOf, SPAN_DAY, SPAN_HOUR } from '../dimensions.ts';
import { storedSum } from '../largest-sum.ts';
import type { Period } from './account-request.ts';

export interface OwnFigures {
  readonly requests: number;
  readonly inputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  readonly costMicroUsd: number;
  readonly unpriced: number;
  readonly incomplete: number;
}
export const NOTHING: OwnFigures = {
  requests: 0,
  inputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  costMicroUsd: 0,
  unpriced: 0,
  incomplete: 0,
};

export function added(one: OwnFigures, other: OwnFigures): OwnFigures {
  return {
    requests: one.requests + other.requests,
    inputTokens: one.inputTokens + other.inputTokens,
    cacheReadTokens: one.cacheReadTokens + other.cacheReadTokens,
    cacheWriteTokens: one.cacheWriteTokens + other.cacheWriteTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    costMicroUsd: one.costMicroUsd + other.costMicroUsd,
    unpriced: one.unpriced + other.unpriced,
    incomplete: one.incomplete + other.incomplete,
  };
}

const row = z.strictObject({
  key: z.union([z.string(), z.int()]),
  requests: z.int(),
  inputTokens: storedSum,
  cacheReadTokens: storedSum,
  cacheWriteTokens: storedSum,
  outputTokens: storedSum,
  costMicroUsd: storedSum,
  unpriced: z.int(),
  incomplete: z.int(),
});
const SUMS = `sum(r.requests) AS requests, sum(r.input_tokens) AS inputTokens, sum(r.cache_read_tokens) AS cacheReadTokens,
  sum(r.cache_write_tokens) AS cacheWriteTokens, sum(r.output_tokens) AS outputTokens,
  sum(r.cost_micro_usd) AS costMicroUsd, sum(r.unpriced) AS unpriced, sum(r.incomplete) AS incomplete`;
const PROVIDER = '(SELECT id FROM usage_name WHERE kind = ? AND name = ?)';
const HOURS = 24;

/** What was counted of a provider on each day in UTC, as providers count days. */
export function ownDays(db: Database.Database, provider: string, { first, last }: Period): Map<number, OwnFigures> {
  const rows = db
    .prepare(
      `SELECT r.bucket / ${HOURS} AS key, ${SUMS} FROM usage_rollup AS r
       WHERE r.span = ? AND r.dimension = ? AND r.bucket BETWEEN ? AND ? AND r.name = ${PROVIDER} GROUP BY key`,
    )
    .all(
      ...[SPAN_HOUR, numberOf(DIMENSIONS, 'provider'), first * HOURS, (last + 1) * HOURS - 1],
      ...[numberOf(NAME_KINDS, 'provider'), provider],
    );
  return new Map(
    z
      .array(row)
      .parse(rows)
      .map(({ key, ...figures }) => [Number(key), figures]),
  );
}

/** By model, over the whole period. Combinations are kept by day of the reporting zone. */
export function ownModels(db: Database.Database, provider: string, { first, last }: Period): Map<string, OwnFigures> {
  const rows = db
    .prepare(
      `SELECT (SELECT name FROM usage_name WHERE id = c.model) AS key, ${SUMS}
       FROM usage_rollup AS r JOIN usage_cell AS c ON c.id = r.name
       WHERE r.span = ? AND r.dimension = ? AND r.bucket BETWEEN ? AND ? AND c.provider = ${PROVIDER} GROUP BY c.model`,
    )
    .all(SPAN_DAY, numberOf(DIMENSIONS, 'cell'), first, last, numberOf(NAME_KINDS, 'provider'), provider);
  return new Map(
    z
      .array(row)
      .parse(rows)
      .map(({ key, ...figures }) => [String(key), figures]),
  );
}

/** Of these: requests that were imported from tools' logs. A subscription's are in no figure of the API. */
export function importedRequests(db: Database.Database, provider: string, { first, last }: Period): number {
  const ids = [IMPORT_CLIENTS['claude-code'].id, IMPORT_CLIENTS.codex.id];
  const sum = db
    .prepare(
      `SELECT sum(r.requests) FROM usage_rollup AS r JOIN usage_cell AS c ON c.id = r.name
       WHERE r.span = ? AND r.dimension = ? AND r.bucket BETWEEN ? AND ? AND c.provider = ${PROVIDER}
         AND c.client IN (SELECT id FROM usage_name WHERE kind = ? AND name IN (?, ?))`,
    )
    .pluck()
    .get(
      ...[SPAN_DAY, numberOf(DIMENSIONS, 'cell'), first, last],
      ...[numberOf(NAME_KINDS, 'provider'), provider, numberOf(NAME_KINDS, 'client'), ...ids],
    );
  return z.int().nullable().parse(sum) ?? 0;
}
