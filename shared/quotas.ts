import { z } from 'zod';
import { providerId } from './provider/parts.ts';

/**
 * A quota is a limit on requests, tokens or cost over a period. These are the parts of a definition; how much of one is
 * used is in shared/contract/quotas.ts.
 */

/** What is counted. Cost is in whole micro-USD, everywhere. */
export const QUOTA_COUNTS = ['requests', 'tokens', 'cost'] as const;
export const quotaCounts = z.enum(QUOTA_COUNTS);
export type QuotaCounts = z.output<typeof quotaCounts>;

const credentialId = z.string().regex(/^[0-9a-f]{32}$/);
const clientId = z.string().regex(/^[0-9A-Za-z]{10}$/);
const clientIds = z
  .array(clientId)
  .min(1)
  .max(32)
  .refine((ids) => new Set(ids).size === ids.length, 'names one twice');
const line = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => !/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/.test(text), {
      error: 'holds control characters',
    });

/** Whose use is counted. */
export const quotaScope = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('all') }),
  z.strictObject({ kind: z.literal('provider'), provider: providerId }),
  z.strictObject({ kind: z.literal('credential'), credential: credentialId }),
  /**
   * One pool for all of them. `fair`: each client keeps an equal part for itself; what it leaves unused becomes free for
   * the others as the period goes by.
   */
  z.strictObject({ kind: z.literal('clients'), clients: clientIds, fair: z.boolean().default(true) }),
  /** The folder of a project, or anything below it. */
  z.strictObject({ kind: z.literal('project'), project: line(1024).min(1) }),
  /** All system credentials together: the demo quota. Beyond it they are not resolved to any more. */
  z.strictObject({ kind: z.literal('system') }),
]);
export type QuotaScope = z.output<typeof quotaScope>;

/** Whether a folder is written from its root on, as calls name theirs: with either slash, or with a drive. */
export const isWholePath = (folder: string): boolean => /^(?:[/\\]|[A-Za-z]:[/\\])/.test(folder);

/**
 * Minutes and hours are those of UTC. Days, weeks (from Monday) and months are those of the vault's reporting zone. A
 * month begins on `day`, or on its last one where it is shorter. `cron`: a new period begins whenever the expression
 * fires in its own zone.
 */
export const quotaPeriod = z.discriminatedUnion('every', [
  z.strictObject({ every: z.literal('minute') }),
  z.strictObject({ every: z.literal('hour') }),
  z.strictObject({ every: z.literal('day') }),
  z.strictObject({ every: z.literal('week') }),
  z.strictObject({ every: z.literal('month'), day: z.int().min(1).max(31).default(1) }),
  z.strictObject({
    every: z.literal('cron'),
    /** Five fields: minute, hour, day of month, month, day of week. */
    expression: line(128).min(1),
    /** IANA name. */
    zone: line(64).min(1),
  }),
]);
export type QuotaPeriod = z.output<typeof quotaPeriod>;

/** How the delay grows between the beginning and the limit. */
export const THROTTLE_CURVES = ['linear', 'late', 'early'] as const;
/** Percent of the limit from which calls are slowed. */
export const slowFromPercent = z.int().min(1).max(99);
/** `late`: with the square of the way to the limit; `early`: with its square root. */
export const throttleCurve = z.enum(THROTTLE_CURVES);
export type ThrottleCurve = z.output<typeof throttleCurve>;

/** Null: as the settings say, also when they change. */
export const quotaThrottle = z.strictObject({
  fromPercent: slowFromPercent.nullable().default(null),
  curve: throttleCurve.nullable().default(null),
  /** What a call waits at the limit. */
  maxDelayMs: z.int().min(100).max(60_000).nullable().default(null),
});
export type QuotaThrottle = z.output<typeof quotaThrottle>;

/** A part of the limit that only calls marked with the header `keyharbor-priority: critical` may use. */
export const quotaBuffer = z.strictObject({
  percent: z.int().min(1).max(50).default(10),
  /** Ids of the clients that may mark a call so. */
  clients: clientIds,
});

/** What the last period left unused is added to this one, and is gone after it. */
export const quotaRollover = z.strictObject({
  /** At most this much of the limit. */
  maxPercent: z.int().min(1).max(100).default(50),
});

/** Beyond every real one, and still exact in a double with room for a sum of many. */
export const MAX_LIMIT = 1e15;
const limit = z.int().min(0).max(MAX_LIMIT);

/** Within these bounds Keyharbor may change the limit by itself, from the last weeks' use. */
export const quotaAdjust = z
  .strictObject({ min: limit, max: limit })
  .refine(({ min, max }) => min <= max, 'the least is above the most');

/** Percent of the limit; each is told once in a period. */
export const warnLevels = z
  .array(z.int().min(1).max(100))
  .max(8)
  .refine((levels) => new Set(levels).size === levels.length, 'names a level twice');

export const quotaDefinition = z.strictObject({
  name: line(64).trim().min(1),
  enabled: z.boolean().default(true),
  counts: quotaCounts,
  scope: quotaScope,
  period: quotaPeriod,
  limit,
  /** What happens at the limit: calls are refused, or only told of. */
  atLimit: z.enum(['block', 'warn']).default('block'),
  /** Null: as the settings say, also when they change. Empty: no warnings. */
  warnAt: warnLevels.nullable().default(null),
  throttle: quotaThrottle.nullable().default(null),
  /**
   * Whether calls of imported logs and exports use it up too: the money is spent, but they did not go through Keyharbor,
   * and an import would cut off the calls that do. Shown beside what is used in either case.
   */
  countImports: z.boolean().default(false),
  buffer: quotaBuffer.nullable().default(null),
  rollover: quotaRollover.nullable().default(null),
  adjust: quotaAdjust.nullable().default(null),
});
export type QuotaDefinition = z.output<typeof quotaDefinition>;

/** The header by which an allowed client marks a call; it is never passed on. */
export const PRIORITY_HEADER = 'keyharbor-priority';
