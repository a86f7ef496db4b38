import { describe, expect, test } from 'vitest';
import { type RunningProxy, SECRET, startProxy } from './running-proxy.ts';

const BASE = 'http://127.0.0.1:9';

async function withKeys(...labels: readonly string[]): Promise<RunningProxy> {
  const proxy = await startProxy();
  for (const label of labels) {
    proxy.add({ provider: 'openai', label, fields: { api_key: `${SECRET}${label}` }, baseUrl: BASE, local: true });
  }
  return proxy;
}

async function refusal(proxy: RunningProxy, path: string, token = proxy.token) {
  const { status, body } = await proxy.ask('GET', path, { headers: [`Authorization: Bearer ${token}`] });
  const { code, detail, hint } = JSON.parse(body) as Record<string, string>;
  return { status, code, said: `${String(detail)} ${String(hint)}` };
}

describe('a name under which nothing is served, to a client whose grants cover it', () => {
  test('without a label: it means "default", and the labels that are there are named with the path to write', async () => {
    const proxy = await withKeys('spare', 'work');
    const { token } = proxy.client(['proxy:openai', 'keys:read:openai']);
    const forwarded = await refusal(proxy, '/proxy/openai/models', token);
    expect(forwarded).toMatchObject({ status: 404, code: 'key_not_found' });
    expect(forwarded.said).toMatch(/labelled "default".*may use: spare, work\. Write \/proxy\/openai@spare\//);
    const read = await refusal(proxy, '/v1/keys/openai', token);
    expect(read).toMatchObject({ status: 404, code: 'key_not_found' });
    expect(read.said).toMatch(/labelled "default".*Write \/v1\/keys\/openai\/spare$/);
  });

  test('no label is named that its grants do not cover, nor a real key to a test client', async () => {
    const proxy = await withKeys('spare', 'work');
    proxy.add({ provider: 'openai', label: 'real', fields: { api_key: SECRET } });
    const one = proxy.client(['proxy:openai/default', 'proxy:openai/work']);
    const told = await refusal(proxy, '/proxy/openai/models', one.token);
    expect(told.said).toContain('may use: work.');
    const test = await refusal(proxy, '/proxy/openai/models', proxy.client(['proxy:openai'], { test: true }).token);
    expect(test.said).toContain('may use: spare, work.');
  });

  test('none at all, suspended, revoked: what to do', async () => {
    const proxy = await withKeys('work');
    expect((await refusal(proxy, '/proxy/anthropic/v1/models')).said).toContain('keyharbor add anthropic');
    const { credentials } = proxy.app;
    credentials.move({ ref: 'kh://openai/work' }, 'suspend', 'cli');
    const suspended = await refusal(proxy, '/proxy/openai@work/models');
    expect(suspended.status).toBe(404);
    expect(suspended.said).toMatch(/suspended.*keyharbor reinstate kh:\/\/openai\/work/);
    credentials.move({ ref: 'kh://openai/work' }, 'revoke', 'cli');
    expect((await refusal(proxy, '/proxy/openai@work/models')).said).toContain('revoked');
  });
});
