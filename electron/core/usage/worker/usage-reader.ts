import type { UsageRemark } from '../../../../shared/contract/usage.ts';
import { AppError } from '../../../../shared/errors.ts';
import type { VaultAccess } from '../../credentials/vault-access.ts';
import type { Clock, Paths } from '../../seams.ts';
import type { QueryInput, QueryName, QueryOutput, StreamInput, StreamName, StreamPiece } from './usage-queries.ts';
import { WorkerThread } from './worker-thread.ts';

/** The thread costs about 20 MiB: it ends when nobody has asked for so long. */
const IDLE_MS = 3 * 60_000;

export interface UsageReaderDeps {
  readonly vault: Pick<VaultAccess, 'opened'>;
  readonly paths: Pick<Paths, 'usageDb'>;
  readonly clock: Pick<Clock, 'after'>;
  /**
   * Writes what waits to be written, so that an answer holds the last second too.
   * @returns false where the database did not take all of it: an answer is given nevertheless, and says so.
   */
  readonly settle: () => boolean;
}

const WAITING: UsageRemark = {
  code: 'waiting',
  text: 'The last calls are not in these figures yet: the usage database cannot be written now. They wait, and it is tried again by itself.',
};

interface Ready {
  readonly thread: WorkerThread;
  readonly isWhole: boolean;
}

export interface UsageStream<Piece> {
  /** The next piece. @throws AppError, as `UsageReader.query`. */
  next(): Promise<IteratorResult<Piece, undefined>>;
  /** Gives up early. Safe to call after the last piece too. */
  end(): void;
}

/**
 * Asks the worker thread, so that the endpoint never waits for a report (ARCHITECTURE.md). The thread is made with the first
 * question and ended by a lock, or when nobody has asked for some minutes. What may be asked: usage-queries.ts.
 */
export class UsageReader {
  readonly #deps: UsageReaderDeps;
  #thread: WorkerThread | null = null;
  #callOff: () => void = () => undefined;

  constructor(deps: UsageReaderDeps) {
    this.#deps = deps;
  }

  /**
   * @throws AppError `vault_locked`, also when the lock comes while it runs; `internal` when the thread ended; and what the
   * query itself throws.
   */
  async query<N extends QueryName>(name: N, input: QueryInput<N>): Promise<QueryOutput<N>> {
    const { thread, isWhole } = this.#ready();
    try {
      const answer = (await thread.ask((id) => ({ kind: 'query', id, name, input }))) as QueryOutput<N>;
      return isWhole ? answer : told(answer);
    } finally {
      this.#rest();
    }
  }

  /** Nothing is read before the first `next`. */
  stream<N extends StreamName>(name: N, input: StreamInput<N>): UsageStream<StreamPiece<N>> {
    let thread: WorkerThread | null = null;
    let stream = 0;
    let isWhole = true;
    let over = false;
    const end = (): void => {
      if (over) return;
      over = true;
      if (thread === null) return;
      thread.tell({ kind: 'end-stream', stream });
      thread.streams -= 1;
      this.#rest();
    };
    return {
      next: async () => {
        if (over) return { done: true, value: undefined };
        const first = thread === null;
        if (thread === null) {
          ({ thread, isWhole } = this.#ready());
          thread.streams += 1;
        }
        try {
          const step = (await thread.ask((id) => {
            if (!first) return { kind: 'next', id, stream };
            stream = id;
            return { kind: 'stream', id, name, input };
          })) as IteratorResult<StreamPiece<N>, undefined>;
          if (step.done === true) {
            end();
            return step;
          }
          return isWhole ? step : { done: false, value: told(step.value) };
        } catch (error) {
          end();
          throw error;
        }
      },
      end,
    };
  }

  /** All of a stream, for its last piece: what takes long without holding up who asks for less. @throws as `next`. */
  async last<N extends StreamName>(name: N, input: StreamInput<N>): Promise<NonNullable<StreamPiece<N>>> {
    const stream = this.stream(name, input);
    let last: StreamPiece<N> | null = null;
    for (let step = await stream.next(); step.done !== true; step = await stream.next()) last = step.value;
    if (last === null || last === undefined) throw new Error('a stream without a last piece');
    return last;
  }

  /** The keys go: whoever waits hears `vault_locked`. */
  locking(): void {
    this.#callOff();
    const thread = this.#thread;
    this.#thread = null;
    thread?.end(
      new AppError('vault_locked', 'The vault was locked meanwhile. Nothing was changed.', 'Unlock it and try again.'),
    );
  }

  #ready(): Ready {
    const { vault, paths, settle } = this.#deps;
    const { keys, usageDb } = vault.opened();
    if (usageDb.memory) {
      throw new AppError(
        'internal',
        'Usage cannot be summed now: its database is not open. Nothing recorded is affected.',
        'Try again in a minute; "keyharbor doctor" says why.',
      );
    }
    const isWhole = settle();
    this.#callOff();
    if (this.#thread !== null) return { thread: this.#thread, isWhole };
    const bytes = keys.usageDatabase.export();
    const key = new Uint8Array(bytes); // a buffer of its own, which is moved to the thread
    bytes.fill(0);
    const thread = new WorkerThread({ file: paths.usageDb, key }, () => {
      if (this.#thread === thread) this.#thread = null;
    });
    this.#thread = thread;
    return { thread, isWhole };
  }

  #rest(): void {
    const thread = this.#thread;
    this.#callOff();
    if (thread === null || thread.busy) return;
    this.#callOff = this.#deps.clock.after(IDLE_MS, () => {
      if (thread.busy) return;
      if (this.#thread === thread) this.#thread = null;
      thread.stop();
    });
  }
}

/** Every answer that has remarks is of figures, and says that they lack the last calls. */
function told<T>(answer: T): T {
  if (typeof answer !== 'object' || answer === null || !('remarks' in answer)) return answer;
  return { ...answer, remarks: [...(answer.remarks as readonly UsageRemark[]), WAITING] };
}
