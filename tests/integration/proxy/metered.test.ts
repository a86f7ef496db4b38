import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { fakeKey } from '../../support/fake-keys.ts';
import { answeringServer } from '../../support/answering-server.ts';
import { credentialInput, PASSWORD, startUnlockedApp, usageOf } from '../../support/test-app.ts';

const sample = readFileSync(join(import.meta.dirname, '../../fixtures/samples/openai_chat.stream.sse'));

const batchFile = Array.from(
  { length: 700 },
  (_, n) =>
    `{"id":"batch_req_${n}","custom_id":"c${n}","response":{"status_code":200,"body":{"id":"x","model":"gpt-6-luna","choices":[{"message":{"content":"${'a'.repeat(100)}"}}],"usage":{"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100}}},"error":null}\n`,
).join('');

/** The whole app with a provider on loopback and a client that may use it. */
async function metered() {
  const gate = Promise.withResolvers<undefined>();
  const upstream = await answeringServer(async (response, request) => {
    if (request.path.startsWith('/v1/files/')) {
      response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(batchFile);
      return;
    }
    const body = await request.body();
    if (body.includes('"fails":true')) {
      const isEcho = body.includes('"echoes":true');
      const id = isEcho ? String(request.headers.authorization).replace('Bearer ', '') : 'req_011CSHoEeqs5C35K2UUqR7Fy';
      response.writeHead(500, { 'content-type': 'application/json', 'x-request-id': id });
      response.end('{"error":{"message":"try again","type":"server_error"}}');
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    if (body.includes('"hang":true')) {
      response.write(sample.subarray(0, 300));
      gate.resolve(undefined);
      return;
    }
    response.end(body.includes('include_usage') ? sample : sample.toString().replaceAll('"usage"', '"other"'));
  });
  const { app, clock } = await startUnlockedApp();
  app.credentials.add(
    credentialInput({
      ...{ provider: 'openai', label: 'work', fields: { api_key: fakeKey('openai') } },
      ...{ baseUrl: `${upstream.url}/v1`, local: true },
    }),
    'cli',
  );
  const client = (name: string) =>
    app.clients.create(
      { name, grants: ['proxy:openai/work'], expiresInDays: 1, ratePerSecond: null, test: false },
      'cli',
    ).token;
  const token = client('editor');
  await app.endpoint.on({ port: 0, actor: 'cli' });
  const { port } = app.endpoint.status();
  const post = (body: object) =>
    fetch(`http://127.0.0.1:${port}/proxy/openai@work/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const file = async (by = token) => {
    const headers = { authorization: `Bearer ${by}` };
    const path = 'proxy/openai@work/files/file-abc123/content';
    return (await fetch(`http://127.0.0.1:${port}/${path}`, { headers })).text();
  };
  const report = async (by: 'model' | 'client' | 'credential') => (await usageOf(app, clock).report({ by })).rows;
  const requests = async () => {
    app.usage.flush();
    const asked = { limit: 100, reportingZone: 'UTC', nowMs: clock.now() };
    return (await app.usageReader.query('requests', asked)).records;
  };
  return { app, post, file, client, report, requests, began: gate.promise };
}

test('a streamed call of a client that did not ask is metered to the token, and its bytes show none of it', async () => {
  const { post, report } = await metered();
  const answer = await post({ model: 'gpt-6-luna', stream: true });
  expect(answer.status).toBe(200);
  const text = await answer.text();
  expect(text).not.toContain('usage');
  expect(text).toContain('The kettle');
  while ((await report('model')).length === 0) await setImmediate();
  const [row] = await report('model');
  expect(row).toMatchObject({ key: 'gpt-6-luna', requests: 1, incomplete: 0, inputTokens: 176, cacheReadTokens: 1024 });
  expect(row?.costMicroUsd).toBe(52);
  expect((await report('client'))[0]?.key).toBe('editor');
  expect((await report('credential'))[0]?.key).toBe('openai/work');
});

test('of a call that failed the provider’s own request id is kept, but not where it holds the key', async () => {
  const { post, requests } = await metered();
  for (const body of [{ fails: true }, { fails: true, echoes: true }, { model: 'gpt-6-luna', stream: true }])
    await (await post(body)).text();
  while ((await requests()).length < 3) await setImmediate();
  const kept = (await requests()).map(({ status, providerRequestId }) => `${status} ${providerRequestId}`);
  expect(kept.toSorted()).toEqual(['200 null', '500 null', '500 req_011CSHoEeqs5C35K2UUqR7Fy']);
});

test('a stream that a lock cuts is recorded as cut before the database closes', async () => {
  const { app, post, report, began } = await metered();
  const answer = await post({ model: 'gpt-6-luna', stream: true, hang: true });
  await began;
  const reading = answer.text();
  app.vault.lock('asked');
  await expect(reading).rejects.toThrow();
  await app.vault.unlock(PASSWORD);
  expect(await report('model')).toEqual([
    expect.objectContaining({ key: 'gpt-6-luna', requests: 1, failed: 1, incomplete: 1, costMicroUsd: null }),
  ]);
});

test('so is one whose key is suspended meanwhile', async () => {
  const { app, post, report, began } = await metered();
  const reading = (await post({ model: 'gpt-6-luna', stream: true, hang: true })).text();
  await began;
  app.credentials.move({ ref: 'kh://openai/work' }, 'suspend', 'cli');
  await expect(reading).rejects.toThrow();
  app.usage.flush();
  expect(await report('model')).toEqual([
    expect.objectContaining({ key: 'gpt-6-luna', requests: 1, failed: 1, incomplete: 1, costMicroUsd: null }),
  ]);
});

test('answers of a batch are counted once at half the price, however often and by whomever they are fetched', async () => {
  const { file, client, report, requests } = await metered();
  expect(await file()).toBe(batchFile);
  const row = async () => (await report('model')).find(({ key }) => key === 'gpt-6-luna');
  while ((await row())?.requests !== 700) await setImmediate();
  await file();
  await file(client('other'));
  const isFetched = async (times: number) => (await report('model')).find(({ key }) => key === '')?.requests === times;
  while (!(await isFetched(3))) await setImmediate();
  // $0.10 and $0.50 a million, halved: 0.0001 + 0.00005 dollars, halved.
  expect(await row()).toMatchObject({ requests: 700, inputTokens: 700_000, costMicroUsd: 700 * 75 });
  const clients = await report('client');
  expect(clients.find(({ key }) => key === 'editor')?.requests).toBe(702);
  expect(clients.find(({ key }) => key === 'other')?.requests).toBe(1);
  const sources = (await requests()).map(({ source }) => source);
  expect(sources.filter((source) => source !== 'proxy').every((source) => source === 'batch')).toBe(true);
  expect(sources).toContain('batch');
});
