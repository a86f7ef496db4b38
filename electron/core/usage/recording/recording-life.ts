import type { VaultAccess } from '../../credentials/vault-access.ts';
import type { Log } from '../../logs/log.ts';
import type { Clock, Paths } from '../../seams.ts';
import { BUSY_PAGES, emptyLogAt, USUAL_PAGES } from '../../store/checkpoints.ts';
import type { CountedResults } from '../counted-results.ts';
import type { EndedCall } from '../ended-call.ts';
import type { PriceBook } from '../prices/price-book.ts';
import { RecordingThread, type Told } from './recording-thread.ts';
import { UntakenCalls } from './untaken-calls.ts';
import { UsageFiles } from './usage-files.ts';

/** The thread costs tens of MiB: it ends when nothing was recorded for so long. */
const IDLE_MS = 3 * 60_000;
/** A database that cannot be opened is tried again: after so long, then twice as long, up to the last. */
const RETRY_MS = 5000;
const LAST_RETRY_MS = 5 * 60_000;

export interface RecordingLifeDeps {
  readonly vault: Pick<VaultAccess, 'opened'>;
  readonly paths: Pick<Paths, 'usageDb'>;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
  /** In force now; another one after each change. Looking up a model that it does not have tells of it. */
  readonly book: PriceBook;
  /** The reporting zone (IANA name): whose days reports count. */
  readonly zone: () => string;
  /** The folder of files that are memory and outlive the process (outliving-memory.ts); null: there is none. */
  readonly outliving?: string | null;
}

/** Told what happens to the thread. */
export interface LifeEvents {
  /** It runs, and is told first what this says to it. @param isBusy - it has work by itself: who asks next waits for that. */
  started(thread: RecordingThread, isBusy: boolean): void;
  /** It ended by itself. @param left - calls that it was told and that are in no file. */
  lost(left: readonly EndedCall[]): void;
  heard(message: Told): void;
}

/**
 * The recording thread from unlock to lock, and the files around it: made when there is something to record, ended after idle
 * minutes, made anew after a fault, each time with what the one before left.
 */
export class RecordingLife {
  readonly #deps: RecordingLifeDeps;
  readonly #events: LifeEvents;
  readonly #results: CountedResults;
  readonly #files: UsageFiles;
  /** Not open before the thread has taken over what an ended process left in its file. */
  readonly untaken: UntakenCalls;
  #isOn = false;
  #thread: RecordingThread | null = null;
  /** Files that the thread takes over before it begins. */
  #left: readonly string[] = [];
  #leftRings: readonly string[] = [];
  #startedAtMs = 0;
  #retry: (() => void) | null = null;
  #idle: (() => void) | null = null;
  #sentBook: PriceBook | null = null;
  #sentZone = '';
  #isUsed = false;
  #mayCheckpoint = true;

  constructor(deps: RecordingLifeDeps, results: CountedResults, events: LifeEvents) {
    this.#deps = deps;
    this.#results = results;
    this.#events = events;
    this.#files = new UsageFiles(deps.vault, deps.paths, deps.outliving ?? null);
    this.untaken = new UntakenCalls(deps.log);
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  get thread(): RecordingThread | null {
    return this.#thread;
  }

  /** There is none because the database did not take it: it is tried again later. */
  get isWaiting(): boolean {
    return this.#retry !== null;
  }

  get isWritable(): boolean {
    return this.#files.isWritable;
  }

  /** Takes over what an ended process left, where there is something. Never throws. */
  unlocked(): void {
    this.#isOn = true;
    if (this.#files.hasLeft || !this.#files.isWritable || this.#isOfOtherZone) this.#start(RETRY_MS);
  }

  /** Something will be recorded. Never throws. @returns the thread; null where there can be none now. */
  expect(): RecordingThread | null {
    if (this.#thread === null && this.#isOn && this.#retry === null) this.#start(RETRY_MS);
    return this.#thread;
  }

  /**
   * The vault locks.
   * @param isLeft - something waits for a thread: it is tried once more.
   * @returns ids of requests for `givenUp`: the thread has not kept them.
   */
  locking(isLeft: boolean): readonly string[] {
    this.#callOffRetry();
    if (isLeft) this.expect();
    this.#isOn = false;
    this.#callOffRetry();
    return this.#close();
  }

  /** These go now: told where one of them stands in no file that the next unlock takes over. */
  givenUp(requestIds: readonly string[]): void {
    if (requestIds.length > 0 && !this.#files.haveLeft(requestIds)) this.#deps.log.warn('usage.given-up');
  }

  /** Something is about to be told: the thread has the prices in force by then, and does not end as idle. */
  using(thread: RecordingThread): void {
    this.#isUsed = true;
    const { book } = this.#deps;
    if (book === this.#sentBook) return;
    this.#sentBook = book;
    thread.price({ document: book.document, own: book.own });
  }

  /** The zone was set anew, or the computer moved. @returns whether the thread sums days again. */
  zoneChanged(): boolean {
    if (!this.#isOn || this.#retry !== null) return false;
    const zone = this.#deps.zone();
    if (this.#thread === null) {
      if (this.#isOfOtherZone) this.#start(RETRY_MS);
      return false; // `started` told it
    }
    if (zone === this.#sentZone) return false;
    this.#sentZone = zone;
    this.#thread.say({ kind: 'zone', zone });
    return true;
  }

  /** False: from now on nothing empties the log into the file, because somebody copies that. */
  mayCheckpoint(may: boolean): void {
    this.#mayCheckpoint = may;
    this.#shareCheckpoints();
    this.#thread?.ask({ act: 'checkpoints', on: may });
  }

  get #isOfOtherZone(): boolean {
    return this.#files.isOfOtherZone(this.#deps.zone());
  }

  /** While there is a thread the log is its to empty: it does so in pauses. */
  #shareCheckpoints(): void {
    if (!this.#isOn) return;
    const pages = this.#thread === null ? USUAL_PAGES : BUSY_PAGES;
    emptyLogAt(this.#deps.vault.opened().usageDb, this.#mayCheckpoint ? pages : 0);
  }

  #start(retryMs: number): void {
    this.#retry = null;
    const { clock, log } = this.#deps;
    let thread: RecordingThread;
    try {
      thread = this.#made();
      this.#thread = thread;
      this.#shareCheckpoints();
      this.#startedAtMs = clock.monotonic();
      this.#openUntaken(thread);
    } catch {
      log.warn('usage.not-opened');
      this.#tryLater(retryMs);
      return;
    }
    this.#stopWhenIdle();
    this.#events.started(thread, this.#files.hasLeft || this.#isOfOtherZone);
  }

  /** @throws where the database is not to be written, or the disk does not take it. */
  #made(): RecordingThread {
    if (!this.#files.isWritable) throw new Error('usage.db is not to be written');
    const { vault, paths, clock, book, zone } = this.#deps;
    const { vaultId, keys } = vault.opened();
    this.#sentBook = book;
    this.#sentZone = zone();
    this.untaken.close(true);
    this.#left = this.#files.setUntakenAside();
    this.#leftRings = this.#files.setRingAside();
    const thread: RecordingThread = new RecordingThread(
      {
        file: paths.usageDb,
        vaultId,
        databaseKey: keys.usageDatabase,
        spillKey: keys.usageSpill,
        zone: this.#sentZone,
        prices: { document: book.document, own: book.own },
        checkpoints: this.#mayCheckpoint,
        left: this.#left,
        leftRings: this.#leftRings,
        results: this.#results.all,
      },
      this.#files.ring,
      clock,
      (message) => this.#heard(message),
      () => this.#lost(thread),
    );
    return thread;
  }

  #tryLater(ms: number): void {
    this.#retry = this.#deps.clock.after(ms, () => this.#start(Math.min(ms * 2, LAST_RETRY_MS)));
  }

  #callOffRetry(): void {
    this.#retry?.();
    this.#retry = null;
  }

  /** Not over one that is still to be taken over. */
  #openUntaken(thread: RecordingThread): void {
    const place = this.#files.untaken;
    if (!this.untaken.isOpen && !this.#left.includes(place.file)) this.untaken.open(place, thread);
  }

  #heard(message: Told): void {
    if (message.kind === 'begun') this.#hasBegun();
    this.#events.heard(message);
  }

  #hasBegun(): void {
    try {
      this.#files.remove([...this.#left, ...this.#leftRings]);
    } catch {
      this.#deps.log.warn('usage.spill-not-cleared'); // harmless: what is in the database is not taken again
    }
    this.#left = [];
    this.#leftRings = [];
    if (this.#thread !== null) this.#openUntaken(this.#thread);
  }

  /** It ended by itself: what it sealed, and what was sealed here, is taken over by the next one. */
  #lost(thread: RecordingThread): void {
    if (this.#thread !== thread) return;
    this.#thread = null;
    this.#idle?.();
    this.#deps.log.warn('usage.thread-ended');
    this.#shareCheckpoints();
    if (!this.#isOn) return;
    this.#events.lost(thread.left.filter(({ requestId }) => !this.untaken.has(requestId)));
    // One that ends again and again must not be made again and again.
    if (this.#deps.clock.monotonic() - this.#startedAtMs >= RETRY_MS) this.#start(RETRY_MS);
    else this.#tryLater(RETRY_MS);
  }

  #stopWhenIdle(): void {
    this.#isUsed = false;
    this.#idle = this.#deps.clock.after(IDLE_MS, () => {
      const isBusy = this.#isUsed || this.#thread?.state !== 'recording'; // what waits for the disk is the thread's
      if (isBusy) this.#stopWhenIdle();
      else this.givenUp(this.#close());
    });
  }

  /** @returns as `locking`. */
  #close(): readonly string[] {
    const thread = this.#thread;
    this.#idle?.();
    this.#idle = null;
    if (thread === null) {
      this.untaken.close(true); // the next unlock takes it over
      return [];
    }
    let isKept = false;
    let unkept: readonly string[] = [];
    try {
      const done = thread.ask({ act: 'close' });
      unkept = done.unkept;
      isKept = unkept.length === 0;
      for (const [id, requestId] of done.results) this.#results.has(id, requestId);
    } catch {
      this.#deps.log.warn('usage.not-written');
    }
    this.untaken.close(!isKept); // else all of it is in the database, or in the thread's file
    this.#thread = null;
    thread.end(!isKept);
    this.#shareCheckpoints();
    return unkept;
  }
}
