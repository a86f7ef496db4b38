import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { send } from '../../../electron/core/endpoint/answer.ts';
import { Connections, guardedServer } from '../../../electron/core/endpoint/http-server.ts';
import { exchange } from './raw-http.ts';

/** Answers by `seenTo`, which is given all that came so far. */
let seenTo: (came: readonly ServerResponse[]) => void;
let came: ServerResponse[] = [];
const server = guardedServer(new Connections(), (_request, response) => {
  came.push(response);
  seenTo(came);
});

beforeEach(async () => {
  came = [];
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n';
const answer = (response: ServerResponse, body = Buffer.from('a key')) => send(response, 200, 'text/plain', body);
const ask = (request: string) => exchange({ port: (server.address() as AddressInfo).port }, request, true);
const twoAsk = () => Promise.all([ask(`${GET}Connection: close\r\n\r\n`), ask(`${GET}Connection: close\r\n\r\n`)]);

test('answers of one turn leave at its end, all of them', async () => {
  const ended: boolean[] = [];
  seenTo = (both) => {
    if (both.length < 2) return;
    for (const response of both) answer(response);
    ended.push(...both.map((response) => response.writableEnded));
  };
  const answers = await twoAsk();
  expect(ended).toEqual([false, false]);
  expect(answers.map(({ status, body }) => [status, body])).toEqual([
    [200, 'a key'],
    [200, 'a key'],
  ]);
});

test('who is cut off before the turn ends gets nothing, the others get theirs', async () => {
  seenTo = (both) => {
    if (both.length < 2) return;
    for (const response of both) answer(response);
    both[0]?.req.socket.destroy();
  };
  const answers = await twoAsk();
  expect(answers.map(({ text }) => text.includes('a key')).toSorted()).toEqual([false, true]);
});

test('bytes of a body that was wiped when its client was cut off are not sent', async () => {
  const secret = Buffer.from('a key');
  seenTo = ([response]) => {
    if (response === undefined) return;
    response.once('close', () => secret.fill(0));
    answer(response, secret);
    response.destroy();
  };
  expect((await ask(`${GET}\r\n`)).text).toBe('');
  expect([...secret]).toEqual([0, 0, 0, 0, 0]);
});

test.each([
  ['what is no request', 'nonsense\r\n\r\n'],
  ['an upgrade', `${GET}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n`],
  ['a tunnel', 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n'],
])('behind an answered request, %s ends the connection and not the answer', async (_name, behind) => {
  seenTo = (all) => answer(all.at(-1) as ServerResponse);
  const { status, body } = await ask(`${GET}\r\n${behind}`);
  expect([status, body]).toEqual([200, 'a key']);
  expect(came.length).toBe(1);
});
