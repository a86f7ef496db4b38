import { once } from 'node:events';
import { lstatSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Call } from '../../../electron/rpc/caller.ts';
import { HELLO_TIMEOUT_MS, MAX_IN_FLIGHT, MAX_UNREAD_BYTES } from '../../../electron/rpc/socket-connection.ts';
import { MAX_CONNECTIONS, type SocketServer, serveOnSocket } from '../../../electron/rpc/socket-server.ts';
import type { ContractEvent } from '../../../shared/contract/handlers.ts';
import { AppError } from '../../../shared/errors.ts';
import {
  ASKED_EVENT,
  COMMAND_LINE,
  CONTRACT_VERSION,
  MAX_MESSAGE_BYTES,
  SUBSCRIBE_METHOD,
} from '../../../shared/wire.ts';
import { FakeClock } from './fake-clock.ts';
import { WireClient } from './wire-client.ts';

let folder: string;
let path: string;
let server: SocketServer;
let clock: FakeClock;
let requests: number;
let answer: (call: Call) => Promise<unknown>;
const listeners = new Set<(event: ContractEvent) => void>();
const clients: WireClient[] = [];

const emit = (event: ContractEvent): void => {
  for (const listener of listeners) listener(event);
};

function connectClient(): WireClient {
  const client = new WireClient(path);
  clients.push(client);
  return client;
}

async function greeted(): Promise<WireClient> {
  const client = connectClient();
  client.send(WireClient.hello());
  expect(await client.next()).toMatchObject({ hello: { contract: CONTRACT_VERSION } });
  return client;
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kh-socket-'));
  path = join(folder, 'agent.sock');
  clock = new FakeClock();
  requests = 0;
  answer = ({ method, params }) => Promise.resolve({ method, params });
  server = await serveOnSocket(path, {
    route: (call) => answer(call),
    onEvent: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onRequest: () => requests++,
    version: '1.2.3',
    clock,
  });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await server.close();
  listeners.clear();
  rmSync(folder, { recursive: true, force: true });
});

test('only the owner may use the socket file, whatever the umask was', async () => {
  expect(lstatSync(path).mode & 0o777).toBe(0o600);
  const before = process.umask(0);
  try {
    const second = await serveOnSocket(join(folder, 'open.sock'), {
      route: () => Promise.resolve({}),
      onEvent: () => () => undefined,
      onRequest: () => undefined,
      version: '1',
      clock,
    });
    expect(lstatSync(second.path).mode & 0o777).toBe(0o600);
    await second.close();
    expect(process.umask()).toBe(0);
  } finally {
    process.umask(before);
  }
});

test('a request may come in the same write as the hello', async () => {
  const client = connectClient();
  client.send(WireClient.hello() + WireClient.request(7, 'vault.status', { a: 1 }));
  expect(await client.next()).toEqual({
    hello: { contract: CONTRACT_VERSION, version: '1.2.3', pid: process.pid },
  });
  expect(await client.next()).toEqual({ id: 7, result: { method: 'vault.status', params: { a: 1 } } });
  expect(requests).toBe(1);
});

test('requests arrive as the socket caller, each connection under its own name', async () => {
  const calls: Call[] = [];
  answer = (call) => {
    calls.push(call);
    return Promise.resolve({});
  };
  const [first, second] = [await greeted(), await greeted()];
  first.send(WireClient.request(1, 'a'));
  await first.next();
  second.send(WireClient.request(1, 'b'));
  await second.next();
  expect(calls.map(({ caller }) => caller)).toEqual(['socket', 'socket']);
  expect(new Set(calls.map(({ connection }) => connection)).size).toBe(2);
});

test('bytes may be cut anywhere, also inside a character', async () => {
  const client = await greeted();
  const bytes = Buffer.from(WireClient.request(1, 'm', { text: 'Grüße 🗝' }));
  const cut = bytes.indexOf(0xf0) + 2;
  client.send(bytes.subarray(0, cut));
  client.send(bytes.subarray(cut));
  expect(await client.next()).toEqual({ id: 1, result: { method: 'm', params: { text: 'Grüße 🗝' } } });
});

test.each([
  ['an older contract', `${JSON.stringify({ hello: { contract: CONTRACT_VERSION - 1, client: 'old' } })}\n`],
  ['a later contract with a hello of another shape', '{"hello":{"contract":99,"features":["x"]}}\n'],
])('a client of %s is told to restart the agent', async (_what, hello) => {
  const client = connectClient();
  client.send(hello + WireClient.request(1, 'vault.status'));
  const line = await client.next();
  expect(line).toMatchObject({ id: null, error: { code: 'unsupported' } });
  expect(JSON.stringify(line)).toContain('restart the agent');
  expect(await client.next()).toBeNull();
  expect(requests).toBe(0);
});

test.each([
  ['garbage instead of a hello', 'GET / HTTP/1.1\r\n\r\n'],
  ['a request without a hello', WireClient.request(1, 'vault.status')],
  ['bytes that are not UTF-8', Buffer.from([0xff, 0xfe, 0x0a])],
  ['JSON that is no message', `${WireClient.hello()}[1,2]\n`],
  ['a negative id', `${WireClient.hello()}{"id":-1,"method":"m","params":{}}\n`],
  ['a member that is not known', `${WireClient.hello()}{"id":1,"method":"m","params":{},"extra":1}\n`],
  ['an empty line', `${WireClient.hello()}\n`],
  ['a text that is not UTF-8', Buffer.from(`${WireClient.hello()}{"id":1,"method":"m","params":"\xff"}\n`, 'latin1')],
  ['a second line after one that is no message', `${WireClient.hello()}[1]\n[2]\n${WireClient.request(1, 'm')}`],
])('%s is answered with one error and the end', async (_what, bytes) => {
  const client = connectClient();
  client.send(bytes);
  let line = await client.next();
  if (line !== null && 'hello' in line) line = await client.next();
  expect(line).toMatchObject({ id: null, error: { code: 'invalid_input' } });
  expect(await client.next()).toBeNull();
  expect(requests).toBe(0);
});

test('a subscriber that breaks a rule gets no more events', async () => {
  const client = await greeted();
  client.send(WireClient.request(1, SUBSCRIBE_METHOD));
  await client.next();
  client.send('[1]\n');
  expect(await client.next()).toMatchObject({ id: null });
  expect(listeners.size).toBe(0);
});

test('who is refused and sends on does not stay: what he sends is thrown away until he ends', async () => {
  const client = new Socket({ allowHalfOpen: true });
  client.connect(path).resume();
  client.write(`[1]\n${'x'.repeat(MAX_MESSAGE_BYTES)}`);
  await once(client, 'end');
  client.end();
  await once(client, 'close');
  await server.close(); // its side is over too
});

test('who is refused and does not end is cut off after a second', async () => {
  const client = new Socket({ allowHalfOpen: true });
  client.on('error', () => client.destroy());
  client.connect(path).resume();
  client.write('[1]\n');
  await once(client, 'end');
  clock.advance(1000);
  await server.close(); // waits for every connection, and its own three seconds stand still
  client.destroy();
});

test('who is turned away and is gone already ends nothing', async () => {
  for (let i = 0; i < MAX_CONNECTIONS; i++) await greeted();
  for (let i = 0; i < 20; i++) connect(path).destroy(); // closed before it is accepted: the answer meets nobody
  const [first] = clients;
  first?.send(WireClient.request(1, 'm'));
  expect(await first?.next()).toMatchObject({ id: 1 });
});

test('what was sent is not repeated in the error', async () => {
  const secret = ['sk', 'test', 'abcdefghijklmnop'].join('-');
  const client = await greeted();
  client.send(`{"id":1,"method":"m","params":"${secret}\n`);
  expect(JSON.stringify(await client.next())).not.toContain(secret);
});

test('a line may have 1 MiB and not a byte more', async () => {
  const client = await greeted();
  const frame = WireClient.request(1, 'm', '').length - 1;
  client.send(WireClient.request(1, 'm', 'x'.repeat(MAX_MESSAGE_BYTES - frame)));
  expect(await client.next()).toMatchObject({ id: 1, result: { method: 'm' } });
  client.send(WireClient.request(2, 'm', 'x'.repeat(MAX_MESSAGE_BYTES - frame + 1)));
  expect(await client.next()).toMatchObject({ id: null, error: { code: 'invalid_input' } });
  expect(await client.next()).toBeNull();
});

test('a line that never ends is cut off at 1 MiB', async () => {
  const client = await greeted();
  client.send(Buffer.alloc(MAX_MESSAGE_BYTES + 1, 'x'));
  expect(await client.next()).toMatchObject({ id: null, error: { code: 'invalid_input' } });
  expect(await client.next()).toBeNull();
});

test('half a line, then the end: the server closes too and serves the next one', async () => {
  const client = await greeted();
  client.socket.end('{"id":1,"meth');
  await client.ended;
  const other = await greeted();
  other.send(WireClient.request(1, 'm'));
  expect(await other.next()).toMatchObject({ id: 1 });
});

test('a client that ends its side still gets the answers to what it asked', async () => {
  let ends = 0;
  answer = async ({ link }) => {
    await new Promise<void>((resolve) => {
      link?.onClosed(() => {
        ends += 1;
        resolve();
      });
    });
    await new Promise<void>((resolve) => link?.onClosed(resolve)); // at once: he sends no more
    return 'late';
  };
  const client = await greeted();
  client.socket.end(WireClient.request(1, 'slow'));
  expect(await client.next()).toEqual({ id: 1, result: 'late' });
  expect(await client.next()).toBeNull();
  client.close();
  await server.close();
  expect(ends).toBe(1); // not again when the rest of it closes
});

test('an error of the core crosses with its code; anything else crosses as internal without its text', async () => {
  answer = ({ method }) =>
    Promise.reject(
      method === 'known' ? new AppError('vault_locked', 'The vault is locked.', 'Unlock it.') : new Error('sk-secret'),
    );
  const client = await greeted();
  client.send(WireClient.request(1, 'known'));
  expect(await client.next()).toEqual({
    id: 1,
    error: { code: 'vault_locked', message: 'The vault is locked.', hint: 'Unlock it.' },
  });
  client.send(WireClient.request(2, 'other'));
  const line = await client.next();
  expect(line).toMatchObject({ id: 2, error: { code: 'internal' } });
  expect(JSON.stringify(line)).not.toContain('sk-secret');
});

test('answers come when they are ready, not in the order of the requests', async () => {
  const gate = Promise.withResolvers<unknown>();
  answer = ({ method }) => (method === 'slow' ? gate.promise : Promise.resolve('quick'));
  const client = await greeted();
  client.send(WireClient.request(1, 'slow') + WireClient.request(2, 'quick'));
  expect(await client.next()).toEqual({ id: 2, result: 'quick' });
  gate.resolve('slow');
  expect(await client.next()).toEqual({ id: 1, result: 'slow' });
});

test('a connection runs a bounded number of requests at once; the next ones wait their turn', async () => {
  const gates: PromiseWithResolvers<unknown>[] = [];
  const started = Promise.withResolvers<void>();
  answer = () => {
    const gate = Promise.withResolvers<unknown>();
    gates.push(gate);
    if (gates.length === MAX_IN_FLIGHT) started.resolve();
    return gate.promise;
  };
  const client = await greeted();
  const all = Array.from({ length: MAX_IN_FLIGHT + 3 }, (_, id) => WireClient.request(id, 'm'));
  client.send(all.join(''));
  await started.promise;
  const other = await greeted(); // a round trip on another connection: the server had time to go on
  expect(gates).toHaveLength(MAX_IN_FLIGHT);
  other.close();
  gates[0]?.resolve('first');
  expect(await client.next()).toEqual({ id: 0, result: 'first' });
  while (gates.length < MAX_IN_FLIGHT + 1) await new Promise(setImmediate);
  for (let next = 1; next < all.length; next++) {
    while (gates[next] === undefined) await new Promise(setImmediate);
    gates[next]?.resolve(next);
    expect(await client.next()).toEqual({ id: next, result: next });
  }
});

test('events come only after they were asked for, and end with the connection', async () => {
  const [quiet, listening] = [await greeted(), await greeted()];
  listening.send(WireClient.request(1, SUBSCRIBE_METHOD));
  expect(await listening.next()).toEqual({ id: 1, result: {} });
  listening.send(WireClient.request(2, SUBSCRIBE_METHOD)); // twice is once
  expect(await listening.next()).toEqual({ id: 2, result: {} });
  expect(listeners.size).toBe(1);
  emit({ event: 'vault.locked', data: { reason: 'idle' } });
  expect(await listening.next()).toEqual({ event: 'vault.locked', data: { reason: 'idle' } });
  quiet.send(WireClient.request(3, 'm'));
  expect(await quiet.next()).toMatchObject({ id: 3 });
  listening.close();
  while (listeners.size > 0) await new Promise(setImmediate);
});

test('a subscriber that does not read is cut off and does not hold the others up', async () => {
  const [slow, quick] = [await greeted(), await greeted()];
  for (const client of [slow, quick]) {
    client.send(WireClient.request(1, SUBSCRIBE_METHOD));
    await client.next();
  }
  slow.socket.pause();
  const ids = Array.from({ length: 1000 }, () => 'a'.repeat(32));
  while (listeners.size > 1) {
    emit({ event: 'credentials.changed', data: { ids } });
    expect(await quick.next()).toMatchObject({ event: 'credentials.changed' });
  }
  emit({ event: 'clipboard.cleared', data: {} });
  expect(await quick.next()).toEqual({ event: 'clipboard.cleared', data: {} });
});

test('a long answer to a subscriber is not taken for unread events', async () => {
  const long = 'x'.repeat(2 * MAX_UNREAD_BYTES);
  answer = () => Promise.resolve(long);
  const client = await greeted();
  client.send(WireClient.request(1, SUBSCRIBE_METHOD));
  await client.next();
  client.socket.pause();
  client.send(WireClient.request(2, 'list'));
  while (requests < 2) await new Promise(setImmediate);
  emit({ event: 'clipboard.cleared', data: {} });
  client.socket.resume();
  expect(await client.next()).toEqual({ id: 2, result: long });
  expect(await client.next()).toEqual({ event: 'clipboard.cleared', data: {} });
});

test('of a hundred connections 64 are served, the others are told, and a place that is freed is used', async () => {
  const served: WireClient[] = [];
  for (let i = 0; i < MAX_CONNECTIONS; i++) served.push(await greeted());
  for (let i = MAX_CONNECTIONS; i < 100; i++) {
    const client = connectClient();
    expect(await client.next()).toMatchObject({ id: null, error: { code: 'rate_limited' } });
    expect(await client.next()).toBeNull();
  }
  const [leaving] = served;
  leaving?.close();
  let again: WireClient | null = null;
  while (again === null) {
    const client = connectClient();
    client.send(WireClient.hello());
    const line = await client.next();
    if (line !== null && 'hello' in line) again = client;
  }
  again.send(WireClient.request(1, 'm'));
  expect(await again.next()).toMatchObject({ id: 1 });
});

test('who connects and says nothing is dropped after ten seconds', async () => {
  const client = connectClient();
  const other = await greeted(); // accepted after the silent one
  clock.advance(HELLO_TIMEOUT_MS);
  expect(await client.next()).toBeNull();
  other.send(WireClient.request(1, 'm'));
  expect(await other.next()).toMatchObject({ id: 1 });
});

test('closing answers what runs, ends the connections and removes the socket', async () => {
  const gate = Promise.withResolvers<unknown>();
  answer = () => gate.promise;
  const [busy, idle] = [await greeted(), await greeted()];
  busy.send(WireClient.request(1, 'slow'));
  while (requests === 0) await new Promise(setImmediate);
  const closed = server.close();
  expect(await idle.next()).toBeNull();
  gate.resolve('done');
  expect(await busy.next()).toEqual({ id: 1, result: 'done' });
  expect(await busy.next()).toBeNull();
  for (const client of [busy, idle]) client.close();
  await closed;
  expect(lstatSync(path, { throwIfNoEntry: false })).toBeUndefined();
});

test('closing starts nothing that came later or waited for its turn, and sends no more events', async () => {
  const gates: PromiseWithResolvers<unknown>[] = [];
  answer = () => {
    const gate = Promise.withResolvers<unknown>();
    gates.push(gate);
    return gate.promise;
  };
  const [busy, other] = [await greeted(), await greeted()];
  busy.send(Array.from({ length: MAX_IN_FLIGHT + 2 }, (_, id) => WireClient.request(id, 'm')).join(''));
  other.send(WireClient.request(1, SUBSCRIBE_METHOD) + WireClient.request(2, 'm'));
  expect(await other.next()).toEqual({ id: 1, result: {} });
  while (requests < MAX_IN_FLIGHT + 1 + 2) await new Promise(setImmediate);
  const closed = server.close();
  expect(listeners.size).toBe(0);
  other.send(WireClient.request(3, 'late'));
  for (const gate of gates) gate.resolve('done');
  expect(await other.next()).toEqual({ id: 2, result: 'done' });
  expect(await other.next()).toBeNull();
  for (let id = 0; id < MAX_IN_FLIGHT; id += 1) expect(await busy.next()).toEqual({ id, result: 'done' });
  expect(await busy.next()).toBeNull();
  for (const client of [busy, other]) client.close();
  await closed;
  expect(gates).toHaveLength(MAX_IN_FLIGHT + 1);
});

test('closing does not wait longer than three seconds for a request that hangs', async () => {
  answer = () => new Promise(() => undefined);
  const client = await greeted();
  client.send(WireClient.request(1, 'hangs'));
  while (requests === 0) await new Promise(setImmediate);
  const closed = server.close();
  clock.advance(3000);
  await closed;
  expect(await client.next()).toBeNull();
});

test('a path in use is a conflict, and what is there is not touched', async () => {
  const again = serveOnSocket(path, {
    route: () => Promise.resolve({}),
    onEvent: () => () => undefined,
    onRequest: () => undefined,
    version: '1',
    clock,
  });
  await expect(again).rejects.toMatchObject({ code: 'conflict' });
  const client = await greeted();
  client.send(WireClient.request(1, 'm'));
  expect(await client.next()).toMatchObject({ id: 1 });
});

test('a handler learns that its connection is gone, and what the client said of itself', async () => {
  const links: NonNullable<Call['link']>[] = [];
  answer = ({ link }) => {
    if (link !== undefined) links.push(link);
    return Promise.resolve({});
  };
  const client = connectClient();
  client.send(`${JSON.stringify({ hello: { contract: CONTRACT_VERSION, client: 'tool', pid: 4711 } })}\n`);
  await client.next();
  client.send(WireClient.request(1, 'a.call'));
  await client.next();
  const [link] = links;
  expect(link?.peer).toMatchObject({ statedPid: 4711, program: 'tool' });
  let calledOff = false;
  link?.onClosed(() => (calledOff = true))();
  const gone = new Promise<void>((resolve) => link?.onClosed(resolve));
  client.close();
  await gone;
  expect(calledOff).toBe(false);
  await new Promise<void>((resolve) => link?.onClosed(resolve)); // at once: it is over
});

test('a client that closes is gone at once for who waits on his behalf, though his request still runs', async () => {
  const gone = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  answer = ({ link }) => {
    link?.onClosed(() => gone.resolve());
    asked.resolve();
    return gone.promise;
  };
  const client = await greeted();
  client.send(WireClient.request(1, 'waits for the owner'));
  await asked.promise;
  client.close();
  await gone.promise;
});

test('a connection that we end is gone for who waits on its behalf', async () => {
  const gone = Promise.withResolvers<void>();
  answer = ({ link }) => {
    link?.onClosed(() => gone.resolve());
    link?.peer?.socket.destroy();
    return gone.promise;
  };
  const client = await greeted();
  client.send(WireClient.request(1, 'm'));
  await gone.promise;
  expect(await client.next()).toBeNull();
});

test('our own command line is told that the owner is asked; another program gets nothing that it does not know', async () => {
  answer = ({ link }) => {
    link?.peer?.asked?.();
    return Promise.resolve({});
  };
  const ours = connectClient();
  ours.send(`${JSON.stringify({ hello: { contract: CONTRACT_VERSION, client: COMMAND_LINE } })}\n`);
  await ours.next();
  ours.send(WireClient.request(1, 'm'));
  expect(await ours.next()).toEqual({ event: ASKED_EVENT, data: {} });
  expect(await ours.next()).toEqual({ id: 1, result: {} });
  const other = await greeted();
  other.send(WireClient.request(1, 'm'));
  expect(await other.next()).toEqual({ id: 1, result: {} });
});
