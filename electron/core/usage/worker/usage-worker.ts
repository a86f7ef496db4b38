import { parentPort } from 'node:worker_threads';
import type Database from 'better-sqlite3';
import { toErrorBody } from '../../../../shared/errors.ts';
import { openDatabase } from '../../store/database.ts';
import { databaseError } from '../../store/sqlite-error.ts';
import { bringUpToDate } from '../../store/usage-layout.ts';
import type { Answer, Ask } from './messages.ts';
import { usageQueries, usageStreams } from './usage-queries.ts';

/** The thread that reads usage.db: one question after the other, on a connection that cannot write. Or changes its layout, before anybody reads. */
const CACHE_KIB = 16 * 1024; // pages that a report needs again; the thread and its memory end when nobody asks
const port = parentPort;
if (port === null) throw new Error('this file is a worker thread');

let db: Database.Database | null = null;
/** Why there is none. */
let problem: unknown = new Error('the database is not open');
const streams = new Map<number, Iterator<unknown, unknown, undefined>>();

port.on('message', (ask: Ask) => {
  switch (ask.kind) {
    case 'start':
      try {
        db = openDatabase(ask.start.file, 'usage', Buffer.from(ask.start.key.buffer), 'read');
        db.pragma(`cache_size = -${CACHE_KIB}`);
      } catch (error) {
        problem = error;
      } finally {
        ask.start.key.fill(0);
      }
      return;
    case 'query':
      // One transaction: all that a query reads is of one moment, and pages that it kept stay good till its end.
      return answer(ask.id, (open) => open.transaction(() => run(usageQueries[ask.name], open, ask.input)).deferred());
    case 'stream':
      return answer(ask.id, (open) => {
        const stream = run(usageStreams[ask.name], open, ask.input) as Iterator<unknown, unknown, undefined>;
        streams.set(ask.id, stream);
        return next(ask.id, stream);
      });
    case 'next':
      return answer(ask.id, () => {
        const stream = streams.get(ask.stream);
        return stream === undefined ? { done: true, value: undefined } : next(ask.stream, stream);
      });
    case 'end-stream':
      streams.get(ask.stream)?.return?.();
      streams.delete(ask.stream);
      return;
    case 'stop':
      db?.close();
      port.close();
      return;
    case 'bring-up-to-date':
      return say(ask.id, () => {
        const { usageDb, backups, nowMs } = ask;
        const key = Buffer.from(ask.key);
        const old = openDatabase(usageDb, 'usage', key, 'open');
        bringUpToDate(old, key, { paths: { usageDb, backups }, clock: { now: () => nowMs } });
        old.close();
      });
  }
});

function next(id: number, stream: Iterator<unknown, unknown, undefined>): IteratorResult<unknown, unknown> {
  try {
    const step = stream.next();
    if (step.done === true) streams.delete(id);
    return step;
  } catch (error) {
    streams.delete(id);
    throw error;
  }
}

/** The names are checked where they are asked for: by the types of `UsageReader`. */
function run(query: unknown, open: Database.Database, input: unknown): unknown {
  return (query as (db: Database.Database, input: unknown) => unknown)(open, input);
}

function answer(id: number, work: (open: Database.Database) => unknown): void {
  say(id, () => {
    if (db === null) throw problem;
    return work(db);
  });
}

function say(id: number, work: () => unknown): void {
  let said: Answer;
  try {
    said = { id, ok: true, value: work() };
  } catch (error) {
    said = { id, ok: false, error: toErrorBody(databaseError(error)) };
  }
  port?.postMessage(said);
}
