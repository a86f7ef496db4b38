import { z } from 'zod';
import { deliveryForm } from '../delivery.ts';
import { providerId } from '../provider/parts.ts';
import { credentialId, expiry, line, timestamp } from './schemas.ts';

/** The words of the gate: who asks for which credential, in which form, and what the owner said. */

/** What the system says of a process. Evidence for a person, never proof: any program can take another's name. */
export const processEvidence = z.strictObject({
  pid: z.int(),
  /** Path of the program, or null where the system does not tell. */
  executable: z.string().nullable(),
  /** Its words with secrets taken out; null where unknown. */
  commandLine: z.string().nullable(),
  workingFolder: z.string().nullable(),
  /** `peer`: the system says that this process holds the connection; `stated`: the caller named its own pid. */
  source: z.enum(['peer', 'stated']),
});
export type ProcessEvidence = z.output<typeof processEvidence>;

export const accessCaller = z.strictObject({
  kind: z.enum(['client', 'program']),
  /** The client's name as it was given to the token, or the program's file name. Plain text, at most 64 characters. */
  name: z.string(),
  clientId: z.string().nullable(),
  /** The asking process first, then its parents. Empty where nothing is known. */
  processes: z.array(processEvidence),
});
export type AccessCaller = z.output<typeof accessCaller>;

/**
 * `once`: this request. `minutes15`, `lock`: this caller (a client, or a process and what it starts) for that long.
 * `always`: a client, or a program in this project folder, until the grant is revoked.
 */
export const ACCESS_ANSWERS = ['deny', 'once', 'minutes15', 'lock', 'always'] as const;
export const accessAnswer = z.enum(ACCESS_ANSWERS);
export type AccessAnswer = z.output<typeof accessAnswer>;

export const accessWant = z.strictObject({
  /** null for `owner`: everything that the command line may do. */
  credentialId: credentialId.nullable(),
  ref: z.string(),
  name: z.string(),
  provider: providerId.nullable(),
  /** `owner`: a terminal wants to act as the owner for this session. */
  form: z.union([deliveryForm, z.literal('owner')]),
});
export type AccessWant = z.output<typeof accessWant>;

export const accessRequest = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{16}$/),
  askedAt: timestamp,
  /** Not answered by then: denied. */
  expiresAt: timestamp,
  caller: accessCaller,
  wants: z.array(accessWant).min(1),
  /** The caller's own words, or empty. */
  reason: z.string(),
  /** The project folder that `always` would be bound to, or null. */
  folder: z.string().nullable(),
  /** Those that make sense for this caller; `deny` is always one. */
  answers: z.array(accessAnswer).min(2),
});
export type AccessRequest = z.output<typeof accessRequest>;

export const accessGrant = z.strictObject({
  id: z.string(),
  caller: accessCaller.pick({ kind: true, name: true, clientId: true }),
  credentialId: credentialId.nullable(),
  ref: z.string(),
  form: accessWant.shape.form,
  /** `minutes15` and `lock` die with the lock; `always` is a row of the vault. */
  lasts: z.enum(['minutes15', 'lock', 'always']),
  folder: z.string().nullable(),
  executable: z.string().nullable(),
  createdAt: timestamp,
  expiresAt: timestamp.nullable(),
  lastUsedAt: timestamp.nullable(),
});
export type AccessGrant = z.output<typeof accessGrant>;

/** A grant is only ever narrowed: a safer form, an earlier end. */
export const narrowedGrant = z.strictObject({
  id: z.string().max(64),
  form: deliveryForm.optional(),
  expiresAt: expiry.optional(),
});

/** What a caller says of itself when it asks: shown as its own words, never believed. */
export const statedCaller = z.strictObject({
  pid: z.int().min(1).optional(),
  reason: line(200).default(''),
});
