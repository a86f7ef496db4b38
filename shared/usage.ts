import { z } from 'zod';
import { USAGE_FIGURES } from './usage-words.ts';

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
  /** Those that ended in anything but success. */
  failed: count,
  /** Those whose answer was cut, or did not tell what it used: their figures are the least it can have been. */
  incomplete: count,
  /** Those whose cost is not known. */
  unpriced: count,
  /** Prompt tokens that no cache served and no cache took. */
  inputTokens: count,
  cacheReadTokens: count,
  cacheWriteTokens: count,
  outputTokens: count,
  /** Part of `outputTokens`. */
  reasoningTokens: count,
  /** Sum of the known costs. */
  knownCostMicroUsd: count,
};

export const usageRow = z.strictObject({
  /** Provider id, "provider/label", model, client name, folder, day (2026-11-20) or path; empty where it is not known. */
  key: z.string(),
  ...figures,
  /** The same, or null where one of them is not known. */
  costMicroUsd: count.nullable(),
});
export type UsageRow = z.output<typeof usageRow>;

/** Sums of a span of time. */
export const usageSums = z.strictObject(figures);
export type UsageSums = z.output<typeof usageSums>;
/** Names of the sums, in their order. */
export const SUM_NAMES = Object.keys(figures) as readonly (keyof UsageSums)[];

export const usageFigure = z.enum(USAGE_FIGURES);

/**
 * How far a cost is known. `measured`: every call was priced and told its use. `at-least`: some had no price, or were cut.
 * `unpriced`: none had a price. Nothing asked, nothing unknown: no requests are `measured`.
 */
export type CostCertainty = 'measured' | 'at-least' | 'unpriced';
export function certaintyOf({
  requests,
  unpriced,
  incomplete,
}: Pick<UsageSums, 'requests' | 'unpriced' | 'incomplete'>): CostCertainty {
  if (requests > 0 && unpriced === requests) return 'unpriced';
  return unpriced > 0 || incomplete > 0 ? 'at-least' : 'measured';
}

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
export const usageFigures = usageRow.pick({
  key: true,
  requests: true,
  inputTokens: true,
  cacheReadTokens: true,
  cacheWriteTokens: true,
  outputTokens: true,
  costMicroUsd: true,
});
export type UsageFigures = z.output<typeof usageFigures>;

export function toFigures(row: UsageRow): UsageFigures {
  const { key, requests, inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, costMicroUsd } = row;
  return { key, requests, inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, costMicroUsd };
}
