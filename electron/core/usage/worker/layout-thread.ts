import type { KeyObject } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { AppError } from '../../../../shared/errors.ts';
import type { Paths } from '../../seams.ts';
import type { Answer, Ask } from './messages.ts';
import { workerFile } from './worker-file.ts';

export interface LayoutChange {
  readonly paths: Pick<Paths, 'usageDb' | 'backups'>;
  readonly nowMs: number;
  /** K_usage. */
  readonly key: KeyObject;
}

/**
 * Does on a thread of its own what `bringUpToDate` does, for a file whose size would keep the owner waiting at unlock. Nobody
 * else may have the file open. The key is in memory that both threads share, so that `end` wipes it at once, also while
 * SQLite is at work; that then finds its transaction undone at the next opening.
 */
export class LayoutThread {
  /** Rejects with an AppError where it could not be done, or was ended. */
  readonly done: Promise<void>;
  readonly #worker: Worker;
  readonly #key: Buffer;

  constructor({ paths, nowMs, key }: LayoutChange) {
    const bytes = key.export();
    this.#key = Buffer.from(new SharedArrayBuffer(bytes.byteLength));
    bytes.copy(this.#key);
    bytes.fill(0);
    this.#worker = new Worker(workerFile(import.meta.dirname, 'usage-worker'), {
      ...{ name: 'usage-layout', argv: [], execArgv: [], env: {} },
    });
    this.#worker.unref();
    this.done = new Promise((resolve, reject) => {
      this.#worker.on('message', ({ ok, ...answer }: Answer) => {
        this.end();
        if (ok) resolve();
        else if ('error' in answer) reject(new AppError(answer.error.code, answer.error.message, answer.error.hint));
      });
      this.#worker.on('error', () => undefined); // its text could hold anything: `exit` follows
      this.#worker.on('exit', () => reject(new AppError('internal', 'The usage database was not brought up to date.')));
    });
    this.done.catch(() => undefined); // whoever made it may have gone
    const { usageDb, backups } = paths;
    const ask: Ask = {
      kind: 'bring-up-to-date',
      id: 1,
      usageDb,
      backups,
      nowMs,
      key: this.#key.buffer as SharedArrayBuffer,
    };
    this.#worker.postMessage(ask);
  }

  /** Safe to call again. */
  end(): void {
    this.#key.fill(0);
    void this.#worker.terminate();
  }
}
