import {
  count,
  inside,
  isJson,
  type Json,
  microUsd,
  newTally,
  NO_TOKENS,
  shortName,
  type Tally,
  together,
  type Tokens,
} from './tally.ts';

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

/**
 * A count of the block; undefined where it does not tell it. One that no call can have is not taken for nothing: it makes
 * the whole block doubtful.
 */
function told(tally: Tally, value: unknown): number | undefined {
  const read = count(value);
  if (read === undefined && value !== undefined && value !== null) tally.doubted = true;
  return read;
}

/** Cached and cache-write tokens are part of the prompt, reasoning is part of the output. */
function readOpenAi(tally: Tally, usage: Json, before: 'prompt' | 'input', after: 'completion' | 'output'): void {
  tally.doubted = false; // a stream repeats the block: the last one holds
  const prompt = told(tally, usage[`${before}_tokens`]);
  const completion = told(tally, usage[`${after}_tokens`]);
  const total = told(tally, usage['total_tokens']);
  if (prompt === undefined && completion === undefined) return;
  const promptDetails = inside(usage, `${before}_tokens_details`);
  const outputDetails = inside(usage, `${after}_tokens_details`);
  const reasoning = told(tally, outputDetails['reasoning_tokens']) ?? told(tally, usage['reasoning_tokens']) ?? 0;
  // DeepSeek names hits beside the prompt.
  const cached = told(tally, promptDetails['cached_tokens']) ?? told(tally, usage['prompt_cache_hit_tokens']) ?? 0;
  // Mistral counts sound in seconds: its tokens, cached ones too, are then not part of the prompt.
  const isHeard = audioSeconds(usage) > 0;
  const read = isHeard && cached > (prompt ?? 0) ? 0 : Math.min(prompt ?? 0, cached);
  const written = Math.min((prompt ?? 0) - read, told(tally, promptDetails['cache_write_tokens']) ?? 0);
  // Who counts cached ones beside the prompt leaves open how many there were in all.
  if (!isHeard && cached > (prompt ?? 0)) tally.doubted = true;
  const output = completion ?? 0;
  // An embedding has no output; where the total is longer, there was some.
  if (completion === undefined && total !== undefined && total > (prompt ?? 0)) tally.doubted = true;
  // xAI leaves reasoning out of the completion; its own total tells.
  const apart = reasoning > 0 && total === (prompt ?? 0) + output + reasoning;
  tally.tokens = {
    inputTokens: (prompt ?? 0) - read - written,
    cacheReadTokens: read,
    cacheWriteTokens: written,
    cacheWriteLongTokens: 0,
    outputTokens: apart ? output + reasoning : output,
    reasoningTokens: reasoning,
  };
  // Transcriptions call the details of their prompt otherwise.
  const heard = inside(usage, 'input_token_details');
  const sound = isHeard ? [outputDetails] : [promptDetails, outputDetails, heard];
  tally.dearer ||= sound.some((details) => (count(details['audio_tokens']) ?? 0) > 0);
  tally.hasPrompt = prompt !== undefined;
  tally.seen = true;
}

/** Cached tokens come in addition to `input_tokens`. Streams repeat the block: each member's last value holds. */
function readAnthropic(tally: Tally, usage: Json): void {
  const before = together(tally.tokens, tally.compaction, -1);
  const made = inside(usage, 'cache_creation');
  const longer = told(tally, made['ephemeral_1h_input_tokens']);
  const shorter = told(tally, made['ephemeral_5m_input_tokens']);
  const written = told(tally, usage['cache_creation_input_tokens']);
  const input = told(tally, usage['input_tokens']);
  const read = told(tally, usage['cache_read_input_tokens']);
  const output = told(tally, usage['output_tokens']);
  const long = longer ?? before.cacheWriteLongTokens;
  const own: Tokens = {
    inputTokens: input ?? before.inputTokens,
    cacheReadTokens: read ?? before.cacheReadTokens,
    cacheWriteTokens: shorter ?? (written === undefined ? before.cacheWriteTokens : Math.max(0, written - long)),
    cacheWriteLongTokens: long,
    outputTokens: output ?? before.outputTokens,
    reasoningTokens: told(tally, inside(usage, 'output_tokens_details')['thinking_tokens']) ?? before.reasoningTokens,
  };
  readIterations(tally, usage['iterations']);
  tally.tokens = together(own, tally.compaction);
  tally.webSearches = told(tally, inside(usage, 'server_tool_use')['web_search_requests']) ?? tally.webSearches;
  // Fast mode has prices of its own, and is told beside the tier.
  const speed = usage['speed'] === 'standard' ? null : shortName(usage['speed']);
  tally.serviceTier = speed ?? shortName(usage['service_tier']) ?? tally.serviceTier;
  tally.region = shortName(usage['inference_geo']) ?? tally.region;
  tally.hasPrompt ||= input !== undefined;
  tally.seen ||= [longer, shorter, written, input, read, output].some((one) => one !== undefined);
}

/**
 * Steps of one answer: the sums beside them are those of its messages alone (Anthropic, compaction and advisor tool). To make
 * a conversation shorter costs as much as the rest; another model that was asked has prices of its own.
 */
function readIterations(tally: Tally, iterations: unknown): void {
  if (!Array.isArray(iterations)) return;
  tally.compaction = NO_TOKENS;
  for (const one of iterations as readonly unknown[]) {
    if (!isJson(one) || one['type'] === 'message') continue;
    if (one['type'] !== 'compaction') tally.dearer = true;
    else {
      const step = newTally();
      readAnthropic(step, one);
      tally.compaction = together(step.tokens, tally.compaction);
      tally.doubted ||= step.doubted;
    }
  }
}

/** `promptTokenCount` holds the cached ones; `candidatesTokenCount` leaves thinking out. */
export function readGemini(tally: Tally, usage: Json): void {
  tally.doubted = false; // every event of a stream has the block: the last one holds
  const asked = told(tally, usage['promptTokenCount']);
  const answered = told(tally, usage['candidatesTokenCount']);
  const ofTools = told(tally, usage['toolUsePromptTokenCount']);
  const cached = told(tally, usage['cachedContentTokenCount']);
  const thought = told(tally, usage['thoughtsTokenCount']);
  if ([asked, answered, ofTools, cached, thought].every((one) => one === undefined)) return;
  const prompt = (asked ?? 0) + (ofTools ?? 0);
  const read = Math.min(prompt, cached ?? 0);
  if ((cached ?? 0) > prompt) tally.doubted = true;
  tally.tokens = {
    inputTokens: prompt - read,
    cacheReadTokens: read,
    cacheWriteTokens: 0,
    cacheWriteLongTokens: 0,
    outputTokens: (answered ?? 0) + (thought ?? 0),
    reasoningTokens: thought ?? 0,
  };
  tally.dearer ||=
    isDearer(usage['promptTokensDetails'], ['AUDIO']) || isDearer(usage['cacheTokensDetails'], ['AUDIO']);
  tally.dearer ||= isDearer(usage['candidatesTokensDetails'], ['AUDIO', 'IMAGE', 'VIDEO']);
  tally.hasPrompt = asked !== undefined;
  tally.seen = true;
}

/** Whether there are tokens of a kind that costs more than text, going by the lists of Gemini's models. */
function isDearer(details: unknown, kinds: readonly string[]): boolean {
  if (!Array.isArray(details)) return false;
  return details.some(
    (one: unknown) =>
      isJson(one) &&
      typeof one['modality'] === 'string' &&
      kinds.includes(one['modality']) &&
      (count(one['tokenCount']) ?? 0) > 0,
  );
}

/** Billed by `billed_units`; what `tokens` says besides is not charged. */
function readCohere(tally: Tally, usage: Json): void {
  const billed = inside(usage, 'billed_units');
  readPlain(tally, billed['input_tokens'], billed['output_tokens']);
  const searches = told(tally, billed['search_units']);
  if (searches === undefined) return;
  tally.seen = true;
  if (searches > 0) tally.quantity = { unit: 'searches', thousandths: searches * 1000 };
}

/** Tokens in and out without kinds; undefined: not told. */
export function readPlain(tally: Tally, before: unknown, after: unknown): void {
  const inputTokens = told(tally, before);
  const outputTokens = told(tally, after);
  if (inputTokens === undefined && outputTokens === undefined) return;
  tally.tokens = { ...NO_TOKENS, inputTokens: inputTokens ?? 0, outputTokens: outputTokens ?? 0 };
  tally.hasPrompt = inputTokens !== undefined;
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

/** Transcriptions: OpenAI `{type: "duration", seconds}`, Mistral `prompt_audio_seconds`, which is 0 where nothing was heard. */
function readSeconds(tally: Tally, usage: Json): void {
  const isDuration = usage['type'] === 'duration';
  if (!isDuration && audioSeconds(usage) === 0) return;
  const seconds = isDuration ? usage['seconds'] : usage['prompt_audio_seconds'];
  if (readAmount(tally, 'seconds', seconds)) tally.seen = true;
}

function audioSeconds(usage: Json): number {
  const seconds = usage['prompt_audio_seconds'];
  return typeof seconds === 'number' ? seconds : 0;
}

const MAX_AMOUNT = 1e9;

/** @returns whether there was an amount that can be believed. */
export function readAmount(tally: Tally, unit: 'seconds' | 'characters', amount: unknown): boolean {
  const value = typeof amount === 'string' && /^\d{1,9}$/.test(amount) ? Number(amount) : amount;
  if (typeof value !== 'number' || !(value >= 0) || value > MAX_AMOUNT) return false;
  tally.quantity = { unit, thousandths: Math.round(value * 1000) };
  return true;
}
