import { z } from 'zod';
import { restoredBackup } from './backups.ts';
import { validationResult } from '../provider/answer.ts';
import { fieldName, providerId } from '../provider/parts.ts';
import { deliveryForm } from '../delivery.ts';
import { slowFromPercent, throttleCurve, warnLevels } from '../quotas.ts';
import { DEFAULT_LABEL, LABEL_PATTERN } from '../reference.ts';

/** Building blocks of the contract. Strings are bounded here, so no handler sees an endless one. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
const LINE_BREAK = /[\t\n\r]/;

export const timestamp = z.iso.datetime();
export const password = z.string().min(1).max(1024);
/** A secret or a multi-line field value: any text but NUL. */
export const fieldValue = z
  .string()
  .max(65_536)
  .refine((value) => !value.includes('\0'), 'holds a NUL character');
/** One line for people: no control or direction-changing characters. */
export const line = (max: number) =>
  z
    .string()
    .max(max)
    .refine((value) => !CONTROL.test(value) && !LINE_BREAK.test(value), 'holds control characters');
export const paragraph = (max: number) =>
  z
    .string()
    .max(max)
    .refine((value) => !CONTROL.test(value), 'holds control characters');

export const credentialId = z.string().regex(/^[0-9a-f]{32}$/);
export const label = z.string().regex(LABEL_PATTERN);
export const scope = z.enum(['user', 'system']);
export const credentialState = z.enum(['active', 'suspended', 'revoked', 'binned']);
export const versionState = z.enum(['generated', 'active', 'rotation_pending', 'rotated', 'deleted']);
const tags = z.array(line(64).min(1)).max(32);
const fields = z
  .record(fieldName, fieldValue)
  .refine((given) => Object.keys(given).length <= 32, 'has too many fields');
/** A date (the end of that day in the reporting zone) or a time. */
export const expiry = z.union([z.iso.date(), z.iso.datetime({ offset: true })]);
const baseUrl = z.string().max(2048);

/** A credential by its id (windows) or its reference (command line). */
export const target = z.union([z.strictObject({ id: credentialId }), z.strictObject({ ref: z.string().max(256) })]);
export type Target = z.output<typeof target>;

export const checkResult = z.strictObject({
  ref: z.string(),
  result: validationResult,
  latencyMs: z.number().nullable(),
  detail: z.string(),
  /** What to do next, in one sentence; empty where nothing is to be done. */
  hint: z.string(),
  /** What the provider said for free: account, organization, scopes, expiry. Label -> text. */
  facts: z.array(z.strictObject({ label: z.string(), value: z.string() })),
  checkedAt: timestamp,
  cached: z.boolean(),
});
export type CheckResult = z.output<typeof checkResult>;

export const fieldSummary = z.strictObject({
  name: fieldName,
  label: z.string(),
  secret: z.boolean(),
  /** Secret fields: prefix and last four, never the value. Public fields: the value. */
  shown: z.string(),
});

export const credentialSummary = z.strictObject({
  id: credentialId,
  ref: z.string(),
  provider: providerId,
  label,
  name: z.string(),
  scope,
  authKind: z.string(),
  state: credentialState,
  version: z.int(),
  primary: fieldName,
  masked: z.string(),
  fingerprint: z.string(),
  fields: z.array(fieldSummary),
  tags: z.array(z.string()),
  project: z.string(),
  note: z.string(),
  /** The credential's own base URL, or null where the catalogue's is used. */
  baseUrl: z.string().nullable(),
  local: z.boolean(),
  expiresAt: timestamp.nullable(),
  createdAt: timestamp,
  updatedAt: timestamp,
  rotatedAt: timestamp.nullable(),
  binnedAt: timestamp.nullable(),
  lastUsedAt: timestamp.nullable(),
  lastUsedBy: z.string().nullable(),
  lastTest: checkResult.omit({ ref: true, cached: true }).nullable(),
  /** The weakest form in which tools get it; null: the default of all credentials. */
  weakestForm: deliveryForm.nullable(),
});
export type CredentialSummary = z.output<typeof credentialSummary>;

export const versionSummary = z.strictObject({
  version: z.int(),
  state: versionState,
  fingerprint: z.string(),
  createdAt: timestamp,
  stateChangedAt: timestamp,
});
export const credentialDetail = credentialSummary.extend({ versions: z.array(versionSummary) });
export type CredentialDetail = z.output<typeof credentialDetail>;

export const newCredential = z.strictObject({
  provider: providerId,
  authKind: fieldName.optional(),
  label: label.default(DEFAULT_LABEL),
  name: line(128).default(''),
  scope: scope.default('user'),
  fields,
  tags: tags.default([]),
  project: line(128).default(''),
  note: paragraph(8192).default(''),
  expiresAt: expiry.optional(),
  baseUrl: baseUrl.optional(),
  /** The owner's explicit word that base URL is one exact loopback or private address. */
  local: z.boolean().default(false),
  weakestForm: deliveryForm.nullable().optional(),
});
export type NewCredential = z.output<typeof newCredential>;

/** Only what is given changes; `fields` with a new secret makes a new version. */
export const credentialChanges = z.strictObject({
  label: label.optional(),
  name: line(128).optional(),
  scope: scope.optional(),
  fields: fields.optional(),
  tags: tags.optional(),
  project: line(128).optional(),
  note: paragraph(8192).optional(),
  expiresAt: expiry.nullable().optional(),
  baseUrl: baseUrl.nullable().optional(),
  local: z.boolean().optional(),
  weakestForm: deliveryForm.nullable().optional(),
});
export type CredentialChanges = z.output<typeof credentialChanges>;

/** Something worth telling that did not stop the act: an unusual format, the same value elsewhere. */
export const warning = z.strictObject({ code: z.string(), message: z.string() });
export const saved = z.strictObject({ credential: credentialDetail, warnings: z.array(warning) });

export const inspection = z.strictObject({
  warnings: z.array(warning),
  recognised: z
    .strictObject({
      provider: providerId,
      providerName: z.string(),
      authKind: z.string(),
      what: z.string(),
      reason: z.string(),
    })
    .nullable(),
});
export type Inspection = z.output<typeof inspection>;

/** The text of a descriptor in pieces, because no string of a message may be longer than 64 KiB. */
export const documentPieces = z.array(z.string().max(16_384)).min(1).max(64);
export const documentHash = z.string().regex(/^[0-9a-f]{64}$/);

/** What a descriptor would do. Nothing of it is in effect. */
export const providerPreview = z.strictObject({
  /** Of the descriptor and of what is there now: saving takes it, and only while both are as they were. */
  hash: documentHash,
  id: providerId,
  name: z.string(),
  category: z.string(),
  /** An own provider of this id is there and would be replaced. */
  replaces: z.boolean(),
  /** Hosts that get what is secret, as they are written in it; fields of a credential may stand in braces. */
  hosts: z.array(z.string()),
  kinds: z.array(
    z.strictObject({
      kind: z.string(),
      label: z.string(),
      /** The base URL; empty where fields of the credential say where it goes. */
      place: z.string(),
      local: z.boolean(),
      /** How the secret travels, in words. */
      sends: z.array(z.string()),
      environment: z.array(z.string()),
      check: z
        .strictObject({ id: z.string(), request: z.string(), costMicroUsd: z.int(), proves: z.string() })
        .nullable(),
    }),
  ),
  versions: z.array(z.strictObject({ name: z.string(), path: z.string(), enabled: z.boolean() })),
  /** Credentials that would go to another place than now, and how many of it there are. */
  moves: z.int(),
  credentials: z.int(),
  warnings: z.array(warning),
});
export type ProviderPreview = z.output<typeof providerPreview>;

export const vaultState = z.enum(['no-vault', 'locked', 'unlocking', 'gated', 'unlocked', 'rekeying']);
export const protection = z.strictObject({
  /** Whether the password slot also needs the device secret from the OS keychain. */
  deviceBound: z.boolean(),
  /** Name of the keychain in use, or null where none works. */
  keychain: z.string().nullable(),
  /** One plain sentence for people: what opens this vault, and why it is so. */
  note: z.string(),
  kdf: z.enum(['argon2id', 'pbkdf2']).nullable(),
  recoveryConfirmed: z.boolean(),
});
export const vaultStatus = z.strictObject({
  state: vaultState,
  version: z.string(),
  host: z.enum(['desktop', 'browser', 'headless']),
  protection,
  /** Milliseconds before the next unlock attempt is accepted. */
  retryAfterMs: z.int(),
  failedUnlocks: z.int(),
  credentials: z.int().nullable(),
  endpoint: z.strictObject({ on: z.boolean(), port: z.int().nullable() }),
  autoLockAt: timestamp.nullable(),
  /** Why the vault is read-only or needs care; empty where all is well. */
  notices: z.array(z.string()),
  /** What is damaged, so that the vault cannot be opened: one of the notices begins so. */
  damage: z.string().nullable(),
  /** The notice that says that the daily backup failed. */
  backupProblem: z.string().nullable(),
  /** The backup that was put back and has not been opened yet; told to a window only. */
  restored: restoredBackup.nullable(),
});
export type VaultStatus = z.output<typeof vaultStatus>;

export const passwordStrength = z.strictObject({
  /** 0 to 4 as the estimator says; 3 and 4 are accepted. */
  score: z.int().min(0).max(4),
  acceptable: z.boolean(),
  /** One plain sentence: time to crack, or what is wrong. */
  sentence: z.string(),
  suggestion: z.string(),
});

export const clientSummary = z.strictObject({
  id: z.string().regex(/^[0-9A-Za-z]{10}$/),
  name: z.string(),
  kind: z.enum(['live', 'test']),
  grants: z.array(z.string()),
  state: z.enum(['active', 'expired', 'revoked']),
  createdAt: timestamp,
  expiresAt: timestamp,
  lastUsedAt: timestamp.nullable(),
  /** Requests a second; null where the owner lifted the limit. */
  ratePerSecond: z.number().nullable(),
  /** The token was seen in a URL: it should be replaced. */
  exposed: z.boolean(),
  /** Lent to one child process of `run --proxy`: gone when that ends, and at lock. */
  loan: z.literal(true).optional(),
});
export type ClientSummary = z.output<typeof clientSummary>;

export const endpointStatus = z.strictObject({
  on: z.boolean(),
  address: z.string().nullable(),
  port: z.int().nullable(),
  socket: z.string().nullable(),
  /** Why it is off though it was asked for: the port is taken, say. */
  problem: z.string().nullable(),
});
export type EndpointStatus = z.output<typeof endpointStatus>;

/** settings.json: nothing here may hold a label, a client name, a note or a base URL. */
export const appSettings = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']),
  language: z.enum(['system', 'en']),
  density: z.enum(['comfortable', 'compact']),
  railCollapsed: z.boolean(),
  endpointOn: z.boolean(),
  endpointPort: z.int().min(0).max(65_535),
});
function isZoneOrEmpty(zone: string): boolean {
  try {
    return zone === '' || new Intl.DateTimeFormat('en', { timeZone: zone }) !== null;
  } catch {
    return false;
  }
}

/** Rows of the vault. */
export const vaultSettings = z.strictObject({
  /** Home shows what to do first, until it is done. */
  firstSteps: z.boolean(),
  autoLockMinutes: z.int().min(1).max(480),
  clipboardSeconds: z.int().min(10).max(300),
  checkFailuresBeforeCooldown: z.int().min(1).max(10),
  checkCooldownMinutes: z.int().min(1).max(240),
  /** Every active key that can be tested for free is, once a day while the vault is open. */
  dailyCheck: z.boolean(),
  /** Whether a program on the agent socket has to be let in by the owner, once a session. */
  askTerminals: z.enum(['never', 'with-window', 'always']),
  /** Hours that granted clients may work on behind a locked window; 0: the vault locks with it. */
  workBehindLockHours: z.int().min(0).max(8),
  /** Clients of this vault may use the read subset of HashiCorp Vault's KV version 2. */
  vaultKv: z.boolean(),
  /** Streams of chat completions are asked to tell their usage on behalf of clients that did not ask. */
  askForUsage: z.boolean(),
  /** How long single calls are kept; their sums stay for ever. 0: for ever too. */
  usageRecordDays: z.int().min(0).max(3650),
  /** Whose days reports count: an IANA name, or empty for that of this computer. */
  reportingZone: z.string().max(64).refine(isZoneOrEmpty, 'is no time zone'),
  /** For quotas that say nothing else: percent of the limit at which they warn, each once in a period. */
  quotaWarnAt: warnLevels,
  /** For quotas that slow calls and say nothing else: from which percent, how the wait grows, and to how much. */
  quotaSlowFromPercent: slowFromPercent,
  quotaSlowCurve: throttleCurve,
  quotaSlowMaxSeconds: z.int().min(1).max(60),
  /** How long the proxy waits for a connection, for the head of an answer, and between two pieces of one. */
  proxyConnectSeconds: z.int().min(1).max(60),
  proxyFirstByteSeconds: z.int().min(10).max(3600),
  proxyIdleSeconds: z.int().min(10).max(3600),
  /** Of a request body; 0: any size. */
  proxyMaxBodyMiB: z.int().min(0).max(9999),
  proxyHttp2: z.boolean(),
  /**
   * A proxy server on the way to the providers, or empty. It resolves the names of hosts: then only an address that
   * stands in the base URL itself can be judged here.
   */
  proxyOutbound: z
    .string()
    .max(200)
    .regex(/^(?:https?:\/\/(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?\/?)?$/),
  /** PEM: trusted besides the well-known ones. */
  proxyCaCertificates: z
    .string()
    .max(32_000)
    // White space is taken in one place: a long bundle with a line of another kind must not be tried in every way.
    .regex(/^\s*(?:-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*)*$/),
});
export const settings = z.strictObject({ app: appSettings, vault: vaultSettings.nullable() });
export type AppSettings = z.output<typeof appSettings>;
export type VaultSettings = z.output<typeof vaultSettings>;
export type Settings = z.output<typeof settings>;

export const doctorFinding = z.strictObject({
  id: z.string(),
  status: z.enum(['ok', 'warning', 'problem']),
  title: z.string(),
  detail: z.string(),
  hint: z.string(),
});
