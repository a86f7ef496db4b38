/** Realistic calls for the usage benches: each tool has its key and its few models, few tools do most. Same each time. */
import { NO_TOKENS, type Tokens } from '../electron/core/usage/meter/tally.ts';
import type { UsageEntry } from '../electron/core/usage/usage-entry.ts';

const MODELS = [
  ['openai', 'gpt-6-luna', 'chat/completions'],
  ['anthropic', 'claude-opus-5-5', 'v1/messages'],
  ['anthropic', 'claude-haiku-5-5', 'v1/messages'],
  ['openai', 'gpt-6.1-terra', 'responses'],
  ['google', 'gemini-3.8-flash', 'v1beta/models/{model}:generateContent'],
  ['openai', 'text-embedding-3-small', 'embeddings'],
  ['deepseek', 'deepseek-flash', 'chat/completions'],
  ['mistral', 'mistral-large-latest', 'chat/completions'],
  ['groq', 'llama-3.3-70b-versatile', 'chat/completions'],
  ['xai', 'grok-4.7', 'chat/completions'],
  ['openrouter', 'some/model', 'chat/completions'],
  ['openai', 'gpt-5-mini', 'chat/completions'],
] as const;
const OUTCOMES = ['client_error', 'rate_limited', 'upstream_error', 'cut'] as const;

/** Numbers that look random and are the same each time (mulberry32). */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The lower of the list more often: the n-th about as often as 1/n. */
function skewed(next: () => number, count: number): number {
  return Math.min(count - 1, Math.floor(count ** next()) - 1);
}

/** What was metered of a call. @param tokens - null: it failed. */
export function resultOf(model: string, tokens: Tokens | null): UsageEntry['result'] {
  return {
    measure: tokens === null ? 'none' : 'measured',
    seen: tokens !== null,
    model,
    tokens: tokens ?? NO_TOKENS,
    quantity: null,
    webSearches: 0,
    providerCostMicroUsd: null,
    serviceTier: null,
    region: null,
    errorType: tokens === null ? 'http_500' : null,
  };
}

export function makeEntry(next: () => number, n: number, atMs: number): UsageEntry {
  const client = skewed(next, 12);
  const [provider, model, endpoint] = MODELS[(client * 5 + skewed(next, 4)) % MODELS.length] ?? MODELS[0];
  const key = client % 3;
  const failed = next() < 0.04;
  const prompt = Math.floor(200 + 20_000 * next() ** 3);
  const cached = Math.floor(prompt * next() * 0.8);
  const latencyMs = 200 + 8000 * next() ** 4;
  return {
    atMs,
    requestId: `req-${n}`,
    source: 'proxy',
    client: client === 0 ? null : { id: `client${String(client).padStart(4, '0')}`, name: `tool ${client}` },
    credential: { id: `${provider}-${key}`.padEnd(32, '0'), version: 1, ref: `${provider}/key-${key}` },
    provider,
    project: client < 4 ? `/home/someone/projects/app-${skewed(next, 6)}` : '',
    endpoint,
    method: 'POST',
    status: failed ? 500 : 200,
    outcome: failed ? (OUTCOMES[Math.floor(next() * OUTCOMES.length)] ?? 'cut') : 'ok',
    latencyMs,
    firstByteMs: latencyMs / 3,
    retryOf: null,
    result: resultOf(
      model,
      failed
        ? null
        : {
            ...NO_TOKENS,
            inputTokens: prompt - cached,
            cacheReadTokens: cached,
            outputTokens: Math.floor(1500 * next()),
          },
    ),
  };
}
