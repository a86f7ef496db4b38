import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { quotaDefinition } from '../../../shared/quotas.ts';
import { answeringServer, json } from '../../support/answering-server.ts';
import { credentialInput, startUnlockedApp } from '../../support/test-app.ts';
import { SECRET } from './running-proxy.ts';

/**
 * The SDKs retry 429 by themselves, twice as a rule. One by a quota of ours stays one until its period ends, so it says
 * `x-should-retry: false`; proven here with the SDKs themselves, at their defaults.
 */
async function setUp() {
  const upstream = await answeringServer((response) => json(response, 200, {}));
  const { app } = await startUnlockedApp();
  for (const provider of ['openai', 'anthropic']) {
    const place = { provider, baseUrl: upstream.url, local: true };
    app.credentials.add(credentialInput({ ...place, fields: { api_key: SECRET } }), 'cli');
  }
  const grants = ['proxy:openai', 'proxy:anthropic'];
  const input = { name: 'tool', grants, expiresInDays: 30, ratePerSecond: null, test: false };
  const { token } = app.clients.create(input, 'cli');
  const { port } = await app.endpoint.on({ port: 0, actor: 'cli' });
  const period = { every: 'month' as const };
  const definition = quotaDefinition.parse({
    name: 'Nothing',
    counts: 'requests',
    scope: { kind: 'all' },
    period,
    limit: 0,
  });
  const { id } = app.quotas.set({ definition }, 'cli');
  return { app, upstream, token, base: `http://127.0.0.1:${port}/proxy`, refused: () => app.quotas.get(id).refused };
}

test('the official OpenAI SDK shows the arithmetic of a refusal and asks once', async () => {
  const { base, token, refused, upstream } = await setUp();
  const client = new OpenAI({ baseURL: `${base}/openai`, apiKey: token });
  expect(client.maxRetries).toBeGreaterThan(0);
  const failed = client.chat.completions.create({ model: 'gpt-fake', messages: [{ role: 'user', content: 'hi' }] });
  const error = await failed.then(
    () => null,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(OpenAI.RateLimitError);
  expect(error).toMatchObject({ status: 429, code: 'quota_exceeded', type: 'quota_exceeded' });
  expect(String(error)).toContain('The quota "Nothing" has no room for this call: 0 requests allowed, 0 requests used');
  expect([refused(), upstream.seen.length]).toEqual([1, 0]);
});

test('so does the official Anthropic SDK', async () => {
  const { base, token, refused, upstream } = await setUp();
  const client = new Anthropic({ baseURL: `${base}/anthropic`, apiKey: token });
  expect(client.maxRetries).toBeGreaterThan(0);
  const failed = client.messages.create({
    model: 'claude-fake',
    max_tokens: 10,
    messages: [{ role: 'user', content: 'hi' }],
  });
  const error = await failed.then(
    () => null,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(Anthropic.RateLimitError);
  expect(String(error)).toContain('The quota \\"Nothing\\" has no room for this call');
  expect((error as { error: unknown }).error).toMatchObject({
    quota: { limit: 0, used: 0, reserved: 0, asked: 1 },
    error: { type: 'quota_exceeded' },
  });
  expect([refused(), upstream.seen.length]).toEqual([1, 0]);
});
