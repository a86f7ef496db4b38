import type { KeyObject } from 'node:crypto';
import { setPriority } from 'node:os';
import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type Database from 'better-sqlite3';
import { toErrorBody } from '../../../../shared/errors.ts';
import { BUSY_PAGES, emptyLogAt, emptyLongLog } from '../../store/checkpoints.ts';
import { openDatabase } from '../../store/database.ts';
import { databaseError } from '../../store/sqlite-error.ts';
import { type CountedCall, Counting } from '../counted-call.ts';
import { CountedResults } from '../counted-results.ts';
import { type CallOrigin, type EndedCall, entryOf } from '../ended-call.ts';
import { PriceBook } from '../prices/price-book.ts';
import { UsageRecorder } from '../recorder.ts';
import { RingReader } from './call-ring.ts';
import { KeyStream } from './key-stream.ts';
import { readLeftRing } from './left-ring.ts';
import { LookPace } from './look-pace.ts';
import {
  type Act,
  ANSWERED,
  AWAITED,
  type Done,
  ENDED,
  type FromThread,
  NEVER,
  PARKED,
  type Prices,
  type RecordingStart,
  STATE,
  STATES,
  TAKEN,
  type ToThread,
} from './messages.ts';
import type { PackedCalls } from './packed-calls.ts';
import { RingPad } from './ring-pad.ts';

/**
 * The thread that reads, prices, seals and writes what forwarded calls used, so that the one that forwards does not. While
 * calls come it looks for them by itself: to be woken for each would cost the other thread more than all the rest.
 */
const given = workerData as {
  readonly port: MessagePort;
  readonly shared: Int32Array;
  readonly ring: SharedArrayBuffer;
  /** null: the ring has no file. */
  readonly pad: SharedArrayBuffer | null;
};
const { port, shared } = given;
const ring = new RingReader(shared, given.ring);
const NICE = 5;
/** It sleeps until it is woken when nothing came for so long. */
const PARK_MS = 50;
/** Calls that are sealed together: more would keep a core from those who call and answer. */
const TOGETHER = 32;
/** Of sleep, now and then where there is much to do: the system lets a thread run on for milliseconds though others wait. */
const REST_MS = 0.1;

const say = (message: FromThread): void => port.postMessage(message);
/** By their numbers. */
const origins: CallOrigin[] = [];
const timers = new Map<number, () => void>();
let lastTimer = 0;
/** Reported calls that were new, for the next answer. */
let told: CountedCall[] = [];
let isAsked = false;
let isClosed = false;
const pace = new LookPace();
/** So long it looked for nothing. */
let idleMs = 0;
let timer: NodeJS.Timeout | null = null;
let nowMs = 0;
let zone = '';
let book: PriceBook | null = null;
let db: Database.Database | null = null;
let recorder: UsageRecorder | null = null;
let pad: RingPad | null = null;
let results = new CountedResults();
/** A backup copies the file: meanwhile what is written stays in the log. */
let mayCheckpoint = true;
let isLogLonger = false;
/** Messages are handled one after the other: what comes while a batch is written waits for its end. */
const inbox: ToThread[] = [];
let isHandling = false;
let lookedAtMs = 0;

// Who calls and who answers come first. On other systems this would be about the whole process.
if (process.platform === 'linux') setPriority(0, NICE);

// A fault ends this thread: who waits for an answer cannot hear of it otherwise.
process.on('exit', () => {
  Atomics.store(shared, ENDED, 1);
  tellAnswered();
});

port.on('message', (message: ToThread) => {
  receive(message);
  lookLater();
});

/** Also where something came: calls that are sealed one by one cost twice as much as those of some milliseconds together. */
function look(): void {
  timer = null;
  const sleptMs = pace.ms;
  pace.looked(ring.unread, pad !== null && recorder?.state === 'recording');
  idleMs = takeAll() ? 0 : idleMs + sleptMs;
  if (idleMs < PARK_MS) lookLater();
  else park();
}

function lookLater(): void {
  if (isClosed) return;
  Atomics.store(shared, PARKED, 0);
  timer ??= setTimeout(look, pace.ms);
}

/** What was written before the other thread could see that this one sleeps is taken now. */
function park(): void {
  idleMs = 0;
  Atomics.store(shared, PARKED, 1);
  if (takeAll()) lookLater();
  else if (isLogLonger && mayCheckpoint) emptyLog();
}

/** In a pause: while calls come it would keep a core from those who call and answer. */
function emptyLog(): void {
  isLogLonger = false;
  try {
    if (db !== null) emptyLongLog(db);
  } catch {
    // the disk does not take it: what is in the log stays there
  }
}

/** @returns whether there was something. */
function takeAll(): boolean {
  const { written } = ring; // an origin is told before the first call in the ring that has its number
  let isSome = false;
  for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
    isSome = true;
    receive(next.message as ToThread);
  }
  isSome = takeRing(written) || isSome;
  handleInbox();
  return isSome;
}

/** Calls are sealed while a batch is written too: it takes a tenth of a second where there are many. */
function takeMeanwhile(): void {
  const { written } = ring;
  for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
    const message = next.message as ToThread;
    // What comes behind other prices has these.
    if (isCalls(message) && !hasPrices()) takePacked(message);
    else inbox.push(message);
  }
  if (!hasPrices()) takeRing(written);
}

const hasPrices = (): boolean => inbox.some((message) => !isCalls(message) && message.kind === 'prices');

function receive(message: ToThread): void {
  inbox.push(message);
  handleInbox();
  showState();
}

function handleInbox(): void {
  if (isHandling) return;
  isHandling = true;
  for (let message = inbox.shift(); message !== undefined; message = inbox.shift()) {
    if (isCalls(message)) takePacked(message);
    else take(message);
  }
  isHandling = false;
}

function showState(): void {
  Atomics.store(shared, STATE, STATES.indexOf(recorder?.state ?? 'off'));
}

/** @param to - the position up to which calls are taken. */
function takeRing(to: number): boolean {
  for (let taken = 0; ; taken += 1) {
    const calls = ring.take(to, TOGETHER, origins);
    if (calls.length === 0) return taken > 0;
    // With a file they are needed there until they are sealed; without one, what a thread that ends had taken is not taken twice.
    if (pad === null) ring.release();
    count(calls);
    if (pad !== null) {
      ring.release();
      pad.refill();
    }
    showState();
    if (calls.length === TOGETHER) rest();
  }
}

function takePacked(calls: PackedCalls): void {
  for (const { call, number } of calls) if (number !== null) origins[number] = call.origin;
  count(calls.map(({ call }) => call));
}

function count(calls: readonly EndedCall[]): void {
  recorder?.record(calls.map((call) => entryOf(call, results)));
  Atomics.add(shared, TAKEN, calls.length);
}

const isCalls = (message: ToThread): message is PackedCalls => Array.isArray(message);

function take(message: Exclude<ToThread, PackedCalls>): void {
  switch (message.kind) {
    case 'start':
      return start(message.start);
    case 'entries':
      return recorder?.record(message.entries);
    case 'prices':
      takeRing(message.ring);
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
    case 'wake':
      return; // it looks in any case
    case 'ask':
      takeRing(message.ring);
      answer(message.id, message.act);
  }
}

function start({
  file,
  vaultId,
  databaseKey,
  spillKey,
  prices,
  checkpoints,
  left,
  leftRings,
  ringId,
  results: known,
  ...rest
}: RecordingStart): void {
  zone = rest.zone;
  book = bookOf(prices);
  results = new CountedResults(known);
  if (given.pad !== null && ringId !== null) pad = new RingPad(shared, given.pad, new KeyStream(spillKey, ringId));
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
    log: { warn: (code, fields) => say({ kind: 'warn', code, fields }) },
    get book() {
      return book as PriceBook;
    },
    emit: (event) => event.event === 'usage.recorded' && say({ kind: 'recorded', summary: event.data }),
    zone: () => zone,
    wrote: (ms) => {
      isLogLonger = true;
      say({ kind: 'batch', ms });
    },
    between: betweenRows,
    left,
    leftCalls: () => leftRings.flatMap((file) => callsOf(file, spillKey)),
  });
  recorder.listen({
    hears: true,
    begun: () => say({ kind: 'begun' }),
    recorded: () => undefined,
    written: (reported) => {
      if (isAsked) told.push(...reported);
      else say({ kind: 'told' });
    },
  });
  recorder.unlocked();
}

/** What an ended process left in the file of a ring, priced as it would have been. */
function callsOf(file: string, key: KeyObject): readonly CountedCall[] {
  const left = readLeftRing(file, key);
  if (left?.isWhole === false) say({ kind: 'warn', code: 'usage.ring-cut' });
  const counting = new Counting();
  return (left?.calls ?? []).map((call) => counting.count(entryOf(call, results), book as PriceBook));
}

/** Not while the other thread waits for this one. */
function rest(): void {
  if (Atomics.load(shared, AWAITED) === 0) Atomics.wait(shared, NEVER, 0, REST_MS);
}

function betweenRows(): void {
  if (Atomics.load(shared, AWAITED) === 1) return;
  rest();
  const now = performance.now();
  if (now - lookedAtMs < pace.ms) return;
  lookedAtMs = now;
  takeMeanwhile();
}

function answer(id: number, act: Act): void {
  let done: Done = { waiting: [], told: [], folded: false, unkept: [], results: [] };
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
  showState();
  tellAnswered();
}

function tellAnswered(): void {
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
    case 'close': {
      const unkept = recorder?.locking() ?? [];
      recorder = null;
      db?.close();
      db = null;
      isClosed = true;
      if (timer !== null) clearTimeout(timer);
      return { unkept, results: results.all };
    }
  }
}

function allowCheckpoints(on: boolean): void {
  mayCheckpoint = on;
  if (db !== null) emptyLogAt(db, on ? BUSY_PAGES : 0);
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
