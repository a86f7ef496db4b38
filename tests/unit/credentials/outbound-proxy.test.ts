import { expect, test } from 'vitest';
import { ForbiddenAddress } from '../../../electron/core/net/address-rules.ts';
import { guardedFetch } from '../../../electron/core/net/guarded-fetch.ts';
import { json } from '../../support/answering-server.ts';
import { connectProxy } from '../../support/connect-proxy.ts';
import { fakeKey } from '../../support/fake-keys.ts';
import { publicServer } from '../../support/public-server.ts';
import { credentialInput, startUnlockedApp } from '../../support/test-app.ts';

const KEY = fakeKey('openai', 'project');
const onOwn = (host: string) => ({ provider: 'openai', fields: { api_key: KEY }, baseUrl: `https://${host}/v1` });

test('a connection test goes through the owner’s outbound proxy, which sees the host and not the key', async () => {
  const server = await publicServer('api.example.com', (response) => json(response, 200, { data: [] }));
  const proxy = await connectProxy(server.port);
  const { app } = await startUnlockedApp();
  app.settings.set({ vault: { proxyOutbound: proxy.url, proxyCaCertificates: server.cert } }, 'cli');
  const { id } = app.credentials.add(credentialInput(onOwn('api.example.com')), 'cli').credential;
  expect(await app.credentials.test({ id }, true, 'cli')).toMatchObject({ result: 'valid' });
  expect(server.seen).toMatchObject([{ url: '/v1/models', headers: { authorization: `Bearer ${KEY}` } }]);
  expect(proxy.asked.map(({ to }) => to)).toEqual(['api.example.com:443']);
  expect(JSON.stringify(proxy.asked)).not.toContain(KEY);
});

test('where the proxy is what stands in the way the test says so, and says nothing against the key', async () => {
  const proxy = await connectProxy(null);
  const { app } = await startUnlockedApp();
  app.settings.set({ vault: { proxyOutbound: proxy.url } }, 'cli');
  const { id } = app.credentials.add(credentialInput(onOwn('api.example.com')), 'cli').credential;
  const { result, detail } = await app.credentials.test({ id }, true, 'cli');
  expect([result, detail]).toEqual(['provider_unavailable', expect.stringContaining('outbound proxy')]);
});

test('an access token is got through it', async () => {
  const answer = { token_type: 'Bearer', access_token: 'live-token', expires_in: 3600 };
  const server = await publicServer('oauth2.googleapis.com', (response) => json(response, 200, answer));
  const proxy = await connectProxy(server.port);
  const { app } = await startUnlockedApp();
  app.settings.set({ vault: { proxyOutbound: proxy.url, proxyCaCertificates: server.cert } }, 'cli');
  const fields = { client_id: 'c', client_secret: 'fake', refresh_token: 'fake-refresh' };
  const made = app.credentials.add(credentialInput({ provider: 'google', authKind: 'oauth2', fields }), 'cli');
  await app.credentials.prepareId(made.credential.id);
  expect(proxy.asked.map(({ to }) => to)).toEqual(['oauth2.googleapis.com:443']);
  expect(server.seen.map(({ body }) => new URLSearchParams(body).get('grant_type'))).toEqual(['refresh_token']);
});

test('a fetch for libraries goes through it as well, and nowhere that the host itself gives away', async () => {
  const server = await publicServer('mcp.example.com', (response) => json(response, 200, { ok: true }));
  const proxy = await connectProxy(server.port);
  const way = { outboundProxy: proxy.url, caCertificates: server.cert };
  const good = new URL('https://mcp.example.com/mcp');
  const through = await guardedFetch({ url: good, policy: 'public' }, way);
  expect(await (await through.fetch(good)).json()).toEqual({ ok: true });
  await through.close();
  expect(proxy.asked).toHaveLength(1);
  for (const host of ['10.0.0.7', 'printer.local', 'metadata.google.internal']) {
    const url = new URL(`https://${host}/`);
    const kept = await guardedFetch({ url, policy: 'public' }, way);
    await expect(kept.fetch(url)).rejects.toBeInstanceOf(ForbiddenAddress);
    await kept.close();
  }
  expect(proxy.asked).toHaveLength(1);
});
