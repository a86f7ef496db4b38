import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { AppError } from '../../../../shared/errors.ts';
import type { Clock } from '../../seams.ts';
import type { EndedCall } from '../ended-call.ts';
import { workerFile } from '../worker/worker-file.ts';
import { callRing, RingWriter } from './call-ring.ts';
import {
  type Act,
  ANSWERED,
  AWAITED,
  type Done,
  ENDED,
  type FromThread,
  PARKED,
  PLACES,
  type Prices,
  type RecordingStart,
  type RecordingState,
  STATE,
  STATES,
  TAKEN,
  type ToThread,
  WRITTEN,
} from './messages.ts';
import { OriginNumbers, packed } from './packed-calls.ts';
import { RingFile } from './ring-file.ts';
import { ThreadProgress } from './thread-progress.ts';

/** A batch and what SQLite keeps are a few MiB; what runs away ends its thread and not the program. */
const LIMITS = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 24 } as const;
/** More than any act takes, also where another connection writes (busy_timeout). */
const ANSWER_MS = 30_000;
/** A lock waits no longer for what waits to be written: it is sealed, and taken over at the next unlock. */
const CLOSE_MS = 5000;

/** What it says by itself. */
export type Told = Exclude<FromThread, { readonly kind: 'answer' | 'wake' | 'sleep' }>;

/** One recording thread, from its start to its end. Does not keep the process alive: a lock ends it. */
export class RecordingThread {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #shared = new Int32Array(new SharedArrayBuffer(PLACES * Int32Array.BYTES_PER_ELEMENT));
  readonly #clock: Pick<Clock, 'after'>;
  readonly #hear: (message: Told) => void;
  readonly #ring: RingWriter;
  readonly #ringFile: RingFile | null;
  readonly #numbers = new OriginNumbers();
  readonly #progress = new ThreadProgress();
  readonly #timers = new Map<number, () => void>();
  #asked = 0;
  #left: readonly EndedCall[] = [];
  #isOver = false;

  /**
   * @param ringFile - where calls stand that outlive the process; null: nowhere.
   * @param hear - hears what it says by itself.
   * @param gone - called once when it ended by itself.
   */
  constructor(
    start: Omit<RecordingStart, 'ringId'>,
    ringFile: string | null,
    clock: Pick<Clock, 'after'>,
    hear: (message: Told) => void,
    gone: () => void,
  ) {
    const { port1, port2 } = new MessageChannel();
    const ring = callRing();
    this.#ringFile = ringFile === null ? null : RingFile.open(ringFile, this.#shared);
    this.#ring = new RingWriter(this.#shared, ring, this.#ringFile);
    this.#port = port1;
    this.#clock = clock;
    this.#hear = hear;
    this.#worker = new Worker(workerFile(import.meta.dirname, 'recording-worker'), {
      name: 'recording',
      argv: [],
      execArgv: [],
      env: {}, // nothing in there is its business
      resourceLimits: LIMITS,
      workerData: { port: port2, shared: this.#shared, ring, pad: this.#ringFile?.pad ?? null },
      transferList: [port2],
    });
    this.#worker.unref();
    this.#worker.on('error', () => undefined); // its text could hold anything: `exit` follows
    this.#worker.on('exit', () => {
      if (this.#isOver) return;
      this.#close(true);
      gone();
    });
    port1.on('message', (message: FromThread) => this.#heard(message));
    port1.unref();
    this.say({ kind: 'start', start: { ...start, ringId: this.#ringFile?.id ?? null } });
  }

  get state(): RecordingState {
    return STATES[Atomics.load(this.#shared, STATE)] ?? 'off';
  }

  /** How many calls it has taken, as an int32. */
  get taken(): number {
    return Atomics.load(this.#shared, TAKEN);
  }

  /** How many calls it was told, as an int32. */
  get told(): number {
    return this.#progress.told;
  }

  /** How many of them it has not taken. */
  get untaken(): number {
    return this.#progress.untaken(this.taken);
  }

  /** Whether it takes nothing for some milliseconds now, though there is something (`ThreadProgress`). */
  isBehind(nowMs: number): boolean {
    return this.#progress.isBehind(this.taken, nowMs);
  }

  /** Whether it sleeps until `wake` is called; else it sees what it is told within milliseconds (look-pace.ts). */
  get isParked(): boolean {
    return Atomics.load(this.#shared, PARKED) === 1;
  }

  wake(): void {
    this.say({ kind: 'wake' });
  }

  /**
   * Whether most calls that it is told outlive the process from then on. Not before it has begun: what it takes until then is
   * in its memory alone.
   */
  get outlives(): boolean {
    return this.#ringFile !== null && this.state === 'recording';
  }

  /** The call is seen when it next looks (`isParked`). @returns whether it outlives the process from now on. */
  tell(call: EndedCall<Buffer>): boolean {
    this.#progress.telling();
    const known = this.#numbers.of(call.origin);
    if (known !== null && this.#ring.write(call, known)) return this.#ringFile !== null;
    const number = known ?? this.#numbers.give(call.origin, this.#ring.isEmpty);
    this.say([packed(call, number)]);
    return false;
  }

  /** These prices hold for calls that it is told from now on. */
  price(prices: Prices): void {
    this.say({ kind: 'prices', prices, ring: this.#written });
  }

  say(message: ToThread): void {
    this.#port.postMessage(message);
  }

  /**
   * Waits until it is done, and this thread with it: for what must be in the file before anything else happens.
   * @throws AppError what the act threw; `internal` where the thread is gone.
   */
  ask(act: Act): Done {
    this.#asked += 1;
    const id = this.#asked;
    this.say({ kind: 'ask', id, act, ring: this.#written });
    Atomics.store(this.#shared, AWAITED, 1);
    try {
      return this.#answer(id, act.act === 'close' ? CLOSE_MS : ANSWER_MS);
    } finally {
      Atomics.store(this.#shared, AWAITED, 0);
    }
  }

  #answer(id: number, withinMs: number): Done {
    const untilMs = performance.now() + withinMs;
    for (;;) {
      const seen = Atomics.load(this.#shared, ANSWERED);
      for (let next = receiveMessageOnPort(this.#port); next !== undefined; next = receiveMessageOnPort(this.#port)) {
        const message = next.message as FromThread;
        if (message.kind !== 'answer' || message.id !== id) this.#heard(message);
        else if (message.error === null) return message.done;
        else throw new AppError(message.error.code, message.error.message, message.error.hint);
      }
      const leftMs = untilMs - performance.now();
      if (leftMs <= 0 || Atomics.load(this.#shared, ENDED) === 1) throw gone();
      Atomics.wait(this.#shared, ANSWERED, seen, leftMs);
    }
  }

  /** Ends it as it is: ask for `close` before. @param keep - the ring's file stays for the next unlock. */
  end(keep: boolean): void {
    if (this.#isOver) return;
    this.#close(keep);
    void this.#worker.terminate();
  }

  /** Calls that were told and never taken, and are not in the ring's file: the thread ended by itself. */
  get left(): readonly EndedCall[] {
    return this.#left;
  }

  get #written(): number {
    return Atomics.load(this.#shared, WRITTEN);
  }

  #close(keep: boolean): void {
    this.#isOver = true;
    for (const callOff of this.#timers.values()) callOff();
    this.#timers.clear();
    this.#port.close();
    if (this.#ringFile === null) this.#left = this.#ring.take(this.#numbers.origins);
    this.#ringFile?.close(keep);
    this.#ring.wipe();
  }

  #heard(message: FromThread): void {
    if (this.#isOver) return;
    if (message.kind === 'wake') this.#wake(message.timer, message.ms);
    else if (message.kind === 'sleep') this.#sleep(message.timer);
    else if (message.kind !== 'answer') this.#hear(message); // an answer that nobody waits for any more
  }

  #wake(timer: number, ms: number): void {
    const callOff = this.#clock.after(ms, () => {
      this.#timers.delete(timer);
      this.say({ kind: 'woken', timer });
    });
    this.#timers.set(timer, callOff);
  }

  #sleep(timer: number): void {
    this.#timers.get(timer)?.();
    this.#timers.delete(timer);
  }
}

function gone(): AppError {
  return new AppError(
    'internal',
    'The thread that records usage does not answer. What it wrote is kept; no key is affected.',
    'Look at "keyharbor doctor", then lock and unlock.',
  );
}
