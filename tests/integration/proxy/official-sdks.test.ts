import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';
import { answeringServer, json, type SeenRequest } from '../../support/answering-server.ts';
import { SECRET, startProxy } from './running-proxy.ts';

const sample = (name: string) => readFileSync(join(import.meta.dirname, '../../fixtures/samples', name));
const errors = (provider: string) =>
  (
    JSON.parse(sample(`${provider}_errors.json`).toString()) as {
      cases: readonly { name: string; status: number; headers: Record<string, string>; body: object }[];
    }
  ).cases;

/** What each path answers next, the last again and again. */
type Answers = Readonly<
  Record<string, readonly ('json' | 'stream' | { readonly status: number; readonly body: object })[]>
>;

/** A stand-in for both providers, and clients that got nothing but a base URL and a client token as their key. */
async function setUp(answers: Answers) {
  const turns = new Map<string, number>();
  const { url, seen } = await answeringServer(async (response, request) => {
    await request.body();
    const path = request.path.split('?')[0] ?? '';
    const of = path.includes('chat') ? 'openai_chat' : 'anthropic_messages';
    const turn = turns.get(path) ?? 0;
    turns.set(path, turn + 1);
    const answer = answers[path]?.[turn] ?? answers[path]?.at(-1) ?? { status: 404, body: {} };
    if (answer === 'json') json(response, 200, JSON.parse(sample(`${of}.response.json`).toString()));
    else if (answer === 'stream') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const bytes = sample(`${of}.stream.sse`);
      for (let at = 0; at < bytes.byteLength; at += 97) response.write(bytes.subarray(at, at + 97));
      response.end();
    } else json(response, answer.status, answer.body, { 'retry-after-ms': '1', 'x-request-id': 'req_1' });
  });
  const proxy = await startProxy();
  proxy.add({ provider: 'openai', fields: { api_key: SECRET }, baseUrl: `${url}/v1`, local: true });
  proxy.add({ provider: 'anthropic', fields: { api_key: SECRET }, baseUrl: url, local: true });
  return {
    seen,
    token: proxy.token,
    openai: new OpenAI({ baseURL: `${proxy.url}/proxy/openai`, apiKey: proxy.token }),
    anthropic: new Anthropic({ baseURL: `${proxy.url}/proxy/anthropic`, apiKey: proxy.token }),
    anthropicByBearer: new Anthropic({ baseURL: `${proxy.url}/proxy/anthropic`, apiKey: null, authToken: proxy.token }),
  };
}

const CHAT = { model: 'gpt-fake', messages: [{ role: 'user', content: 'hi' }] } as const;
const MESSAGE = { model: 'claude-fake', max_tokens: 10, messages: [{ role: 'user', content: 'hi' }] } as const;
const authOf = ({ headers }: SeenRequest) => [headers.authorization, headers['x-api-key']];

describe('the official OpenAI SDK, with another base URL and a client token as its key', () => {
  const path = '/v1/chat/completions';

  test('chats', async () => {
    const { openai, seen, token } = await setUp({ [path]: ['json'] });
    const answer = await openai.chat.completions.create({ ...CHAT, messages: [...CHAT.messages] });
    expect(answer.choices[0]?.message.content).toBeTruthy();
    expect(seen.map(authOf)).toEqual([[`Bearer ${SECRET}`, undefined]]);
    expect(JSON.stringify(seen[0]?.headers)).not.toContain(token);
  });

  test('streams to the end', async () => {
    const { openai } = await setUp({ [path]: ['stream'] });
    const stream = await openai.chat.completions.create({ ...CHAT, messages: [...CHAT.messages], stream: true });
    let text = '';
    for await (const { choices } of stream) text += choices[0]?.delta.content ?? '';
    expect(text.length).toBeGreaterThan(5);
  });

  test.each(errors('openai').map(({ name, status, body }) => [name, status, body] as const))(
    'knows the error %s',
    async (_name, status, body) => {
      const { openai } = await setUp({ [path]: [{ status, body }] });
      openai.maxRetries = 0;
      const failed = openai.chat.completions.create({ ...CHAT, messages: [...CHAT.messages] });
      await expect(failed).rejects.toMatchObject({ status });
      await expect(failed).rejects.toBeInstanceOf(OpenAI.APIError);
    },
  );

  test('tries again as the answer says', async () => {
    const limited = { status: 429, body: { error: { message: 'slow down', type: 'requests' } } };
    const { openai, seen } = await setUp({ [path]: [limited, { ...limited, status: 503 }, 'json'] });
    const answer = await openai.chat.completions.create({ ...CHAT, messages: [...CHAT.messages] });
    expect(answer.choices).toHaveLength(1);
    expect(seen.map(({ headers }) => headers['x-stainless-retry-count'])).toEqual(['0', '1', '2']);
  });

  test('sees why, where the refusal is Keyharbor’s own', async () => {
    const { openai } = await setUp({});
    openai.maxRetries = 0;
    openai.baseURL = openai.baseURL.replace('/openai', '/openai@none');
    await expect(openai.models.list()).rejects.toMatchObject({ status: 404, code: 'key_not_found' });
    openai.baseURL = openai.baseURL.replace('/openai@none', '/github');
    await expect(openai.models.list()).rejects.toThrow(/403.*proxy:github/s);
  });
});

describe('the official Anthropic SDK, with another base URL and a client token as its key', () => {
  const path = '/v1/messages';

  test.each(['anthropic', 'anthropicByBearer'] as const)('sends a message (%s)', async (which) => {
    const all = await setUp({ [path]: ['json'] });
    const answer = await all[which].messages.create({ ...MESSAGE, messages: [...MESSAGE.messages] });
    expect(answer.content.length).toBeGreaterThan(0);
    expect(all.seen.map(authOf)).toEqual([[undefined, SECRET]]);
    expect(all.seen[0]?.headers['anthropic-version']).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(JSON.stringify(all.seen[0]?.headers)).not.toContain(all.token);
  });

  test('streams to the end', async () => {
    const { anthropic } = await setUp({ [path]: ['stream'] });
    const stream = anthropic.messages.stream({ ...MESSAGE, messages: [...MESSAGE.messages] });
    const types: string[] = [];
    for await (const event of stream) types.push(event.type);
    expect(types.at(-1)).toBe('message_stop');
    expect((await stream.finalMessage()).usage.output_tokens).toBeGreaterThan(0);
  });

  test.each(errors('anthropic').map(({ name, status, body }) => [name, status, body] as const))(
    'knows the error %s',
    async (_name, status, body) => {
      const { anthropic } = await setUp({ [path]: [{ status, body }] });
      anthropic.maxRetries = 0;
      const failed = anthropic.messages.create({ ...MESSAGE, messages: [...MESSAGE.messages] });
      await expect(failed).rejects.toMatchObject({ status });
      await expect(failed).rejects.toBeInstanceOf(Anthropic.APIError);
    },
  );

  test('tries again as the answer says', async () => {
    const overloaded = { status: 529, body: { type: 'error', error: { type: 'overloaded_error', message: 'x' } } };
    const { anthropic, seen } = await setUp({ [path]: [overloaded, 'json'] });
    await anthropic.messages.create({ ...MESSAGE, messages: [...MESSAGE.messages] });
    expect(seen).toHaveLength(2);
  });
});
