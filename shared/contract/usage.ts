import { z } from 'zod';
import { usageBy, usageDimension, usageMoment, usageRow, usageSums } from '../usage.ts';
import { timestamp } from './schemas.ts';

const count = z.int().min(0);

/** IANA name. Left out: the reporting zone of the vault, in which days are kept summed. */
export const zoneName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\w+/-]+$/);

const names = z.array(z.string().max(1024)).min(1).max(100);
/**
 * Only calls with one of the names given, for each kind that is given. A name is what reports show as `key` (or the id of a
 * credential or client); the empty one stands for what is not known.
 */
export const usageFilter = z.strictObject({
  provider: names.optional(),
  model: names.optional(),
  client: names.optional(),
  credential: names.optional(),
  project: names.optional(),
  endpoint: names.optional(),
  outcome: names.optional(),
});
export type UsageFilter = z.output<typeof usageFilter>;

/** Days are those of the reporting zone; a day given as `to` is included. */
const period = { from: usageMoment.optional(), to: usageMoment.optional() };
const filter = { filter: usageFilter.optional() };
const zone = { zone: zoneName.optional() };

/** What a reader has to know of an answer: for programs the code, for people the sentence. */
export const usageRemark = z.strictObject({
  code: z.enum([
    /** Several filters at once are summed by day only: the buckets are days where hours were asked for. */
    'days-only',
    /** Times within a day were widened to whole days: single calls, which such hours are summed from, are no longer kept. */
    'whole-days',
    /** Nothing was ever counted under a name of the filter. */
    'unknown-name',
    /** The range begins before anything was counted. */
    'before-collection',
    /** Single calls of a part of the range are no longer kept. */
    'records-gone',
    /** Percentiles and savings are not kept for several filters at once. */
    'no-latency',
    /** Calls that were refused before they were sent are among the requests; no quota counts them. */
    'refused',
    /** Fewer than seven whole days of data. */
    'few-days',
    /** The usage database cannot be written now: calls that wait for it are not among the figures. */
    'waiting',
  ]),
  text: z.string(),
});
export type UsageRemark = z.output<typeof usageRemark>;
const remarks = { remarks: z.array(usageRemark) };

/** Left out `from` and `to`: all there is. */
export const usageQuery = z.strictObject({ by: usageBy, ...period, ...filter });
export const usageReport = z.strictObject({
  by: usageBy,
  /** IANA name of the reporting zone. */
  zone: z.string(),
  /** Days in their order, else the dearest first. */
  rows: z.array(usageRow),
  ...remarks,
});

export const USAGE_BUCKETS = ['hour', 'day', 'week', 'month'] as const;
export const overviewQuery = z.strictObject({
  /** Left out: 30 days up to now. */
  ...period,
  ...zone,
  by: usageDimension.default('provider'),
  /** `auto`: the finest that gives at most about 100 bars. */
  bucket: z.enum(['auto', ...USAGE_BUCKETS]).default('auto'),
  ...filter,
  /** How many names get a series of their own; the rest are one. */
  top: z.int().min(1).max(100).default(8),
  /** Also what the period before it came to. */
  compare: z.boolean().default(true),
});

/** One bar. `from` and `to` can be given back as the range of another question. */
export const usageBucket = z.strictObject({
  /** A day, or for an hour its beginning (UTC). */
  from: z.string(),
  /** The last day of it, or for an hour its end. */
  to: z.string(),
  /** It is not over, or the range cuts it. */
  partial: z.boolean(),
});
export type UsageBucket = z.output<typeof usageBucket>;

/** One number for each bucket, in their order. */
const perBucket = z.array(count);
export const bucketValues = z.strictObject({
  requests: perBucket,
  failed: perBucket,
  incomplete: perBucket,
  unpriced: perBucket,
  inputTokens: perBucket,
  cacheReadTokens: perBucket,
  cacheWriteTokens: perBucket,
  outputTokens: perBucket,
  reasoningTokens: perBucket,
  knownCostMicroUsd: perBucket,
});
export type BucketValues = z.output<typeof bucketValues>;

/** Milliseconds, from a histogram whose buckets grow by a fifth: at most 19 % above the true figure. */
export const latencyFigures = z.strictObject({
  p50Ms: z.number(),
  p95Ms: z.number(),
  p99Ms: z.number(),
  approximate: z.literal(true),
});
export type LatencyFigures = z.output<typeof latencyFigures>;

const totals = usageSums.extend({
  /** null where nothing was asked. */
  errorRate: z.number().min(0).max(1).nullable(),
  /** null where nothing was asked, or several filters hold at once. */
  latency: latencyFigures.nullable(),
  /** An estimate: what the tokens read from caches would have cost without them, less what they cost. null: not kept. */
  cacheSavedMicroUsd: z.int().nullable(),
});
export type UsageTotals = z.output<typeof totals>;

const series = z.strictObject({
  /** As in a report; empty where it is not known. */
  key: z.string(),
  values: bucketValues,
  totals,
});

export const usageOverview = z.strictObject({
  by: usageDimension,
  bucket: z.enum(USAGE_BUCKETS),
  /** The zone that days, weeks and months are counted in. */
  zone: z.string(),
  /** The range as it was understood: days, or times of whole hours. Both included where they are days. */
  from: z.string(),
  to: z.string(),
  buckets: z.array(usageBucket),
  totals,
  /** All series together. */
  values: bucketValues,
  /** The dearest first (then the busiest), at most `top`. */
  series: z.array(series),
  /** What is in no series, and how many names that is; null where nothing is. */
  other: z.strictObject({ names: count, values: bucketValues, totals: usageSums }).nullable(),
  /** The same length of time before; by calendar where the range is a month or its beginning. null: not asked for. */
  previous: z.strictObject({ from: z.string(), to: z.string(), totals, values: bucketValues }).nullable(),
  /** The hour of the first call that was ever counted; null: none was. */
  collectedSince: timestamp.nullable(),
  ...remarks,
});
export type UsageOverview = z.output<typeof usageOverview>;

export const heatMapQuery = z.strictObject({ ...zone, ...filter, to: usageMoment.optional() });
const heat = z.strictObject({
  requests: perBucket,
  failed: perBucket,
  unpriced: perBucket,
  incomplete: perBucket,
  knownCostMicroUsd: perBucket,
  /** Input, cached and output together. */
  tokens: perBucket,
});
export const usageHeatMap = z.strictObject({
  zone: z.string(),
  /** A Monday; 53 weeks of days follow, the last of them cut after `to`. */
  from: z.iso.date(),
  to: z.iso.date(),
  days: heat,
  /** The same time by hour of the week, Monday 0:00 first, 168 in all. null where several filters hold at once. */
  hoursOfWeek: heat.nullable(),
  collectedSince: timestamp.nullable(),
  ...remarks,
});
export type UsageHeatMap = z.output<typeof usageHeatMap>;
