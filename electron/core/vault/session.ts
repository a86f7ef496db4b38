import { createSecretKey, type KeyObject } from 'node:crypto';
import path from 'node:path';
import type Database from 'better-sqlite3';
import Sqlite from 'better-sqlite3';
import { AppError } from '../../../shared/errors.ts';
import type { Clock, Paths } from '../seams.ts';
import { readSmallFile } from '../store/atomic-file.ts';
import { type BackupKind, makeBackup } from '../store/backup.ts';
import { isSound, openDatabase } from '../store/database.ts';
import { isNewer, migrate, VAULT_MIGRATIONS } from '../store/migrate.ts';
import { onDisk } from '../store/sqlite-error.ts';
import {
  initState,
  mirroredHeaderEpoch,
  type StateKey,
  sealState,
  setHeaderEpoch,
  verifiedState,
} from '../store/vault-state.ts';
import { deriveKey, deriveKeyObject, deriveVaultKeys } from './hkdf.ts';
import { formatHeader, type Header, MAX_HEADER_BYTES, parseHeader, verifyHeader } from './header.ts';
import type { OpenVault, VaultKeys } from './open-vault.ts';
import { UsageFile } from './usage-file.ts';

/** Rekeying raises it; until then there is one generation of the record-wrapping key. */
const GENERATION = 1;

interface Opening {
  readonly paths: Paths;
  readonly clock: Clock;
  readonly header: Header;
  /** The vault master key: 32 bytes, kept and wiped by the caller. */
  readonly vmk: Buffer;
  /** Told how many milliseconds each whole write to vault.db took, one that failed too. */
  readonly wrote?: ((ms: number) => void) | undefined;
}

/** The connection to usage.db. */
interface Usage {
  readonly db: Database.Database;
  close(): void;
}

/** The open databases and long-lived keys, from unlock to lock. */
export class Session implements OpenVault {
  readonly vaultId: Buffer;
  readonly generation = GENERATION;
  readonly keys: VaultKeys;
  readonly db: Database.Database;
  readonly headerKey: KeyObject;
  /** True when a newer Keyharbor wrote the database: it may only be read. */
  readonly readOnly: boolean;
  readonly notices: readonly string[];
  readonly #state: StateKey;
  readonly #databaseKey: KeyObject;
  readonly #usage: Usage;
  readonly #wrote: Opening['wrote'];

  /** For `openSession` and `stageVault`. */
  constructor(
    from: Opening,
    opened: { db: Database.Database; usage: Usage; readOnly: boolean; notices: readonly string[] },
  ) {
    this.vaultId = Buffer.from(from.header.vaultId, 'hex');
    this.keys = deriveVaultKeys(from.vmk, this.vaultId);
    this.headerKey = deriveKeyObject(from.vmk, this.vaultId, 'headerMac');
    this.#databaseKey = deriveKeyObject(from.vmk, this.vaultId, 'database');
    this.#state = stateKey(from);
    this.db = opened.db;
    this.#usage = opened.usage;
    this.#wrote = from.wrote;
    this.readOnly = opened.readOnly;
    this.notices = opened.notices;
  }

  get usageDb(): Database.Database {
    return this.#usage.db;
  }

  write<T>(work: () => T): T {
    if (this.readOnly) {
      throw new AppError(
        'unsupported',
        'This vault was written by a newer Keyharbor and is open for reading only. Nothing was changed.',
        'Update Keyharbor on this computer.',
      );
    }
    if (!this.db.open) throw new AppError('vault_locked', 'The vault is locked.', 'Unlock it first.');
    // Within another write: part of its transaction, whose end seals the state row.
    if (this.db.inTransaction) return this.db.transaction(work)();
    const whole = this.db.transaction(() => {
      const result = work();
      sealState(this.db, this.#state);
      return result;
    });
    const startMs = performance.now();
    try {
      return onDisk(() => whole.immediate());
    } finally {
      this.#wrote?.(performance.now() - startMs);
    }
  }

  /** Call it inside `write`. */
  setHeaderEpoch(epoch: number): void {
    setHeaderEpoch(this.db, epoch);
  }

  /** After a crash between header and database the mirror is one behind. */
  catchUpWith(header: Header): void {
    if (mirroredHeaderEpoch(this.db) !== header.headerEpoch) this.write(() => this.setHeaderEpoch(header.headerEpoch));
  }

  /** @returns the name of its folder. */
  backUp(paths: Paths, clock: Clock, kind: BackupKind, header: Header): string {
    const folder = backUp({ paths, clock, header }, this.db, this.#databaseKey, this.headerKey, this.#state, kind);
    return path.basename(folder);
  }

  /** As `assertWhole`, with the keys of this vault: a copy that was made of it. @throws AppError */
  lookInto<T>(header: Header, file: string, look: (db: Database.Database) => T): T {
    const keys = { databaseKey: this.#databaseKey, headerKey: this.headerKey, state: this.#state };
    return checkWhole(header, file, keys, look);
  }

  close(): void {
    try {
      this.#usage.close();
    } finally {
      this.db.close();
    }
  }
}

/**
 * Opens what the header belongs to, with every check before data is used: header MAC, page authentication, state row,
 * age of the header. Migrates after a verified backup.
 */
export function openSession(from: Opening): Session {
  const { paths, clock, header, vmk } = from;
  const vaultId = Buffer.from(header.vaultId, 'hex');
  const headerKey = deriveKeyObject(vmk, vaultId, 'headerMac');
  verifyHeader(header, headerKey);
  const key = deriveKey(vmk, vaultId, 'database');
  const notices: string[] = [];
  let db: Database.Database | undefined;
  try {
    const vaultDb = openDatabase(paths.vaultDb, 'vault', key, 'open');
    db = vaultDb;
    const readOnly = isNewer(vaultDb, VAULT_MIGRATIONS);
    if (readOnly) {
      vaultDb.pragma('query_only = ON');
      notices.push(
        'This vault was written by a newer Keyharbor: it is open for reading only. Update Keyharbor to change it.',
      );
    } else {
      const state = stateKey(from);
      assertHeaderAge(verifiedState(vaultDb, state).header_epoch, header.headerEpoch);
      migrate(vaultDb, VAULT_MIGRATIONS, () =>
        backUp({ paths, clock, header }, vaultDb, createSecretKey(key), headerKey, state, 'migration'),
      );
    }
    const usage = new UsageFile({ paths, clock, key: deriveKeyObject(vmk, vaultId, 'usageDatabase'), notices });
    return new Session(from, { db: vaultDb, usage, readOnly, notices });
  } catch (error) {
    db?.close();
    throw error;
  } finally {
    key.fill(0);
  }
}

/** A new vault's database under a name of its own, with its first row; closed by the caller before it gets its name. */
export function stageVault(from: Opening, file: string): Session {
  const vaultId = Buffer.from(from.header.vaultId, 'hex');
  const key = deriveKey(from.vmk, vaultId, 'database');
  try {
    const db = openDatabase(file, 'vault', key, 'create');
    try {
      migrate(db, VAULT_MIGRATIONS, () => undefined);
      onDisk(() => initState(db, stateKey(from), from.header.headerEpoch));
      // No usage file yet: a crash before the vault has its names must leave no trace that looks like a damaged vault.
      const none = new Sqlite(':memory:');
      const usage = { db: none, close: () => void none.close() };
      return new Session(from, { db, usage, readOnly: false, notices: [] });
    } catch (error) {
      db.close();
      throw error;
    }
  } finally {
    key.fill(0);
  }
}

function stateKey(from: Pick<Opening, 'header' | 'vmk'>): StateKey {
  const vaultId = Buffer.from(from.header.vaultId, 'hex');
  return { vaultId, key: deriveKeyObject(from.vmk, vaultId, 'stateMac') };
}

/** A newer header is a crash between file and mirror; an older one was put back by someone (SECURITY-DESIGN.md section 6). */
function assertHeaderAge(mirrored: number, headerEpoch: number): void {
  if (headerEpoch >= mirrored) return;
  throw new AppError(
    'integrity_failure',
    'The header file, vault.json, is older than the vault database: an old copy was put back. Nothing was changed.',
    'Put the newest backup back, in the window or with "keyharbor backup restore". The present files are kept.',
  );
}

interface WholeKeys {
  readonly databaseKey: KeyObject;
  readonly headerKey: KeyObject;
  readonly state: StateKey;
}

/** @throws AppError `integrity_failure` where a part is damaged, or the header older than the database. */
function checkWhole<T>(
  header: Header,
  file: string,
  { databaseKey, headerKey, state }: WholeKeys,
  look: (db: Database.Database) => T,
): T {
  const key = databaseKey.export();
  try {
    verifyHeader(header, headerKey);
    const copy = openDatabase(file, 'vault', key, 'open');
    try {
      assertHeaderAge(verifiedState(copy, state).header_epoch, header.headerEpoch);
      if (!isSound(copy)) throw new AppError('integrity_failure', 'A backup did not verify. Nothing was changed.');
      return look(copy);
    } finally {
      copy.close();
    }
  } finally {
    key.fill(0);
  }
}

/**
 * That header and database belong together, and every page of it can be read.
 * @param vmk - of that header: kept and wiped by the caller.
 * @param look - at the database, while it is open. @throws AppError
 */
export function assertWhole<T>(header: Header, file: string, vmk: Buffer, look: (db: Database.Database) => T): T {
  const vaultId = Buffer.from(header.vaultId, 'hex');
  const keys = {
    databaseKey: deriveKeyObject(vmk, vaultId, 'database'),
    headerKey: deriveKeyObject(vmk, vaultId, 'headerMac'),
    state: stateKey({ header, vmk }),
  };
  return checkWhole(header, file, keys, look);
}

function backUp(
  from: Pick<Opening, 'paths' | 'clock' | 'header'>,
  db: Database.Database,
  databaseKey: KeyObject,
  headerKey: KeyObject,
  state: StateKey,
  kind: BackupKind,
): string {
  const verify = (folder: string): void => {
    const bytes = readSmallFile(path.join(folder, 'vault.json'), MAX_HEADER_BYTES) ?? Buffer.alloc(0);
    const keys = { databaseKey, headerKey, state };
    checkWhole(parseHeader(bytes), path.join(folder, 'vault.db'), keys, () => undefined);
  };
  return makeBackup(
    { folder: from.paths.backups, clock: from.clock, db, headerBytes: formatHeader(from.header), verify },
    kind,
  );
}
