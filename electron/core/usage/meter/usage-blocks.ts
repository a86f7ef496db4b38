import { count, inside, isJson, type Json, microUsd, shortName, type Tally } from './tally.ts';

/**
 * Reads the usage blocks of the providers' answers (their API references; facts of 2026-11) into one way of counting.
 * The shape decides, not the provider: several providers answer in the shape of another at some of their paths.
 */

/** @param anthropic - the answer of a path whose `input_tokens` leave cached ones out. */
export function readUsage(tally: Tally, usage: Json, anthropic: boolean): void {
  if ('billed_units' in usage) readCohere(tally, usage);
  else if ('prompt_tokens' in usage || 'completion_tokens' in usage) readOpenAi(tally, usage, 'prompt', 'completion');
  else if (anthropic || 'cache_read_input_tokens' in usage || 'cache_creation_input_tokens' in usage) {
    readAnthropic(tally, usage);
  } else if ('input_tokens' in usage || 'output_tokens' in usage) readOpenAi(tally, usage, 'input', 'output');
  readCost(tally, usage);
  readSeconds(tally, usage);
}

/** Cached and cache-write tokens are part of the prompt, reasoning is part of the output. */
function readOpenAi(tally: Tally, usage: Json, before: 'prompt' | 'input', after: 'completion' | 'output'): void {
  const prompt = count(usage[`${before}_tokens`]) ?? 0;
  const output = count(usage[`${after}_tokens`]) ?? 0;
  const promptDetails = inside(usage, `${before}_tokens_details`);
  const reasoning =
    count(inside(usage, `${after}_tokens_details`)['reasoning_tokens']) ?? count(usage['reasoning_tokens']) ?? 0;
  // DeepSeek names hits beside the prompt.
  const read = Math.min(prompt, count(promptDetails['cached_tokens']) ?? count(usage['prompt_cache_hit_tokens']) ?? 0);
  const written = Math.min(prompt - read, count(promptDetails['cache_write_tokens']) ?? 0);
  // xAI leaves reasoning out of the completion; its own total tells.
  const apart = reasoning > 0 && count(usage['total_tokens']) === prompt + output + reasoning;
  tally.tokens = {
    inputTokens: prompt - read - written,
    cacheReadTokens: read,
    cacheWriteTokens: written,
    cacheWriteLongTokens: 0,
    outputTokens: apart ? output + reasoning : output,
    reasoningTokens: reasoning,
  };
  tally.seen = true;
}

/** Cached tokens come in addition to `input_tokens`. Streams repeat the block: each member's last value holds. */
function readAnthropic(tally: Tally, usage: Json): void {
  const before = tally.tokens;
  const longer = count(inside(usage, 'cache_creation')['ephemeral_1h_input_tokens']);
  const shorter = count(inside(usage, 'cache_creation')['ephemeral_5m_input_tokens']);
  const written = count(usage['cache_creation_input_tokens']);
  const long = longer ?? before.cacheWriteLongTokens;
  tally.tokens = {
    inputTokens: count(usage['input_tokens']) ?? before.inputTokens,
    cacheReadTokens: count(usage['cache_read_input_tokens']) ?? before.cacheReadTokens,
    cacheWriteTokens: shorter ?? (written === undefined ? before.cacheWriteTokens : Math.max(0, written - long)),
    cacheWriteLongTokens: long,
    outputTokens: count(usage['output_tokens']) ?? before.outputTokens,
    reasoningTokens: count(inside(usage, 'output_tokens_details')['thinking_tokens']) ?? before.reasoningTokens,
  };
  tally.webSearches = count(inside(usage, 'server_tool_use')['web_search_requests']) ?? tally.webSearches;
  tally.serviceTier = shortName(usage['service_tier']) ?? tally.serviceTier;
  tally.region = shortName(usage['inference_geo']) ?? tally.region;
  tally.seen = true;
}

/** `promptTokenCount` holds the cached ones; `candidatesTokenCount` leaves thinking out. */
export function readGemini(tally: Tally, usage: Json): void {
  const prompt = (count(usage['promptTokenCount']) ?? 0) + (count(usage['toolUsePromptTokenCount']) ?? 0);
  const read = Math.min(prompt, count(usage['cachedContentTokenCount']) ?? 0);
  const thoughts = count(usage['thoughtsTokenCount']) ?? 0;
  tally.tokens = {
    inputTokens: prompt - read,
    cacheReadTokens: read,
    cacheWriteTokens: 0,
    cacheWriteLongTokens: 0,
    outputTokens: (count(usage['candidatesTokenCount']) ?? 0) + thoughts,
    reasoningTokens: thoughts,
  };
  tally.seen = true;
}

/** Billed by `billed_units`; what `tokens` says besides is not charged. */
function readCohere(tally: Tally, usage: Json): void {
  const billed = inside(usage, 'billed_units');
  readPlain(tally, count(billed['input_tokens']) ?? 0, count(billed['output_tokens']) ?? 0);
  const searches = count(billed['search_units']);
  if (searches !== undefined && searches > 0) tally.quantity = { unit: 'searches', thousandths: searches * 1000 };
}

/** Tokens in and out without kinds. */
export function readPlain(tally: Tally, inputTokens: number, outputTokens: number): void {
  tally.tokens = {
    inputTokens,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    cacheWriteLongTokens: 0,
    outputTokens,
    reasoningTokens: 0,
  };
  tally.seen = true;
}

/** A tick of xAI is 1e-10 USD. OpenRouter's `cost` leaves out what the user's own key at the model's maker is billed. */
function readCost(tally: Tally, usage: Json): void {
  const ticks = usage['cost_in_usd_ticks'];
  const total = isJson(usage['cost']) ? usage['cost']['total_cost'] : usage['cost'];
  const cost = typeof ticks === 'number' ? microUsd(ticks / 1e10) : microUsd(total);
  if (cost === null) return;
  const elsewhere = usage['is_byok'] === true ? microUsd(inside(usage, 'cost_details')['upstream_inference_cost']) : 0;
  tally.providerCostMicroUsd = cost + (elsewhere ?? 0);
  tally.seen = true;
}

/** Transcriptions: OpenAI `{type: "duration", seconds}`, Mistral `prompt_audio_seconds`. */
function readSeconds(tally: Tally, usage: Json): void {
  const seconds = usage['type'] === 'duration' ? usage['seconds'] : usage['prompt_audio_seconds'];
  if (readAmount(tally, 'seconds', seconds)) tally.seen = true;
}

const MAX_AMOUNT = 1e9;

/** @returns whether there was an amount that can be believed. */
export function readAmount(tally: Tally, unit: 'seconds' | 'characters', amount: unknown): boolean {
  const value = typeof amount === 'string' && /^\d{1,9}$/.test(amount) ? Number(amount) : amount;
  if (typeof value !== 'number' || !(value >= 0) || value > MAX_AMOUNT) return false;
  tally.quantity = { unit, thousandths: Math.round(value * 1000) };
  return true;
}
