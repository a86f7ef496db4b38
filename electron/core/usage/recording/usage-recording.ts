import type { VaultAccess } from '../../credentials/vault-access.ts';
import type { Emit } from '../../events.ts';
import type { Log } from '../../logs/log.ts';
import type { Clock, Paths } from '../../seams.ts';
import { BUSY_PAGES, emptyLogAt, USUAL_PAGES } from '../../store/checkpoints.ts';
import { type CountedCall, Counting } from '../counted-call.ts';
import { CountedResults } from '../counted-results.ts';
import { type EndedCall, entryOf } from '../ended-call.ts';
import type { PriceBook } from '../prices/price-book.ts';
import { notCounted, type RecordListener, wasTold } from '../recorder.ts';
import { readUsageState } from '../state-table.ts';
import type { UsageEntry } from '../usage-entry.ts';
import { CallFlood } from './call-flood.ts';
import type { FromThread, RecordingState } from './messages.ts';
import { RecordingThread } from './recording-thread.ts';
import { UntakenCalls } from './untaken-calls.ts';
import { UsageFiles } from './usage-files.ts';

/** The thread costs tens of MiB: it ends when nothing was recorded for so long. */
const IDLE_MS = 3 * 60_000;
/** A database that cannot be opened is tried again: after so long, then twice as long, up to the last. */
const RETRY_MS = 5000;
const LAST_RETRY_MS = 5 * 60_000;
/** What waits for a database that cannot be opened; beyond it the oldest are given up. */
const MAX_HELD = 50_000;
/** A thread that sleeps is woken so much later: to wake it takes longer than to seal the call. */
const WAKE_MS = 5;
/** Calls that the thread has not taken yet: beyond it this thread waits for that one. */
const MAX_AHEAD = 20_000;

export interface UsageRecordingDeps {
  readonly vault: Pick<VaultAccess, 'opened'>;
  readonly paths: Pick<Paths, 'usageDb'>;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
  /** In force now; another one after each change. Looking up a model that it does not have tells of it. */
  readonly book: PriceBook;
  readonly emit: Emit;
  /** The reporting zone (IANA name): whose days reports count. */
  readonly zone: () => string;
  /** Told how many milliseconds each batch took that was written to usage.db. */
  readonly wrote?: (ms: number) => void;
}

/**
 * Counts every call, on a thread of its own (recording-worker.ts, which has a UsageRecorder): the thread that forwards
 * calls only hands on what ended. A call is read here too where quotas listen, in the step that counts it, and where it is
 * sealed here, so that a process that is killed does not lose it (`recordEnded`).
 */
export class UsageRecording {
  readonly #deps: UsageRecordingDeps;
  readonly #files: UsageFiles;
  readonly #counting = new Counting();
  readonly #results = new CountedResults();
  #isOn = false;
  #thread: RecordingThread | null = null;
  /** Not open before the thread has taken over what an ended process left in its file. */
  readonly #untaken: UntakenCalls;
  #listener: RecordListener | null = null;
  /** Calls that ended in this turn of the event loop, where counters listen. */
  #ended: EndedCall<Buffer>[] = [];
  readonly #flood = new CallFlood();
  #callOffWake: (() => void) | null = null;
  /** What no thread could be given. */
  #held: UsageEntry[] = [];
  /** Likewise, and sealed: the next thread takes it over with the file. */
  #sealed: CountedCall[] = [];
  /** Files that the thread takes over before it begins. */
  #left: readonly string[] = [];
  #startedAtMs = 0;
  #retry: (() => void) | null = null;
  #idle: (() => void) | null = null;
  #sentBook: PriceBook | null = null;
  #sentZone = '';
  /** Something was sent since the last flush. */
  #isUnwritten = false;
  #isUsed = false;
  #mayCheckpoint = true;

  constructor(deps: UsageRecordingDeps) {
    this.#deps = deps;
    this.#files = new UsageFiles(deps.vault, deps.paths);
    this.#untaken = new UntakenCalls(deps.log);
  }

  listen(listener: RecordListener): void {
    this.#listener = listener;
  }

  /** Counted, and in no database yet: what could be written is written first. */
  get waiting(): readonly CountedCall[] {
    this.#tellEnded();
    const held = this.#counted(this.#held);
    if (this.#thread === null || !this.#isUnwritten) return [...held, ...this.#sealed];
    try {
      const { waiting } = this.#thread.ask({ act: 'settle' });
      this.#isUnwritten = waiting.length > 0;
      return [...waiting, ...held, ...this.#sealed];
    } catch {
      this.#deps.log.warn('usage.not-written');
      return [...held, ...this.#sealed];
    }
  }

  /** `waiting`: in memory and the spill file only; `damaged`: likewise, until the next unlock. */
  get state(): RecordingState {
    if (!this.#isOn) return 'off';
    if (this.#thread === null) return this.#retry === null ? 'recording' : 'waiting';
    const { state } = this.#thread;
    return state === 'off' ? 'waiting' : state; // it has not begun yet
  }

  /** Takes over what an ended process left, where there is something. Never throws. */
  unlocked(): void {
    this.#isOn = true;
    if (this.#files.hasLeft || !this.#files.isWritable || this.#files.isOfOtherZone(this.#deps.zone()))
      this.#start(RETRY_MS);
  }

  /** Writes what waits; the vault's keys still exist. Call it after everybody else recorded their last. */
  locking(): void {
    if (!this.#isOn) return;
    this.#tellEnded();
    this.#retry?.();
    if (this.#held.length > 0 && this.#thread === null) this.#start(RETRY_MS);
    this.#isOn = false;
    this.#retry?.();
    this.#retry = null;
    if (this.#held.length > 0) this.#deps.log.warn('usage.given-up');
    this.#held = [];
    this.#close();
    this.#sealed = [];
  }

  /** A call begins: its end will be told. The thread is made meanwhile. */
  expect(): void {
    if (this.#thread === null && this.#isOn && this.#retry === null) this.#start(RETRY_MS);
  }

  /**
   * Counts a call that has just ended. It is sealed when this returns: a process that is killed then does not lose it once a
   * client has the whole answer. Not so in a flood of more than a thousand a second, where that would cost a fifth of them:
   * there the thread seals them within some milliseconds, and this one where it does not come to it.
   */
  recordEnded(call: EndedCall<Buffer>): void {
    const nowMs = performance.now();
    const isFlood = this.#flood.add(nowMs);
    if (isFlood && this.#thread?.isBehind(nowMs) === false) return this.#recordOfMany(call);
    this.#tellEnded();
    const counted = this.#counting.count(this.#entryOf(call), this.#deps.book);
    if (this.#listener?.hears === true) this.#listener.recorded([counted]);
    if (this.#retry !== null && this.#sealed.length < MAX_HELD && this.#untaken.seal(counted)) {
      this.#sealed.push(counted);
      return;
    }
    this.#tell(call);
    if (this.#thread !== null) this.#untaken.seal(counted);
  }

  #recordOfMany(call: EndedCall<Buffer>): void {
    if (this.#listener?.hears === true) {
      if (this.#ended.push(call) === 1) setImmediate(() => this.#tellEnded());
    } else {
      this.#tellEnded(); // what ended while counters listened
      this.#tell(call);
    }
  }

  /** Counts finished calls. Never throws and never waits for the disk's sync, but for reported ones that quotas count. */
  record(entries: readonly UsageEntry[]): void {
    if (entries.length === 0) return;
    this.#tellEnded();
    this.#record(entries);
    if (this.#listener?.hears === true && entries.some(({ source }) => source !== 'proxy')) this.#settleReported();
  }

  /**
   * Whether a client has told this call before.
   * @throws AppError where usage cannot be counted now: then it must not be acknowledged either.
   */
  knows(source: UsageEntry['source'], clientId: string, requestId: string): boolean {
    if (!this.#isOn || this.#retry !== null || !this.#files.isWritable) throw notCounted();
    this.flush();
    return wasTold(this.#deps.vault.opened().usageDb, source, clientId, requestId);
  }

  /** Writes what waits. @throws AppError where the database does not take it; it then waits on. */
  flush(): void {
    this.#tellEnded();
    if (this.#thread === null || !this.#isUnwritten) return;
    const { told } = this.#thread.ask({ act: 'flush' });
    this.#isUnwritten = false;
    if (told.length > 0) this.#listener?.written(told);
  }

  /** The zone was set anew, or the computer moved: days are summed again. */
  zoneChanged(): void {
    if (!this.#isOn || this.#retry !== null) return;
    if (this.#thread === null) {
      if (this.#files.isOfOtherZone(this.#deps.zone())) this.#start(RETRY_MS);
    } else if (this.#deps.zone() !== this.#sentZone) {
      this.#sentZone = this.#deps.zone();
      this.#thread.say({ kind: 'zone', zone: this.#sentZone });
      this.#isUnwritten = true; // who asks next waits for the new sums
    }
  }

  /** Adds the next day that is over to its week and month: a few milliseconds. @returns whether there was one. */
  foldOne(): boolean {
    if (!this.#isOn || this.#retry !== null || readUsageState(this.#deps.vault.opened().usageDb) === null) return false;
    if (this.#thread === null) this.#start(RETRY_MS);
    return this.#thread?.ask({ act: 'fold', nowMs: this.#deps.clock.now() }).folded ?? false;
  }

  /** False: from now on nothing empties the log into the file, because somebody copies that. */
  mayCheckpoint(may: boolean): void {
    this.#mayCheckpoint = may;
    this.#shareCheckpoints();
    this.#thread?.ask({ act: 'checkpoints', on: may });
  }

  /** While there is a thread the log is its to empty: it does so in pauses. */
  #shareCheckpoints(): void {
    if (!this.#isOn) return;
    const pages = this.#thread === null ? USUAL_PAGES : BUSY_PAGES;
    emptyLogAt(this.#deps.vault.opened().usageDb, this.#mayCheckpoint ? pages : 0);
  }

  #tellEnded(): void {
    if (this.#ended.length === 0) return;
    const calls = this.#ended;
    this.#ended = [];
    if (this.#listener?.hears === true)
      this.#listener.recorded(this.#counted(calls.map((call) => this.#entryOf(call))));
    for (const call of calls) this.#tell(call);
  }

  #tell(call: EndedCall<Buffer>): void {
    this.expect();
    const thread = this.#thread;
    if (thread === null) {
      this.#keep([this.#entryOf(call)]);
      return;
    }
    this.#upToDate(thread);
    thread.tell(call);
    this.#sentMore(thread);
    if (thread.isParked) this.#callOffWake ??= this.#deps.clock.after(WAKE_MS, () => this.#wake());
  }

  #entryOf(call: EndedCall): UsageEntry {
    return entryOf(call, this.#results);
  }

  #wake(): void {
    this.#callOffWake?.();
    this.#callOffWake = null;
    this.#thread?.wake();
  }

  #record(entries: readonly UsageEntry[]): void {
    if (this.#listener?.hears === true) this.#listener.recorded(this.#counted(entries));
    this.#keep(entries);
  }

  #keep(entries: readonly UsageEntry[]): void {
    if (!this.#isOn) {
      this.#deps.log.warn('usage.not-recorded');
      return;
    }
    this.expect();
    if (this.#thread === null) {
      this.#hold(entries);
      return;
    }
    this.#upToDate(this.#thread);
    this.#thread.say({ kind: 'entries', entries });
    this.#sentMore(this.#thread);
  }

  #counted(entries: readonly UsageEntry[]): readonly CountedCall[] {
    const { book } = this.#deps;
    return entries.map((entry) => this.#counting.count(entry, book));
  }

  #hold(entries: readonly UsageEntry[]): void {
    this.#held.push(...entries);
    if (this.#held.length <= MAX_HELD) return;
    this.#held.splice(0, this.#held.length - MAX_HELD);
    this.#deps.log.warn('usage.given-up');
  }

  /** A reported call counts when the database finds it new, in this step: no counter is read in between. */
  #settleReported(): void {
    try {
      this.flush();
    } catch {
      this.#deps.log.warn('usage.not-written'); // the thread tries again, and says when they are written
    }
  }

  #sentMore(thread: RecordingThread): void {
    this.#isUnwritten = true;
    this.#isUsed = true;
    if (thread.untaken <= MAX_AHEAD) return;
    try {
      thread.ask({ act: 'settle' }); // it takes what came before
    } catch {
      this.#deps.log.warn('usage.not-written');
    }
  }

  #upToDate(thread: RecordingThread): void {
    const { book } = this.#deps;
    if (book === this.#sentBook) return;
    this.#sentBook = book;
    thread.price({ document: book.document, own: book.own });
  }

  #start(retryMs: number): void {
    this.#retry = null;
    const { vault, paths, clock, log, book, zone } = this.#deps;
    try {
      if (!this.#files.isWritable) throw new Error('usage.db is not to be written');
      const { vaultId, keys } = vault.opened();
      this.#sentBook = book;
      this.#sentZone = zone();
      this.#untaken.close(true);
      this.#left = this.#files.setUntakenAside();
      const start = {
        file: paths.usageDb,
        vaultId,
        databaseKey: keys.usageDatabase,
        spillKey: keys.usageSpill,
        zone: this.#sentZone,
        prices: { document: book.document, own: book.own },
        checkpoints: this.#mayCheckpoint,
        left: this.#left,
        results: this.#results.all,
      };
      const thread: RecordingThread = new RecordingThread(
        start,
        clock,
        (message) => this.#heard(message),
        () => this.#lost(thread),
      );
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
    const held = this.#held;
    this.#held = [];
    if (held.length > 0) this.#thread.say({ kind: 'entries', entries: held });
    // What an ended process left, or days of another zone: who asks next waits for it.
    this.#isUnwritten = held.length > 0 || this.#files.hasLeft || this.#files.isOfOtherZone(this.#deps.zone());
  }

  #tryLater(ms: number): void {
    this.#retry = this.#deps.clock.after(ms, () => this.#start(Math.min(ms * 2, LAST_RETRY_MS)));
  }

  /** Not over one that is still to be taken over. */
  #openUntaken(thread: RecordingThread): void {
    const place = this.#files.untaken;
    if (!this.#untaken.isOpen && !this.#left.includes(place.file)) this.#untaken.open(place, thread);
  }

  /** It ended by itself: what it sealed, and what was sealed here, is taken over by the next one. */
  #lost(thread: RecordingThread): void {
    if (this.#thread !== thread) return;
    this.#thread = null;
    this.#idle?.();
    this.#deps.log.warn('usage.thread-ended');
    this.#shareCheckpoints();
    if (!this.#isOn) return;
    const left = thread.left.filter(({ requestId }) => !this.#untaken.has(requestId));
    this.#hold(left.map((call) => this.#entryOf(call)));
    // One that ends again and again must not be made again and again.
    if (this.#deps.clock.monotonic() - this.#startedAtMs >= RETRY_MS) this.#start(RETRY_MS);
    else this.#tryLater(RETRY_MS);
  }

  #stopWhenIdle(): void {
    this.#isUsed = false;
    this.#idle = this.#deps.clock.after(IDLE_MS, () => {
      const isBusy = this.#isUsed || this.#thread?.state !== 'recording'; // what waits for the disk is the thread's
      if (isBusy) this.#stopWhenIdle();
      else this.#close();
    });
  }

  #close(): void {
    const thread = this.#thread;
    this.#idle?.();
    this.#idle = null;
    this.#callOffWake?.();
    this.#callOffWake = null;
    if (thread === null) {
      this.#untaken.close(true); // the next unlock takes it over
      return;
    }
    let isKept = false;
    try {
      ({ isKept } = thread.ask({ act: 'close' }));
    } catch {
      this.#deps.log.warn('usage.not-written');
    }
    this.#untaken.close(!isKept); // else all of it is in the database, or in the thread's file
    this.#thread = null;
    this.#isUnwritten = false;
    thread.end();
    this.#shareCheckpoints();
  }

  #heard(message: Exclude<FromThread, { readonly kind: 'answer' | 'wake' | 'sleep' }>): void {
    const { emit, log, wrote, book } = this.#deps;
    switch (message.kind) {
      case 'begun':
        this.#hasBegun();
        return this.#tellBegun();
      case 'told':
        return this.#tellBegun();
      case 'batch':
        wrote?.(message.ms);
        return this.#untaken.renew();
      case 'recorded':
        emit({ event: 'usage.recorded', data: message.summary });
        return;
      case 'unknown':
        book.find(message.provider, message.model);
        return;
      case 'warn':
        log.warn(message.code);
    }
  }

  /** It has taken over what was there. */
  #hasBegun(): void {
    this.#sealed = [];
    try {
      this.#files.remove(this.#left);
    } catch {
      this.#deps.log.warn('usage.spill-not-cleared'); // harmless: what is in the database is not taken again
    }
    this.#left = [];
    if (this.#thread !== null) this.#openUntaken(this.#thread);
  }

  /** Not in the step in which it is heard: a counter that is being read may have asked for it. */
  #tellBegun(): void {
    queueMicrotask(() => this.#isOn && this.#listener?.hears === true && this.#listener.begun());
  }
}
