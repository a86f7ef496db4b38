import { z } from 'zod';
import { certaintyOf, COST_CERTAINTIES, USAGE_FIGURES } from './usage-words.ts';

export { certaintyOf, COST_CERTAINTIES, type CostCertainty } from './usage-words.ts';

/** What a usage report sums by. */
export const USAGE_BY = ['provider', 'credential', 'model', 'client', 'project', 'day', 'endpoint'] as const;
export const usageBy = z.enum(USAGE_BY);
export type UsageBy = z.output<typeof usageBy>;

/** What a chart stacks by, and what usage is narrowed to. */
export const USAGE_DIMENSIONS = [
  'provider',
  'model',
  'client',
  'credential',
  'project',
  'endpoint',
  'outcome',
] as const;
export const usageDimension = z.enum(USAGE_DIMENSIONS);
export type UsageDimension = z.output<typeof usageDimension>;

/** How calls end, as the filter and the series by outcome name it. */
export const OUTCOME_WORDS = [
  'ok',
  'client_error',
  'rate_limited',
  'upstream_error',
  'unreachable',
  'cut',
  'refused',
  /** Given from kept answers; nothing was sent. */
  'cached',
] as const;

const count = z.int().min(0);

const figures = {
  requests: count,
  failed: count.describe('Calls that ended in anything but success.'),
  incomplete: count.describe(
    'Calls that were cut or did not tell their use: their figures are the least it can have been.',
  ),
  unpriced: count.describe('Calls whose cost is not known.'),
  /** Prompt tokens that no cache served and no cache took. */
  inputTokens: count,
  cacheReadTokens: count,
  cacheWriteTokens: count,
  outputTokens: count,
  /** Part of `outputTokens`. */
  reasoningTokens: count,
  knownCostMicroUsd: count.describe('Sum of the known costs.'),
};

export const usageRow = z.strictObject({
  /** Provider id, "provider/label", model, client name, folder, day (2026-11-20) or path; empty where it is not known. */
  key: z.string(),
  ...figures,
  costMicroUsd: count
    .nullable()
    .describe(
      'The same, or null where the cost of one call is not known. Read costCertainty too: null is not nothing.',
    ),
});
export type UsageRow = z.output<typeof usageRow>;

/** Sums of a span of time. */
export const usageSums = z.strictObject(figures);
export type UsageSums = z.output<typeof usageSums>;
/** Names of the sums, in their order. */
export const SUM_NAMES = Object.keys(figures) as readonly (keyof UsageSums)[];

export const usageFigure = z.enum(USAGE_FIGURES);

/**
 * A word for a time, in the reporting zone: as `from` the beginning of it is meant, as `to` its end. `24h`: so many hours
 * up to now; `7d`, `4w`: so many days or weeks, today included; `all`: since anything was counted.
 */
export const USAGE_WORDS = [
  'all',
  'now',
  'today',
  'yesterday',
  'this-week',
  'last-week',
  'this-month',
  'last-month',
  'this-year',
  'last-year',
] as const;
export const usageWord = z.union([z.enum(USAGE_WORDS), z.string().regex(/^[1-9]\d{0,3}[hdw]$/)]);

/** A day of the reporting zone, a time (counted by its hour, UTC), or a word for one. */
export const usageMoment = z.union([z.iso.date(), z.iso.datetime({ offset: true }), usageWord]);

/** What scripts read (`keyharbor usage --format json`, `GET /v1/usage`): these members, in this order. */
export const usageFigures = usageRow
  .pick({
    key: true,
    requests: true,
    inputTokens: true,
    cacheReadTokens: true,
    cacheWriteTokens: true,
    outputTokens: true,
    costMicroUsd: true,
    failed: true,
    incomplete: true,
    unpriced: true,
    knownCostMicroUsd: true,
  })
  .extend({
    costCertainty: z
      .enum(COST_CERTAINTIES)
      .describe(
        'How far knownCostMicroUsd is the cost. known: to the micro-USD; at-least: some had no price, were cut or did not tell their use; unknown: nothing priced cost anything, and some had no price.',
      ),
  });
export type UsageFigures = z.output<typeof usageFigures>;

export function toFigures(row: UsageRow): UsageFigures {
  const { key, requests, inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, costMicroUsd } = row;
  const { failed, incomplete, unpriced, knownCostMicroUsd } = row;
  const known = { failed, incomplete, unpriced, knownCostMicroUsd, costCertainty: certaintyOf(row) };
  return { key, requests, inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, costMicroUsd, ...known };
}
