import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { acquireWriterLock, type WriterLock } from '../../../electron/core/store/writer-lock.ts';
import { type HostRole, makeRoom, type Room } from '../../../electron/hosts/common/make-room.ts';
import type { Call } from '../../../electron/rpc/caller.ts';
import { type SocketServer, serveOnSocket } from '../../../electron/rpc/socket-server.ts';
import type { VaultStatus } from '../../../shared/contract/schemas.ts';
import { AppError } from '../../../shared/errors.ts';
import { FakeClock } from './fake-clock.ts';

let folder: string;
let path: string;
let clock: FakeClock;
let undo: (() => unknown)[];
/** Settles when the waiting host tried the lock in vain once more. */
let triedInVain: () => void;
const writerLock = () => join(folder, 'vault.lock');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kh-room-'));
  path = join(folder, 'agent.sock');
  clock = new FakeClock();
  undo = [];
  triedInVain = () => undefined;
});

afterEach(async () => {
  for (const step of undo.toReversed()) await step();
  rmSync(folder, { recursive: true, force: true });
});

function start(role: HostRole): Promise<Room<WriterLock>> {
  return makeRoom({
    role,
    clock,
    tryLock: () => {
      const lock = acquireWriterLock({ writerLock: writerLock() });
      if (lock === null) triedInVain();
      else undo.push(() => lock.release());
      return lock;
    },
    socketPath: () => path,
  });
}

function holdLock(): WriterLock {
  const lock = acquireWriterLock({ writerLock: writerLock() });
  if (lock === null) throw new Error('the lock is not free');
  undo.push(() => lock.release());
  return lock;
}

/** Another host of this home, as far as a starting one can tell. */
async function listenAs(answer: (call: Call) => unknown): Promise<SocketServer> {
  const server = await serveOnSocket(path, {
    route: (call) => Promise.resolve().then(() => answer(call)),
    onEvent: () => () => undefined,
    onRequest: () => undefined,
    version: '1',
    clock,
  });
  undo.push(() => server.close());
  return server;
}

const conflict = (): never => {
  throw new AppError('conflict', 'It stays.');
};
const status = (host: VaultStatus['host']): VaultStatus => ({
  state: 'locked',
  version: '1',
  host,
  protection: { deviceBound: false, keychain: null, note: '', kdf: 'argon2id', recoveryConfirmed: true },
  retryAfterMs: 0,
  failedUnlocks: 0,
  credentials: null,
  endpoint: { on: false, port: null },
  autoLockAt: null,
  notices: [],
  damage: null,
  backupProblem: null,
  restored: null,
});
const answers =
  (host: VaultStatus['host'], shown: () => boolean) =>
  ({ method }: Call): unknown => {
    if (method === 'vault.status') return status(host);
    return method === 'app.focus' ? { shown: shown() } : conflict();
  };
const asWindow = answers('browser', () => true);
const asServe = answers('headless', () => false);

test('a free home is taken without asking anybody', async () => {
  writeFileSync(path, ''); // would be refused if it were asked
  const room = await start('serve');
  expect(room.kind).toBe('free');
});

test.each<HostRole>(['window', 'serve'])('a starting %s takes over when an on-demand agent lets go', async (role) => {
  const held = holdLock();
  const asked: string[] = [];
  await listenAs(({ method }) => {
    asked.push(method);
    return {};
  });
  let tries = 0;
  triedInVain = () => tries++;
  const room = start(role);
  // It waits for the lock, not for the answer alone.
  while (tries < 2) {
    clock.advance(50);
    await new Promise(setImmediate);
  }
  held.release();
  let taken: Room<WriterLock> | null = null;
  void room.then((value) => {
    taken = value;
  });
  while (taken === null) {
    clock.advance(50);
    await new Promise(setImmediate);
  }
  expect(taken).toMatchObject({ kind: 'free' });
  expect(asked).toEqual(['app.handOver']);
});

test('an agent that says yes and does not go is a conflict after five seconds', async () => {
  holdLock();
  await listenAs(() => ({}));
  let failure: unknown = null;
  start('serve').catch((error: unknown) => {
    failure = error;
  });
  const before = clock.monotonic();
  while (failure === null) {
    clock.advance(50);
    await new Promise(setImmediate);
  }
  expect(failure).toMatchObject({ code: 'conflict' });
  expect(clock.monotonic() - before).toBeGreaterThanOrEqual(5000);
});

test('a second window shows the first one and has nothing more to do', async () => {
  holdLock();
  await listenAs(asWindow);
  expect(await start('window')).toEqual({ kind: 'elsewhere', what: 'window-shown' });
});

test('a window that is still being opened is waited for', async () => {
  holdLock();
  let asked = 0;
  await listenAs(answers('desktop', () => ++asked > 2));
  let result: unknown = null;
  void start('window').then((value) => {
    result = value;
  });
  while (result === null) {
    clock.advance(50);
    await new Promise(setImmediate);
  }
  expect(result).toEqual({ kind: 'elsewhere', what: 'window-shown' });
});

test.each<[HostRole, string, (call: Call) => unknown]>([
  ['serve', 'a window', asWindow],
  ['serve', 'another serve', asServe],
  ['window', 'serve', asServe],
])('%s beside %s is a conflict', async (role, _what, answer) => {
  holdLock();
  await listenAs(answer);
  await expect(start(role)).rejects.toMatchObject({ code: 'conflict' });
});

test('an on-demand agent leaves whoever is there alone', async () => {
  holdLock();
  const asked: string[] = [];
  await listenAs(({ method }) => {
    asked.push(method);
    return { on: false, address: null, port: null, socket: null, problem: null };
  });
  expect(await start('on-demand')).toEqual({ kind: 'elsewhere', what: 'already-running' });
  expect(asked).not.toContain('app.handOver');
});

test('a process that holds the home but does not listen yet is waited for', async () => {
  holdLock();
  const first = Promise.withResolvers<void>();
  triedInVain = () => first.resolve();
  const room = start('window');
  await first.promise;
  await listenAs(asWindow);
  let result: unknown = null;
  void room.then((value) => {
    result = value;
  });
  while (result === null) {
    clock.advance(50);
    await new Promise(setImmediate);
  }
  expect(result).toEqual({ kind: 'elsewhere', what: 'window-shown' });
});

test('another version beside us is said as such', async () => {
  holdLock();
  const error = { code: 'unsupported', message: 'Of different versions.', hint: 'restart the agent' };
  const server = createServer((socket) => socket.resume().end(`${JSON.stringify({ id: null, error })}\n`));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  undo.push(() => server.close());
  await expect(start('serve')).rejects.toMatchObject({ code: 'unsupported', hint: 'restart the agent' });
});

test('a listener that is no Keyharbor, or never answers, is a conflict and not trusted', async () => {
  holdLock();
  const server = createServer((socket) => socket.resume().end('220 smtp ready\r\n'));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  await expect(start('serve')).rejects.toMatchObject({ code: 'conflict' });
  await new Promise((resolve) => server.close(resolve));

  const connected = Promise.withResolvers<void>();
  const mute = createServer(() => connected.resolve());
  await new Promise<void>((resolve) => mute.listen(path, resolve));
  undo.push(() => mute.close());
  const asking = start('serve');
  await connected.promise;
  clock.advance(3000);
  await expect(asking).rejects.toMatchObject({ code: 'conflict' });
});
