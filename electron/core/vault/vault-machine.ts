import type { EventData } from '../../../shared/contract/events.ts';
import type { VaultStateName } from '../../../shared/contract/method.ts';
import { AppError } from '../../../shared/errors.ts';
import { appendAudit, type NewAuditEntry } from '../audit/audit-log.ts';
import { adoptPending, recordPending } from '../audit/pending.ts';
import { dropAllAccess } from '../broker/panic.ts';
import type { Log } from '../logs/log.ts';
import { prepareHome } from '../paths.ts';
import type { Clock, Paths } from '../seams.ts';
import { removeTemporaries } from '../store/atomic-file.ts';
import { finishPutBack } from '../store/put-back.ts';
import { acquireWriterLock, type WriterLock } from '../store/writer-lock.ts';
import { DailyBackup } from './daily-backup.ts';
import type { Guarded } from './guarded.ts';
import { changeHeader } from './header-change.ts';
import type { Header } from './header.ts';
import type { OpenVault } from './open-vault.ts';
import { cryptoSelfTest } from './self-test.ts';
import { openSession, type Session } from './session.ts';
import type { Slot } from './slot.ts';
import * as files from './vault-files.ts';

export type LockReason = EventData<'vault.locked'>['reason'];

export interface VaultMachineDeps {
  readonly paths: Paths;
  readonly clock: Clock;
  readonly log: Log;
  readonly guarded: Guarded;
  /** With every lock that is asked for, also of a vault that is locked already. */
  readonly lockAsked: () => void;
  readonly unlocked: () => void;
  /** The daily backup was made, or could not be. */
  readonly backedUp: () => void;
  /** Told how many milliseconds each write to vault.db took. */
  readonly wrote?: (ms: number) => void;
}

let selfTest: Promise<void> | undefined;

/**
 * In which state the vault is, and what may run in it (SECURITY-DESIGN.md section 3): long acts one after another, `lock`
 * at once. The only owner of the open session, and with it of the keys.
 */
export class VaultMachine {
  readonly #deps: VaultMachineDeps;
  readonly #backup: DailyBackup;
  readonly #unlockedListeners = new Set<() => void>();
  readonly #lockingListeners = new Set<(reason: LockReason) => void>();
  #writerLock: WriterLock | null = null;
  #placeWarnings: readonly string[] = [];
  #session: Session | null = null;
  /** Of the open vault. */
  #header: Header | null = null;
  /** Told while the vault stays open. */
  #notice: string | null = null;
  #unlocking = false;
  #locking = false;
  /** Raised by every lock: an act that began before it must not go on. */
  #locks = 0;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(deps: VaultMachineDeps) {
    this.#deps = deps;
    this.#backup = new DailyBackup({ ...deps, opened: () => this.mustBeOpen(), tried: deps.backedUp });
  }

  get state(): VaultStateName {
    if (this.#session !== null && !this.#locking) return 'unlocked';
    if (this.#unlocking) return 'unlocking';
    if (this.#session !== null) return 'locked';
    return files.whatIsThere(this.#deps.paths) === 'nothing' ? 'no-vault' : 'locked';
  }

  /** Of the open vault; null while it is locked. */
  get header(): Header | null {
    return this.#header;
  }

  get session(): Session | null {
    return this.#session;
  }

  notices(): string[] {
    const notices = [...this.#placeWarnings, ...(this.#session?.notices ?? [])];
    if (this.#notice !== null) notices.push(this.#notice);
    if (this.#backup.problem !== null) notices.push(this.#backup.problem);
    return notices;
  }

  /** Why the last daily backup could not be made; null where it could. */
  get backupProblem(): string | null {
    return this.#backup.problem;
  }

  /** Told until the next lock. */
  tell(notice: string): void {
    this.#notice = notice;
  }

  /** @throws AppError `vault_locked` or `vault_not_found`. */
  opened(): OpenVault {
    if (this.#session !== null) return this.#session;
    if (this.state === 'no-vault') throw files.noVault();
    throw lockedError();
  }

  /** @throws AppError `vault_locked`. */
  mustBeOpen(): { readonly session: Session; readonly header: Header } {
    if (this.#session === null || this.#header === null) throw lockedError();
    return { session: this.#session, header: this.#header };
  }

  /** As `Vault.hold`. */
  hold(lock?: WriterLock): void {
    if (this.#writerLock !== null) return;
    const { paths } = this.#deps;
    this.#placeWarnings = prepareHome(paths);
    this.#writerLock = lock ?? acquireWriterLock(paths);
    if (this.#writerLock === null) {
      throw new AppError(
        'conflict',
        'Another Keyharbor has this vault open. Nothing was changed.',
        'Use that one, or end it first: close its window, or run "keyharbor stop".',
      );
    }
    try {
      this.#finish();
    } catch (error) {
      this.#writerLock.release(); // nothing is to be opened before it is ended
      this.#writerLock = null;
      throw error;
    }
  }

  /** Ends what a crash left in the middle of it. */
  #finish(): void {
    const { paths, clock, guarded } = this.#deps;
    guarded('temporaries', () => removeTemporaries(paths.home));
    files.finishCreation(paths);
    const restored = () => guarded('pending-audit', () => recordPending(paths, clock, 'vault.restored'));
    const replaced = finishPutBack(paths, clock, restored);
    if (replaced === null) return;
    this.tell(
      `A restore was interrupted and has been ended now: the backup is in place. What stood there is in backups/${replaced}.`,
    );
  }

  /** One act at a time. `goOn` throws when a lock came in between: call it after every wait that precedes an effect. */
  inTurn<T>(act: (goOn: () => void) => Promise<T>): Promise<T> {
    const locks = this.#locks;
    const goOn = (): void => {
      if (this.#locks !== locks) {
        throw new AppError(
          'vault_locked',
          'The vault was locked meanwhile. Nothing was changed.',
          'Unlock it and try again.',
        );
      }
    };
    const turn = this.#queue.then(async () => {
      goOn();
      selfTest ??= cryptoSelfTest();
      await selfTest;
      this.hold();
      return act(goOn);
    });
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async whileUnlocking<T>(act: () => Promise<T>): Promise<T> {
    this.#unlocking = true;
    try {
      return await act();
    } finally {
      this.#unlocking = false;
    }
  }

  /**
   * Opens the databases and settles what the last run left: the header's mirror, pending events, the old header.
   * @param vmk - the vault master key, kept and wiped by the caller.
   */
  open(header: Header, vmk: Buffer): void {
    const { paths, clock, wrote } = this.#deps;
    const session = openSession({ paths, clock, header, vmk, wrote });
    try {
      if (!session.readOnly) {
        session.catchUpWith(header);
        adoptPending(session, paths, clock, () => void dropAllAccess(session, clock, 'unknown', 'later'));
        files.removeHeaderBackup(paths);
      }
    } catch (error) {
      session.close();
      throw error;
    }
    this.#session = session;
    this.#header = header;
  }

  /** The open session, or one only for this act. */
  withSession(header: Header, vmk: Buffer, act: (session: Session) => void): void {
    if (this.#session !== null) {
      act(this.#session);
      return;
    }
    this.open(header, vmk);
    try {
      act(this.mustBeOpen().session);
    } finally {
      this.closeSession();
    }
  }

  closeSession(): void {
    this.#backup.stop();
    this.#notice = null;
    const session = this.#session;
    this.#session = null;
    this.#header = null;
    // Whatever the databases say to it: without a session nobody gets at them or at the keys.
    if (session !== null) this.#deps.guarded('close', () => session.close());
  }

  /** As `changeHeader` of header-change. */
  changeHeader(session: Session, from: Header, slots: readonly Slot[], entry: NewAuditEntry): void {
    this.#header = changeHeader(this.#deps, session, from, slots, entry);
  }

  /** Nothing where the vault is locked or may only be read. */
  audit(entry: NewAuditEntry): void {
    const session = this.#session;
    if (session === null || session.readOnly) return;
    session.write(() => appendAudit(session, this.#deps.clock, entry));
  }

  announceUnlocked(): void {
    const { log, guarded, unlocked } = this.#deps;
    this.#unlocking = false;
    unlocked();
    log.info('vault.unlocked', {});
    this.#backup.start();
    for (const listener of this.#unlockedListeners) guarded('unlock-listener', listener);
  }

  /** As `Vault.lock`. */
  lock(reason: LockReason): void {
    const { guarded, log, lockAsked } = this.#deps;
    this.#locks += 1;
    lockAsked();
    if (this.#session === null || this.#locking) return;
    this.#locking = true;
    try {
      for (const listener of this.#lockingListeners) guarded('lock-listener', () => listener(reason));
      guarded('lock-audit', () =>
        this.audit({ actor: 'system', action: 'vault.lock', result: 'ok', meta: { reason } }),
      );
    } finally {
      this.closeSession();
      this.#locking = false;
      log.info('vault.locked', { reason });
    }
  }

  /** As `Vault.close`. */
  async close(reason: LockReason): Promise<void> {
    this.lock(reason);
    await this.#queue;
    this.lock(reason);
    this.#writerLock?.release();
    this.#writerLock = null;
  }

  onUnlocked(listener: () => void): () => void {
    this.#unlockedListeners.add(listener);
    return () => this.#unlockedListeners.delete(listener);
  }

  onLocking(listener: (reason: LockReason) => void): () => void {
    this.#lockingListeners.add(listener);
    return () => this.#lockingListeners.delete(listener);
  }
}

function lockedError(): AppError {
  return new AppError('vault_locked', 'The vault is locked.', 'Unlock it first.');
}
