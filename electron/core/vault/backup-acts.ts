import { AppError, type ErrorCode } from '../../../shared/errors.ts';
import { appendAudit } from '../audit/audit-log.ts';
import { recordPending } from '../audit/pending.ts';
import type { Clock, Paths } from '../seams.ts';
import { readSmallFile } from '../store/atomic-file.ts';
import {
  type BackupFiles,
  backupFolder,
  listBackups,
  unreadable,
  type VaultBackup,
  withCopy,
} from '../store/backup.ts';
import { databaseProblem } from '../store/database.ts';
import { putBack } from '../store/put-back.ts';
import { listReplaced, removeReplaced, type ReplacedVault, replacedFolder } from '../store/replaced.ts';
import {
  contentsOf,
  differenceOf,
  inventoryOf,
  type VaultContents,
  type VaultDifference,
  type VaultInventory,
} from './backup-contents.ts';
import { wipe } from './bytes.ts';
import type { Guarded } from './guarded.ts';
import { type Header, MAX_HEADER_BYTES, parseHeader, verifyHeader } from './header.ts';
import { deriveKeyObject } from './hkdf.ts';
import { parseRecoveryCode } from './recovery-code.ts';
import type { Secret } from './secret.ts';
import { assertWhole } from './session.ts';
import type { UnlockAttempts } from './unlock-attempts.ts';
import { readHeader } from './vault-files.ts';
import type { VaultMachine } from './vault-machine.ts';

interface BackupActsDeps {
  readonly paths: Paths;
  readonly clock: Clock;
  readonly machine: VaultMachine;
  readonly attempts: UnlockAttempts;
  readonly guarded: Guarded;
}

/**
 * `as-made`: it was opened and checked when it was made, not since. `whole`, `damaged`: looked at since the program began;
 * damaged is also what can be seen without a key.
 */
export type BackupState = 'as-made' | 'whole' | 'damaged';

export interface KnownBackup extends VaultBackup {
  readonly state: BackupState;
  /** UTC epoch milliseconds. */
  readonly checkedMs: number;
}

/** What was found in a copy that was opened: null where it does not verify. */
export type BackupCheck = (VaultContents & { readonly difference: VaultDifference }) | null;

export interface PutBack extends VaultContents {
  readonly name: string;
  /** When the copy was made, and when it was put back. UTC epoch milliseconds. */
  readonly atMs: number;
  readonly doneMs: number;
  /** The folder in `backups` where what stood here is now. */
  readonly replaced: string;
  readonly headerOnly: boolean;
  /** Newer backups that do not verify. */
  readonly passedOver: readonly string[];
}

interface Candidate {
  readonly name: string;
  readonly atMs: number;
  readonly files: BackupFiles;
}

/** Copies of the whole vault: which there are, one more now, and putting one back (SECURITY-DESIGN.md section 4). */
export class BackupActs {
  readonly #deps: BackupActsDeps;
  readonly #checks = new Map<string, { readonly state: 'whole' | 'damaged'; readonly atMs: number }>();
  readonly #listeners = new Set<() => void>();
  #restored: PutBack | null = null;

  constructor(deps: BackupActsDeps) {
    this.#deps = deps;
  }

  /** Those that could be put back, the newest first. */
  list(): KnownBackup[] {
    return listBackups(this.#deps.paths.backups).map((backup) => ({ ...backup, ...this.#known(backup) }));
  }

  /** What stood in the vault's place before a backup was put back, the newest first. */
  replaced(): ReplacedVault[] {
    return listReplaced(this.#deps.paths.backups);
  }

  /** Why the last daily backup could not be made; null where it could. */
  get problem(): string | null {
    return this.#deps.machine.backupProblem;
  }

  /** The backup that was put back last and has not been opened yet. */
  get restored(): PutBack | null {
    return this.#restored;
  }

  /** A backup came, went or was looked at. */
  onChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(): void {
    for (const listener of this.#listeners) this.#deps.guarded('backups-listener', listener);
  }

  /** What was put back has been opened. */
  opened(): void {
    this.#restored = null;
  }

  /** @returns its name. @throws AppError where it could not be made or does not verify; the older ones stand. */
  make(actor: string): Promise<string> {
    const { machine, paths, clock } = this.#deps;
    return machine.inTurn(() => {
      const { session, header } = machine.mustBeOpen();
      session.write(() => appendAudit(session, clock, { actor, action: 'vault.backUp', result: 'ok' }));
      const name = session.backUp(paths, clock, 'made', header);
      this.changed();
      return Promise.resolve(name);
    });
  }

  /**
   * Opens a copy of it with the keys of the open vault, reads every page, and compares.
   * @param name - of a backup, or of what one replaced. @throws AppError `not_found`; `unsupported` where it is of another
   * vault; where there is no room for the copy.
   */
  check(name: string): Promise<BackupCheck> {
    const { machine, paths, clock } = this.#deps;
    return machine.inTurn(() => {
      const { session } = machine.mustBeOpen();
      const { files } = this.#find(name);
      const found = this.#noting(name, () => {
        const header = headerOf(files);
        if (header.vaultId !== session.vaultId.toString('hex')) throw ofAnotherVault();
        return withCopy(paths.backups, files, (file) =>
          session.lookInto(header, file, (db) => inventoryOf(db, clock.now())),
        );
      });
      this.changed();
      if (found === null) return Promise.resolve(null);
      const difference = differenceOf(inventoryOf(session.db, clock.now()), found);
      return Promise.resolve({ ...contentsOf(found), difference });
    });
  }

  /** That this password, or code, opens it (null: the newest that can be read). Nothing else is looked at. @throws AppError */
  prove(name: string | null, secret: string, actor: string): Promise<void> {
    return this.#deps.machine.inTurn(async () => {
      const candidates = name === null ? this.#allBackups() : [this.#find(name)];
      for (const { files } of candidates) {
        const header = tried(() => headerOf(files), 'integrity_failure');
        if (header === null) continue;
        wipe(await this.#keyOf(secret, header, actor));
        return;
      }
    });
  }

  /**
   * Puts a backup, or what one replaced, in the place of the vault, which is kept beside the backups as it was and is
   * locked afterwards. First the copy is opened and checked as a whole, with the password, or the recovery code, of that
   * day. Where the vault is locked, only its header is damaged and that of the backup fits the database, the database
   * stays: nothing is lost.
   * @param wanted - `name` null: the newest backup that verifies. `lock`: an open vault is locked, once all is checked.
   * @throws AppError `not_found`; `conflict` while the vault is open; `integrity_failure` where it does not verify; those
   * of unlock.
   */
  restore(
    wanted: { readonly name: string | null; readonly secret: string; readonly lock: boolean },
    actor: string,
  ): Promise<PutBack> {
    const { machine } = this.#deps;
    return machine.inTurn(async (goOn) => {
      const candidates = wanted.name === null ? this.#allBackups() : [this.#find(wanted.name)];
      if (machine.session !== null && !wanted.lock) {
        throw new AppError(
          'conflict',
          'The vault is open. Nothing was changed.',
          'Lock it first (keyharbor lock), then put the backup back.',
        );
      }
      const passedOver: string[] = [];
      for (const one of candidates) {
        const done = await this.#putBack(one, wanted.secret, actor, goOn);
        if (done !== null) {
          this.#restored = { ...done, passedOver };
          this.changed();
          return this.#restored;
        }
        passedOver.push(one.name);
      }
      this.changed();
      if (wanted.name !== null) throw doesNotVerify();
      throw new AppError(
        'integrity_failure',
        'None of the backups verifies. Nothing was changed.',
        'Copy the Keyharbor folder before anything else; then put a copy of it from elsewhere in its place.',
      );
    });
  }

  /** Deletes for good what a backup replaced. @throws AppError `not_found`, and those of `verifyPassword`. */
  removeReplaced(name: string, password: string, actor: string): Promise<void> {
    const { machine, paths, clock, attempts } = this.#deps;
    return machine.inTurn(async (goOn) => {
      const { session, header } = machine.mustBeOpen();
      if (this.replaced().every((one) => one.name !== name)) throw noSuch();
      wipe(await attempts.withPassword(password, header, 'vault.verifyPassword', actor));
      goOn();
      session.write(() => appendAudit(session, clock, { actor, action: 'vault.removeReplaced', result: 'ok' }));
      removeReplaced(paths.backups, name);
      this.changed();
    });
  }

  /** @returns null where the copy does not verify; nothing was changed then. */
  async #putBack(
    { name, atMs, files }: Candidate,
    secret: string,
    actor: string,
    goOn: () => void,
  ): Promise<Omit<PutBack, 'passedOver'> | null> {
    const { machine, paths, clock, guarded } = this.#deps;
    const header = tried(() => headerOf(files), 'integrity_failure');
    if (header === null) {
      this.#checks.set(name, { state: 'damaged', atMs: clock.now() });
      return null;
    }
    const vmk = await this.#keyOf(secret, header, actor);
    try {
      goOn();
      const look = (file: string): VaultInventory =>
        assertWhole(header, file, vmk, (db) => inventoryOf(db, clock.now()));
      const stays = machine.session === null && !isHeaderSound(paths, vmk) ? tried(() => look(paths.vaultDb)) : null;
      return this.#noting(name, () => {
        let found = stays;
        const steps = {
          check: (file: string) => void (found = look(file)),
          close: () => machine.lock('restore'),
          done: () => guarded('pending-audit', () => recordPending(paths, clock, 'vault.restored')),
        };
        const replaced = putBack({ paths, clock, ...files, headerOnly: stays !== null }, steps);
        const contents = found === null ? { keys: 0, clients: 0 } : contentsOf(found);
        return { name, atMs, doneMs: clock.now(), replaced, headerOnly: stays !== null, ...contents };
      });
    } finally {
      wipe(vmk);
    }
  }

  /** What `look` found, or null where the copy is damaged; either is remembered. */
  #noting<T>(name: string, look: () => T): T | null {
    const found = tried(look, 'integrity_failure');
    this.#checks.set(name, { state: found === null ? 'damaged' : 'whole', atMs: this.#deps.clock.now() });
    return found;
  }

  #known({ name, atMs }: VaultBackup): Pick<KnownBackup, 'state' | 'checkedMs'> {
    const files = backupFolder(this.#deps.paths.backups, name);
    const nowMs = this.#deps.clock.now();
    if (files === null || !looksWell(files)) return { state: 'damaged', checkedMs: nowMs };
    const known = this.#checks.get(name);
    return known === undefined ? { state: 'as-made', checkedMs: atMs } : { state: known.state, checkedMs: known.atMs };
  }

  #allBackups(): Candidate[] {
    const found = this.list().flatMap(({ name, atMs }) => {
      const files = backupFolder(this.#deps.paths.backups, name);
      return files === null ? [] : [{ name, atMs, files }];
    });
    if (found.length === 0) throw noSuch('There is no backup. Nothing was changed.');
    return found;
  }

  #find(name: string): Candidate {
    const { backups } = this.#deps.paths;
    const known = [...listBackups(backups), ...this.replaced()].find((one) => one.name === name);
    const files = backupFolder(backups, name) ?? replacedFolder(backups, name);
    if (known === undefined || files === null) throw noSuch();
    return { name, atMs: known.atMs, files };
  }

  async #keyOf(text: string, header: Header, actor: string): Promise<Buffer> {
    const { attempts } = this.#deps;
    using code = asCode(text);
    return code === null
      ? await attempts.withPassword(text, header, 'vault.restore', actor)
      : attempts.withCode(code, header, actor);
  }
}

function noSuch(message = 'There is no such backup. Nothing was changed.'): AppError {
  return new AppError('not_found', message, 'See which there are: Settings, Backups, or "keyharbor backup".');
}

function doesNotVerify(): AppError {
  return new AppError(
    'integrity_failure',
    'This backup does not verify: it is damaged or cannot be read. Nothing was changed.',
    'Take another one.',
  );
}

function ofAnotherVault(): AppError {
  return new AppError(
    'unsupported',
    'This backup is of another vault. It was not opened.',
    'It can be put back with the password of that vault.',
  );
}

/** @throws AppError `integrity_failure` where it cannot be read. */
function headerOf(files: BackupFiles): Header {
  let bytes: Buffer | null;
  try {
    bytes = readSmallFile(files.header, MAX_HEADER_BYTES);
  } catch (error) {
    throw unreadable(error);
  }
  return parseHeader(bytes ?? Buffer.alloc(0));
}

/** As far as it can be told without a key. */
function looksWell(files: BackupFiles): boolean {
  return tried(() => headerOf(files) !== null && databaseProblem(files.database) === null) === true;
}

/** A byte in a slot that is another one reads well and makes every password a wrong one: only the MAC tells. */
function isHeaderSound(paths: Paths, vmk: Buffer): boolean {
  try {
    const header = readHeader(paths);
    verifyHeader(header, deriveKeyObject(vmk, Buffer.from(header.vaultId, 'hex'), 'headerMac'));
    return true;
  } catch {
    return false;
  }
}

/** null: it failed. @param code - only with this one; others are thrown on. */
function tried<T>(act: () => T, code: ErrorCode | null = null): T | null {
  try {
    return act();
  } catch (error) {
    if (code === null || (error instanceof AppError && error.code === code)) return null;
    throw error;
  }
}

/** null: it is none. Its checksum tells a code from nearly every password, and no password is so long by chance. */
function asCode(text: string): Secret | null {
  try {
    return parseRecoveryCode(text);
  } catch {
    return null;
  }
}
