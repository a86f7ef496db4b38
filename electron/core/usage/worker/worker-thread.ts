import { Worker } from 'node:worker_threads';
import { AppError } from '../../../../shared/errors.ts';
import type { Answer, Ask, WorkerStart } from './messages.ts';
import { workerFile } from './worker-file.ts';

/** A report of one user needs a few MiB; what runs away ends its thread and not the program. */
const LIMITS = { maxOldGenerationSizeMb: 512 } as const;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: AppError) => void;
}

/** One worker thread over usage.db, from its start until `end`. Keeps the process alive only while it owes an answer. */
export class WorkerThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #gone: () => void;
  /** Streams that may be asked for more. */
  streams = 0;
  #asked = 0;
  /** Why it is not to be asked any more. */
  #ended: AppError | null = null;

  /** @param gone - called once when it ended by itself. */
  constructor(start: WorkerStart, gone: () => void) {
    this.#gone = gone;
    this.#worker = new Worker(workerFile(import.meta.dirname, 'usage-worker'), {
      name: 'usage',
      argv: [],
      execArgv: [],
      env: {}, // nothing in there is its business
      resourceLimits: LIMITS,
    });
    this.#worker.unref();
    this.#worker.on('message', (answer: Answer) => this.#answered(answer));
    this.#worker.on('error', () => undefined); // its text could hold anything: `exit` follows
    this.#worker.on('exit', () => this.#exited());
    this.#worker.postMessage({ kind: 'start', start } satisfies Ask, [start.key.buffer]);
  }

  get busy(): boolean {
    return this.#waiting.size > 0 || this.streams > 0;
  }

  ask(make: (id: number) => Ask): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== null) return reject(this.#ended);
      this.#asked += 1;
      this.#waiting.set(this.#asked, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage(make(this.#asked));
    });
  }

  tell(what: Ask): void {
    if (this.#ended === null) this.#worker.postMessage(what);
  }

  /** At once; who waits for an answer hears `why`. The thread's connection is closed with it. */
  end(why: AppError): void {
    this.#ended = why;
    void this.#worker.terminate();
    this.#reject(why);
  }

  /** When nobody waits: it closes its connection and ends. */
  stop(): void {
    this.tell({ kind: 'stop' });
    this.#ended = broken();
  }

  #answered(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    if (waiting === undefined) return;
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if (answer.ok) waiting.resolve(answer.value);
    else {
      const { code, message, hint } = answer.error;
      waiting.reject(new AppError(code, message, hint));
    }
  }

  #exited(): void {
    if (this.#ended !== null) return;
    this.#ended = broken();
    this.#reject(this.#ended);
    this.#gone();
  }

  #reject(error: AppError): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
  }
}

function broken(): AppError {
  return new AppError(
    'internal',
    'What sums up usage ended before it was done. Nothing recorded is affected.',
    'Try again; for very long periods, ask for less at once.',
  );
}
