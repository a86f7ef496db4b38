import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { exchange, MAX_LIST_BYTES, type OutgoingRequest } from '../../../electron/core/providers/http/http-exchange.ts';
import { STRAIGHT } from '../../support/connect-proxy.ts';
import { answeringServer, json } from '../../support/answering-server.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { selfSigned } from '../../support/self-signed.ts';

const request = (url: string): OutgoingRequest => ({
  method: 'GET',
  url: new URL(url),
  headers: new Map([['authorization', 'Bearer fake']]),
  body: null,
});
const options = (policy: 'public' | 'local') => ({
  policy,
  way: STRAIGHT,
  clock: new FakeClock(),
  signal: new AbortController().signal,
});

afterEach(() => vi.unstubAllEnvs());

test('a certificate that is not trusted ends it before the key is sent, whatever the environment says', async () => {
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
  const seen: string[] = [];
  const server = createServer(selfSigned(), (asked, response) => {
    seen.push(asked.url ?? '');
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const outcome = await exchange(request(`https://127.0.0.1:${port}/v1`), options('local'));
    expect(outcome).toEqual({ kind: 'unreachable', why: 'certificate', tls: 'untrusted' });
    expect(seen).toEqual([]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('a proxy named in the environment is not used', async () => {
  const proxy = await answeringServer((response) => json(response, 200, { from: 'proxy' }));
  const server = await answeringServer((response) => json(response, 200, { from: 'server' }));
  for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY']) vi.stubEnv(name, proxy.url);
  vi.stubEnv('NODE_USE_ENV_PROXY', '1');
  const outcome = await exchange(request(server.url), options('local'));
  expect(outcome).toMatchObject({ kind: 'answer', status: 200, text: '{"from":"server"}' });
  expect(proxy.seen).toEqual([]);
});

test('under the public policy a loopback server gets nothing, by address or by name', async () => {
  const server = await answeringServer((response) => json(response, 200, {}));
  const { port } = new URL(server.url);
  for (const host of ['127.0.0.1', 'localhost', '[::1]', '0x7f000001']) {
    const outcome = await exchange(request(`http://${host}:${port}/`), options('public'));
    expect(outcome).toEqual({ kind: 'unreachable', why: 'address' });
  }
  expect(server.seen).toEqual([]);
});

test('a name that leads to loopback is reached under the local policy', async () => {
  const server = await answeringServer((response) => json(response, 200, {}));
  const { port } = new URL(server.url);
  const outcome = await exchange(request(`http://localhost:${port}/`), options('local'));
  expect(outcome).toMatchObject({ kind: 'answer', status: 200 });
});

test('of a long answer the first 64 KiB are read', async () => {
  const server = await answeringServer((response) => response.end('x'.repeat(200_000)));
  const outcome = await exchange(request(server.url), options('local'));
  expect(outcome.kind === 'answer' ? outcome.text.length : 0).toBe(65_536);
});

test('where a list is wanted, all of an answer that says yes is read, of another one only the start', async () => {
  const list = JSON.stringify({
    data: Array.from({ length: 6000 }, (_, at) => ({ id: `model-${at}`, owned_by: 'x'.repeat(80) })),
  });
  const server = await answeringServer((response, { path }) =>
    response.writeHead(path === '/good' ? 200 : 401, { 'content-type': 'application/json' }).end(list),
  );
  expect(list.length).toBeGreaterThan(500_000);
  const wanting = { ...options('local'), maxGoodBytes: MAX_LIST_BYTES };
  expect(await exchange(request(`${server.url}/good`), wanting)).toMatchObject({ status: 200, text: list });
  const bad = await exchange(request(`${server.url}/bad`), wanting);
  expect(bad).toMatchObject({ status: 401, text: list.slice(0, 64 * 1024) });
});

test('an endless list is cut at 4 MiB', async () => {
  const server = await answeringServer((response) => {
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    };
    response.on('drain', more);
    more();
  });
  const outcome = await exchange(request(server.url), { ...options('local'), maxGoodBytes: MAX_LIST_BYTES });
  expect(outcome.kind === 'answer' && outcome.text.length).toBe(4 * 1024 * 1024);
});

test('a server without TLS on the port is told from one with a bad certificate', async () => {
  const server = await answeringServer((response) => json(response, 200, {}));
  const outcome = await exchange(request(server.url.replace('http:', 'https:')), options('local'));
  expect(outcome).toEqual({ kind: 'unreachable', why: 'certificate', tls: 'no_tls' });
  expect(server.seen).toEqual([]);
});

test('a certificate for another name is told', async () => {
  const own = selfSigned('other.example');
  const server = createServer(own, (_, response) => response.end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const way = { ...STRAIGHT, caCertificates: own.cert };
    const outcome = await exchange(request(`https://127.0.0.1:${port}/v1`), { ...options('local'), way });
    expect(outcome).toEqual({ kind: 'unreachable', why: 'certificate', tls: 'other_name' });
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
