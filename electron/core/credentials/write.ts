import { randomBytes } from 'node:crypto';
import type { CredentialChanges, NewCredential } from '../../../shared/contract/schemas.ts';
import { AppError } from '../../../shared/errors.ts';
import type { AuthKindDescriptor } from '../../../shared/provider/auth-kind.ts';
import type { ProviderDescriptor } from '../../../shared/provider/descriptor.ts';
import { appendAudit } from '../audit/audit-log.ts';
import { authKindOf, type Catalogue, signInField } from '../providers/catalogue.ts';
import type { MovedCredential } from '../endpoint/dropped-grants.ts';
import { rootField, tokenFields } from '../providers/tokens/live-token.ts';
import { isNamedByFields, type Place, placeFor } from '../providers/place.ts';
import type { Clock } from '../seams.ts';
import { wipe } from '../vault/bytes.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { removeCheck } from './check-table.ts';
import { insertCredential, isLabelTaken, listLabels, updateCredential } from './credential-table.ts';
import { expiryMs } from './expiry.ts';
import { checkFields, type FieldInput } from './field-input.ts';
import { putField, readFields, removeField } from './field-table.ts';
import { fingerprintOf } from './fingerprint.ts';
import { assertUse, moveVersion } from './lifecycle.ts';
import { maskSecret } from './mask.ts';
import { openCredential } from './opened.ts';
import { CREDENTIAL_ID_BYTES, type CredentialRow, idToHex, type Scope } from './rows.ts';
import { openVersion, placeOf, sealVersion, secretBytes } from './sealing.ts';
import { replaceTags } from './tag-table.ts';
import { type ObtainedTokens, storeTokens } from './token-store.ts';
import { insertVersion, listVersions, setDataKey, setFingerprint, setVersionState } from './version-table.ts';

/** Adding and changing credentials: everything of one act happens in one transaction with its audit entry. */
export interface WriteContext {
  readonly vault: OpenVault;
  readonly clock: Clock;
  readonly catalogue: Catalogue;
  readonly actor: string;
  /** Takes from clients what they were granted on a credential that moves; inside the same transaction. */
  readonly dropGrants: (moved: MovedCredential) => readonly string[];
}

/** One act of the owner's on a credential's data. */
export interface DataContext extends WriteContext {
  /** Whose days an end is given in (IANA name). */
  readonly zone: () => string;
}

/** What was written: whose it is, and the secrets' text for warnings, gone with the call. */
export interface Written {
  readonly id: Buffer;
  readonly fingerprint: string | null;
  /** Secret fields that are new or different. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Clients that lost a grant, because the credential goes to another place now. */
  readonly losing: readonly string[];
}

/** Of a credential without a secret: it is like no other. */
const NO_FINGERPRINT = '';

interface KindOf {
  readonly provider: ProviderDescriptor;
  readonly kind: AuthKindDescriptor;
}

function assertLabelFree(
  { vault }: WriteContext,
  provider: string,
  scope: Scope,
  label: string,
  butNot: Buffer | null,
): void {
  if (!isLabelTaken(vault.db, provider, scope, label, butNot)) return;
  throw new AppError(
    'conflict',
    'Another credential of this provider has this label. Nothing was changed.',
    'Choose another label (--label), edit the other one, or delete it first.',
  );
}

/** The longest known start that this value has: it may be shown. */
function knownPrefix(kind: AuthKindDescriptor, field: string, value: string): string {
  return kind.formats
    .filter((format) => format.field === field && format.prefix !== undefined && value.startsWith(format.prefix))
    .map((format) => format.prefix ?? '')
    .reduce((longest, prefix) => (prefix.length > longest.length ? prefix : longest), '');
}

/** Seals and inserts one version with all its fields, as the current one. @returns its fingerprint. */
function putVersion(
  { vault, clock }: WriteContext,
  credential: CredentialRow,
  kind: AuthKindDescriptor,
  version: number,
  input: FieldInput,
): string {
  const secrets = new Map([...input.secrets].map(([name, text]) => [name, secretBytes(text)]));
  try {
    const { dataKey, sealed } = sealVersion(vault, placeOf(credential, version), secrets);
    // An access token comes and goes; what it is got with tells one credential from another.
    const root = kind.token === undefined ? undefined : secrets.get(rootField(kind.token));
    const telling = root ?? secrets.get(kind.primary);
    if (telling === undefined && !kind.secretless && !kind.token) throw new Error('the primary field is required');
    const fingerprint = telling === undefined ? NO_FINGERPRINT : fingerprintOf(vault, telling);
    const now = clock.now();
    insertVersion(vault.db, {
      credential_id: credential.id,
      version,
      state: moveVersion('generated', 'active'),
      data_key: dataKey,
      fingerprint,
      created_at_ms: now,
      state_changed_at_ms: now,
    });
    const common = { credential_id: credential.id, version };
    for (const [name, text] of input.secrets) {
      const masked = maskSecret(text, knownPrefix(kind, name, text));
      putField(vault.db, { ...common, name, sealed: sealed.get(name) ?? null, value: null, masked });
    }
    for (const [name, value] of input.plain) {
      putField(vault.db, { ...common, name, sealed: null, value, masked: '' });
    }
    return fingerprint;
  } finally {
    wipe(...secrets.values());
  }
}

function uniqueTags(tags: readonly string[]): string[] {
  return [...new Set(tags.map((tag) => tag.trim()).filter((tag) => tag !== ''))];
}

/** @throws AppError `invalid_input`, `invalid_key_format`, `conflict`, `security_violation`. */
export function addCredential(context: DataContext, input: NewCredential): Written {
  const { vault, clock, catalogue, actor } = context;
  const provider = catalogue.get(input.provider);
  const kind = authKindOf(provider, input.authKind);
  assertGiven(kind, input.fields);
  const fields = checkFields(provider, kind, new Map(Object.entries(input.fields)));
  assertRoot(provider, kind, fields.secrets);
  const place = placeFor({ provider, kind }, (name) => fields.plain.get(name), input.baseUrl ?? null, input.local);
  const now = clock.now();
  const row: CredentialRow = {
    id: randomBytes(CREDENTIAL_ID_BYTES),
    provider: provider.id,
    auth_kind: kind.kind,
    label: input.label,
    name: input.name,
    scope: input.scope,
    state: 'active',
    state_before_bin: null,
    current_version: 1,
    project: input.project,
    note: input.note,
    origin: place.origin,
    local: place.local ? 1 : 0,
    expires_at_ms: input.expiresAt === undefined ? null : expiryMs(input.expiresAt, context.zone()),
    created_at_ms: now,
    updated_at_ms: now,
    binned_at_ms: null,
    weakest_form: input.weakestForm ?? null,
  };
  assertLabelFree(context, row.provider, row.scope, row.label, null);
  const fingerprint = vault.write(() => {
    insertCredential(vault.db, row);
    replaceTags(vault.db, row.id, uniqueTags(input.tags));
    const made = putVersion(context, row, kind, 1, fields);
    appendAudit(vault, clock, {
      actor,
      action: 'credential.add',
      target: idToHex(row.id),
      result: 'ok',
      meta: { provider: row.provider },
    });
    return made;
  });
  return {
    id: row.id,
    fingerprint: fingerprint === NO_FINGERPRINT ? null : fingerprint,
    secrets: fields.secrets,
    losing: [],
  };
}

/** What is got from the provider is not taken from people: it would be handed out as if it had been. */
function assertGiven(kind: AuthKindDescriptor, given: Readonly<Record<string, string>>): void {
  const field = kind.fields.find((each) => each.obtained && each.name in given);
  if (field === undefined) return;
  throw new AppError(
    'invalid_input',
    `${field.label} (field ${field.name}) is got from the provider and cannot be given. Nothing was stored.`,
    'Leave it out.',
  );
}

/** Without a sign-in there has to be something to begin with. */
function assertRoot(provider: ProviderDescriptor, kind: AuthKindDescriptor, secrets: FieldInput['secrets']): void {
  const { token } = kind;
  if (token === undefined || signInField(kind) !== null) return;
  const root = rootField(token);
  if (secrets.has(kind.primary) || secrets.has(root)) return;
  throw new AppError(
    'invalid_input',
    `${provider.name} (${kind.label}) needs ${kind.primary} or ${root}. Nothing was stored.`,
    `Pass one with --stdin or --field ${root}=-.`,
  );
}

/** The fields as they would be after `given`, and which secrets are really different. */
function mergedFields(
  context: WriteContext,
  credential: CredentialRow,
  { provider, kind }: KindOf,
  given: Readonly<Record<string, string>>,
): { readonly input: FieldInput; readonly changedSecrets: ReadonlyMap<string, string>; readonly dropsSecret: boolean } {
  using opened = openCredential(context.vault, credential, kind, credential.current_version);
  assertGiven(kind, given);
  const whole = new Map([...opened.fields].map(([name, bytes]) => [name, bytes.toString('utf8')]));
  // A token that was got with other data is not one of the new data.
  const obtained = new Set(tokenFields(kind));
  const differs = Object.entries(given).some(([name, text]) => (whole.get(name) ?? '') !== text);
  const now = differs ? new Map([...whole].filter(([name]) => !obtained.has(name) || name in given)) : whole;
  const input = checkFields(provider, kind, new Map([...now, ...Object.entries(given)]));
  const changedSecrets = new Map([...input.secrets].filter(([name, text]) => now.get(name) !== text));
  const secretNames = kind.fields.filter((field) => field.secret).map((field) => field.name);
  return { input, changedSecrets, dropsSecret: secretNames.some((name) => now.has(name) && !input.secrets.has(name)) };
}

/** Seals every version that still opens for its new place: what a changed base URL asks for. */
export function resealAll({ vault }: WriteContext, before: CredentialRow, after: CredentialRow): void {
  for (const version of listVersions(vault.db, before.id)) {
    if (version.data_key === null) continue;
    const rows = readFields(vault.db, before.id, version.version);
    const secrets = openVersion(vault, placeOf(before, version.version), version, rows);
    try {
      const { dataKey, sealed } = sealVersion(vault, placeOf(after, version.version), secrets);
      setDataKey(vault.db, before.id, version.version, dataKey);
      for (const row of rows)
        if (row.sealed !== null) putField(vault.db, { ...row, sealed: sealed.get(row.name) ?? null });
    } finally {
      wipe(...secrets.values());
    }
  }
}

/** The new value becomes current; the one before stays readable while it is being replaced at its users. */
function rotate(
  context: WriteContext,
  row: CredentialRow,
  kind: AuthKindDescriptor,
  input: FieldInput,
): { readonly version: number; readonly fingerprint: string } {
  const { vault, clock } = context;
  const versions = listVersions(vault.db, row.id);
  const current = versions.find((each) => each.version === row.current_version);
  if (current?.state === 'active') {
    const state = moveVersion(current.state, 'rotation_pending');
    setVersionState(vault.db, row.id, current.version, state, clock.now());
  }
  const version = (versions[0]?.version ?? 0) + 1;
  return { version, fingerprint: putVersion(context, row, kind, version, input) };
}

function replacePlain({ vault }: WriteContext, row: CredentialRow, plain: ReadonlyMap<string, string>): void {
  const version = row.current_version;
  for (const field of readFields(vault.db, row.id, version)) {
    if (field.sealed === null && !plain.has(field.name)) removeField(vault.db, row.id, version, field.name);
  }
  for (const [name, value] of plain) {
    putField(vault.db, { credential_id: row.id, version, name, sealed: null, value, masked: '' });
  }
}

/** Whether it is still the same local place; what cannot be a local one is another. */
function isStillLocal(row: CredentialRow, at: (local: boolean) => Place): boolean {
  try {
    return row.local === 1 && at(true).origin === row.origin;
  } catch {
    return false;
  }
}

/** The public fields of the current version. */
export function plainFields({ vault }: Pick<WriteContext, 'vault'>, row: CredentialRow): Map<string, string> {
  const rows = readFields(vault.db, row.id, row.current_version);
  return new Map(rows.flatMap(({ name, value }) => (value === null ? [] : [[name, value] as const])));
}

/**
 * Keeps what a sign-in brought. Tokens that the current version lacked are put into it; where it had some, the new ones
 * are a new version, as after any other rotation.
 */
export function keepSignIn(context: WriteContext, credential: CredentialRow, tokens: ObtainedTokens): void {
  const { vault, clock, catalogue, actor } = context;
  const kind = authKindOf(catalogue.get(credential.provider), credential.auth_kind);
  const { token } = kind;
  if (token === undefined) throw new Error('this kind has no tokens');
  const rows = readFields(vault.db, credential.id, credential.current_version);
  const isFirst = !rows.some(({ name }) => name === kind.primary || name === rootField(token));
  vault.write(() => {
    const version = isFirst ? credential.current_version : newVersionWithout(context, credential, kind);
    const now = { ...credential, current_version: version, updated_at_ms: clock.now() };
    updateCredential(vault.db, now);
    storeTokens(vault, now, { ...kind, token }, tokens);
    const root = tokens.secrets.get(rootField(token)) ?? tokens.secrets.get(kind.primary) ?? '';
    const bytes = secretBytes(root);
    setFingerprint(vault.db, credential.id, version, fingerprintOf(vault, bytes));
    wipe(bytes);
    removeCheck(vault.db, credential.id);
    appendAudit(vault, clock, {
      actor,
      action: 'credential.signed-in',
      target: idToHex(credential.id),
      result: 'ok',
      meta: { version },
    });
  });
}

/** A version with all that the owner gave, and none of the tokens yet. @returns its number. */
function newVersionWithout(context: WriteContext, credential: CredentialRow, kind: AuthKindDescriptor): number {
  using opened = openCredential(context.vault, credential, kind, credential.current_version);
  const got = new Set([...tokenFields(kind), ...(kind.token ? [rootField(kind.token)] : [])]);
  const kept = [...opened.fields].filter(([name]) => !got.has(name));
  const isSecret = (name: string) => kind.fields.some((field) => field.name === name && field.secret);
  const texts = kept.map(([name, bytes]) => [name, bytes.toString('utf8')] as const);
  const input = {
    secrets: new Map(texts.filter(([name]) => isSecret(name))),
    plain: new Map(texts.filter(([name]) => !isSecret(name))),
  };
  return rotate(context, credential, kind, input).version;
}

/**
 * Where it goes after the changes. Local has to be said again with each new address; without a new address it stays.
 * @throws AppError as `placeFor`.
 */
export function placeAfter(
  context: Pick<WriteContext, 'vault' | 'catalogue'>,
  row: CredentialRow,
  changes: Pick<CredentialChanges, 'baseUrl' | 'local' | 'fields'>,
): Place {
  const now: Place = { origin: row.origin, local: row.local === 1 };
  if (changes.baseUrl === undefined && changes.local === undefined && changes.fields === undefined) return now;
  const provider = context.catalogue.get(row.provider);
  const kindOf = { provider, kind: authKindOf(provider, row.auth_kind) };
  const before = plainFields(context, row);
  const isPlain = (name: string) => kindOf.kind.fields.some((field) => field.name === name && !field.secret);
  const given = Object.entries(changes.fields ?? {}).filter(([name]) => isPlain(name));
  const after = new Map([...before, ...given].filter(([, value]) => value !== ''));
  const isNamed = row.origin === '' || isNamedByFields(kindOf, row.origin, (name) => before.get(name));
  if (changes.baseUrl === undefined && changes.local === undefined && !isNamed) return now;
  const baseUrl = changes.baseUrl === undefined ? (isNamed ? null : row.origin) : changes.baseUrl;
  const at = (local: boolean) => placeFor(kindOf, (name) => after.get(name), baseUrl, local);
  return at(changes.local ?? (!(isNamed && kindOf.kind.local) && isStillLocal(row, at)));
}

const MAX_LABELS = 256;

export function movedCredential(vault: OpenVault, before: CredentialRow, after: CredentialRow): MovedCredential {
  const labels = [...new Set([before.label, after.label])];
  const others = listLabels(vault.db, before.provider, MAX_LABELS).filter((label) => !labels.includes(label));
  return { id: idToHex(before.id), provider: before.provider, labels, others };
}

/** @throws AppError as `addCredential`; `conflict` also for a state in which this is not possible. */
export function editCredential(context: DataContext, before: CredentialRow, changes: CredentialChanges): Written {
  const { vault, clock, catalogue, actor } = context;
  assertUse(before.state, 'edit');
  const provider = catalogue.get(before.provider);
  const kind = authKindOf(provider, before.auth_kind);
  const fields =
    changes.fields === undefined ? null : mergedFields(context, before, { provider, kind }, changes.fields);
  const rotates = fields !== null && (fields.changedSecrets.size > 0 || fields.dropsSecret);
  if (rotates) assertUse(before.state, 'replace');
  const place = placeAfter(context, before, changes);
  const after: CredentialRow = {
    ...before,
    origin: place.origin,
    local: place.local ? 1 : 0,
    weakest_form: changes.weakestForm === undefined ? before.weakest_form : changes.weakestForm,
    label: changes.label ?? before.label,
    name: changes.name ?? before.name,
    scope: changes.scope ?? before.scope,
    project: changes.project ?? before.project,
    note: changes.note ?? before.note,
    expires_at_ms:
      changes.expiresAt === undefined
        ? before.expires_at_ms
        : changes.expiresAt === null
          ? null
          : expiryMs(changes.expiresAt, context.zone()),
    updated_at_ms: clock.now(),
  };
  assertLabelFree(context, after.provider, after.scope, after.label, after.id);
  const moves = after.origin !== before.origin || after.local !== before.local;
  const { fingerprint, losing } = vault.write(() => {
    const lost = moves ? context.dropGrants(movedCredential(vault, before, after)) : [];
    if (after.origin !== before.origin) resealAll(context, before, after);
    const made = rotates ? rotate(context, after, kind, fields.input) : null;
    if (fields !== null && made === null) replacePlain(context, after, fields.input.plain);
    updateCredential(vault.db, made === null ? after : { ...after, current_version: made.version });
    if (changes.tags !== undefined) replaceTags(vault.db, after.id, uniqueTags(changes.tags));
    if (moves || rotates || fields !== null) removeCheck(vault.db, after.id);
    appendAudit(vault, clock, {
      actor,
      action: 'credential.edit',
      target: idToHex(after.id),
      result: 'ok',
      meta: {
        changed: Object.keys(changes).sort().join(','),
        ...(made === null ? {} : { newVersion: made.version }),
        ...(moves ? { newBaseUrl: true } : {}),
      },
    });
    const print = made === null || made.fingerprint === NO_FINGERPRINT ? null : made.fingerprint;
    return { fingerprint: print, losing: lost };
  });
  return { id: after.id, fingerprint, secrets: fields?.changedSecrets ?? new Map(), losing };
}
