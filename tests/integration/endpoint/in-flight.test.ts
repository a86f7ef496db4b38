import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { InFlight, MAX_IN_FLIGHT_PER_CLIENT } from '../../../electron/core/endpoint/in-flight.ts';
import { exchange, type RawAnswer } from './raw-http.ts';

/** A server whose answers begin and never end: what a stream looks like to `InFlight`. */
let inFlight: InFlight;
let entered: (answer: ServerResponse) => void;
let refused = 0;
const server = createServer((request, response) => {
  if (inFlight.enter(request.url ?? '', response)) {
    response.write('begun');
    entered(response);
  } else {
    refused += 1;
    response.end('refused');
  }
});

beforeEach(async () => {
  inFlight = new InFlight();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

async function begin(
  target: string,
): Promise<{ readonly answer: Promise<RawAnswer>; readonly response: ServerResponse }> {
  const response = new Promise<ServerResponse>((resolve) => {
    entered = resolve;
  });
  const { port } = server.address() as AddressInfo;
  const answer = exchange({ port }, `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`, true);
  return { answer, response: await response };
}

test("cutting one client ends its streams in the middle and no one else's", async () => {
  const one = await begin('/one');
  const other = await begin('/other');
  inFlight.cut('/one');
  expect((await one.answer).body).not.toContain('0\r\n\r\n');
  other.response.end();
  expect((await other.answer).body).toContain('0\r\n\r\n');
});

test('cutting all ends every stream', async () => {
  const answers = [await begin('/one'), await begin('/other')];
  inFlight.cutForLock();
  for (const { answer } of answers) expect((await answer).body).not.toContain('0\r\n\r\n');
});

test('a client has 256 at most, and room again when one ends', async () => {
  const held = [];
  for (let n = 0; n < MAX_IN_FLIGHT_PER_CLIENT; n += 1) held.push(await begin('/one'));
  const { port } = server.address() as AddressInfo;
  const request = 'GET /one HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  expect((await exchange({ port }, request)).body).toContain('refused');
  expect(refused).toBe(1);
  held[0]?.response.end();
  await held[0]?.answer;
  await begin('/one');
  inFlight.cutForLock();
});
