import { type MessagePort, workerData } from 'node:worker_threads';
import type Database from 'better-sqlite3';
import { toErrorBody } from '../../../../shared/errors.ts';
import { openDatabase } from '../../store/database.ts';
import { databaseError } from '../../store/sqlite-error.ts';
import type { CountedCall } from '../counted-call.ts';
import { entryOf } from '../ended-call.ts';
import { PriceBook } from '../prices/price-book.ts';
import { UsageRecorder } from '../recorder.ts';
import { type Act, ANSWERED, type Done, type FromThread, type Prices, STATE, STATES, TAKEN } from './messages.ts';
import type { RecordingStart, ToThread } from './messages.ts';
import { CallUnpacker, type PackedCalls } from './packed-calls.ts';

/** The thread that reads, prices, seals and writes what forwarded calls used, so that the one that forwards does not. */
const { port, shared } = workerData as { readonly port: MessagePort; readonly shared: Int32Array };
/** SQLite's own: pages of the log after which it is emptied into the file. */
const CHECKPOINT_PAGES = 1000;

const say = (message: FromThread): void => port.postMessage(message);
const unpacker = new CallUnpacker();
const timers = new Map<number, () => void>();
let lastTimer = 0;
/** Reported calls that were new, for the next answer. */
let told: CountedCall[] = [];
let isAsked = false;
let nowMs = 0;
let zone = '';
let book: PriceBook | null = null;
let db: Database.Database | null = null;
let recorder: UsageRecorder | null = null;

port.on('message', (message: ToThread) => {
  if (isCalls(message)) {
    const calls = unpacker.unpack(message);
    recorder?.record(calls.map(entryOf));
    Atomics.add(shared, TAKEN, calls.length);
  } else take(message);
  Atomics.store(shared, STATE, STATES.indexOf(recorder?.state ?? 'off'));
});

const isCalls = (message: ToThread): message is PackedCalls => Array.isArray(message);

function take(message: Exclude<ToThread, PackedCalls>): void {
  switch (message.kind) {
    case 'start':
      return start(message.start);
    case 'entries':
      return recorder?.record(message.entries);
    case 'prices':
      book = bookOf(message.prices);
      return;
    case 'zone':
      zone = message.zone;
      return recorder?.zoneChanged();
    case 'woken': {
      const act = timers.get(message.timer);
      timers.delete(message.timer);
      return act?.();
    }
    case 'ask':
      answer(message.id, message.act);
  }
}

function start({ file, vaultId, databaseKey, spillKey, prices, checkpoints, ...given }: RecordingStart): void {
  zone = given.zone;
  book = bookOf(prices);
  const opened = () => ({ vaultId: Buffer.from(vaultId), keys: { usageSpill: spillKey }, usageDb: open() });
  const open = (): Database.Database => {
    if (db !== null) return db;
    const key = databaseKey.export();
    try {
      db = openDatabase(file, 'usage', key, 'open');
    } finally {
      key.fill(0);
    }
    allowCheckpoints(checkpoints);
    return db;
  };
  recorder = new UsageRecorder({
    vault: { opened },
    paths: { usageDb: file },
    clock: { now: () => nowMs, after },
    log: { warn: (code) => say({ kind: 'warn', code }) },
    get book() {
      return book as PriceBook;
    },
    emit: (event) => event.event === 'usage.recorded' && say({ kind: 'recorded', summary: event.data }),
    zone: () => zone,
    wrote: (ms) => say({ kind: 'batch', ms }),
  });
  recorder.listen({
    hears: true,
    begun: () => say({ kind: 'begun' }),
    recorded: () => undefined,
    written: (calls) => {
      const reported = calls.filter(({ source }) => source !== 'proxy');
      if (reported.length === 0) return;
      if (isAsked) told.push(...reported);
      else say({ kind: 'told' });
    },
  });
  recorder.unlocked();
}

function answer(id: number, act: Act): void {
  let done: Done = { waiting: [], told: [], folded: false };
  let error: unknown = null;
  isAsked = true;
  try {
    done = { ...done, ...perform(act) };
  } catch (problem) {
    error = problem;
  }
  isAsked = false;
  say({
    kind: 'answer',
    id,
    done: { ...done, told },
    error: error === null ? null : toErrorBody(databaseError(error)),
  });
  told = [];
  Atomics.add(shared, ANSWERED, 1);
  Atomics.notify(shared, ANSWERED);
}

function perform(act: Act): Partial<Done> {
  switch (act.act) {
    case 'flush':
      recorder?.flush();
      return {};
    case 'settle':
      try {
        recorder?.flush();
      } catch {
        // it is tried again by itself
      }
      return { waiting: recorder?.waiting ?? [] };
    case 'fold':
      nowMs = act.nowMs;
      return { folded: recorder?.foldOne() ?? false };
    case 'checkpoints':
      allowCheckpoints(act.on);
      return {};
    case 'close':
      recorder?.locking();
      recorder = null;
      db?.close();
      db = null;
      return {};
  }
}

/** A backup copies the file: meanwhile what is written stays in the log. */
function allowCheckpoints(on: boolean): void {
  db?.pragma(`wal_autocheckpoint = ${on ? CHECKPOINT_PAGES : 0}`);
}

function bookOf({ document, own }: Prices): PriceBook {
  return new PriceBook(document, own, (provider, model) => say({ kind: 'unknown', provider, model }));
}

/** Time passes on the main thread. */
function after(ms: number, act: () => void): () => void {
  lastTimer += 1;
  const timer = lastTimer;
  timers.set(timer, act);
  say({ kind: 'wake', timer, ms });
  return () => {
    if (timers.delete(timer)) say({ kind: 'sleep', timer });
  };
}
