import { expect, test } from 'vitest';
import { putRuleRow } from '../../../electron/core/routing/routing-table.ts';
import { type RoutingRule, routingRule } from '../../../shared/contract/routing.ts';
import { answeringServer, json } from '../../support/answering-server.ts';
import { fakeKey } from '../../support/fake-keys.ts';
import { credentialInput, startUnlockedApp } from '../../support/test-app.ts';

const CLIENT = 'abcdefghij';
const ruleOf = (provider: string): RoutingRule =>
  routingRule.parse({ for: 'provider', provider, paths: [{ from: '/a', to: '/b' }] });

/** A vault with a readable rule for Mistral, and a row as something else left it. */
async function withRow(scope: string, document: unknown) {
  const { app } = await startUnlockedApp();
  app.routing.set(ruleOf('mistral'), 'cli');
  const vault = app.vault.opened();
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  vault.write(() => putRuleRow(vault.db, { scope, document: text }, 0));
  app.routing.locking(); // what was read before is forgotten
  const isRefused = (provider: string, client: string): boolean => {
    try {
      app.routing.of(provider, client);
      return false;
    } catch (error) {
      expect(error).toMatchObject({ code: 'integrity_failure' });
      return true;
    }
  };
  return { app, isRefused };
}

test('a rule of a provider that cannot be read stops the calls to that provider and no others', async () => {
  const { app, isRefused } = await withRow('provider:openai', '{"for":"provider"');
  const { url } = await answeringServer((response, { path }) => json(response, 200, { path }));
  for (const provider of ['openai', 'mistral', 'groq']) {
    const fields = { api_key: provider === 'openai' ? fakeKey('openai', 'project') : 'x'.repeat(32) };
    app.credentials.add(credentialInput({ provider, label: 'default', fields, baseUrl: url, local: true }), 'cli');
  }
  const grants = ['proxy:openai', 'proxy:mistral', 'proxy:groq'];
  const wanted = { name: 'tool', grants, expiresInDays: 30, ratePerSecond: null, test: false };
  const { token } = app.clients.create(wanted, 'cli');
  const { port } = await app.endpoint.on({ port: 0, actor: 'cli' });
  const call = async (provider: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}/proxy/${provider}/a`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return { status: answer.status, body: await answer.text() };
  };
  const refused = await call('openai');
  expect(refused.status).toBeGreaterThanOrEqual(500);
  expect(refused.body).toContain('provider:openai');
  expect(await call('mistral')).toEqual({ status: 200, body: '{"path":"/b"}' });
  expect(await call('groq')).toEqual({ status: 200, body: '{"path":"/a"}' });
  expect(isRefused('openai', CLIENT)).toBe(true);
  expect(app.routing.health()).toEqual([]);
});

test('a rule of a client that cannot be read stops the calls of that client and no others', async () => {
  const { isRefused } = await withRow(`client:${CLIENT}`, { for: 'client', client: CLIENT, paths: 'none' });
  expect([isRefused('groq', CLIENT), isRefused('mistral', CLIENT), isRefused('groq', 'klmnopqrst')]).toEqual([
    true,
    true,
    false,
  ]);
});

test.each([
  ['whole', ruleOf('groq')],
  ['not to be read either', { for: 'provider', provider: 'groq', paths: 0 }],
])('a row whose document is for another provider (%s) stops the calls of both', async (_, document) => {
  const { isRefused } = await withRow('provider:openai', document);
  expect(['openai', 'groq', 'mistral'].map((provider) => isRefused(provider, CLIENT))).toEqual([true, true, false]);
});

test.each(['organisation:acme', 'provider:', 'provider:../x', `client:${CLIENT}x`, 'provider', ''])(
  'where the row "%s" does not say whose calls it is for, none goes out, and that is said',
  async (scope) => {
    const { app, isRefused } = await withRow(scope, ruleOf('openai'));
    expect([isRefused('openai', CLIENT), isRefused('groq', CLIENT)]).toEqual([true, true]);
    expect(() => app.routing.of('groq', CLIENT)).toThrow('nor whose calls it is for. No call goes out.');
    expect(() => app.routing.list()).toThrow('nor whose calls it is for');
    expect(app.routing.unreadable()).toEqual([null]);
  },
);

test('the list does not pass for whole; it names what cannot be read, and that can be removed or set anew', async () => {
  const { app, isRefused } = await withRow('provider:openai', '[]');
  const vault = app.vault.opened();
  vault.write(() => putRuleRow(vault.db, { scope: 'provider:groq', document: 'x' }, 0));
  app.routing.locking();
  expect(() => app.routing.list()).toThrow(
    expect.objectContaining({
      message: expect.stringContaining(
        'rules provider:groq, provider:openai cannot be read. No call goes out that they could be for',
      ) as string,
      hint: expect.stringContaining('"keyharbor routing remove provider:groq"') as string,
    }),
  );
  expect(app.routing.unreadable()).toEqual([{ provider: 'groq' }, { provider: 'openai' }]);
  app.routing.remove({ provider: 'groq' }, 'cli');
  expect([isRefused('groq', CLIENT), isRefused('openai', CLIENT)]).toEqual([false, true]);
  expect(() => app.routing.list()).toThrow(
    'rule provider:openai cannot be read. No call goes out that it could be for',
  );
  app.routing.set(ruleOf('openai'), 'cli');
  expect(app.routing.list()).toEqual([ruleOf('mistral'), ruleOf('openai')]);
  expect(app.routing.unreadable()).toEqual([]);
  expect(isRefused('openai', CLIENT)).toBe(false);
});

test('pools of rules that can be read are told, whatever stands beside them', async () => {
  const { app } = await withRow('provider:openai', 'null');
  const pool = { strategy: 'priority', members: [{ label: 'a' }, { label: 'b' }] };
  app.routing.set(routingRule.parse({ for: 'provider', provider: 'groq', pool }), 'cli');
  expect(app.routing.health()).toMatchObject([
    { provider: 'groq', label: 'a' },
    { provider: 'groq', label: 'b' },
  ]);
});
