import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Catalogue } from '../../../electron/core/providers/catalogue.ts';
import type { CallInfo, CallResult } from '../../../electron/core/proxy/observers.ts';
import { CountedResults } from '../../../electron/core/usage/counted-results.ts';
import type { UsageEntry } from '../../../electron/core/usage/usage-entry.ts';
import { type EndedCall, entryOf } from '../../../electron/core/usage/ended-call.ts';
import { packed } from '../../../electron/core/usage/recording/packed-calls.ts';
import { UsageTap } from '../../../electron/core/usage/usage-tap.ts';

const ROOT = join(import.meta.dirname, '../../..');
const catalogue = Catalogue.load(join(ROOT, 'resources/providers'));
const sample = (file: string) => readFileSync(join(ROOT, 'tests/fixtures/samples', file));

const NOW = Date.UTC(2026, 10, 21, 12);
const credential = {
  id: 'c'.repeat(32),
  provider: 'openai',
  label: 'work',
  scope: 'user',
  version: 3,
  authKind: 'api_key',
  local: false,
  origin: '',
  expiresAt: null,
  fingerprint: '',
  refreshable: false,
  weakestForm: null,
} as const;

const callInfo = (provider: string, path: string, given: Partial<CallInfo> = {}): CallInfo => ({
  client: {
    id: 'abcdefghij',
    name: 'editor',
    kind: 'live',
    grants: [],
    ratePerSecond: null,
    expiresAtMs: Number.MAX_SAFE_INTEGER,
  },
  credential,
  provider: catalogue.get(provider),
  method: 'POST',
  path,
  query: '',
  headers: new Map([['content-type', 'application/json']]),
  ...given,
});

function call(
  provider: string,
  path: string,
  asks = true,
  given: Partial<CallInfo> = {},
  results: CountedResults | null = null,
  requestId: string | null = null,
) {
  const recorded: UsageEntry[] = [];
  const tap = new UsageTap({
    usage: {
      expect: () => undefined,
      recordEnded: (ended) =>
        recorded.push(entryOf(throughThreads(requestId === null ? ended : { ...ended, requestId }), results)),
      record: (entries) => recorded.push(...entries),
    },
    asks: () => asks,
    now: () => NOW,
    onEvent: () => () => undefined,
  }).request(callInfo(provider, path, given));
  const end = (given: Partial<CallResult> = {}) => {
    const plain = {
      outcome: 'ok',
      status: 200,
      credential,
      startedAtMs: 1,
      latencyMs: 20,
      firstByteMs: 5,
    } as const;
    tap.end({ ...plain, ...given });
    return recorded[0];
  };
  return { tap, end, recorded };
}
/** As the recording thread gets it. */
function throughThreads(ended: EndedCall): EndedCall {
  return structuredClone(packed(ended, null)).call;
}
const type = (contentType: string) => (name: string) => (name === 'content-type' ? contentType : null);

test('a stream whose usage was asked for is metered and given on as if it had not been', () => {
  const { tap, end } = call('openai', 'chat/completions');
  expect(tap.bodyLimit).toBe(4 * 1024 * 1024);
  expect(tap.requestBody(Buffer.from('{"model":"m","stream":true}'))?.toString()).toContain('include_usage');
  expect(tap.head(200, type('text/event-stream; charset=utf-8'))).toBe('changes');
  const stream = sample('openai_chat.stream.sse');
  const sent = [...(tap.chunk(stream.subarray(0, -1)) ?? []), ...(tap.last() ?? [])]; // the last line without its end
  const events = stream
    .toString()
    .slice(0, -1)
    .split(/(?<=\n\n)/);
  const unasked = events.filter((event) => !event.includes('"choices":[]')).join('');
  expect(Buffer.concat(sent).toString()).toBe(unasked.replaceAll('"usage":null,', ''));
  expect(end()).toMatchObject({
    outcome: 'ok',
    endpoint: 'chat/completions',
    credential: { ref: 'openai/work', version: 3 },
    result: { measure: 'measured', model: 'gpt-6-luna', tokens: { inputTokens: 176, outputTokens: 48 } },
  });
});

test('a client that asks itself, or an owner who does not want it, gets every byte', () => {
  const { tap, end } = call('openai', 'chat/completions');
  expect(tap.requestBody(Buffer.from('{"stream":true,"stream_options":{"include_usage":true}}'))).toBeNull();
  expect(tap.head(200, type('text/event-stream'))).toBe('reads');
  expect(tap.chunk(sample('openai_chat.stream.sse'))).toBeNull();
  expect(end()?.result.measure).toBe('measured');
  const unasked = call('openai', 'chat/completions', false);
  expect(unasked.tap.requestBody(Buffer.from('{"model":"m","stream":true}'))).toBeNull();
  expect(unasked.tap.head(200, type('text/event-stream'))).toBe('reads');
  unasked.tap.chunk(sample('openai_chat.stream.sse').subarray(0, 100));
  expect(unasked.tap.last()).toBeNull();
});

test.each([
  ['an error', 400, 'text/event-stream', null],
  ['no stream', 200, 'application/json', null],
  ['compressed', 200, 'text/event-stream', 'gzip'],
])('an answer that was asked for its usage and is %s goes on as it is', (_, status, contentType, coding) => {
  const { tap } = call('openai', 'chat/completions');
  expect(tap.requestBody(Buffer.from('{"model":"m","stream":true}'))).not.toBeNull();
  const header = (name: string) => (name === 'content-encoding' ? coding : type(contentType)(name));
  expect(tap.head(status, header)).toBe('reads');
  expect(tap.chunk(Buffer.from('{"usage":null}'))).toBeNull();
});

test('a stream that nobody was asked to change is not', () => {
  const fetched = call('openai', 'chat/completions/1', true, { method: 'GET' });
  expect(fetched.tap.head(200, type('text/event-stream'))).toBe('reads');
  const { tap, end } = call('openai', 'chat/completions');
  expect(tap.head(200, coded('application/json', 'identity'))).toBe('reads');
  tap.chunk(Buffer.from('{"model":"m","usage":{"prompt_tokens":3,"completion_tokens":4}}'));
  expect(end()?.result).toMatchObject({ measure: 'measured', tokens: { inputTokens: 3, outputTokens: 4 } });
});

test('the owner’s setting is read once, and anew when settings change or the vault locks', () => {
  let reads = 0;
  let tell: Parameters<ConstructorParameters<typeof UsageTap>[0]['onEvent']>[0] = () => undefined;
  const { tap } = tapOfMany({
    asks: () => (reads += 1) < 3,
    onEvent: (listener) => {
      tell = listener;
      return () => undefined;
    },
  });
  const limit = () => tap.request(callInfo('openai', 'chat/completions')).bodyLimit;
  expect([limit(), limit(), reads]).toEqual([4 * 1024 * 1024, 4 * 1024 * 1024, 1]);
  tell({ event: 'prices.changed', data: {} });
  expect([limit(), reads]).toEqual([4 * 1024 * 1024, 1]);
  tell({ event: 'settings.changed', data: {} } as Parameters<typeof tell>[0]);
  expect([limit(), reads]).toEqual([4 * 1024 * 1024, 2]);
  tell({ event: 'vault.locked', data: {} } as Parameters<typeof tell>[0]);
  expect([limit(), limit(), reads]).toEqual([64 * 1024, 64 * 1024, 3]);
});

const coded = (contentType: string, coding: string) => (name: string) =>
  name === 'content-encoding' ? coding : type(contentType)(name);

describe('an answer that comes compressed all the same', () => {
  const stream = sample('openai_chat.stream.sse');
  test.each([
    ['gzip', gzipSync],
    ['GZIP ', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['zstd', zstdCompressSync],
  ])('is metered (%s), and none of its bytes is touched', (coding, compress) => {
    const { tap, end } = call('openai', 'chat/completions');
    tap.requestBody(Buffer.from('{"model":"m","stream":true}'));
    expect(tap.head(200, coded('text/event-stream', coding))).toBe('reads');
    const body = compress(stream);
    for (const at of body.keys()) expect(tap.chunk(body.subarray(at, at + 1))).toBeNull();
    expect(end()?.result).toMatchObject({ measure: 'measured', tokens: { inputTokens: 176, outputTokens: 48 } });
  });

  test('and is cut: what was told by then is the least', () => {
    const { tap, end } = call('openai', 'chat/completions');
    tap.head(200, coded('text/event-stream', 'gzip'));
    const body = gzipSync(stream);
    tap.chunk(body.subarray(0, body.byteLength - 60));
    expect(end({ outcome: 'broken' })?.result).toMatchObject({ measure: 'incomplete', model: 'gpt-6-luna' });
  });

  test.each([
    ['of a coding that is not known', 'compress', stream],
    ['that it is not', 'gzip', stream],
    ['beyond 2 MiB', 'gzip', Buffer.alloc(3 * 1024 * 1024)],
    ['of far more than it seems', 'gzip', gzipSync(Buffer.alloc(17 * 1024 * 1024, 0x20))],
  ])('%s: what it used is not known', (_what, coding, body) => {
    const { tap, end } = call('openai', 'chat/completions');
    tap.head(200, coded('application/json', coding));
    tap.chunk(body);
    expect(end()?.result).toMatchObject({ measure: 'incomplete', seen: false });
  });

  test('with the results of a batch in it is counted too', () => {
    const { tap, recorded, end } = call('openai', 'files/file-1/content', true, { method: 'GET' });
    tap.head(200, coded('application/octet-stream', 'gzip'));
    const line =
      '{"id":"batch_req_1","custom_id":"c","response":{"status_code":200,"body":{"id":"x","model":"gpt-6-luna",' +
      '"usage":{"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100}}},"error":null}\n';
    tap.chunk(gzipSync(line));
    end();
    expect(recorded.map(({ result }) => result.tokens.inputTokens)).toContain(1000);
    const cut = call('openai', 'files/file-1/content', true, { method: 'GET' });
    cut.tap.head(200, coded('application/octet-stream', 'compress'));
    cut.tap.chunk(Buffer.from(line));
    expect([cut.end()?.result.measure, cut.recorded.length]).toEqual(['none', 1]);
  });

  test('and is an error, which is unpacked by now, tells what went wrong', () => {
    const { tap, end } = call('openai', 'chat/completions');
    tap.head(400, coded('application/json', 'gzip'));
    tap.chunk(Buffer.from('{"error":{"message":"no","type":"invalid_request_error"}}'));
    expect(end({ outcome: 'client_error', status: 400 })?.result.errorType).toBe('invalid_request_error');
  });
});

test('an answer in pieces is metered as it is in one, whatever the pieces', () => {
  const plain = JSON.stringify({
    text: 'x'.repeat(40_000),
    model: 'm',
    usage: { prompt_tokens: 7, completion_tokens: 8 },
  });
  for (const [contentType, answer, tokens] of [
    ['text/event-stream', sample('openai_chat.stream.sse'), { inputTokens: 176, outputTokens: 48 }],
    ['application/json', Buffer.from(plain), { inputTokens: 7, outputTokens: 8 }],
  ] as const) {
    for (const bytes of [50, 700, 16 * 1024, 16 * 1024 + 1, answer.byteLength]) {
      const { tap, end } = call('openai', 'chat/completions', false);
      tap.head(200, (name) => (name === 'x-request-id' ? 'req_1' : type(contentType)(name)));
      for (let at = 0; at < answer.byteLength; at += bytes) {
        expect(tap.chunk(answer.subarray(at, at + bytes))).toBeNull();
      }
      expect(end()).toMatchObject({ providerRequestId: null, result: { measure: 'measured', tokens } });
    }
  }
});

test('speech of a provider that tells its cost in a header is counted by that', () => {
  const { tap, end } = call('elevenlabs', 'v1/text-to-speech/v');
  tap.requestBody(Buffer.from('{"text":"t","model_id":"eleven_v3"}'));
  tap.head(200, (name) => (name === 'character-cost' ? '42' : type('audio/mpeg')(name)));
  tap.chunk(Buffer.from('ID3'));
  expect(end()?.result.quantity).toEqual({ unit: 'characters', thousandths: 42_000 });
});

test('bodies are looked at that are read whole in any case, where they can name a model', () => {
  const limit = (provider: string, path: string, given: Partial<CallInfo> = {}) =>
    call(provider, path, false, given).tap.bodyLimit;
  expect(limit('openai', 'responses')).toBe(64 * 1024);
  expect(limit('mistral', 'chat/completions')).toBe(64 * 1024);
  expect(limit('github', 'repos/a/b/issues')).toBe(0);
  expect(limit('deepgram', 'v1/listen', { headers: new Map([['content-type', 'audio/wav']]) })).toBe(0);
  expect(limit('openai', 'responses/resp_1', { method: 'DELETE' })).toBe(0);
  const upload = call('openai', 'audio/uploads', false, { headers: new Map([['content-type', 'audio/wav']]) });
  expect(upload.tap.requestPiece?.(Buffer.from('{"model":"m"}'))).toBe(false);
  expect(upload.end()?.result.model).toBeNull();
});

const form = (fields: Record<string, string>) =>
  Object.entries(fields)
    .map(([name, value]) => `--xyz\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
    .join('');
const LONG = 'x'.repeat(20_000);
const billed = '{"id":"1","usage":{"billed_units":{"input_tokens":5,"output_tokens":7}}}';
test.each([
  ['cohere', 'v2/chat', JSON.stringify({ model: 'command-a-03-2025', messages: [] }), billed, 'command-a-03-2025'],
  ['cohere', 'v2/chat', JSON.stringify({ messages: [LONG], model: 'command-a-03-2025' }), billed, 'command-a-03-2025'],
  ['openai', 'responses', JSON.stringify({ model: 'gpt-x', input: LONG }), '{"error":{"type":"t"}}', 'gpt-x'],
  ['openai', 'images/generations', '{"model":"dall-e-3","prompt":"p"}', '{"data":[{"url":"u"}]}', 'dall-e-3'],
  ['openai', 'audio/transcriptions', form({ model: 'whisper-1', file: LONG }), '{"text":"t"}', 'whisper-1'],
  ['elevenlabs', 'v1/text-to-speech/v', '{"text":"t","model_id":"eleven_v3"}', '{}', 'eleven_v3'],
  ['elevenlabs', 'v1/text-to-speech/v', JSON.stringify({ text: LONG, model_id: 'eleven_v3' }), '{}', 'eleven_v3'],
  ['openai', 'images/generations', JSON.stringify({ prompt: LONG, model: 'dall-e-3' }), '{"data":[{}]}', 'dall-e-3'],
  ['openai', 'audio/transcriptions', form({ file: LONG, model: 'whisper-1' }), '{"text":"t"}', 'whisper-1'],
])('an answer of %s %s without a model has that of the request', (provider, path, asked, answered, model) => {
  const { tap, end } = call(provider, path);
  expect(tap.requestBody(Buffer.from(asked))).toBeNull();
  tap.head(200, type('application/json'));
  tap.chunk(Buffer.from(answered));
  expect(end()?.result.model).toBe(model);
});

test('a refused request with a long body is told by its model, wherever that stands', () => {
  const { tap, end } = call('anthropic', 'v1/messages');
  tap.requestBody(Buffer.from(JSON.stringify({ max_tokens: 9, messages: [LONG], model: 'claude-haiku-5-5' })));
  tap.head(429, type('application/json'));
  tap.chunk(Buffer.from('{"type":"error","error":{"type":"rate_limit_error"}}'));
  expect(end({ outcome: 'client_error', status: 429 })?.result.model).toBe('claude-haiku-5-5');
});

test('of a body that passes piece by piece the model is found wherever it stands; a query may name it too', () => {
  const behind = Buffer.from(form({ file: LONG + LONG, model: 'whisper-1', language: 'en' }));
  for (const bytes of [behind.byteLength, 64 * 1024, 16 * 1024, 997, 61]) {
    const streamed = call('openai', 'audio/transcriptions');
    let wants = true;
    for (let at = 0; wants && at < behind.byteLength; at += bytes) {
      wants = streamed.tap.requestPiece?.(behind.subarray(at, at + bytes)) ?? false;
    }
    expect(wants).toBe(false);
    expect(streamed.end()?.result.model).toBe('whisper-1');
  }
  const picture = Buffer.from(JSON.stringify({ image: 'x'.repeat(100_000), model: 'gpt-image-2' }));
  const json = call('openai', 'images/edits');
  expect(json.tap.requestPiece?.(picture.subarray(0, 65_536))).toBe(true);
  expect(json.tap.requestPiece?.(picture.subarray(65_536))).toBe(false);
  expect(json.end()?.result.model).toBe('gpt-image-2');
  const named = call('openai', 'chat/completions'); // its answer names the model: no piece is looked into
  expect(named.tap.requestPiece?.(Buffer.from('{"messages":['))).toBe(false);
});

test('a model that the query names is that of the call, whatever its body has', () => {
  const { headers } = callInfo('deepgram', 'v1/listen'); // of JSON: a body that may name one
  const modelOf = (body: Buffer | null, piece: Buffer | null = null) => {
    const { tap, end } = call('deepgram', 'v1/listen', true, { query: 'model=nova-3&punctuate=true', headers });
    if (body !== null) tap.requestBody(body);
    if (piece !== null) tap.requestPiece?.(piece);
    return end({ outcome: 'upstream_error', status: 500 })?.result.model;
  };
  expect(modelOf(null)).toBe('nova-3');
  for (const bytes of [100, 20_000, 100_000]) {
    const other = Buffer.from(JSON.stringify({ url: 'x'.repeat(bytes) }));
    expect([modelOf(other), modelOf(null, other)]).toEqual(['nova-3', 'nova-3']);
  }
  const counted = call('github', 'search/code', true, { method: 'GET', query: 'q=a&model=nova-3' });
  expect(counted.end()?.result.model).toBeNull(); // no provider of models
});

test('speech is counted by the characters that were asked for', () => {
  const { tap, end } = call('openai', 'v1/audio/speech');
  tap.requestBody(Buffer.from(JSON.stringify({ model: 'tts-1', input: 'Grüße 👋', voice: 'alloy' })));
  tap.head(200, type('audio/mpeg'));
  tap.chunk(Buffer.from('ID3'));
  expect(end()?.result).toMatchObject({
    model: 'tts-1',
    measure: 'measured',
    quantity: { unit: 'characters', thousandths: 7000 },
  });
  // As long as it may be, by a program that escapes what is not ASCII.
  for (const [input, characters] of [
    ['a'.repeat(4096), 4096],
    ['\\u65e5'.repeat(4096), 4096],
    ['\\ud83d\\udc4b'.repeat(4096), 4096],
  ] as const) {
    const long = call('openai', 'v1/audio/speech');
    long.tap.requestBody(Buffer.from(`{"model":"tts-1","input":"${input}","voice":"alloy"}`));
    long.tap.head(200, type('audio/mpeg'));
    expect(long.end()?.result.quantity?.thousandths).toBe(characters * 1000);
  }
  const refused = call('openai', 'v1/audio/speech');
  refused.tap.requestBody(Buffer.from(JSON.stringify({ model: 'tts-1', input: 'a' })));
  refused.tap.head(429, type('application/json'));
  expect(refused.end({ outcome: 'client_error', status: 429 })?.result.quantity).toBeNull();
});

test('a result that is fetched again is counted once', () => {
  const results = new CountedResults();
  const solved = (taskId: number, requestId: string) => {
    const { tap, end } = call('twocaptcha', 'getTaskResult', true, {}, results, requestId);
    tap.requestBody(Buffer.from(JSON.stringify({ clientKey: 'k', taskId })));
    tap.head(200, type('application/json'));
    tap.chunk(Buffer.from('{"errorId":0,"status":"ready","cost":"0.00299"}'));
    return end();
  };
  const counted = {
    measure: 'measured',
    quantity: { unit: 'captchas', thousandths: 1000 },
    providerCostMicroUsd: 2990,
  };
  const repeated = { measure: 'none', quantity: null, providerCostMicroUsd: null };
  expect(solved(1, 'a')?.result).toMatchObject(counted);
  expect(solved(1, 'b')?.result).toMatchObject(repeated);
  expect(solved(2, 'c')?.result).toMatchObject(counted);
  const predicted = (requestId: string) => {
    const { tap, end } = call('replicate', 'predictions/p1', true, { method: 'GET' }, results, requestId);
    tap.head(200, type('application/json'));
    tap.chunk(Buffer.from('{"id":"p1","status":"succeeded","metrics":{"predict_time":3.5}}'));
    return end();
  };
  expect(predicted('d')?.result.quantity).toEqual({ unit: 'seconds', thousandths: 3500 });
  expect(predicted('e')).toMatchObject({ outcome: 'ok', result: repeated });
  expect(predicted('d')?.result.quantity).toEqual({ unit: 'seconds', thousandths: 3500 }); // the same request, read again
});

const claude = (id: string, given: object = {}) =>
  JSON.stringify({
    custom_id: `mine-${id}`,
    result: {
      type: 'succeeded',
      message: {
        ...{ id, type: 'message', model: 'claude-haiku-5-5', content: [{ type: 'text', text: 'a\nb' }] },
        usage: { input_tokens: 10, cache_read_input_tokens: 5, output_tokens: 3, service_tier: 'batch' },
        ...given,
      },
    },
  });

test('each answer of a fetched batch is a call at the price of batches, and the fetching none', () => {
  const { tap, end, recorded } = call('anthropic', 'v1/messages/batches/msgbatch_013Zva2CMHL/results', true, {
    method: 'GET',
  });
  const lines = [
    claude('msg_1'),
    '{"custom_id":"b","result":{"type":"errored","error":{"type":"invalid_request_error"}}}',
    claude('msg_2', { usage: { input_tokens: 7, output_tokens: 1, server_tool_use: { web_search_requests: 2 } } }),
    'no JSON',
    claude('msg_3'),
  ].join('\n');
  tap.head(200, type('application/x-jsonl'));
  for (let at = 0; at < lines.length; at += 37) tap.chunk(Buffer.from(lines.slice(at, at + 37)));
  end();
  const [first, second, third, fetched] = recorded;
  expect(recorded).toHaveLength(4);
  expect(first).toMatchObject({
    ...{ source: 'reported', outcome: 'ok', endpoint: 'v1/messages/batches/{id}/results', atMs: 1 },
    ...{ client: { name: 'editor' }, credential: { ref: 'anthropic/work' } },
    result: {
      ...{ measure: 'measured', model: 'claude-haiku-5-5', serviceTier: 'batch' },
      tokens: { inputTokens: 10, cacheReadTokens: 5, outputTokens: 3 },
    },
  });
  expect(second?.result).toMatchObject({ webSearches: 2, serviceTier: 'batch', tokens: { cacheReadTokens: 0 } });
  expect(new Set([first, second, third].map((one) => one?.requestId)).size).toBe(3);
  expect(fetched).toMatchObject({ source: 'proxy', method: 'GET', result: { measure: 'none' } });
});

test('answers in a file of OpenAI are told by its own id and time; a line that is cut is left for the next time', () => {
  const answered = (id: string) =>
    JSON.stringify({
      ...{ id, custom_id: 'a' },
      response: {
        status_code: 200,
        body: {
          ...{ id: 'chatcmpl-1', created: NOW / 1000 - 3600, model: 'gpt-6-luna', service_tier: 'default' },
          usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 },
        },
      },
      error: null,
    });
  const file = Buffer.from(`${answered('batch_req_1')}\n${answered('batch_req_2')}`);
  const fetch = (bytes: Buffer, outcome: 'ok' | 'broken', path = 'files/file-abc123/content') => {
    const { tap, end, recorded } = call('openai', path, true, { method: 'GET' });
    tap.head(200, type('application/octet-stream'));
    tap.chunk(bytes);
    end({ outcome, startedAtMs: NOW });
    return recorded;
  };
  const whole = fetch(file, 'ok');
  expect(whole).toHaveLength(3);
  expect(whole[0]).toMatchObject({
    atMs: NOW - 3_600_000,
    result: { model: 'gpt-6-luna', serviceTier: 'batch', tokens: { inputTokens: 100, outputTokens: 20 } },
  });
  const cut = fetch(file.subarray(0, -1), 'broken');
  expect(cut.map(({ requestId }) => requestId)[0]).toBe(whole[0]?.requestId);
  expect(cut).toHaveLength(2);
  // What was sent to a batch, a table, and what is fetched elsewhere, is no answer.
  expect(fetch(Buffer.from('{"custom_id":"a","body":{"model":"m","usage":{"prompt_tokens":9}}}\n'), 'ok')).toHaveLength(
    1,
  );
  expect(fetch(file, 'ok', 'containers/c1/logs')).toHaveLength(1);
});

test('answers in a file of Gemini are told by their ids, or by their keys in that file', () => {
  const answered = (given: object) => ({
    ...{ modelVersion: 'models/gemini-3.8-flash', candidates: [{ finishReason: 'STOP' }] },
    usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 2, thoughtsTokenCount: 3 },
    ...given,
  });
  const lines = [
    { key: 'a', response: answered({ responseId: 'r-1' }) },
    { key: 'b', response: answered({}) },
    { key: 'c', error: { code: 3 } },
  ];
  const path = 'download/v1beta/files/batch-abc123:download';
  const { tap, end, recorded } = call('google', path, true, { method: 'GET', query: 'alt=media' });
  tap.head(200, type('application/octet-stream'));
  tap.chunk(Buffer.from(lines.map((one) => JSON.stringify(one)).join('\n')));
  end();
  expect(recorded).toHaveLength(3);
  expect(recorded[0]?.result).toMatchObject({
    ...{ measure: 'measured', model: 'gemini-3.8-flash', serviceTier: 'batch' },
    tokens: { inputTokens: 10, outputTokens: 5, reasoningTokens: 3 },
  });
  expect(recorded[1]?.requestId).not.toBe(recorded[0]?.requestId);
});

/** As the API reference of Gemini has a batch of requests that were sent with it, once it is done. */
function inlineBatch(responses: readonly object[]): string {
  const inlinedResponses = { inlinedResponses: responses };
  return JSON.stringify(
    {
      name: 'batches/abc123',
      metadata: {
        '@type': 'type.googleapis.com/google.ai.generativelanguage.v1beta.GenerateContentBatch',
        ...{ model: 'models/gemini-3.8-flash', displayName: 'inlinedResponses', state: 'BATCH_STATE_SUCCEEDED' },
        ...{ name: 'batches/abc123', output: { inlinedResponses } },
      },
      done: true,
      response: { '@type': '….GenerateContentBatchOutput', inlinedResponses },
    },
    null,
    2,
  );
}
const gemini = (given: object = {}, text = 'a "quoted" [text] with {braces} and "inlinedResponses": [') => ({
  candidates: [{ content: { parts: [{ text }], role: 'model' }, finishReason: 'STOP' }],
  usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 2, totalTokenCount: 12 },
  modelVersion: 'gemini-3.8-flash',
  ...given,
});

test('answers that stand in a batch of Gemini itself are each a call, told by their ids, keys or places', () => {
  const text = inlineBatch([
    { response: gemini({ responseId: 'r-1' }), metadata: { key: 'a' } },
    { metadata: { key: 'b' }, response: gemini() },
    { error: { code: 3, message: 'no' }, metadata: { key: 'c' } },
    { response: gemini({}, 'x'.repeat(100_000)) },
  ]);
  const fetched = (pieces: number, path = 'v1beta/batches/abc123') => {
    const { tap, end, recorded } = call('google', path, true, { method: 'GET' });
    tap.head(200, type('application/json; charset=UTF-8'));
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += pieces) tap.chunk(bytes.subarray(at, at + pieces));
    end();
    return recorded;
  };
  for (const pieces of [1, 7, 1_000_000]) {
    const recorded = fetched(pieces);
    // They stand there twice, and a store keeps each id once.
    expect(recorded.slice(0, 3).map(({ requestId }) => requestId)).toEqual(
      recorded.slice(3, 6).map(({ requestId }) => requestId),
    );
    expect(new Set(recorded.map(({ requestId }) => requestId)).size).toBe(4);
    expect(recorded.at(-1)).toMatchObject({ source: 'proxy', result: { measure: 'none' } });
    for (const one of recorded.slice(0, 6))
      expect(one).toMatchObject({
        ...{ source: 'reported', endpoint: 'v1beta/batches/{id}' },
        result: {
          ...{ measure: 'measured', model: 'gemini-3.8-flash', serviceTier: 'batch' },
          tokens: { inputTokens: 10, outputTokens: 2 },
        },
      });
  }
  expect(fetched(100, 'v1beta/batches')).toHaveLength(1); // a list of batches
  expect(fetched(100, 'v1beta/models/gemini-3.8-flash')).toHaveLength(1);
});

test('searches within answers of a batch are counted, and other sources make the figures the least', () => {
  const grounded = (metadata: object) =>
    gemini({ candidates: [{ finishReason: 'STOP', groundingMetadata: metadata }] });
  const searched = grounded({ webSearchQueries: ['one', 'two'], groundingChunks: [] });
  const mapped = grounded({ groundingChunks: [{ maps: {} }] });
  const used = (path: string, text: string) => {
    const { tap, end, recorded } = call('google', path, true, { method: 'GET' });
    tap.head(200, type('application/json'));
    tap.chunk(Buffer.from(text));
    end();
    return recorded.slice(0, 2).map(({ result: { webSearches, measure } }) => [webSearches, measure]);
  };
  const is = [
    [2, 'measured'],
    [0, 'incomplete'],
  ];
  const both = [{ response: searched }, { response: mapped }];
  expect(used('v1beta/batches/abc123', inlineBatch(both))).toEqual(is);
  const lines = both.map((one, at) => JSON.stringify({ key: `k${at}`, ...one })).join('\n');
  expect(used('download/v1beta/files/batch-abc123:download', lines)).toEqual(is);
});

test('of a file that is fetched in parts each whole answer counts once, and a part with half an answer says so', () => {
  const file = Buffer.from(`${['msg_1', 'msg_2', 'msg_3'].map((id) => claude(id)).join('\n')}\n`);
  const line = file.indexOf('\n') + 1;
  const part = (from: number, to: number, path = 'v1/messages/batches/b/results', of = file) => {
    const { tap, end, recorded } = call('anthropic', path, true, { method: 'GET' });
    const range = `bytes ${from}-${to - 1}/${of.length}`;
    tap.head(206, (name) => ({ 'content-type': 'application/x-jsonl', 'content-range': range })[name] ?? null);
    tap.chunk(of.subarray(from, to));
    end({ status: 206 });
    return { ids: recorded.slice(0, -1).map(({ requestId }) => requestId), measure: recorded.at(-1)?.result.measure };
  };
  const all = part(0, file.length);
  expect([all.ids.length, all.measure]).toEqual([3, 'none']);
  // Between two answers nothing is lost.
  expect(part(0, line)).toEqual({ ids: all.ids.slice(0, 1), measure: 'none' });
  expect(part(line, file.length)).toEqual({ ids: all.ids.slice(1), measure: 'none' });
  // Within one it is in neither part.
  expect(part(0, line + 50)).toEqual({ ids: all.ids.slice(0, 1), measure: 'incomplete' });
  expect(part(line + 50, file.length)).toEqual({ ids: all.ids.slice(2), measure: 'incomplete' });
  expect(part(0, 60)).toEqual({ ids: [], measure: 'incomplete' }); // it has the name of an answer
  // A part of any other file is nothing that costs.
  const other = Buffer.from('RIFF \0\x01{"a":[1,2\n}"\n{');
  expect(part(3, other.length - 1, 'v1/files/file_1/content', other)).toEqual({ ids: [], measure: 'none' });
});

test('many answers are handed on while they pass', () => {
  const { tap, end, recorded } = call('anthropic', 'v1/messages/batches/b/results', true, { method: 'GET' });
  tap.head(200, type('application/x-jsonl'));
  tap.chunk(Buffer.from(Array.from({ length: 1200 }, (_, n) => `${claude(`msg_${n}`)}\n`).join('')));
  expect(recorded).toHaveLength(1000);
  expect(recorded[0]?.atMs).toBe(NOW);
  end();
  expect(recorded).toHaveLength(1201);
});

test('a stream that the client left is recorded as cut, with the least it used', () => {
  const { tap, end } = call('anthropic', 'v1/messages');
  tap.head(200, type('text/event-stream'));
  tap.chunk(sample('anthropic_messages.stream.sse').subarray(0, 700));
  expect(end({ outcome: 'aborted' })).toMatchObject({
    outcome: 'cut',
    result: { measure: 'incomplete', seen: true, model: 'claude-haiku-5-5', tokens: { inputTokens: 214 } },
  });
});

test('each way a call can end has its outcome', () => {
  const ended = (given: Partial<CallResult>) => call('openai', 'chat/completions').end(given);
  expect(ended({ outcome: 'refused', status: 429 })).toMatchObject({ outcome: 'refused', result: { measure: 'none' } });
  expect(ended({ outcome: 'timeout', status: 504 })).toMatchObject({
    outcome: 'unreachable',
    result: { measure: 'incomplete' },
  });
  expect(ended({ outcome: 'broken', status: 200 })?.outcome).toBe('cut');
  const limited = call('openai', 'chat/completions');
  limited.tap.head(429, type('application/json'));
  limited.tap.chunk(Buffer.from('{"error":{"message":"slow down","type":"requests","code":"rate_limit_exceeded"}}'));
  expect(limited.end({ outcome: 'client_error', status: 429 })).toMatchObject({
    outcome: 'rate_limited',
    result: { measure: 'none', errorType: 'requests' },
  });
  const failing = call('openai', 'chat/completions');
  failing.tap.head(200, type('text/event-stream'));
  failing.tap.chunk(sample('openai_chat.stream_error.sse'));
  expect(failing.end()).toMatchObject({
    outcome: 'upstream_error',
    result: { measure: 'incomplete', errorType: 'server_error' },
  });
});

test('of a call that failed the provider’s request id is kept, where it is a plain word', () => {
  const told = (headers: Readonly<Record<string, string>>, given: Partial<CallResult> = {}) => {
    const { tap, end } = call('anthropic', 'messages');
    tap.head(given.status ?? 200, (name) => headers[name] ?? null);
    return end(given)?.providerRequestId ?? null;
  };
  const failed = { outcome: 'client_error', status: 400 } as const;
  expect(told({ 'request-id': 'req_011CSHoEeqs5C35K2UUqR7Fy', 'cf-ray': '8e1-FRA' }, failed)).toBe(
    'req_011CSHoEeqs5C35K2UUqR7Fy',
  );
  expect(told({ 'cf-ray': '8e1-FRA' }, { outcome: 'broken' })).toBe('8e1-FRA');
  expect(told({ 'x-request-id': 'two words', 'request-id': 'r'.repeat(129) }, failed)).toBeNull();
  expect(told({}, failed)).toBeNull();
  expect(told({ 'request-id': 'req_1' })).toBeNull(); // it went well
  for (const name of ['x-request-id', 'apim-request-id', 'x-github-request-id', 'x-slack-req-id', 'x-amzn-requestid']) {
    expect(told({ [name]: 'req_3' }, failed)).toBe('req_3');
  }
  const late = call('openai', 'chat/completions');
  late.tap.head(200, (name) => (name === 'x-request-id' ? 'req_2' : type('text/event-stream')(name)));
  const stream = sample('openai_chat.stream_error.sse');
  late.tap.chunk(stream.subarray(0, 100));
  late.tap.chunk(stream.subarray(100));
  expect(late.end()?.providerRequestId).toBe('req_2');
});

test('a request that goes out again with another credential is a record of its own, which names the first', () => {
  const { tap, recorded } = call('openai', 'chat/completions');
  tap.requestBody(Buffer.from('{"model":"m","stream":true}'));
  const other = { ...credential, id: 'd'.repeat(32), label: 'second' };
  const plain = { startedAtMs: 1, latencyMs: 20, firstByteMs: 5 };
  const next = tap.retried({ ...plain, outcome: 'client_error', status: 429, credential });
  expect(next.head(200, type('text/event-stream'))).toBe('changes'); // usage was asked for in the body that goes out again
  next.chunk(sample('openai_chat.stream.sse'));
  next.end({ ...plain, outcome: 'ok', status: 200, credential: other });
  const [first, second] = recorded;
  expect(recorded).toHaveLength(2);
  expect(first).toMatchObject({
    status: 429,
    outcome: 'rate_limited',
    retryOf: null,
    credential: { ref: 'openai/work' },
  });
  expect(second).toMatchObject({ outcome: 'ok', retryOf: first?.requestId, credential: { ref: 'openai/second' } });
  expect(second?.requestId).not.toBe(first?.requestId);
});

test.each([10, 10_000, 100_000])('what goes out again is told by the same model: a request of %d bytes', (bytes) => {
  const { tap, recorded } = call('cohere', 'v2/chat');
  const body = Buffer.from(JSON.stringify({ messages: ['x'.repeat(bytes)], model: 'command-a-03-2025' }));
  if (body.byteLength <= tap.bodyLimit) tap.requestBody(body);
  else tap.requestPiece?.(body);
  const plain = { startedAtMs: 1, latencyMs: 20, firstByteMs: 5, credential };
  const next = tap.retried({ ...plain, outcome: 'client_error', status: 429 });
  next.head(200, type('application/json'));
  next.chunk(Buffer.from(billed));
  next.end({ ...plain, outcome: 'ok', status: 200 });
  expect(recorded.map(({ result }) => result.model)).toEqual(['command-a-03-2025', 'command-a-03-2025']);
});

/** One tap for many calls, and what it hands on. */
function tapOfMany(given: Partial<ConstructorParameters<typeof UsageTap>[0]> = {}) {
  const recorded: EndedCall[] = [];
  let expected = 0;
  const tap = new UsageTap({
    usage: {
      expect: () => (expected += 1),
      recordEnded: (ended) => recorded.push(ended),
      record: () => undefined,
    },
    asks: () => true,
    now: () => NOW,
    onEvent: () => () => undefined,
    ...given,
  });
  return { tap, recorded, expected: () => expected };
}

test('calls of kinds that take turns are each read as their own, also where a provider was described anew', () => {
  const { tap, recorded } = tapOfMany();
  const openai = catalogue.get('openai');
  const anew = { ...openai, usage: { kind: 'none', unit: 'calls', includeUsage: false } } as const;
  const json = new Map([['content-type', 'application/json']]);
  const form = new Map([['content-type', 'multipart/form-data; boundary=x']]);
  const kinds = [
    { provider: openai, path: 'chat/completions', headers: json, limit: 4 * 1024 * 1024, kind: 'openai' },
    { provider: openai, path: 'embeddings', headers: json, limit: 64 * 1024, kind: 'openai' },
    { provider: openai, path: 'embeddings', headers: json, method: 'DELETE', limit: 0, kind: 'openai' },
    { provider: openai, path: 'embeddings', headers: form, limit: 64 * 1024, kind: 'openai' },
    { provider: openai, path: 'embeddings', headers: new Map(), limit: 0, kind: 'openai' },
    { provider: anew, path: 'chat/completions', headers: json, limit: 0, kind: 'none' },
    {
      provider: catalogue.get('anthropic'),
      path: 'chat/completions',
      headers: json,
      limit: 64 * 1024,
      kind: 'anthropic',
    },
  ];
  for (const { limit, kind, provider, path, headers, method = 'POST' } of [...kinds, ...kinds]) {
    const call = tap.request(callInfo(provider.id, path, { provider, headers, method }));
    expect(call.bodyLimit).toBe(limit);
    call.end({ outcome: 'ok', status: 200, credential, startedAtMs: 1, latencyMs: 2, firstByteMs: 1 });
    expect(recorded.at(-1)?.origin).toMatchObject({ method, provider: provider.id, path, kind });
  }
});

test('each call is told to whom it belongs, as it was when it ended', () => {
  const { tap, recorded, expected } = tapOfMany();
  const { client } = callInfo('openai', 'embeddings');
  const usual = { is: {}, client, credential };
  const cases = [
    { is: { client: { id: 'k'.repeat(10), name: 'editor' } }, client: { ...client, id: 'k'.repeat(10) }, credential },
    { is: { client: { id: client.id, name: 'other' } }, client: { ...client, name: 'other' }, credential },
    { is: { project: '/home/p' }, client: { ...client, project: '/home/p' }, credential },
    { is: { credential: { version: 4 } }, client, credential: { ...credential, version: 4 } },
    { is: { credential: { id: 'd'.repeat(32) } }, client, credential: { ...credential, id: 'd'.repeat(32) } },
    { is: { credential: { ref: 'openai/home' } }, client, credential: { ...credential, label: 'home' } },
  ];
  for (const { is, ...whose } of [...cases, ...cases].flatMap((one) => [usual, one])) {
    tap.request(callInfo('openai', 'embeddings', { client: whose.client })).end({
      ...{ outcome: 'ok', status: 200, startedAtMs: 1, latencyMs: 2, firstByteMs: 1 },
      credential: whose.credential,
    });
    expect(recorded.at(-1)?.origin).toMatchObject({
      client: { id: client.id, name: 'editor' },
      project: '',
      ...is,
      credential: { id: credential.id, version: 3, ref: 'openai/work', ...(is as { credential?: object }).credential },
    });
  }
  expect(expected()).toBe(recorded.length);
});

test('what was asked is handed on only where the answer does not name the model', () => {
  const { tap, recorded } = tapOfMany();
  const asked = Buffer.from('{"model":"asked","input":"what was asked"}');
  const named = '{"model":"told","usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}';
  interface Given {
    readonly provider?: string;
    readonly path?: string;
    readonly outcome?: CallResult['outcome'];
    readonly is?: string;
  }
  const isHandedOn = (
    answer = named,
    { provider = 'openai', path = 'chat/completions', outcome = 'ok', is = 'application/json' }: Given = {},
  ): boolean => {
    const call = tap.request(callInfo(provider, path));
    call.requestBody(asked);
    call.head(200, type(is));
    call.chunk(Buffer.from(answer));
    call.end({ outcome, status: 200, credential, startedAtMs: 1, latencyMs: 2, firstByteMs: 1 });
    return recorded.at(-1)?.requestBody === asked;
  };
  expect([isHandedOn(), isHandedOn(named, { is: 'Application/JSON; charset=utf-8' })]).toEqual([false, false]);
  expect(isHandedOn('{"usage":{}}')).toBe(true);
  expect(isHandedOn(named, { is: 'text/plain' })).toBe(true);
  expect(isHandedOn(named, { outcome: 'broken' })).toBe(true);
  expect(isHandedOn(named, { path: 'audio/transcriptions' })).toBe(true);
  expect(isHandedOn(named, { provider: 'cohere' })).toBe(true);
  expect(isHandedOn(named, { provider: 'twocaptcha', path: 'getTaskResult' })).toBe(true); // it names the task
  expect(recorded.every(({ requestModel }) => requestModel === null)).toBe(true);
});

test('of what was asked no more than its beginning is handed on, and of an answer in long pieces what was read', () => {
  const { tap, recorded } = tapOfMany();
  const asked = (bytes: number) => Buffer.from(`{"input":"${'x'.repeat(bytes - 12)}"}`);
  const handedOn = (body: Buffer, pieces = [Buffer.from('{}')], path = 'chat/completions') => {
    const call = tap.request(callInfo('openai', path));
    if (body.byteLength <= 64 * 1024) call.requestBody(body);
    else call.requestPiece?.(body);
    call.head(200, type('application/json'));
    for (const piece of pieces) call.chunk(piece);
    call.end({ outcome: 'ok', status: 200, credential, startedAtMs: 1, latencyMs: 2, firstByteMs: 1 });
    return recorded.at(-1);
  };
  const beginning = asked(100_000).subarray(0, 4096);
  for (const [bytes, is] of [
    [4096, asked(4096)],
    [5000, beginning],
    [64 * 1024, beginning],
    [100_000, beginning],
  ] as const) {
    expect(handedOn(asked(bytes))?.requestBody?.toString() === is.toString()).toBe(true);
  }
  const speech = handedOn(asked(64 * 1024), undefined, 'audio/speech');
  expect(speech?.requestBody).toHaveLength(64 * 1024);
  const kept = (...pieces: readonly number[]) => handedOn(asked(100), pieces.map(asked))?.body?.length ?? null;
  expect([kept(16 * 1024), kept(16 * 1024 + 1), kept(20, 20)]).toEqual([16 * 1024, null, null]);
});
