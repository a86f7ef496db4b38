import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { answeringServer } from '../../support/answering-server.ts';
import { eventually } from '../../support/eventually.ts';
import { type RunningProxy, SECRET, startProxy } from './running-proxy.ts';

/** A proxy with two keys to one server that does not end what it answers. */
async function endless({ begins }: { readonly begins: boolean }) {
  const counts = { begun: 0, left: 0 };
  const upstream = await answeringServer((response) => {
    counts.begun += 1;
    response.on('close', () => {
      counts.left += 1;
    });
    if (begins) response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
  });
  const proxy = await startProxy();
  for (const label of ['default', 'other']) {
    proxy.add({ provider: 'openai', label, fields: { api_key: SECRET }, baseUrl: upstream.url, local: true });
  }
  return { proxy, counts };
}

function call(proxy: RunningProxy, label: string): Promise<IncomingMessage> {
  const headers = { authorization: `Bearer ${proxy.token}` };
  const sent = request(`${proxy.url}/proxy/openai@${label}/x`, { headers }).end();
  sent.on('error', () => undefined);
  return once(sent, 'response').then(([answer]) => answer as IncomingMessage);
}

const DEFAULT = { ref: 'kh://openai/default' };

describe.each(['suspend', 'revoke', 'delete'] as const)('a key that its owner takes away (%s)', (move) => {
  test('ends the streams that are under way with it, and no others', async () => {
    const { proxy, counts } = await endless({ begins: true });
    const [mine, other] = await Promise.all([call(proxy, 'default'), call(proxy, 'other')]);
    await Promise.all([once(mine, 'data'), once(other, 'data')]);
    const rest = text(mine);
    proxy.app.credentials.move(DEFAULT, move, 'cli');
    await expect(rest).rejects.toThrow('aborted'); // it does not look whole
    await eventually(() => expect(counts).toEqual({ begun: 2, left: 1 }));
    expect(other.destroyed).toBe(false);
    expect((await proxy.ask('GET', '/metrics', { headers: [metricsToken(proxy)] })).body).toContain(
      'keyharbor_proxied_requests_total{provider="openai",outcome="aborted"} 1',
    );
    other.destroy();
  });

  test('is told to a client that waits for its answer', async () => {
    const { proxy, counts } = await endless({ begins: false });
    const answer = call(proxy, 'default');
    await eventually(() => expect(counts.begun).toBe(1));
    proxy.app.credentials.move(DEFAULT, move, 'cli');
    const told = await answer;
    expect(told.statusCode).toBe(404);
    expect(await text(told)).toMatch(/while the call was under way.*"code":"key_not_found"/);
    await eventually(() => expect(counts.left).toBe(1));
  });
});

test('another name, a new value or a note leaves what is under way alone', async () => {
  const { proxy } = await endless({ begins: true });
  const answer = await call(proxy, 'default');
  await once(answer, 'data');
  proxy.app.credentials.edit(DEFAULT, { label: 'renamed' }, 'cli');
  proxy.app.credentials.edit({ ref: 'kh://openai/renamed' }, { fields: { api_key: `${SECRET}-2` } }, 'cli');
  expect(proxy.app.credentials.get({ ref: 'kh://openai/renamed' }).label).toBe('renamed');
  expect((await proxy.ask('GET', '/proxy/openai@default/x')).status).toBe(404);
  expect(answer.destroyed).toBe(false);
  answer.destroy();
});

const metricsToken = (proxy: RunningProxy): string => `Authorization: Bearer ${proxy.client(['metrics:read']).token}`;
