import { z } from 'zod';
import { quotaCounts } from '../quotas.ts';
import { accessRequest } from './access.ts';
import * as s from './schemas.ts';

/** Everything the core tells its windows and subscribers without being asked. Never a secret. */
export const events = {
  'vault.unlocked': z.strictObject({}),
  'vault.locked': z.strictObject({
    reason: z.enum(['asked', 'idle', 'screen-lock', 'suspend', 'failures', 'restore', 'quit']),
  }),
  /** Auto-lock is near; any activity calls it off. */
  'vault.lockWarning': z.strictObject({ locksAt: s.timestamp }),
  'vault.lockWarningOver': z.strictObject({}),
  /** A backup was made, checked, put back or removed, or the daily one could not be made. */
  'backups.changed': z.strictObject({}),
  /** `ids` null: read the whole list again. */
  'credentials.changed': z.strictObject({ ids: z.array(s.credentialId).nullable() }),
  /** Keys that worked before are refused now: by the daily check, the test after a 401, or when their token is renewed. */
  'credentials.died': z.strictObject({ ids: z.array(s.credentialId) }),
  /** A tool says that a key it was given is refused. */
  'credential.reported': z.strictObject({ id: s.credentialId, client: z.string() }),
  /** `by`: "ui", "cli" or "system", as the audit log names who acts. */
  'credential.revoked': z.strictObject({ id: s.credentialId, by: z.string() }),
  /** An own provider came, went or changed. */
  'providers.changed': z.strictObject({}),
  'clients.changed': z.strictObject({}),
  /** The owner let a program in, or shut it out; loans come and go without a word. */
  'client.created': z.strictObject({ id: z.string(), name: z.string(), by: z.string() }),
  'client.revoked': z.strictObject({ id: z.string(), name: z.string(), by: z.string() }),
  'endpoint.changed': s.endpointStatus,
  /** Somebody asks for access; the owner's panel or `keyharbor approve` answers. */
  'access.requested': accessRequest,
  'access.settled': z.strictObject({ id: z.string(), granted: z.boolean() }),
  'grants.changed': z.strictObject({}),
  'routing.changed': z.strictObject({}),
  'settings.changed': s.settings,
  /** Calls were counted: once for each batch, so about once a second; while an import runs more often. */
  'usage.recorded': z.strictObject({
    requests: z.int(),
    providers: z.array(z.string()),
    /** Client ids. */
    clients: z.array(z.string()),
  }),
  /** A limit was changed, or how much of one is used (never more than one a second). */
  'quotas.changed': z.strictObject({}),
  /** A quota passed one of its warning levels; once for each level and period. */
  'quota.warning': z.strictObject({
    id: z.string(),
    name: z.string(),
    /** The level that was passed. */
    percent: z.number().min(0),
    counts: quotaCounts,
    /** In whole requests, tokens or micro-USD, as the quota counts. */
    used: z.int().min(0),
    limit: z.int().min(0),
    resetsAt: s.timestamp,
  }),
  /** Keyharbor changed a limit by itself, within the bounds that its owner set. Amounts as the quota counts. */
  'quota.adjusted': z.strictObject({
    id: z.string(),
    name: z.string(),
    counts: quotaCounts,
    from: z.int().min(0),
    to: z.int().min(0),
    /** What it was taken from, in plain words. */
    because: z.string(),
  }),
  /** Use that is out of the usual. */
  'usage.anomaly': z.strictObject({
    kind: z.enum(['spend', 'new-client', 'errors', 'unusual-hour']),
    at: s.timestamp,
    /** What it is about: a provider, "provider/label" or the name of a client. */
    subject: z.string(),
    /** Said whole, in plain words. */
    text: z.string(),
  }),
  /** A model whose price is not known was used; once for each. */
  'usage.unknownModel': z.strictObject({ provider: z.string(), model: z.string() }),
  /** How far an import is; at most once a second. */
  'usage.importProgress': z.strictObject({
    source: z.enum(['claude-code', 'codex', 'csv']),
    files: z.int(),
    ofFiles: z.int(),
    calls: z.int(),
  }),
  /** Prices were set, updated or taken away. */
  'prices.changed': z.strictObject({}),
  /** The inbox, the webhooks or their deliveries changed. */
  'notifications.changed': z.strictObject({}),
  'clipboard.cleared': z.strictObject({}),
} as const;

export type EventName = keyof typeof events;
export type EventData<E extends EventName> = z.output<(typeof events)[E]>;
