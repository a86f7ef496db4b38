import { z } from 'zod';
import { AUDIT_AREAS } from '../audit-words.ts';
import { timestamp } from './schemas.ts';

const seq = z.int().min(0);

/** All that is given has to fit. */
export const auditFilter = z.strictObject({
  area: z.enum(AUDIT_AREAS).optional(),
  /** `ui`, `cli`, `system`, or the id of a client. */
  actor: z.string().min(1).max(64).optional(),
  result: z.enum(['ok', 'refused', 'failed']).optional(),
  /** Id of what it was done to. */
  target: z.string().min(1).max(256).optional(),
  from: timestamp.optional(),
  /** Up to, but not with. */
  to: timestamp.optional(),
});
export type AuditFilter = z.output<typeof auditFilter>;

export const auditEntry = z.strictObject({
  /** 1, 2, 3 …, without a gap. */
  seq: z.int().min(1),
  at: timestamp,
  actor: z.string(),
  /** Name of the client that it is the id of; null for the owner's own doors, and where there is none any more. */
  actorName: z.string().nullable(),
  /** Area and act: `vault.unlock`, `key.read` … */
  action: z.string(),
  target: z.string(),
  /** Reference or name of what the target is the id of; null where it has none any more, or is not an id. */
  targetName: z.string().nullable(),
  result: z.enum(['ok', 'refused', 'failed']),
  /** A few facts, never a secret. */
  meta: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});
export type AuditEntry = z.output<typeof auditEntry>;

/** Newest first. */
export const auditQuery = z.strictObject({
  filter: auditFilter.default({}),
  /** Only older ones: the last `seq` of the page before. */
  before: seq.optional(),
  limit: z.int().min(1).max(200).default(50),
});
export const auditPage = z.strictObject({
  entries: z.array(auditEntry),
  /** Whether older ones fit as well. */
  more: z.boolean(),
});

/** `firstBad`: from that entry on the log was changed, or its end is missing; null: it is whole. */
export const auditVerdict = z.strictObject({ entries: seq, firstBad: z.int().min(1).nullable() });

/** With the chain: each MAC covers the entry and the MAC before, so a copy that is kept elsewhere shows what is cut off. */
export const auditRecord = auditEntry.extend({
  prev: z.string().regex(/^[0-9a-f]{64}$/),
  mac: z.string().regex(/^[0-9a-f]{64}$/),
});
export type AuditRecord = z.output<typeof auditRecord>;

/** Oldest first, a piece at a time: again with `next` as `after`, until it is null. */
export const auditExport = z.strictObject({ filter: auditFilter.default({}), after: seq.default(0) });
export const auditPiece = z.strictObject({ entries: z.array(auditRecord), next: seq.nullable() });

/** Written into the user's folder for downloads, readable by the user alone; one JSON object a line. */
export const auditSave = z.strictObject({ filter: auditFilter.default({}) });
export const auditSaved = z.strictObject({ fileName: z.string(), folder: z.string(), entries: seq });
