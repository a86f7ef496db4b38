import { z } from 'zod';

/** What a usage report sums by. */
export const USAGE_BY = ['provider', 'credential', 'model', 'client', 'project', 'day', 'endpoint'] as const;
export const usageBy = z.enum(USAGE_BY);
export type UsageBy = z.output<typeof usageBy>;

const count = z.int().min(0);

export const usageRow = z.strictObject({
  /** Provider id, "provider/label", model, client name, folder, day (2026-11-20) or path; empty where it is not known. */
  key: z.string(),
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
  /** The same, or null where one of them is not known. */
  costMicroUsd: count.nullable(),
});
export type UsageRow = z.output<typeof usageRow>;

/** A day of the reporting zone, or a time, counted by its hour (UTC). */
export const usageMoment = z.union([z.iso.date(), z.iso.datetime({ offset: true })]);

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
