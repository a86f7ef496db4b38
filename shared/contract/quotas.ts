import { z } from 'zod';
import { quotaDefinition, throttleCurve } from '../quotas.ts';
import { usageMoment } from '../usage.ts';
import { timestamp } from './schemas.ts';

/** Figures are in whole requests, tokens or micro-USD, as the quota counts. */
const figure = z.int().min(0);
export const quotaId = z.string().regex(/^[0-9a-f]{16}$/);

/**
 * `ok`; `warned`: a warning level is passed; `slowed`: calls wait before they go out; `used-up`: nothing is left (calls
 * are refused where the quota blocks); `off`: it is not enabled.
 */
export const QUOTA_STATES = ['ok', 'warned', 'slowed', 'used-up', 'off'] as const;

export const quotaStatus = z.strictObject({
  id: quotaId,
  definition: quotaDefinition,
  /** What holds now of that which a definition may leave to the settings. */
  inForce: z.strictObject({
    warnAt: z.array(z.int()),
    throttle: z.strictObject({ fromPercent: z.int(), curve: throttleCurve, maxDelayMs: z.int() }).nullable(),
  }),
  state: z.enum(QUOTA_STATES),
  /** Settled: the sum of the records of this period. */
  used: figure,
  /** Of imported calls of this period; in `used` only where the definition counts them. */
  imported: figure,
  /** Held for calls that are under way; estimated for tokens and cost. */
  reserved: figure,
  /** Brought over from the period before. */
  carriedOver: figure,
  /** The limit and what was brought over. */
  available: figure,
  /** Of `available`: only for calls marked critical. `percent`, `state` and warnings are about the rest. */
  kept: figure,
  /** Of `available` without `kept`, used alone: what is reserved stands beside it. May be above 100. */
  percent: z.number().min(0),
  startsAt: timestamp,
  resetsAt: timestamp,
  /** Calls that this quota refused in this period, since the vault was unlocked. */
  refused: figure,
  /** Cost only: requests whose price is not known. They are in no sum. */
  unpriced: figure,
  /** The highest warning level that was told in this period. */
  warnedAt: z.int().nullable(),
  /** A pool of clients: who used how much. Empty for other scopes. */
  clients: z.array(z.strictObject({ client: z.string(), used: figure, reserved: figure, share: figure })),
  updatedAt: timestamp,
});
export type QuotaStatus = z.output<typeof quotaStatus>;

/** Without an id a new one is made. */
export const quotaSet = z.strictObject({ id: quotaId.optional(), definition: quotaDefinition });
export const onQuota = z.strictObject({ id: quotaId });

export const quotaHistoryQuery = z.strictObject({ id: quotaId, periods: z.int().min(1).max(60).default(12) });
export const quotaPeriodUse = z.strictObject({
  startsAt: timestamp,
  endsAt: timestamp,
  used: figure,
  requests: figure,
  /** Requests whose price is not known. */
  unpriced: figure,
  /** Of the limit as it is now. */
  percent: z.number().min(0),
  /** Whether it is the one that runs now. */
  current: z.boolean(),
});
export type QuotaPeriodUse = z.output<typeof quotaPeriodUse>;
export const quotaHistory = z.strictObject({ id: quotaId, limit: figure, periods: z.array(quotaPeriodUse) });

/**
 * What a quota would have done, from the raw records: from the beginning of the period that `from` lies in. `from`, `to`:
 * as for usage reports, but a time is meant exactly; left out, 30 days back and now. Raw records are kept for a time only:
 * `recordsFrom` says how far back they go.
 */
export const quotaWhatIfQuery = z.strictObject({
  definition: quotaDefinition,
  from: usageMoment.optional(),
  to: usageMoment.optional(),
});
export const quotaWhatIf = z.strictObject({
  from: timestamp,
  to: timestamp,
  /** The first raw record there is; null: there is none. */
  recordsFrom: timestamp.nullable(),
  /** Calls that the quota is about; imported ones are none of them, they were sent without it. */
  calls: figure,
  /** What they used, refused ones included. */
  wanted: figure,
  refused: figure,
  /** What was not let through. */
  refusedAmount: figure,
  firstRefusedAt: timestamp.nullable(),
  slowed: figure,
  /** By how much all slowed calls together, in milliseconds. */
  delayMs: figure,
  /** Calls whose price is not known (cost only): they pass uncounted. */
  unpriced: figure,
  /** The periods in which something was refused or slowed, and the fullest; at most 100, in their order. */
  periods: z.array(
    z.strictObject({
      startsAt: timestamp,
      endsAt: timestamp,
      wanted: figure,
      used: figure,
      refused: figure,
      slowed: figure,
    }),
  ),
  /** All of it in plain words, with the day of the first raw record where that is later than `from`. */
  text: z.string(),
});
export type QuotaWhatIf = z.output<typeof quotaWhatIf>;

/** A quota that would fit. Ids hold as long as what they rest on does. */
export const quotaProposal = z.strictObject({
  id: z.string().min(1).max(128),
  /** `change`: another limit for a quota there is. `new`: a quota for a provider or system credentials without one. */
  kind: z.enum(['change', 'new']),
  /** Of the quota that changes. */
  quota: quotaId.nullable(),
  definition: quotaDefinition,
  /** The limit as it is; null for a new one. */
  limitNow: figure.nullable(),
  /** Why, in plain words. */
  because: z.string(),
  /** What it rests on; null where it is a default. */
  seen: z
    .strictObject({ from: timestamp, to: timestamp, periods: z.int(), typical: figure, highest: figure })
    .nullable(),
});
export type QuotaProposal = z.output<typeof quotaProposal>;
