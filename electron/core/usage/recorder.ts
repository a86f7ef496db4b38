import { writeFileSync } from 'node:fs';
import type Database from 'better-sqlite3';
import type { EventData } from '../../../shared/contract/events.ts';
import { AppError } from '../../../shared/errors.ts';
import type { Emit } from '../events.ts';
import type { Log } from '../logs/log.ts';
import type { Clock, Paths } from '../seams.ts';
import { suspectMark } from '../store/suspect-mark.ts';
import type { OpenVault, VaultKeys } from '../vault/open-vault.ts';
import { type CountedCall, Counting } from './counted-call.ts';
import type { PriceBook } from './prices/price-book.ts';
import { NAME_KINDS, SOURCES } from './dimensions.ts';
import { GivenUpCalls } from './given-up-calls.ts';
import { ReportingDays } from './reporting-days.ts';
import type { SpillPlace } from './spill.ts';
import { type LeftCalls, readSpilledCalls, SpilledCalls } from './spilled-calls.ts';
import { readUsageState } from './state-table.ts';
import { takeOver, takeOverMissing, takeOverUnknown } from './take-over.ts';
import type { UsageEntry } from './usage-entry.ts';
import { UsageStore, type Written } from './usage-store.ts';
import { WaitingCalls } from './waiting-calls.ts';

/** SECURITY-DESIGN.md section 4 allows a second; the rest of it is for the window to ask and paint. */
const FLUSH_MS = 900;
/** A batch this long is written at once. */
const MAX_BATCH = 20_000;
/** What a database that cannot be written leaves in memory: beyond it calls are in the spill file only. */
const MAX_WAITING = 50_000;
/** A database that cannot be written is tried again: after so long, then twice as long, up to the last. */
const RETRY_MS = 5000;
const LAST_RETRY_MS = 5 * 60_000;

/** What the recorder needs of an open vault. */
interface RecordedVault extends Pick<OpenVault, 'vaultId' | 'usageDb'> {
  readonly keys: Pick<VaultKeys, 'usageSpill'>;
}

export interface RecorderDeps {
  readonly vault: { opened(): RecordedVault };
  readonly paths: Pick<Paths, 'usageDb'>;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly log: Pick<Log, 'warn'>;
  readonly book: PriceBook;
  readonly emit: Emit;
  /** The reporting zone (IANA name): whose days reports count. */
  readonly zone: () => string;
  /** Told how many milliseconds each batch took that was written to usage.db. */
  readonly wrote?: (ms: number) => void;
  /** Called now and then while a batch is written, every fraction of a millisecond. It may record. */
  readonly between?: () => void;
  /** Files with calls that an ended process or thread left and that may be in the database, or in the spill file, too. */
  readonly left?: readonly string[];
  /** Calls that an ended process left elsewhere: likewise. Asked at each attempt to begin. */
  readonly leftCalls?: () => readonly CountedCall[];
}

/** Hears what was counted. It is called on the hot path and must not throw. */
export interface RecordListener {
  /** Whether it wants to hear of every call now. */
  readonly hears: boolean;
  /** The database can be read and written: at unlock, or later where it could not be then. */
  begun(): void;
  /** In the step that counts them: they wait for a batch. A reported call may turn out to be told before. */
  recorded(calls: readonly CountedCall[]): void;
  /** A batch took calls that were told: these were new. */
  written(calls: readonly CountedCall[]): void;
}

interface Open {
  readonly vault: RecordedVault;
  readonly store: UsageStore;
  readonly days: ReportingDays;
  /** null where the disk did not take one: records are then safe after the next batch only. */
  readonly spill: SpilledCalls | null;
}

/**
 * Takes what was metered and writes it to usage.db in batches, priced and summed. Until a batch took it, an entry is in
 * a sealed spill file.
 */
export class UsageRecorder {
  readonly #deps: RecorderDeps;
  #open: Open | null = null;
  readonly #counting = new Counting();
  #waiting = new WaitingCalls();
  /** What a batch that is being written takes; what is recorded meanwhile waits. Else empty. */
  #writing = new WaitingCalls();
  /** Entries of the spill file behind this one wait in the file only; null: none do. */
  #fileOnlyFrom: number | null = null;
  /** Since the database last took what waited. */
  readonly #givenUp: GivenUpCalls;
  /** Something waits that is not in the spill file. */
  #isUnsealed = false;
  #callOff: (() => void) | null = null;
  /** The last batch was not taken. */
  #isStuck = false;
  /** SQLite found a fault in the pages. */
  #isDamaged = false;
  /** Recording has not begun because the database did not take it; calls off the next attempt. */
  #retry: (() => void) | null = null;
  #listener: RecordListener | null = null;

  constructor(deps: RecorderDeps) {
    this.#deps = deps;
    this.#givenUp = new GivenUpCalls(deps.log);
  }

  listen(listener: RecordListener): void {
    this.#listener = listener;
  }

  /** Counted, and in no database yet. */
  get waiting(): readonly CountedCall[] {
    const calls = [...this.#waiting];
    if (this.#open === null || this.#fileOnlyFrom === null) return calls;
    const left = readSpilledCalls(this.#place(this.#open.vault));
    for (const group of left?.groups(this.#fileOnlyFrom) ?? []) calls.push(...group.calls);
    return calls;
  }

  /**
   * Takes over what an ended process left, then begins; where the database does not take it, later. Never throws: usage
   * must not keep the owner from the keys.
   */
  unlocked(): void {
    this.#tryToBegin(RETRY_MS);
  }

  /** Whether calls are counted. `waiting`: in memory and the spill file only; `damaged`: likewise, until the next unlock. */
  get state(): 'recording' | 'waiting' | 'damaged' | 'off' {
    if (this.#isDamaged) return 'damaged';
    if (this.#open !== null) return this.#isStuck ? 'waiting' : 'recording';
    return this.#retry === null ? 'off' : 'waiting';
  }

  /**
   * Writes what waits; the vault's keys still exist. Call it after everybody else recorded their last.
   * @returns ids of requests that are not in the database, where not all of them is in the spill file.
   */
  locking(): readonly string[] {
    this.#retry?.();
    this.#retry = null;
    const open = this.#open;
    const isKept = open === null ? this.#waiting.length === 0 : this.#lastBatch(open);
    const unkept = isKept ? [] : Array.from(this.#waiting, ({ requestId }) => requestId);
    this.#calledOff();
    this.#givenUp.over();
    this.#isStuck = false;
    this.#isDamaged = false;
    this.#isUnsealed = false;
    this.#fileOnlyFrom = null;
    this.#waiting.clear();
    this.#open = null;
    return unkept;
  }

  #lastBatch({ spill }: Open): boolean {
    let isWritten = false;
    try {
      this.flush();
      isWritten = this.#waiting.length === 0;
    } catch {
      this.#deps.log.warn('usage.not-written');
    }
    try {
      spill?.close(!isWritten);
    } catch {
      this.#deps.log.warn('usage.spill-not-closed');
    }
    return isWritten || (spill !== null && !this.#isUnsealed);
  }

  /** Counts finished calls. Never throws and never waits for the disk's sync. */
  record(entries: readonly UsageEntry[]): void {
    const open = this.#open;
    const { book } = this.#deps;
    const calls = entries.map((entry) => this.#counting.count(entry, book));
    this.#listener?.recorded(calls);
    if (open === null) {
      this.#isUnsealed = true;
      if (this.#retry === null) this.#deps.log.warn('usage.not-recorded');
      else for (const one of calls) this.#wait(one);
      return;
    }
    const isSealed = this.#seal(open, calls);
    if (isSealed && this.#fileOnlyFrom !== null) return;
    const before = this.#waiting.length;
    for (const one of calls) this.#wait(one);
    const isFull = Math.floor(this.#waiting.length / MAX_BATCH) > Math.floor(before / MAX_BATCH);
    if (isFull && this.#writing.length === 0) this.#flushLater();
    else this.#callOff ??= this.#deps.clock.after(FLUSH_MS, () => this.#flushLater());
  }

  #seal({ spill }: Open, calls: readonly CountedCall[]): boolean {
    const from = spill?.seq ?? 0;
    let isSealed = false;
    try {
      isSealed = spill?.add(calls) ?? false;
    } catch {
      // told below
    }
    if (!isSealed) {
      this.#isUnsealed = true;
      if (spill !== null) this.#deps.log.warn('usage.not-spilled');
    } else if (this.#waiting.length + calls.length > MAX_WAITING && this.#writing.length === 0) {
      this.#fileOnlyFrom ??= from;
    }
    return isSealed;
  }

  /**
   * Whether a client has told this call before.
   * @throws AppError where usage cannot be counted now: then it must not be acknowledged either.
   */
  knows(source: UsageEntry['source'], clientId: string, requestId: string): boolean {
    if (this.#open === null) throw notCounted();
    this.flush();
    return wasTold(this.#deps.vault.opened().usageDb, source, clientId, requestId);
  }

  /** Writes what waits. @throws AppError where the database does not take it; it then waits on, and is tried again. */
  flush(): void {
    this.#calledOff();
    const open = this.#open;
    if (open === null || (this.#waiting.length === 0 && this.#fileOnlyFrom === null)) return;
    try {
      if (this.#waiting.length > 0) this.#tell(this.#write(open));
      if (this.#fileOnlyFrom !== null) this.#writeFileOnly(open);
    } catch (error) {
      if (error instanceof AppError && error.code === 'integrity_failure') this.#foundDamaged();
      this.#tryAgain();
      throw error;
    }
    this.#isStuck = false;
    this.#givenUp.over();
    if (this.#waiting.length === 0) this.#isUnsealed = false;
    try {
      open.spill?.clear();
    } catch {
      this.#deps.log.warn('usage.spill-not-cleared'); // harmless: the database knows how far it was taken
    }
  }

  #tell(written: Written): void {
    if (written.reported.length > 0) this.#listener?.written(written.reported);
    if (written.requests > 0) this.#deps.emit({ event: 'usage.recorded', data: summaryOf(written) });
  }

  /** @throws as `flush`: all of it then waits in its order. */
  #write({ store, spill }: Open): Written {
    [this.#writing, this.#waiting] = [this.#waiting, this.#writing];
    spill?.mark();
    const taken = this.#fileOnlyFrom ?? spill?.seq ?? 0;
    const startMs = performance.now();
    try {
      const written = store.write(this.#writing, spill?.id ?? NO_SPILL, taken, this.#deps.between);
      this.#deps.wrote?.(performance.now() - startMs);
      this.#writing.clear();
      return written;
    } catch (error) {
      const meanwhile = this.#waiting;
      [this.#waiting, this.#writing] = [this.#writing, meanwhile];
      for (const call of meanwhile) this.#wait(call);
      meanwhile.clear();
      throw error;
    }
  }

  /** What there was no room for in memory. @throws as `flush`. */
  #writeFileOnly({ vault, store, spill }: Open): void {
    try {
      this.#withLeft(this.#place(vault), (left) =>
        takeOver(vault.usageDb, store, left, (written) => this.#tell(written)),
      );
      this.#fileOnlyFrom = null;
      spill?.mark();
    } finally {
      if (this.#fileOnlyFrom !== null) this.#fileOnlyFrom = readUsageState(vault.usageDb)?.spillTaken ?? 0;
    }
  }

  /** The zone was set anew: days are summed again; where the database does not take it now, with the next batch. */
  zoneChanged(): void {
    if (this.#open === null || this.#open.days.zone === this.#deps.zone()) return;
    this.#flushLater();
  }

  /** @throws AppError where the database does not take it. */
  #followZone(): void {
    const open = this.#open;
    if (open === null || open.days.zone === this.#deps.zone()) return;
    const days = new ReportingDays(this.#deps.zone());
    this.#open = { ...open, days, store: new UsageStore(open.vault.usageDb, days) };
  }

  /** Adds the next day that is over to its week and month: a few milliseconds. @returns whether there was one. */
  foldOne(): boolean {
    const open = this.#open;
    return open !== null && open.store.foldOne(open.days.dayOf(this.#deps.clock.now()));
  }

  #wait(call: CountedCall): void {
    if (this.#waiting.length >= MAX_WAITING && this.#isUnsealed) {
      this.#waiting.shift();
      this.#givenUp.add(1);
    }
    this.#waiting.push(call);
  }

  #tryToBegin(retryMs: number): void {
    this.#retry = null;
    try {
      this.#begin();
      this.#listener?.begun();
      if (this.#waiting.length > 0) this.#flushLater();
    } catch {
      this.#open = null;
      this.#deps.log.warn('usage.not-opened');
      const next = Math.min(retryMs * 2, LAST_RETRY_MS);
      this.#retry = this.#deps.clock.after(retryMs, () => this.#tryToBegin(next));
    }
  }

  /** @throws where the database cannot be written. */
  #begin(): void {
    const vault = this.#deps.vault.opened();
    if (vault.usageDb.pragma('query_only', { simple: true }) === 1) throw new Error('usage.db is not to be written');
    const days = new ReportingDays(this.#deps.zone());
    const store = new UsageStore(vault.usageDb, days);
    const place = this.#place(vault);
    this.#withLeft(place, (left) => takeOver(vault.usageDb, store, left));
    for (const file of this.#deps.left ?? []) {
      this.#withLeft({ ...place, file }, (left) => takeOverUnknown(vault.usageDb, store, left));
    }
    takeOverMissing(vault.usageDb, store, this.#deps.leftCalls?.() ?? []);
    let spill: SpilledCalls | null = null;
    try {
      spill = new SpilledCalls(place);
    } catch {
      this.#deps.log.warn('usage.no-spill');
    }
    this.#open = { vault, store, days, spill };
  }

  #place({ vaultId, keys }: RecordedVault): SpillPlace {
    return { file: spillFile(this.#deps.paths), vaultId, key: keys.usageSpill };
  }

  /** @throws what `take` throws: the file is then kept. */
  #withLeft(place: SpillPlace, take: (left: LeftCalls) => void): void {
    const left = readSpilledCalls(place);
    if (left === null) return;
    take(left);
    if (!left.isWhole) this.#deps.log.warn('usage.spill-cut');
    if (!left.isOfThisForm) this.#deps.log.warn('usage.spill-of-another-form');
  }

  /** A full disk must not end the program: what could not be written is tried again a little later. */
  #flushLater(): void {
    try {
      this.flush();
      this.#followZone();
    } catch {
      this.#deps.log.warn('usage.not-written');
      this.#tryAgain();
    }
  }

  #tryAgain(): void {
    this.#isStuck = true;
    this.#callOff ??= this.#deps.clock.after(RETRY_MS, () => this.#flushLater());
  }

  /** The next unlock looks at every page, sets the file aside and takes over what waits in the spill file. */
  #foundDamaged(): void {
    if (this.#isDamaged) return;
    this.#isDamaged = true;
    try {
      writeFileSync(suspectMark(this.#deps.paths), '', { mode: 0o600 });
    } catch {
      this.#deps.log.warn('usage.damage-not-marked');
    }
  }

  #calledOff(): void {
    this.#callOff?.();
    this.#callOff = null;
  }
}

/** Beside the database while there is something that it does not have. */
export const spillFile = ({ usageDb }: Pick<Paths, 'usageDb'>): string => `${usageDb}-spill`;
/** Likewise, of calls that the thread had not taken: each of them is in the other file, or in the database, a moment later. */
export const untakenFile = ({ usageDb }: Pick<Paths, 'usageDb'>): string => `${usageDb}-spill-untaken`;

const NO_SPILL = Buffer.alloc(16);

export function notCounted(): AppError {
  return new AppError(
    'internal',
    'Usage cannot be counted now: its database did not open. No key is affected.',
    'Look at "keyharbor doctor", then lock and unlock.',
  );
}

/** Whether a client's call is in the database already. */
export function wasTold(db: Database.Database, source: UsageEntry['source'], clientId: string, requestId: string) {
  const found = db
    .prepare(
      `SELECT 1 FROM usage_reported WHERE source = ? AND request_id = ?
       AND client = (SELECT id FROM usage_name WHERE kind = ? AND name = ?)`,
    )
    .get(SOURCES.indexOf(source), requestId, NAME_KINDS.indexOf('client'), clientId);
  return found !== undefined;
}

function summaryOf({ requests, cells }: Written): EventData<'usage.recorded'> {
  return {
    requests,
    providers: [...new Set(cells.map(({ provider }) => provider))],
    clients: [...new Set(cells.map(({ clientId }) => clientId))].filter((id) => id !== ''),
  };
}
