import { createSecretKey, type KeyObject } from 'node:crypto';
import type { AuthKindDescriptor } from '../../../shared/provider/auth-kind.ts';
import { wipe } from '../vault/bytes.ts';
import {
  DATA_KEY_FIELD,
  openField,
  openParts,
  recordAad,
  sealedGeneration,
  type SealedParts,
  sealedParts,
} from '../vault/envelope.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { findCredential } from './credential-table.ts';
import { readFields } from './field-table.ts';
import { injectedVariables } from './opened.ts';
import { resolveServed, type Served, servedVersion, toResolved } from './resolve.ts';
import { type CredentialRow, type FieldRow, idFromHex } from './rows.ts';
import { placeOf, secretBytes } from './sealing.ts';
import { NEVER } from './token-store.ts';
import type { OpenedFields, ResolvedCredential } from './types.ts';

/** More than a busy set of tools asks for; above it all is read again. */
const MAX_KEPT = 1000;

interface SealedBytes {
  readonly name: string;
  readonly aad: Buffer;
  readonly blob: Buffer;
}

interface SealedBytesInParts extends SealedBytes {
  /** From the first use on. */
  parts: SealedParts | null;
}

/** One credential as the database holds it: still sealed, with what its seals are bound to worked out. */
interface ServedRow {
  readonly resolved: ResolvedCredential;
  readonly dataKey: SealedBytes | null;
  /** The opened data key, from the first use on. It opens no more than the record key that is held anyway. */
  openedKey: KeyObject | null;
  readonly sealed: readonly SealedBytesInParts[];
  readonly public: readonly { readonly name: string; readonly value: string }[];
  readonly primary: string;
  readonly environment: OpenedFields['environment'];
}

interface Kept {
  /** SQLite's count of all rows this connection ever changed: another count, and what is kept may be stale. */
  readonly countChanges: () => unknown;
  changes: unknown;
  readonly byName: Map<string, ServedRow>;
  readonly byId: Map<string, ServedRow>;
}

/**
 * What the endpoint serves, without asking the database again while nothing was written to it. No plaintext is kept: a
 * secret is opened for each use; its data key stays a KeyObject until something is written or the vault is locked
 * (SECURITY-DESIGN.md section 3).
 */
export class ServedRows {
  readonly #kindOf: (credential: CredentialRow) => AuthKindDescriptor;
  #kept = new WeakMap<OpenVault, Kept>();

  constructor(kindOf: (credential: CredentialRow) => AuthKindDescriptor) {
    this.#kindOf = kindOf;
  }

  /** null: nothing is served under this name. */
  resolve(vault: OpenVault, provider: string, label: string): ResolvedCredential | null {
    const kept = this.#current(vault);
    const name = `${provider}/${label}`;
    const known = kept.byName.get(name);
    if (known !== undefined) return known.resolved;
    const served = resolveServed(vault, provider, label);
    if (served === null) return null;
    const row = this.#keep(kept, vault, served);
    kept.byName.set(name, row);
    return row.resolved;
  }

  /** null: it is suspended, revoked, in the bin, or there is none. */
  find(vault: OpenVault, id: string): ResolvedCredential | null {
    const kept = this.#current(vault);
    return (kept.byId.get(id) ?? this.#findById(kept, vault, id))?.resolved ?? null;
  }

  /** null: this version of it is not served. The caller disposes. @throws AppError `integrity_failure`. */
  open(vault: OpenVault, id: string, version: number): OpenedFields | null {
    const kept = this.#current(vault);
    const row = kept.byId.get(id) ?? this.#findById(kept, vault, id);
    if (row === null || row.resolved.version !== version) return null;
    const fields = openSealed(vault, row);
    for (const { name, value } of row.public) fields.set(name, secretBytes(value));
    const dispose = () => {
      wipe(...fields.values());
      fields.clear();
    };
    return { primary: row.primary, fields, environment: row.environment, dispose, [Symbol.dispose]: dispose };
  }

  /** Runs a write that touches no credential, as the audit log's own: what is kept is as good after it as before. */
  unaffected(vault: OpenVault, write: () => void): void {
    const kept = this.#kept.get(vault);
    const isCurrent = kept !== undefined && kept.countChanges() === kept.changes;
    write();
    if (isCurrent) kept.changes = kept.countChanges();
  }

  drop(): void {
    this.#kept = new WeakMap();
  }

  #current(vault: OpenVault): Kept {
    let kept = this.#kept.get(vault);
    if (kept === undefined) {
      const count = vault.db.prepare('SELECT total_changes()').pluck();
      kept = { countChanges: () => count.get(), changes: count.get(), byName: new Map(), byId: new Map() };
      this.#kept.set(vault, kept);
      return kept;
    }
    const changes = kept.countChanges();
    if (changes !== kept.changes) {
      kept.changes = changes;
      kept.byName.clear();
      kept.byId.clear();
    }
    return kept;
  }

  #findById(kept: Kept, vault: OpenVault, id: string): ServedRow | null {
    const credential = findCredential(vault.db, idFromHex(id));
    const version = credential === undefined ? null : servedVersion(vault, credential);
    return credential === undefined || version === null ? null : this.#keep(kept, vault, { credential, version });
  }

  #keep(kept: Kept, vault: OpenVault, served: Served): ServedRow {
    if (kept.byId.size >= MAX_KEPT) {
      kept.byName.clear();
      kept.byId.clear();
    }
    const row = this.#read(vault, served);
    kept.byId.set(row.resolved.id, row);
    return row;
  }

  #read(vault: OpenVault, served: Served): ServedRow {
    const { credential, version } = served;
    const kind = this.#kindOf(credential);
    const place = placeOf(credential, version.version);
    const bound = (name: string, blob: Buffer): SealedBytes => {
      const generation = sealedGeneration(blob);
      return { name, blob, aad: recordAad({ ...place, vaultId: vault.vaultId, field: name, generation }) };
    };
    const rows = readFields(vault.db, credential.id, version.version);
    const present = new Set(rows.map((row) => row.name));
    return {
      resolved: withTokenEnd(toResolved(served), kind, rows),
      dataKey: version.data_key === null ? null : bound(DATA_KEY_FIELD, version.data_key),
      openedKey: null,
      sealed: rows.flatMap(({ name, sealed }) => (sealed === null ? [] : [{ ...bound(name, sealed), parts: null }])),
      public: rows.flatMap(({ name, value }) => (value === null ? [] : [{ name, value }])),
      primary: kind.primary,
      environment: injectedVariables(kind, present),
    };
  }
}

/** A client that is handed an access token should know when to ask for the next one. */
function withTokenEnd(
  resolved: ResolvedCredential,
  { token }: AuthKindDescriptor,
  rows: readonly Pick<FieldRow, 'name' | 'value'>[],
): ResolvedCredential {
  if (token === undefined) return resolved;
  const until = rows.find(({ name }) => name === token.expiresAt)?.value ?? NEVER;
  const { expiresAt } = resolved;
  const isSooner = until !== NEVER && (expiresAt === null || until < expiresAt);
  return { ...resolved, refreshable: true, expiresAt: isSooner ? until : expiresAt };
}

function openSealed(vault: OpenVault, row: ServedRow): Map<string, Buffer> {
  const fields = new Map<string, Buffer>();
  if (row.dataKey === null) return fields;
  row.openedKey ??= openDataKey(vault, row.dataKey);
  try {
    for (const field of row.sealed) {
      field.parts ??= sealedParts(field.aad, field.blob);
      fields.set(field.name, openParts(row.openedKey, field.parts));
    }
    return fields;
  } catch (error) {
    wipe(...fields.values());
    throw error;
  }
}

/** As a KeyObject: a GCM open costs a quarter with one, and its bytes are in nobody's buffer. */
function openDataKey(vault: OpenVault, { aad, blob }: SealedBytes): KeyObject {
  const bytes = openField(vault.keys.recordWrap, aad, blob);
  try {
    return createSecretKey(bytes);
  } finally {
    wipe(bytes);
  }
}
