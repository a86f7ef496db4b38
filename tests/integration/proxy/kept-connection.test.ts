import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import type { ProxyRouting } from '../../../electron/core/proxy/observers.ts';
import { answeringServer } from '../../support/answering-server.ts';
import { eventually } from '../../support/eventually.ts';
import { SECRET, startProxy } from './running-proxy.ts';

type Answer = Parameters<typeof answeringServer>[0];

/** A proxy with two keys to one server, of which the second is tried where the first is refused. */
async function pooled(answer: Answer) {
  const ports: (number | undefined)[] = [];
  const upstream = await answeringServer((response, request) => {
    ports.push(response.socket?.remotePort);
    return answer(response, request);
  });
  const routing: ProxyRouting = {
    choose: () => null,
    began: () => undefined,
    answered: () => undefined,
    broke: () => undefined,
    mayRetry: () => true,
    another: (_info, tried) => (tried.length === 1 ? proxy.app.credentials.resolve('openai', 'other') : null),
  };
  const proxy = await startProxy({ observers: { routing } });
  for (const label of ['default', 'other']) {
    const fields = { api_key: `${SECRET}-${label}` };
    proxy.add({ provider: 'openai', label, fields, baseUrl: upstream.url, local: true });
  }
  const headers = { authorization: `Bearer ${proxy.token}` };
  const call = async (body: string) => {
    const answered = await fetch(`${proxy.url}/proxy/openai/x`, { method: 'POST', headers, body });
    return `${answered.status} ${await answered.text()}`;
  };
  return { proxy, call, ports };
}

const isFirstKey = (request: Parameters<Answer>[1]) => request.headers.authorization === `Bearer ${SECRET}-default`;

test('the connection of a refusal that leads to another try is used again', async () => {
  const refusal = Promise.withResolvers<ServerResponse>();
  let arrived = Promise.withResolvers<undefined>();
  let waiting = 0;
  const { call, ports } = await pooled(async (response, request) => {
    if ((await request.body()) === 'both') {
      waiting += 1;
      if (waiting % 2 === 0) arrived.resolve(undefined);
      await arrived.promise;
      response.end('well');
    } else if (isFirstKey(request)) {
      response.writeHead(429).write('x'.repeat(20_000));
      refusal.resolve(response);
    } else response.end('well');
  });
  expect(await call('one')).toBe('200 well'); // at once: the rest of the refusal is not waited for
  (await refusal.promise).end();
  const [first, second] = ports;
  await eventually(async () => {
    arrived = Promise.withResolvers();
    ports.length = 0;
    await Promise.all([call('both'), call('both')]);
    expect(new Set(ports)).toEqual(new Set([first, second]));
  });
});

test('a refusal that does not end is cut after a second, one without measure at 64 KiB', async () => {
  const cut = { endless: 0, long: 0 };
  const { call, proxy } = await pooled(async (response, request) => {
    const kind = (await request.body()) as 'endless' | 'long';
    if (!isFirstKey(request)) {
      response.end('well');
      return;
    }
    response.on('close', () => {
      cut[kind] += 1;
    });
    response.writeHead(429).write('x'.repeat(kind === 'long' ? 70_000 : 10));
  });
  expect(await call('long')).toBe('200 well');
  await eventually(() => expect(cut).toEqual({ endless: 0, long: 1 }));
  expect(await call('endless')).toBe('200 well');
  proxy.clock.advance(999);
  expect(await call('long')).toBe('200 well');
  await eventually(() => expect(cut).toEqual({ endless: 0, long: 2 }));
  proxy.clock.advance(1);
  await eventually(() => expect(cut).toEqual({ endless: 1, long: 2 }));
});

test('so is the connection of a redirect, which the client is told of', async () => {
  const { call, ports } = await pooled((response) => {
    response.writeHead(302, { location: '/elsewhere' }).end('elsewhere');
  });
  await eventually(async () => {
    ports.length = 0;
    expect(await call('one')).toContain('(302). Redirects are not followed');
    expect(await call('two')).toContain('(302). Redirects are not followed');
    expect(new Set(ports).size).toBe(1);
  });
});
