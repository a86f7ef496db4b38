import { z } from 'zod';
import { deliveryForm } from '../../../shared/delivery.ts';
import { credentialState, scope, versionState } from '../../../shared/contract/schemas.ts';

/** Rows as SQLite gives them. They never leave credentials/: everything else sees summaries. */
export type Scope = z.output<typeof scope>;

const bytes = z.instanceof(Buffer);

export const credentialRow = z.strictObject({
  id: bytes,
  provider: z.string(),
  auth_kind: z.string(),
  label: z.string(),
  name: z.string(),
  scope,
  state: credentialState,
  state_before_bin: z.enum(['active', 'suspended', 'revoked']).nullable(),
  current_version: z.int(),
  project: z.string(),
  note: z.string(),
  origin: z.string(),
  local: z.literal([0, 1]),
  expires_at_ms: z.int().nullable(),
  created_at_ms: z.int(),
  updated_at_ms: z.int(),
  binned_at_ms: z.int().nullable(),
  weakest_form: deliveryForm.nullable(),
});
export type CredentialRow = z.output<typeof credentialRow>;

export const versionRow = z.strictObject({
  credential_id: bytes,
  version: z.int(),
  state: versionState,
  data_key: bytes.nullable(),
  fingerprint: z.string(),
  created_at_ms: z.int(),
  state_changed_at_ms: z.int(),
});
export type VersionRow = z.output<typeof versionRow>;

export const fieldRow = z.strictObject({
  credential_id: bytes,
  version: z.int(),
  name: z.string(),
  sealed: bytes.nullable(),
  value: z.string().nullable(),
  masked: z.string(),
});
export type FieldRow = z.output<typeof fieldRow>;

/** A field as lists need it: whether it is sealed, not the sealed bytes. */
export const shownFieldRow = z.strictObject({
  credential_id: bytes,
  name: z.string(),
  secret: z.literal([0, 1]),
  shown: z.string(),
});

export const checkRow = z.strictObject({
  credential_id: bytes,
  version: z.int(),
  result: z.string(),
  latency_ms: z.int().nullable(),
  detail: z.string(),
  hint: z.string(),
  facts: z.string(),
  checked_at_ms: z.int(),
  failures_in_a_row: z.int(),
  cooldown_until_ms: z.int().nullable(),
});
export type CheckRow = z.output<typeof checkRow>;

export const tokenRequestRow = z.strictObject({ credential_id: bytes, version: z.int(), asked_at_ms: z.int() });
export type TokenRequestRow = z.output<typeof tokenRequestRow>;

export const CREDENTIAL_ID_BYTES = 16;
export const idToHex = (id: Buffer): string => id.toString('hex');
export const idFromHex = (hex: string): Buffer => Buffer.from(hex, 'hex');
