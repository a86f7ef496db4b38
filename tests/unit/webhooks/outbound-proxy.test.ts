import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { exchange } from '../../../electron/core/providers/http/http-exchange.ts';
import { connectProxy } from '../../support/connect-proxy.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { publicServer } from '../../support/public-server.ts';
import { withReceiver } from './webhook-app.ts';

const HOST = 'hooks.example.com';
const publicReceiver = () => publicServer(HOST, (response) => response.end());

async function behindProxy(proxyOutbound: string, proxyCaCertificates = '') {
  const t = await withReceiver();
  t.app.settings.set({ vault: { proxyOutbound, proxyCaCertificates } }, 'cli');
  return t;
}

test('a webhook goes through the owner’s outbound proxy, which sees its host and nothing else', async () => {
  const receiver = await publicReceiver();
  const proxy = await connectProxy(receiver.port);
  const t = await behindProxy(proxy.url, receiver.cert);
  const { secret } = t.add({ url: `https://${HOST}/in/pumpernickel`, local: false });
  t.happens();
  await t.webhooks.settled();
  expect(t.deliveries()).toMatchObject([{ state: 'delivered', tries: 1 }]);
  const [seen] = receiver.seen;
  expect(seen?.url).toBe('/in/pumpernickel');
  expect(new Webhook(secret).verify(seen?.body ?? '', (seen?.headers ?? {}) as Record<string, string>)).toMatchObject({
    type: 'client.created',
  });
  expect(proxy.asked.map(({ to }) => to)).toEqual([`${HOST}:443`]);
  expect(JSON.stringify(proxy.asked)).not.toContain('pumpernickel');
});

test('the certificate is that of the receiver, verified through the proxy', async () => {
  const receiver = await publicReceiver();
  const proxy = await connectProxy(receiver.port);
  const t = await behindProxy(proxy.url, receiver.cert);
  t.add({ url: 'https://other.example.com/', local: false });
  expect((await t.webhooks.test('ops', 'cli')).log).toMatchObject([{ problem: 'certificate' }]);
  t.webhooks.edit({ webhook: 'ops', url: `https://${HOST}/` }, 'cli');
  t.app.settings.set({ vault: { proxyCaCertificates: '' } }, 'cli');
  expect((await t.webhooks.test('ops', 'cli')).log).toMatchObject([{ problem: 'certificate' }]);
  expect([proxy.asked.length, receiver.seen]).toEqual([2, []]);
});

test('a local address is asked without it', async () => {
  const proxy = await connectProxy(null);
  const t = await behindProxy(proxy.url);
  t.add();
  expect(await t.webhooks.test('ops', 'cli')).toMatchObject({ state: 'delivered' });
  expect([proxy.asked, t.server.seen.length]).toEqual([[], 1]);
});

test.each(['a proxy that lets nothing through', 'one that is not there'])('%s is told as such', async (which) => {
  const proxy = await connectProxy(null);
  const gone = 'http://127.0.0.1:1';
  const t = await behindProxy(which.startsWith('a') ? proxy.url : gone);
  t.add({ url: `https://${HOST}/`, local: false });
  expect((await t.webhooks.test('ops', 'cli')).log).toMatchObject([{ problem: 'outbound-proxy', status: null }]);
});

test('what the host itself gives away is judged before the proxy hears of it', async () => {
  const proxy = await connectProxy(null);
  for (const host of [
    '127.0.0.1',
    '[::1]',
    '169.254.169.254',
    '10.0.0.7',
    'printer.local',
    'metadata.google.internal',
  ]) {
    const outcome = await exchange(
      { method: 'POST', url: new URL(`https://${host}/`), headers: new Map(), body: '{}' },
      {
        policy: 'public',
        way: { outboundProxy: proxy.url, caCertificates: '' },
        clock: new FakeClock(),
        signal: new AbortController().signal,
      },
    );
    expect(outcome).toEqual({ kind: 'unreachable', why: 'address' });
  }
  expect(proxy.asked).toEqual([]);
});
