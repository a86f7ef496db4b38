import { z } from 'zod';
import { usageMoment } from '../usage.ts';
import { timestamp } from './schemas.ts';
import { breakdownQuery } from './usage-explore.ts';
import { reconcileInput } from './usage-figures.ts';
import { anomaliesQuery, forecastQuery } from './usage-forecast.ts';
import { heatMapQuery, overviewQuery, usageFilter, usageQuery, usageRemark, zoneName } from './usage.ts';

const count = z.int().min(0);

/** One call as it is kept. Never a body, a header or a query. */
export const usageRecord = z.strictObject({
  /** Names the call within this vault. */
  id: z.int(),
  at: timestamp,
  /** How it came to be known: proxy, reported, batch (an answer of one, when it was fetched) or import. */
  source: z.string(),
  client: z.string(),
  credential: z.string(),
  /** null where it is not known. */
  credentialVersion: z.int().nullable(),
  provider: z.string(),
  project: z.string(),
  model: z.string(),
  endpoint: z.string(),
  method: z.string(),
  /** 0: no answer came. */
  status: z.int(),
  outcome: z.string(),
  errorType: z.string().nullable(),
  requestId: z.string(),
  /** The call that this one repeats with another credential. */
  retryOf: z.string().nullable(),
  /** The provider's own name for a call that failed, for a question to its support; null: it told none, or it went well. */
  providerRequestId: z.string().nullable(),
  /** measured, incomplete, missing or none: how far the answer told its use. */
  measure: z.string(),
  inputTokens: count,
  cacheReadTokens: count,
  cacheWriteTokens: count,
  /** To a cache of the longer life; not part of `cacheWriteTokens`. */
  cacheWriteLongTokens: count,
  outputTokens: count,
  reasoningTokens: count,
  /** What is counted other than tokens, in thousandths of the unit. */
  unit: z.string().nullable(),
  thousandths: z.int().nullable(),
  webSearches: count,
  serviceTier: z.string().nullable(),
  region: z.string().nullable(),
  /** null: unknown, which is never zero. */
  costMicroUsd: z.int().nullable(),
  /** Where the cost comes from, or why it is not known. */
  costReason: z.string(),
  latencyMs: z.number(),
  firstByteMs: z.number().nullable(),
});
export type UsageRecord = z.output<typeof usageRecord>;

export const requestsQuery = z.strictObject({
  /** Left out: all that is kept. */
  from: usageMoment.optional(),
  to: usageMoment.optional(),
  zone: zoneName.optional(),
  filter: usageFilter.optional(),
  /** `next` of the answer before. */
  cursor: z.string().max(64).optional(),
  limit: z.int().min(1).max(1000).default(100),
});
export const usageRequests = z.strictObject({
  zone: z.string(),
  /** Latest first. */
  records: z.array(usageRecord),
  /** null: that was all. */
  next: z.string().nullable(),
  /** The time of the oldest call that is still kept; null: none is. */
  keptSince: timestamp.nullable(),
  remarks: z.array(usageRemark),
});
export type UsageRequests = z.output<typeof usageRequests>;

export const usageRequest = z.strictObject({
  record: usageRecord,
  /** How the cost comes about by the prices of today's book; null where it has no price there. */
  price: z
    .strictObject({
      /** Where the price is from: own_price, book or listed_elsewhere. */
      from: z.string(),
      /** First day the price holds, UTC; null: always before the next one. */
      validFrom: z.iso.date().nullable(),
      /** The day of the book. */
      bookAsOf: z.iso.date(),
      parts: z.array(
        z.strictObject({
          what: z.enum(['input', 'cacheRead', 'cacheWrite', 'cacheWriteLong', 'output']),
          tokens: count,
          /** Micro-USD for a million tokens. */
          price: count,
          /** Rounded by itself: the parts may differ from the whole by a few micro-USD. */
          microUsd: count,
        }),
      ),
      /** Of a service tier or region, e.g. 0.5; 1: none. */
      factor: z.number(),
      totalMicroUsd: count,
      /** Whether that is what was recorded. Else the price has changed since, or the provider told another. */
      asRecorded: z.boolean(),
    })
    .nullable(),
  /** Calls that repeated this one, and the one that it repeats. */
  related: z.array(usageRecord),
});
export type UsageRequest = z.output<typeof usageRequest>;

export const cheapestQuery = z.strictObject({
  /** Left out: every model that was used in the last 30 days. */
  model: z.string().min(1).max(256).optional(),
});
export const usageCheapest = z.strictObject({
  /** Day of the price book. */
  bookAsOf: z.iso.date(),
  models: z.array(
    z.strictObject({
      /** As the name without its vendor and version date. */
      model: z.string(),
      /** What one million tokens stand for: the shares of the last 30 days, or three in to one out. */
      mix: z.strictObject({
        measured: z.boolean(),
        input: count,
        cacheRead: count,
        cacheWrite: count,
        output: count,
      }),
      /** Of a call of the last 30 days, in the mean; null: none was counted, and plain prices are compared. */
      promptTokens: count.nullable(),
      /** Of the providers that the owner has a usable key of; the cheapest first. */
      offers: z.array(
        z.strictObject({
          provider: z.string(),
          /** References of the keys. */
          credentials: z.array(z.string()),
          /** As it is sent to this provider. */
          model: z.string(),
          /** Micro-USD for a million tokens of that mix. */
          microUsdPerMillion: count,
          /** That is its price for prompts as long as these are in the mean. */
          longPrompt: z.boolean(),
          /** Requests of the last 30 days. */
          requests: count,
          knownCostMicroUsd: count,
        }),
      ),
      /** What the last 30 days would have cost less with the cheapest offer; 0: it was used. An estimate. */
      savesMicroUsd: count,
    }),
  ),
});
export type UsageCheapest = z.output<typeof usageCheapest>;

export const EXPORT_FORMATS = ['csv', 'json', 'parquet'] as const;
/** What is exported: what a screen shows, as rows. */
export const exportView = z.discriminatedUnion('kind', [
  /** Single calls, oldest first. */
  z.strictObject({ kind: z.literal('requests'), ...requestsQuery.omit({ cursor: true, limit: true }).shape }),
  z.strictObject({ kind: z.literal('report'), ...usageQuery.shape }),
  /** The series: a row for each bucket and name. */
  z.strictObject({ kind: z.literal('overview'), ...overviewQuery.omit({ compare: true }).shape }),
  z.strictObject({ kind: z.literal('breakdown'), ...breakdownQuery.shape }),
  /** The range as a whole, the period before it, and each name: with percentiles, error rate and savings. */
  z.strictObject({ kind: z.literal('totals'), ...overviewQuery.omit({ compare: true, bucket: true }).shape }),
  /** The days of the heat map; before anything was collected without figures. */
  z.strictObject({ kind: z.literal('calendar'), ...heatMapQuery.shape }),
  z.strictObject({ kind: z.literal('hours-of-week'), ...heatMapQuery.shape }),
  /** The course, a row a day. */
  z.strictObject({ kind: z.literal('forecast'), ...forecastQuery.shape }),
  z.strictObject({ kind: z.literal('anomalies'), ...anomaliesQuery.shape }),
  /** Offers of a model, or of every one used, at the providers that there are keys of. */
  z.strictObject({ kind: z.literal('cheapest'), ...cheapestQuery.shape }),
  /** What was last compared with the provider's figures since the unlock; nobody is asked again. */
  z.strictObject({ kind: z.literal('drift'), ...reconcileInput.omit({ label: true }).shape }),
  z.strictObject({ kind: z.literal('prices') }),
]);
export type ExportView = z.output<typeof exportView>;

/**
 * An export is begun, then read piece by piece until `done`: memory stays flat on both sides however many rows there are.
 * It ends by itself with the last piece, when it is cancelled, with the connection, with a lock, or after a minute without
 * a question. What is counted after it began is not in it.
 */
export const exportBegin = z.strictObject({ format: z.enum(EXPORT_FORMATS), view: exportView });
export const exportBegun = z.strictObject({
  id: z.string(),
  /** How many rows there will be. */
  rows: count,
  mediaType: z.string(),
  /** A name for the file, without a folder. */
  fileName: z.string(),
  remarks: z.array(usageRemark),
});
export const exportId = z.strictObject({ id: z.string().max(64) });
export const exportPiece = z.strictObject({
  /** Bytes of the file in their order, at most about 1 MiB; CSV and JSON are UTF-8. */
  encoding: z.enum(['utf8', 'base64']),
  data: z.string(),
  /** Rows written so far, this piece included. */
  rows: count,
  done: z.boolean(),
});

/** Where an export of a window stands: it goes into a file of the folder for downloads, which only the user can read. */
export const exportSaved = z.strictObject({
  /** Rows written so far. */
  rows: count,
  done: z.boolean(),
  fileName: z.string(),
  folder: z.string(),
});
