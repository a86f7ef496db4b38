import { expect, test } from 'vitest';
import {
  createMeter,
  type Meter,
  type MeterOptions,
  type MeterResult,
} from '../../../../electron/core/usage/meter/meter.ts';
import { requestModel } from '../../../../electron/core/usage/meter/request-model.ts';
import { USAGE_KINDS } from '../../../../shared/provider/metering.ts';

const JSON_ANSWER = { method: 'POST', status: 200, contentType: 'application/json', unit: 'tokens' } as const;

function read(given: Partial<MeterOptions> & Pick<MeterOptions, 'kind' | 'path'>, body: unknown): MeterResult {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const [passing, whole] = [0, 1].map(() => createMeter({ ...JSON_ANSWER, ...given })) as [Meter, Meter];
  passing.push(bytes);
  whole.whole(bytes.toString('latin1'));
  const result = passing.end('complete');
  expect(whole.end('complete')).toEqual(result); // one way or the other
  return result;
}

const CHAT = 'chat/completions';
const OPENAI = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };

interface Case {
  readonly what: string;
  readonly given: Partial<MeterOptions> & Pick<MeterOptions, 'kind' | 'path'>;
  readonly body: unknown;
  readonly is: Record<string, unknown>;
}
const CASES: readonly Case[] = [
  {
    what: 'DeepSeek cache hits are part of the prompt',
    given: { kind: 'deepseek', path: CHAT },
    body: { model: 'deepseek-flash', usage: { ...OPENAI, prompt_cache_hit_tokens: 60, prompt_cache_miss_tokens: 40 } },
    is: { tokens: { inputTokens: 40, cacheReadTokens: 60, outputTokens: 20 } },
  },
  {
    what: 'cached tokens stand beside the input wherever they are named as Anthropic names them',
    given: { kind: 'openai', path: 'v1/relay' },
    body: { model: 'm', usage: { input_tokens: 10, cache_read_input_tokens: 5, output_tokens: 1 } },
    is: { tokens: { inputTokens: 10, cacheReadTokens: 5, cacheWriteTokens: 0, outputTokens: 1 } },
  },
  {
    what: 'likewise what a cache took',
    given: { kind: 'openai', path: 'v1/relay' },
    body: { model: 'm', usage: { input_tokens: 10, cache_creation_input_tokens: 6, output_tokens: 1 } },
    is: { tokens: { inputTokens: 10, cacheReadTokens: 0, cacheWriteTokens: 6, outputTokens: 1 } },
  },
  {
    what: 'else input tokens have the cached ones in them',
    given: { kind: 'openai', path: 'v1/relay' },
    body: { model: 'm', usage: { input_tokens: 10, input_tokens_details: { cached_tokens: 4 }, output_tokens: 1 } },
    is: { tokens: { inputTokens: 6, cacheReadTokens: 4, outputTokens: 1 } },
  },
  {
    what: 'Groq streams its usage in x_groq',
    given: { kind: 'groq', path: CHAT, contentType: 'text/event-stream' },
    body: `data: {"model":"llama","choices":[]}\n\ndata: {"x_groq":{"id":"1","usage":${JSON.stringify(OPENAI)}}}\n\ndata: [DONE]\n\n`,
    is: { measure: 'measured', model: 'llama', tokens: { inputTokens: 100, outputTokens: 20 } },
  },
  {
    what: 'xAI reasoning outside the completion is added to the output, and its own cost is taken',
    given: { kind: 'xai', path: CHAT },
    body: {
      model: 'grok-4.7',
      usage: {
        prompt_tokens: 100,
        completion_tokens: 20,
        total_tokens: 150,
        completion_tokens_details: { reasoning_tokens: 30 },
        cost_in_usd_ticks: 12_345_678,
      },
    },
    is: { tokens: { outputTokens: 50, reasoningTokens: 30 }, providerCostMicroUsd: 1235 },
  },
  {
    what: 'OpenRouter tells its own cost',
    given: { kind: 'openrouter', path: CHAT },
    body: { model: 'anthropic/claude-sonnet-5', usage: { ...OPENAI, cost: 0.00142 } },
    is: { model: 'anthropic/claude-sonnet-5', providerCostMicroUsd: 1420 },
  },
  {
    what: 'OpenRouter with an own key costs also what the maker charges',
    given: { kind: 'openrouter', path: CHAT },
    body: { usage: { ...OPENAI, cost: 0.0001, is_byok: true, cost_details: { upstream_inference_cost: 0.002 } } },
    is: { providerCostMicroUsd: 2100 },
  },
  {
    what: 'Perplexity tells a total cost',
    given: { kind: 'perplexity', path: CHAT },
    body: { model: 'sonar', usage: { ...OPENAI, cost: { total_cost: 0.006 } } },
    is: { providerCostMicroUsd: 6000 },
  },
  {
    what: 'Cohere is billed by its billed units',
    given: { kind: 'cohere', path: 'v2/chat' },
    body: {
      usage: { billed_units: { input_tokens: 5, output_tokens: 7 }, tokens: { input_tokens: 80, output_tokens: 9 } },
    },
    is: { measure: 'measured', tokens: { inputTokens: 5, outputTokens: 7 } },
  },
  {
    what: 'Cohere reranking counts searches',
    given: { kind: 'cohere', path: 'v2/rerank' },
    body: { results: [], meta: { billed_units: { search_units: 2 } } },
    is: { quantity: { unit: 'searches', thousandths: 2000 } },
  },
  {
    what: 'Ollama tells its counts in the last line',
    given: { kind: 'ollama', path: 'api/chat', contentType: 'application/x-ndjson' },
    body: '{"model":"llama3.2","message":{"role":"assistant","content":"a"},"done":false}\n{"model":"llama3.2","done":true,"prompt_eval_count":11,"eval_count":3}\n',
    is: { measure: 'measured', model: 'llama3.2', tokens: { inputTokens: 11, outputTokens: 3 } },
  },
  {
    what: 'Mistral transcription tells seconds and tokens',
    given: { kind: 'mistral', path: 'audio/transcriptions' },
    body: { model: 'voxtral', usage: { ...OPENAI, prompt_audio_seconds: 61 } },
    is: { quantity: { unit: 'seconds', thousandths: 61_000 }, tokens: { inputTokens: 100 } },
  },
  {
    what: 'sound that Mistral counts in seconds is in no other count, cached or not',
    given: { kind: 'mistral', path: 'audio/transcriptions' },
    body: {
      model: 'voxtral-mini-latest',
      usage: {
        prompt_audio_seconds: 12,
        prompt_tokens: 3,
        total_tokens: 419,
        completion_tokens: 41,
        prompt_tokens_details: { cached_tokens: 368, audio_tokens: 375 },
      },
    },
    is: {
      measure: 'measured',
      quantity: { unit: 'seconds', thousandths: 12_000 },
      tokens: { inputTokens: 3, cacheReadTokens: 0, outputTokens: 41 },
    },
  },
  {
    what: 'a text of Mistral that heard nothing is counted in tokens alone',
    given: { kind: 'mistral', path: CHAT },
    body: { model: 'mistral-small-latest', usage: { ...OPENAI, prompt_audio_seconds: 0 } },
    is: { measure: 'measured', quantity: null, tokens: { inputTokens: 100 } },
  },
  {
    what: 'a recording that is charged by its tokens tells its length besides',
    given: { kind: 'openai', path: 'audio/transcriptions' },
    body: { text: 'x', duration: 42.7, usage: { type: 'tokens', input_tokens: 14, output_tokens: 45 } },
    is: { measure: 'measured', quantity: null, tokens: { inputTokens: 14, outputTokens: 45 } },
  },
  {
    what: 'one that tells its length alone is charged by it',
    given: { kind: 'groq', path: 'audio/transcriptions' },
    body: { text: 'x', duration: 42.7 },
    is: { measure: 'measured', quantity: { unit: 'seconds', thousandths: 42_700 } },
  },
  {
    what: 'OpenAI transcription by duration',
    given: { kind: 'openai', path: 'audio/transcriptions' },
    body: { text: 'x', usage: { type: 'duration', seconds: 9 } },
    is: { measure: 'measured', quantity: { unit: 'seconds', thousandths: 9000 } },
  },
  {
    what: 'older image models are counted by picture',
    given: { kind: 'openai', path: 'images/generations' },
    body: { created: 1, data: [{ b64_json: 'x'.repeat(200_000), note: '[{"' }, { url: 'y' }] },
    is: { measure: 'measured', quantity: { unit: 'images', thousandths: 2000 } },
  },
  {
    what: 'embeddings of any size are read',
    given: { kind: 'openai', path: 'embeddings' },
    body: {
      object: 'list',
      data: Array.from({ length: 300 }, (_, index) => ({
        index,
        embedding: Array.from({ length: 500 }, () => 0.0123),
      })),
      model: 'text-embedding-3-small',
      usage: { prompt_tokens: 8, total_tokens: 8 },
    },
    is: { measure: 'measured', model: 'text-embedding-3-small', tokens: { inputTokens: 8, outputTokens: 0 } },
  },
  {
    what: 'Replicate is counted by run time once it succeeded',
    given: { kind: 'replicate', path: 'predictions/x', method: 'GET' },
    body: { status: 'succeeded', metrics: { predict_time: 2.5 } },
    is: { measure: 'measured', quantity: { unit: 'seconds', thousandths: 2500 } },
  },
  {
    what: 'a Replicate prediction that still runs has no figures',
    given: { kind: 'replicate', path: 'predictions', unit: 'seconds' },
    body: { status: 'processing', metrics: { predict_time: 2.5 } },
    is: { measure: 'none', quantity: null },
  },
  {
    what: 'Deepgram tells seconds',
    given: { kind: 'deepgram', path: 'v1/listen' },
    body: { metadata: { duration: 25.933313 }, results: { channels: [] } },
    is: { quantity: { unit: 'seconds', thousandths: 25_933 } },
  },
  {
    what: 'ElevenLabs tells characters in a header of the sound',
    given: {
      kind: 'elevenlabs',
      path: 'v1/text-to-speech/x',
      contentType: 'audio/mpeg',
      usageHeader: '42',
    },
    body: 'ID3',
    is: { measure: 'measured', quantity: { unit: 'characters', thousandths: 42_000 } },
  },
  {
    what: 'a solved captcha is one, with its price',
    given: { kind: 'twocaptcha', path: 'getTaskResult' },
    body: { errorId: 0, status: 'ready', solution: { text: 'ok' }, cost: '0.00299' },
    is: { measure: 'measured', quantity: { unit: 'captchas', thousandths: 1000 }, providerCostMicroUsd: 2990 },
  },
  {
    what: 'a captcha that is not ready is none',
    given: { kind: 'twocaptcha', path: 'getTaskResult' },
    body: { errorId: 0, status: 'processing' },
    is: { measure: 'none', quantity: null },
  },
  {
    what: 'Gemini without alt=sse streams one JSON array',
    given: { kind: 'gemini', path: 'v1beta/models/gemini-3.8-flash:streamGenerateContent' },
    body: [
      { usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 1 }, modelVersion: 'models/gemini-3.8-flash' },
      { usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 4, thoughtsTokenCount: 2 } },
    ],
    is: { model: 'gemini-3.8-flash', tokens: { inputTokens: 5, outputTokens: 6, reasoningTokens: 2 } },
  },
  {
    what: 'Anthropic answers at another provider are read as Anthropic counts',
    given: { kind: 'deepseek', path: 'anthropic/v1/messages' },
    body: { model: 'm', usage: { input_tokens: 10, cache_read_input_tokens: 90, output_tokens: 3 } },
    is: { tokens: { inputTokens: 10, cacheReadTokens: 90, outputTokens: 3 } },
  },
  {
    what: 'a service tier and a region are told',
    given: { kind: 'anthropic', path: 'v1/messages' },
    body: { model: 'm', usage: { input_tokens: 1, output_tokens: 1, service_tier: 'batch', inference_geo: 'us' } },
    is: { serviceTier: 'batch', region: 'us' },
  },
  {
    what: 'what made a conversation of Anthropic shorter is in no sum of its own',
    given: { kind: 'anthropic', path: 'v1/messages' },
    body: {
      model: 'm',
      usage: {
        ...{ input_tokens: 23_000, output_tokens: 1000 },
        iterations: [
          { type: 'compaction', input_tokens: 180_000, cache_read_input_tokens: 1000, output_tokens: 3500 },
          { type: 'message', input_tokens: 23_000, output_tokens: 1000 },
        ],
      },
    },
    is: { measure: 'measured', tokens: { inputTokens: 203_000, cacheReadTokens: 1000, outputTokens: 4500 } },
  },
  {
    what: 'in a stream, which repeats the block, it is added once',
    given: { kind: 'anthropic', path: 'v1/messages', contentType: 'text/event-stream' },
    body: `data: {"type":"message_start","message":{"model":"m","usage":{"input_tokens":23000,"output_tokens":1,"iterations":[{"type":"compaction","input_tokens":180000,"output_tokens":3500}]}}}\n\ndata: {"type":"message_delta","usage":{"input_tokens":23000,"output_tokens":1000,"iterations":[{"type":"compaction","input_tokens":180000,"output_tokens":3500},{"type":"message","input_tokens":23000,"output_tokens":1000}]}}\n\ndata: {"type":"message_stop"}\n\n`,
    is: { measure: 'measured', tokens: { inputTokens: 203_000, outputTokens: 4500 } },
  },
  {
    what: 'what another model was asked within it has prices of its own',
    given: { kind: 'anthropic', path: 'v1/messages' },
    body: {
      model: 'm',
      usage: {
        ...{ input_tokens: 10, output_tokens: 5 },
        iterations: [
          { type: 'message', input_tokens: 10, output_tokens: 5 },
          { type: 'advisor_message', model: 'dear', input_tokens: 800, output_tokens: 500 },
        ],
      },
    },
    is: { measure: 'incomplete', tokens: { inputTokens: 10, outputTokens: 5 } },
  },
  {
    what: 'a search on the side of OpenAI is counted beside the tokens',
    given: { kind: 'openai', path: 'responses' },
    body: {
      id: 'resp_1',
      model: 'gpt-6-luna',
      output: [{ type: 'web_search_call' }, { type: 'message', content: [{ type: 'x' }] }, { type: 'web_search_call' }],
      usage: { input_tokens: 10, output_tokens: 5, total_tokens: 15 },
    },
    is: { measure: 'measured', webSearches: 2 },
  },
  {
    what: 'in a stream it is counted too, once',
    given: { kind: 'openai', path: 'v1/responses', contentType: 'text/event-stream' },
    body: `data: {"type":"response.created","response":{"id":"r","model":"m","output":[],"usage":null}}\n\ndata: {"type":"response.output_item.done","item":{"type":"web_search_call"}}\n\ndata: {"type":"response.completed","response":{"id":"r","model":"m","output":[{"type":"web_search_call"}],"usage":{"input_tokens":10,"output_tokens":5}}}\n\n`,
    is: { measure: 'measured', webSearches: 1 },
  },
  {
    what: 'a tool that is charged by the call and told in no count leaves the least it can have been',
    given: { kind: 'openai', path: 'responses' },
    body: { output: [{ type: 'code_interpreter_call' }], usage: { input_tokens: 10, output_tokens: 5 } },
    is: { measure: 'incomplete', tokens: { inputTokens: 10 } },
  },
  {
    what: 'tokens of sound are dearer than those of text',
    given: { kind: 'openai', path: CHAT },
    body: { model: 'm', usage: { ...OPENAI, completion_tokens_details: { audio_tokens: 9 } } },
    is: { measure: 'incomplete', tokens: { inputTokens: 100, outputTokens: 20 } },
  },
  {
    what: 'unless the provider says what all of it costs',
    given: { kind: 'openrouter', path: CHAT },
    body: { model: 'm', usage: { ...OPENAI, cost: 0.001, prompt_tokens_details: { audio_tokens: 9 } } },
    is: { measure: 'measured', providerCostMicroUsd: 1000 },
  },
  {
    what: 'sound and searches of Gemini leave the least it can have been',
    given: { kind: 'gemini', path: 'v1beta/models/gemini-3.8-flash:generateContent' },
    body: {
      candidates: [{ finishReason: 'STOP', groundingMetadata: { webSearchQueries: ['a', 'b'] } }],
      usageMetadata: {
        promptTokenCount: 10_000,
        candidatesTokenCount: 5,
        promptTokensDetails: [
          { modality: 'TEXT', tokenCount: 10 },
          { modality: 'AUDIO', tokenCount: 9990 },
        ],
      },
    },
    is: { measure: 'incomplete', webSearches: 2, tokens: { inputTokens: 10_000 } },
  },
  {
    what: 'text of Gemini is measured',
    given: { kind: 'gemini', path: 'v1beta/models/gemini-3.8-flash:generateContent' },
    body: {
      candidates: [{ finishReason: 'STOP', groundingMetadata: {} }],
      usageMetadata: { promptTokenCount: 10, promptTokensDetails: [{ modality: 'TEXT', tokenCount: 10 }] },
    },
    is: { measure: 'measured', webSearches: 0 },
  },
  {
    what: 'the fast mode of Anthropic is a tier of its own',
    given: { kind: 'anthropic', path: 'v1/messages' },
    body: { model: 'm', usage: { input_tokens: 1, output_tokens: 1, service_tier: 'standard', speed: 'fast' } },
    is: { measure: 'measured', serviceTier: 'fast' },
  },
  {
    what: 'the plain speed is none',
    given: { kind: 'anthropic', path: 'v1/messages' },
    body: { model: 'm', usage: { input_tokens: 1, output_tokens: 1, service_tier: 'standard', speed: 'standard' } },
    is: { serviceTier: 'standard' },
  },
  {
    what: 'a response made in the background is told when it is fetched',
    given: { kind: 'openai', path: 'responses/resp_1', method: 'GET' },
    body: { id: 'resp_1', background: true, status: 'completed', model: 'm', usage: OPENAI },
    is: { measure: 'measured', resultId: 'resp_1', tokens: { inputTokens: 100 } },
  },
  {
    what: 'one that is not done yet used nothing so far',
    given: { kind: 'openai', path: 'responses' },
    body: { id: 'resp_1', background: true, status: 'queued', model: 'm', usage: null },
    is: { measure: 'none' },
  },
  {
    what: 'an API that says 200 and no is told by its own word, and sent nothing',
    given: { kind: 'none', path: 'chat.postMessage', unit: 'messages' },
    body: { ok: false, error: 'invalid_auth' },
    is: { errorType: 'invalid_auth', quantity: null },
  },
  ...[false, '', 0, [], {}].map((error) => ({
    what: `an API that says ${JSON.stringify(error)} for its error had none`,
    given: { kind: 'none', path: 'public/Time', unit: 'calls' } as const,
    body: { error, result: {} },
    is: { errorType: null, quantity: { unit: 'calls', thousandths: 1000 } },
  })),
  {
    what: 'what is more than a word is not kept',
    given: { kind: 'none', path: 'x', unit: 'calls' },
    body: { error: 'no such user anna@example.org' },
    is: { errorType: 'error' },
  },
  {
    what: 'messages of a provider without figures are counted',
    given: { kind: 'none', path: 'sendMessage', unit: 'messages' },
    body: { ok: true },
    is: { measure: 'none', quantity: { unit: 'messages', thousandths: 1000 } },
  },
];
test.each(CASES)('$what', ({ given, body, is }) => expect(read(given, body)).toMatchObject(is));

test('every kind of the catalogue takes an empty answer, an error and rubbish without throwing', () => {
  for (const kind of USAGE_KINDS) {
    for (const contentType of ['application/json', 'text/event-stream', null]) {
      for (const body of [
        '',
        '{',
        '}]}',
        '"',
        '{"usage":',
        '{"usage":7,"error":3}',
        'data: {"usage":[}\n\n',
        '\\"\\',
      ]) {
        expect(() => read({ kind, path: CHAT, contentType }, body)).not.toThrow();
      }
    }
    const failed = read(
      { kind, path: CHAT, status: 429 },
      { error: { type: 'rate_limit_error', message: 'sk-secret' } },
    );
    expect(failed).toMatchObject({ measure: 'none', seen: false });
    expect(JSON.stringify(failed)).not.toContain('secret');
  }
});

test.each([
  ['anthropic', 'v1/messages/batches', { id: 'msgbatch_1', type: 'message_batch', processing_status: 'in_progress' }],
  ['openai', 'batches', { id: 'batch_1', object: 'batch', status: 'validating' }],
  ['openai', 'batches/batch_1/cancel', { id: 'batch_1', status: 'cancelling' }],
  ['openai', 'batch/jobs', { id: 'b', object: 'batch', status: 'QUEUED' }],
  ['gemini', 'v1beta/models/gemini-3.8-flash:batchGenerateContent', { name: 'batches/abc', metadata: {} }],
  ['gemini', 'v1beta/models/gemini-embedding-2:asyncBatchEmbedContent', { name: 'batches/abc', metadata: {} }],
  ['gemini', 'v1beta/batches/abc:cancel', {}],
] as const)('to order a batch at %s (%s) costs nothing: its answers do', (kind, path, body) => {
  expect(read({ kind, path }, body)).toMatchObject({ measure: 'none', seen: false });
});

const BACKGROUND_CUT = `data: ${JSON.stringify({
  type: 'response.created',
  response: { id: 'resp_1', model: 'm', background: true, status: 'in_progress', usage: null },
})}\n\n`;

test.each([
  ['answers that are made at once may share a name, and each counts', { id: 'resp_0', model: 'm', usage: OPENAI }],
  ['the same said in so many words', { id: 'resp_0', background: false, model: 'm', usage: OPENAI }],
])('%s', (_, body) => {
  const result = read({ kind: 'openai', path: 'responses' }, body);
  expect(result).toMatchObject({ measure: 'measured', seen: true });
  expect(result).not.toHaveProperty('resultId');
});

test('a response made in the background of which a cut stream told no use counts when it is fetched', () => {
  const result = read({ kind: 'openai', path: 'responses', contentType: 'text/event-stream' }, BACKGROUND_CUT);
  expect(result).toMatchObject({ measure: 'missing', seen: false });
  expect(result).not.toHaveProperty('resultId');
});

test('figures that no call can have are not believed', () => {
  for (const wrong of [-1, 1e15, '7', null, Number.NaN]) {
    const { tokens } = read({ kind: 'openai', path: CHAT }, { usage: { prompt_tokens: wrong, completion_tokens: 2 } });
    expect(tokens).toMatchObject({ inputTokens: 0, outputTokens: 2 });
  }
  for (const wrong of [-1, 1e15, '7']) {
    const nothing = read({ kind: 'openai', path: CHAT }, { usage: { prompt_tokens: wrong, completion_tokens: null } });
    expect(nothing).toMatchObject({ measure: 'incomplete', seen: false });
  }
  expect(read({ kind: 'openai', path: CHAT }, { usage: { prompt_tokens: null } })).toMatchObject({
    measure: 'missing',
    seen: false,
  });
  const odd = read(
    { kind: 'openai', path: CHAT },
    { usage: { prompt_tokens: 5, prompt_tokens_details: { cached_tokens: 9 } } },
  );
  expect(odd.tokens).toMatchObject({ inputTokens: 0, cacheReadTokens: 5 });
});

test.each([
  ['openai', CHAT, { usage: { prompt_tokens: null, completion_tokens: 2 } }],
  ['openai', CHAT, { usage: { prompt_tokens: 1e15, completion_tokens: 2 } }],
  ['openai', CHAT, { usage: { prompt_tokens: 5, completion_tokens: -2 } }],
  [
    'openai',
    CHAT,
    { usage: { prompt_tokens: 5, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 'x' } } },
  ],
  ['openai', CHAT, { usage: { prompt_tokens: 5, total_tokens: 9 } }],
  ['openai', CHAT, { usage: { prompt_tokens: 5, completion_tokens: 4_294_967_295 } }],
  ['openai', CHAT, { usage: { prompt_tokens: 5, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 9 } } }],
  [
    'gemini',
    'v1beta/models/m:generateContent',
    { usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 2, cachedContentTokenCount: 9 } },
  ],
  ['anthropic', 'v1/messages', { usage: { input_tokens: null, output_tokens: 2 } }],
  ['anthropic', 'v1/messages', { usage: { input_tokens: 3, output_tokens: 'x' } }],
  ['gemini', 'v1beta/models/m:generateContent', { usageMetadata: { promptTokenCount: -1, candidatesTokenCount: 2 } }],
  ['cohere', 'v2/chat', { usage: { billed_units: { input_tokens: 'x', output_tokens: 2 } } }],
  ['ollama', 'api/chat', { prompt_eval_count: -1, eval_count: 2 }],
] as const)('%s: what of %s cannot be believed makes the rest the least it can have been', (kind, path, body) => {
  expect(read({ kind, path }, body)).toMatchObject({ measure: 'incomplete', seen: true });
});

test('counts that are left out or null where others are told are nothing', () => {
  const given = { kind: 'openai', path: CHAT } as const;
  const details = { prompt_tokens_details: { cached_tokens: null }, completion_tokens_details: null };
  expect(read(given, { usage: { ...OPENAI, ...details } }).measure).toBe('measured');
  expect(read({ kind: 'openai', path: 'embeddings' }, { usage: { prompt_tokens: 8, total_tokens: 8 } }).measure).toBe(
    'measured',
  );
});

test('a stream of Gemini that ends without a reason is not taken for whole', () => {
  const event = (more: object) =>
    `data: ${JSON.stringify({ usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 1 }, ...more })}\n\n`;
  const given = {
    kind: 'gemini',
    path: 'v1beta/models/gemini-3.8-flash:streamGenerateContent',
    contentType: 'text/event-stream',
  } as const;
  const part = event({ candidates: [{ content: { parts: [{ text: '"finishReason":"STOP"' }] } }] });
  expect(read(given, part)).toMatchObject({ measure: 'incomplete', tokens: { inputTokens: 5 } });
  expect(read(given, part + event({ candidates: [{ finishReason: 'STOP' }] })).measure).toBe('measured');
  expect(read(given, event({ promptFeedback: { blockReason: 'SAFETY' } })).measure).toBe('measured');
});

test('a list of models uses nothing, a chat answer without usage is missing it', () => {
  expect(read({ kind: 'openai', path: 'models', method: 'GET' }, { data: [] }).measure).toBe('none');
  expect(read({ kind: 'openai', path: 'responses/resp_1', method: 'GET' }, { usage: OPENAI }).measure).toBe('none');
  expect(read({ kind: 'openai', path: CHAT }, { choices: [] }).measure).toBe('missing');
});

test('the model of the request stands in where the answer names none', () => {
  expect(read({ kind: 'openai', path: CHAT, requestModel: 'gpt-x' }, { usage: OPENAI }).model).toBe('gpt-x');
});

test.each([
  '{"model":"one","model_id":"two"}',
  '{"model_id":"two","model":"one"}',
  '{"model_id":"one"}',
  '{"model":"no name, but a sentence","model_id":"one"}',
])('the model that a request names: %s', (body) => {
  expect(requestModel(CHAT, Buffer.from(body))).toBe('one');
});

test('a megabyte of stream is read without a copy of it', () => {
  const meter = createMeter({ ...JSON_ANSWER, kind: 'openai', path: CHAT });
  meter.push(Buffer.from('{"model":"m","choices":[{"text":"'));
  const filler = Buffer.alloc(1024 * 1024, 'a');
  const before = process.memoryUsage().arrayBuffers;
  for (let n = 0; n < 64; n += 1) meter.push(filler);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
  meter.push(Buffer.from(`"}],"usage":${JSON.stringify(OPENAI)}}`));
  expect(meter.end('complete')).toMatchObject({ measure: 'measured', tokens: { inputTokens: 100 } });
});
