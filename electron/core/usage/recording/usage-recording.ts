import { AppError } from '../../../../shared/errors.ts';
import type { Emit } from '../../events.ts';
import { type CountedCall, Counting } from '../counted-call.ts';
import { CountedResults } from '../counted-results.ts';
import { type EndedCall, entryOf } from '../ended-call.ts';
import { GivenUpCalls } from '../given-up-calls.ts';
import { notCounted, type RecordListener, wasTold } from '../recorder.ts';
import { readUsageState } from '../state-table.ts';
import type { UsageEntry } from '../usage-entry.ts';
import { CallFlood } from './call-flood.ts';
import type { RecordingState } from './messages.ts';
import { RecordingLife, type RecordingLifeDeps } from './recording-life.ts';
import type { RecordingThread, Told } from './recording-thread.ts';

/** What waits for a database that cannot be opened; beyond it the oldest are given up. */
const MAX_HELD = 50_000;
/** A thread that sleeps is woken so much later: to wake it takes longer than to seal the call. */
const WAKE_MS = 5;
/** Calls that the thread has not taken yet: beyond it this thread waits for that one. */
const MAX_AHEAD = 20_000;

export interface UsageRecordingDeps extends RecordingLifeDeps {
  readonly emit: Emit;
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
  readonly #counting = new Counting();
  readonly #results = new CountedResults();
  readonly #life: RecordingLife;
  #listener: RecordListener | null = null;
  /** Calls that ended in this turn of the event loop, where counters listen: they hear of them together. */
  #unheard: EndedCall<Buffer>[] = [];
  readonly #flood = new CallFlood();
  #callOffWake: (() => void) | null = null;
  /** What no thread could be given. */
  #held: UsageEntry[] = [];
  /** For which there was no room in there, since a thread last took it. */
  readonly #givenUp: GivenUpCalls;
  /** Likewise, and sealed: the next thread takes it over with the file. */
  #sealed: CountedCall[] = [];
  /** Something was sent since the last flush. */
  #isUnwritten = false;

  constructor(deps: UsageRecordingDeps) {
    this.#deps = deps;
    this.#givenUp = new GivenUpCalls(deps.log);
    this.#life = new RecordingLife(deps, this.#results, {
      started: (thread, isBusy) => this.#started(thread, isBusy),
      lost: (left) => this.#hold(left.map((call) => this.#entryOf(call))),
      heard: (message) => this.#heard(message),
    });
  }

  listen(listener: RecordListener): void {
    this.#listener = listener;
  }

  /** Counted, and in no database yet: what could be written is written first. */
  get waiting(): readonly CountedCall[] {
    this.#hearAll();
    const held = this.#counted(this.#held);
    const { thread } = this.#life;
    if (thread === null || !this.#isUnwritten) return [...held, ...this.#sealed];
    try {
      const { waiting } = thread.ask({ act: 'settle' });
      this.#isUnwritten = waiting.length > 0;
      return [...waiting, ...held, ...this.#sealed];
    } catch {
      this.#deps.log.warn('usage.not-written');
      return [...held, ...this.#sealed];
    }
  }

  /** `waiting`: in memory and the spill file only; `damaged`: likewise, until the next unlock. */
  get state(): RecordingState {
    const { isOn, isWaiting, thread } = this.#life;
    if (!isOn) return 'off';
    if (thread === null) return isWaiting ? 'waiting' : 'recording';
    return thread.state === 'off' ? 'waiting' : thread.state; // it has not begun yet
  }

  /** Takes over what an ended process left, where there is something. Never throws. */
  unlocked(): void {
    this.#life.unlocked();
  }

  /** Writes what waits; the vault's keys still exist. Call it after everybody else recorded their last. */
  locking(): void {
    if (!this.#life.isOn) return;
    this.#hearAll();
    this.#callOffWake?.();
    this.#callOffWake = null;
    const unkept = this.#life.locking(this.#held.length > 0);
    this.#life.givenUp([...unkept, ...this.#held.map(({ requestId }) => requestId)]);
    this.#givenUp.over();
    this.#held = [];
    this.#sealed = [];
    this.#isUnwritten = false;
  }

  /** A call begins: its end will be told. The thread is made meanwhile. */
  expect(): void {
    this.#life.expect();
  }

  /**
   * Counts a call that has just ended. A process that is killed when this has returned, and a client has the whole answer,
   * does not lose it: it stands in memory that outlives the process (ring-file.ts), or else, because few have what does not
   * fit in there, or there is no such memory, it is sealed. Not sealed is, without such memory, what comes in a flood of
   * more than a thousand a second, where that would cost a fifth of them: there the thread seals them within some
   * milliseconds, and this one where it does not come to it.
   */
  recordEnded(call: EndedCall<Buffer>): void {
    if (this.#life.thread?.outlives === true) {
      if (this.#tell(call)) this.#hearLater(call);
      else this.#sealTold(this.#hear(call));
    } else if (this.#isOfFlood()) {
      this.#tell(call);
      this.#hearLater(call);
    } else this.#recordSealed(call);
  }

  #isOfFlood(): boolean {
    const nowMs = performance.now();
    const { thread } = this.#life;
    const isFlood = this.#flood.add(nowMs);
    return isFlood && thread !== null && thread.state === 'recording' && !thread.isBehind(nowMs);
  }

  #recordSealed(call: EndedCall<Buffer>): void {
    const counted = this.#hear(call);
    const { isWaiting, untaken } = this.#life;
    if (isWaiting && this.#sealed.length < MAX_HELD && untaken.seal(counted)) {
      this.#sealed.push(counted);
      return;
    }
    this.#tell(call);
    this.#sealTold(counted);
  }

  #sealTold(counted: CountedCall): void {
    const { thread, untaken } = this.#life;
    if (thread !== null) untaken.seal(counted);
  }

  /** Read here: counters hear of it in this step. */
  #hear(call: EndedCall<Buffer>): CountedCall {
    this.#hearAll();
    const counted = this.#counting.count(this.#entryOf(call), this.#deps.book);
    if (this.#listener?.hears === true) this.#listener.recorded([counted]);
    return counted;
  }

  #hearLater(call: EndedCall<Buffer>): void {
    if (this.#listener?.hears === true && this.#unheard.push(call) === 1) setImmediate(() => this.#hearAll());
  }

  /** Counts finished calls. Never throws and never waits for the disk's sync, but for reported ones that quotas count. */
  record(entries: readonly UsageEntry[]): void {
    if (entries.length === 0) return;
    this.#hearAll();
    this.#record(entries);
    if (this.#listener?.hears === true && entries.some(({ source }) => source !== 'proxy')) this.#settleReported();
  }

  /**
   * Whether a client has told this call before.
   * @throws AppError where usage cannot be counted now: then it must not be acknowledged either.
   */
  knows(source: UsageEntry['source'], clientId: string, requestId: string): boolean {
    const { isOn, isWaiting, isWritable } = this.#life;
    if (!isOn || isWaiting || !isWritable) throw notCounted();
    this.flush();
    return wasTold(this.#deps.vault.opened().usageDb, source, clientId, requestId);
  }

  /** Writes what waits. @throws AppError where the database does not take it; it then waits on. */
  flush(): void {
    this.#hearAll();
    const { thread } = this.#life;
    if (thread === null || !this.#isUnwritten) return;
    const { told } = thread.ask({ act: 'flush' });
    this.#isUnwritten = false;
    if (told.length > 0) this.#listener?.written(told);
  }

  /**
   * As `flush`, for who reads: figures without the last calls are better than none.
   * @returns whether the database has all that was counted.
   * @throws AppError `integrity_failure` where it is damaged: its figures are not to be believed.
   */
  settle(): boolean {
    try {
      this.flush();
    } catch (error) {
      if (error instanceof AppError && error.code === 'integrity_failure') throw error;
      return false; // it is tried again by itself
    }
    return this.#held.length === 0 && this.#sealed.length === 0 && this.#life.thread?.state !== 'waiting';
  }

  /** The zone was set anew, or the computer moved: days are summed again. */
  zoneChanged(): void {
    if (this.#life.zoneChanged()) this.#isUnwritten = true; // who asks next waits for the new sums
  }

  /** Adds the next day that is over to its week and month: a few milliseconds. @returns whether there was one. */
  foldOne(): boolean {
    const { isOn, isWaiting } = this.#life;
    if (!isOn || isWaiting || readUsageState(this.#deps.vault.opened().usageDb) === null) return false;
    return this.#life.expect()?.ask({ act: 'fold', nowMs: this.#deps.clock.now() }).folded ?? false;
  }

  /** False: from now on nothing empties the log into the file, because somebody copies that. */
  mayCheckpoint(may: boolean): void {
    this.#life.mayCheckpoint(may);
  }

  /** Counters hear of what ended before they are asked, and before they hear of anything else. */
  #hearAll(): void {
    if (this.#unheard.length === 0) return;
    const calls = this.#unheard;
    this.#unheard = [];
    if (this.#listener?.hears === true)
      this.#listener.recorded(this.#counted(calls.map((call) => this.#entryOf(call))));
  }

  /** @returns whether the call outlives the process from now on. */
  #tell(call: EndedCall<Buffer>): boolean {
    const thread = this.#life.expect();
    if (thread === null) {
      this.#keep([this.#entryOf(call)]);
      return false;
    }
    this.#life.using(thread);
    const isKept = thread.tell(call);
    this.#isUnwritten = true;
    if (!isKept) this.#stayNear(thread); // in the ring there is only so much room
    if (thread.isParked) this.#callOffWake ??= this.#deps.clock.after(WAKE_MS, () => this.#wake());
    return isKept;
  }

  #entryOf(call: EndedCall): UsageEntry {
    return entryOf(call, this.#results);
  }

  #wake(): void {
    this.#callOffWake?.();
    this.#callOffWake = null;
    this.#life.thread?.wake();
  }

  #record(entries: readonly UsageEntry[]): void {
    if (this.#listener?.hears === true) this.#listener.recorded(this.#counted(entries));
    this.#keep(entries);
  }

  #keep(entries: readonly UsageEntry[]): void {
    if (!this.#life.isOn) {
      this.#deps.log.warn('usage.not-recorded');
      return;
    }
    const thread = this.#life.expect();
    if (thread === null) {
      this.#hold(entries);
      return;
    }
    this.#life.using(thread);
    thread.say({ kind: 'entries', entries });
    this.#isUnwritten = true;
    this.#stayNear(thread);
  }

  #counted(entries: readonly UsageEntry[]): readonly CountedCall[] {
    const { book } = this.#deps;
    return entries.map((entry) => this.#counting.count(entry, book));
  }

  #hold(entries: readonly UsageEntry[]): void {
    this.#held.push(...entries);
    const over = this.#held.length - MAX_HELD;
    if (over <= 0) return;
    this.#held.splice(0, over);
    this.#givenUp.add(over);
  }

  /** A reported call counts when the database finds it new, in this step: no counter is read in between. */
  #settleReported(): void {
    try {
      this.flush();
    } catch {
      this.#deps.log.warn('usage.not-written'); // the thread tries again, and says when they are written
    }
  }

  /** Where the thread is far behind, this one waits for it. */
  #stayNear(thread: RecordingThread): void {
    if (thread.untaken <= MAX_AHEAD) return;
    try {
      thread.ask({ act: 'settle' }); // it takes what came before
    } catch {
      this.#deps.log.warn('usage.not-written');
    }
  }

  #started(thread: RecordingThread, isBusy: boolean): void {
    const held = this.#held;
    this.#held = [];
    this.#givenUp.over();
    if (held.length > 0) thread.say({ kind: 'entries', entries: held });
    this.#isUnwritten = held.length > 0 || isBusy;
  }

  #heard(message: Told): void {
    const { emit, log, wrote, book } = this.#deps;
    switch (message.kind) {
      case 'begun':
        this.#sealed = [];
        return this.#tellBegun();
      case 'told':
        return this.#tellBegun();
      case 'batch':
        wrote?.(message.ms);
        return this.#life.untaken.renew();
      case 'recorded':
        emit({ event: 'usage.recorded', data: message.summary });
        return;
      case 'unknown':
        book.tellUnknown(message.provider, message.model);
        return;
      case 'warn':
        log.warn(message.code, message.fields);
    }
  }

  /** Not in the step in which it is heard: a counter that is being read may have asked for it. */
  #tellBegun(): void {
    queueMicrotask(() => this.#life.isOn && this.#listener?.hears === true && this.#listener.begun());
  }
}
