import { z } from 'zod';
import { ERROR_CODES } from '../errors.ts';
import { providerId } from '../provider/parts.ts';
import { label, scope, timestamp } from '../contract/schemas.ts';
import { quotaCounts } from '../quotas.ts';

/** What the endpoint's routes take and give. What validates here is what `GET /openapi.json` shows. */

/** The arithmetic of a refusal by a quota. Whole requests, tokens or micro-USD. */
const quotaFacts = z.object({
  id: z.string(),
  name: z.string(),
  counts: quotaCounts,
  /** What this call could draw on. */
  limit: z.number(),
  used: z.number(),
  /** Of `used`: what imported calls took. */
  imported: z.number(),
  reserved: z.number(),
  asked: z.number(),
  resetsAt: timestamp,
});

/** RFC 9457, with extension members of ours. */
export const problemDetails = z.object({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int(),
  /** Left out in every refusal up to and including the token check. */
  detail: z.string().optional(),
  code: z.enum(ERROR_CODES),
  /** What to do: the grant, the command, the screen. */
  hint: z.string(),
  /** Of a call that a quota refuses. */
  quota: quotaFacts.optional(),
  /** The same in the place where SDKs of providers look for it. */
  error: z
    .object({ type: z.literal('quota_exceeded'), code: z.literal('quota_exceeded'), message: z.string() })
    .optional(),
});

export const health = z.object({ status: z.literal('ok'), version: z.string(), locked: z.boolean() });

const served = {
  provider: providerId,
  label,
  scope,
  version: z.int().min(1),
  expiresAt: timestamp.nullable(),
  fingerprint: z.string(),
};

export const keyList = z.object({ keys: z.array(z.object({ ...served, name: z.string() })) });

export const keyValue = z.object({
  ...served,
  /** The primary secret field; null where it is not filled in. */
  value: z.string().nullable(),
  fields: z.record(z.string(), z.string()),
  /** The provider's usual environment names, with values. */
  env: z.record(z.string(), z.string()),
});

export const REPORT_REASONS = ['refused', 'exhausted'] as const;
export const keyReport = z.strictObject({
  /** `refused`: the provider said 401 or 403. `exhausted`: no credit or quota is left. */
  reason: z.enum(REPORT_REASONS),
  /** The version that was tried. A report on another than the current one changes nothing. */
  version: z.int().min(1).max(1_000_000_000).optional(),
  /** The HTTP status that the provider gave. */
  status: z.int().min(100).max(599).optional(),
});
export type KeyReport = z.output<typeof keyReport>;

/** `marked` false: it was said before, or a newer finding or version stands. */
export const keyReported = z.object({ marked: z.boolean() });

export const quotaList = z.object({
  quotas: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      what: z.enum(['requests', 'tokens', 'cost']),
      /** Whose use is counted: what kind of thing it is, not which. */
      scope: z.enum(['all', 'provider', 'credential', 'clients', 'project', 'system']),
      period: z.enum(['minute', 'hour', 'day', 'week', 'month', 'cron']),
      /** Whole requests, tokens or micro-USD; what the period before left over is in it. */
      limit: z.number(),
      used: z.number(),
      /** Held for calls under way. */
      reserved: z.number(),
      /** Of `limit`: only for calls marked critical (`keyharbor-priority`) by a client that may. */
      kept: z.number(),
      /** Of `limit` without `kept`, used alone; may be above 100. */
      percent: z.number(),
      state: z.enum(['ok', 'warned', 'slowed', 'used-up', 'off']),
      atLimit: z.enum(['block', 'warn']),
      resetsAt: timestamp.nullable(),
      /** Of a pool of clients: this client's part. */
      own: z.object({ used: z.number(), share: z.number() }).nullable(),
    }),
  ),
});

/** The shape that AWS SDKs want of a container credentials endpoint. */
export const awsCredentials = z.object({
  AccessKeyId: z.string(),
  SecretAccessKey: z.string(),
  /** Empty where the credential has no session token. */
  Token: z.string(),
  /** Until then the SDK keeps it: the end of a temporary credential, at most an hour from now. */
  Expiration: timestamp,
});

/** HashiCorp Vault's own shapes, of the KV secrets engine version 2. */
export const vaultErrors = z.object({ errors: z.array(z.string()) });
const vaultEnvelope = {
  request_id: z.string(),
  lease_id: z.literal(''),
  renewable: z.literal(false),
  lease_duration: z.literal(0),
  wrap_info: z.null(),
  warnings: z.null(),
  auth: z.null(),
};
const vaultVersion = { created_time: timestamp, deletion_time: z.string(), destroyed: z.boolean() };
export const vaultSecret = z.object({
  ...vaultEnvelope,
  data: z.object({
    data: z.record(z.string(), z.string()),
    metadata: z.object({ ...vaultVersion, custom_metadata: z.null(), version: z.int() }),
  }),
});
export const vaultMetadata = z.object({
  ...vaultEnvelope,
  data: z.object({
    cas_required: z.literal(false),
    created_time: timestamp,
    current_version: z.int(),
    custom_metadata: z.null(),
    delete_version_after: z.literal('0s'),
    max_versions: z.literal(0),
    oldest_version: z.int(),
    updated_time: timestamp,
    versions: z.record(z.string(), z.object(vaultVersion)),
  }),
});
export const vaultKeys = z.object({ ...vaultEnvelope, data: z.object({ keys: z.array(z.string()) }) });
export const vaultHealth = z.object({
  initialized: z.boolean(),
  sealed: z.boolean(),
  standby: z.literal(false),
  performance_standby: z.literal(false),
  replication_performance_mode: z.literal('disabled'),
  replication_dr_mode: z.literal('disabled'),
  server_time_utc: z.int(),
  version: z.string(),
});
