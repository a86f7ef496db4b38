import type { CsvKind } from '../../../../shared/contract/usage-imports.ts';
import { microUsd, NO_TOKENS, shortName } from '../meter/tally.ts';
import { EXPORTED_COSTS, EXPORTED_LONG, EXPORTED_USAGE } from '../summed-rows.ts';
import type { Row } from './csv-rows.ts';
import type { ImportedCall } from './imported-call.ts';

/**
 * Exports of providers' pages, told apart by their columns:
 * - OpenAI, usage: a bucket (start_time in seconds), a model, a project, a key in a row; sums of many requests.
 * - OpenAI, costs: an amount for a day and a line item.
 * - Anthropic, usage: a day, a model, a key in a row; sums of many requests, whose number it does not tell.
 * - OpenRouter, activity: one generation in a row, with its cost. Times are UTC.
 */
const MARKS: readonly (readonly [CsvKind, readonly string[]])[] = [
  ['openrouter-activity', ['cost_total', 'tokens_prompt', 'tokens_completion', 'model_permaslug', 'created_at']],
  ['anthropic-usage', ['usage_date_utc', 'model_version', 'usage_output_tokens']],
  ['openai-usage', ['start_time', 'model', 'input_tokens', 'output_tokens', 'num_model_requests']],
  ['openai-costs', ['start_time', 'amount_value']],
];

/** null: an export that is not known. */
export function csvKindOf(row: Row): CsvKind | null {
  return MARKS.find(([, columns]) => columns.every((name) => name in row))?.[0] ?? null;
}

/** A row that is understood and cannot be counted: money that is given back, or in another currency. */
export type NotCounted =
  | { readonly notCounted: 'credit'; readonly microUsd: number }
  | { readonly notCounted: 'currency'; readonly currency: string };

/** `empty`: a bucket without use. null: a row that cannot be read. @param nth - how many equal rows came before it. */
export function csvCall(kind: CsvKind, row: Row, nth: number): ImportedCall | NotCounted | 'empty' | null {
  switch (kind) {
    case 'openai-usage':
      return openAiUsage(row, nth);
    case 'openai-costs':
      return openAiCosts(row, nth);
    case 'anthropic-usage':
      return anthropicUsage(row, nth);
    case 'openrouter-activity':
      return openRouter(row, nth);
  }
}

/** How many requests a row stands for; null where it does not say. */
export function requestsIn(kind: CsvKind, row: Row): number | null {
  return kind === 'openai-usage' ? number(row['num_model_requests']) : kind === 'openrouter-activity' ? 1 : null;
}

const DAY_MS = 24 * 3_600_000;
/** "200k-1M", "> 200k"; prompts up to that stand as "0-200k", "≤ 200k". */
const LONG_CONTEXT = /^\s*(?:>|200k)/i;

const SUMMED = {
  webSearches: 0,
  costMicroUsd: null,
  serviceTier: null,
  region: null,
  project: '',
  endpoint: EXPORTED_USAGE,
  latencyMs: null,
  firstByteMs: null,
} as const;

function openAiUsage(row: Row, nth: number): ImportedCall | 'empty' | null {
  const bucket = bucketOf(row);
  if (bucket === null) return null;
  const model = shortName(row['model']);
  const input = number(row['input_tokens']);
  const output = number(row['output_tokens']);
  if (model === null && !input && !output) return 'empty';
  if (input === null || output === null) return null;
  const cached = Math.min(input, number(row['input_cached_tokens']) ?? 0);
  const written = Math.min(input - cached, number(row['input_cache_write_tokens']) ?? 0);
  if (input + output === 0) return 'empty';
  const tier = /^true$/i.test(row['batch'] ?? '') ? 'batch' : shortName(row['service_tier']);
  return {
    ...SUMMED,
    identity: identityOf(
      row,
      ['start_time', 'end_time', 'project_id', 'user_id', 'api_key_id', 'model', 'batch', 'service_tier'],
      nth,
    ),
    ...bucket,
    provider: 'openai',
    model,
    tokens: {
      ...NO_TOKENS,
      inputTokens: input - cached - written,
      cacheReadTokens: cached,
      cacheWriteTokens: written,
      outputTokens: output,
    },
    serviceTier: tier,
  };
}

function openAiCosts(row: Row, nth: number): ImportedCall | NotCounted | 'empty' | null {
  const bucket = bucketOf(row);
  const amount = row['amount_value'] ?? '';
  if (bucket === null) return null;
  if (amount === '') return 'empty';
  const cost = usd(amount.replace(/^-/, ''));
  if (cost === null) return null;
  const currency = (row['amount_currency'] || 'usd').toUpperCase();
  if (currency !== 'USD') return /^[A-Z]{3}$/.test(currency) ? { notCounted: 'currency', currency } : null;
  if (amount.startsWith('-')) return { notCounted: 'credit', microUsd: cost };
  // "gpt-5-2025-08-07, input": the model is what comes before the comma.
  const model = shortName((row['line_item'] ?? '').split(',')[0]?.trim());
  return {
    ...SUMMED,
    identity: identityOf(row, ['start_time', 'end_time', 'line_item', 'project_id', 'organization_id'], nth),
    ...bucket,
    provider: 'openai',
    model,
    tokens: NO_TOKENS,
    costMicroUsd: cost,
    endpoint: EXPORTED_COSTS,
  };
}

function anthropicUsage(row: Row, nth: number): ImportedCall | 'empty' | null {
  const atMs = timeOf(row['usage_date_utc'], true);
  const model = shortName(row['model_version']);
  if (atMs === null || model === null) return null;
  const tokens = {
    inputTokens: number(row['usage_input_tokens_no_cache']) ?? 0,
    cacheReadTokens: number(row['usage_input_tokens_cache_read']) ?? 0,
    cacheWriteTokens: number(row['usage_input_tokens_cache_write_5m']) ?? 0,
    cacheWriteLongTokens: number(row['usage_input_tokens_cache_write_1h']) ?? 0,
    outputTokens: number(row['usage_output_tokens']) ?? 0,
    reasoningTokens: 0,
  };
  if (Object.values(tokens).every((count) => count === 0)) return 'empty';
  const columns = [
    'usage_date_utc',
    'model_version',
    'api_key',
    'workspace',
    'usage_type',
    'context_window',
    'inference_geo',
    'speed',
  ];
  const region = shortName(row['inference_geo']);
  const speed = shortName(row['speed']);
  return {
    ...SUMMED,
    identity: identityOf(row, columns, nth),
    atMs,
    sumsToMs: Math.floor(atMs / DAY_MS + 1) * DAY_MS,
    provider: 'anthropic',
    model,
    tokens,
    webSearches: number(row['web_search_count']) ?? 0,
    // Fast mode has prices of its own, which the answer of the API tells as a tier too.
    serviceTier: speed === null || speed === 'standard' ? shortName(row['usage_type']) : speed,
    endpoint: LONG_CONTEXT.test(row['context_window'] ?? '') ? EXPORTED_LONG : EXPORTED_USAGE,
    region: region === 'not_available' ? null : region,
  };
}

function openRouter(row: Row, nth: number): ImportedCall | 'empty' | null {
  const atMs = timeOf(row['created_at'], false);
  const prompt = number(row['tokens_prompt']);
  const output = number(row['tokens_completion']);
  const cost = usd(row['cost_total'] ?? '');
  if (atMs === null || prompt === null || output === null || cost === null) return null;
  const cached = Math.min(prompt, number(row['tokens_cached']) ?? 0);
  const id = row['generation_id'] ?? '';
  return {
    ...SUMMED,
    identity: id === '' ? identityOf(row, Object.keys(row).toSorted(), nth) : [id],
    atMs,
    provider: 'openrouter',
    model: shortName(row['model_permaslug']),
    tokens: {
      ...NO_TOKENS,
      inputTokens: prompt - cached,
      cacheReadTokens: cached,
      outputTokens: output,
      reasoningTokens: Math.min(output, number(row['tokens_reasoning']) ?? 0),
    },
    costMicroUsd: cost,
    endpoint: 'chat/completions',
    latencyMs: number(row['generation_time_ms']),
    firstByteMs: number(row['time_to_first_token_ms']),
    sumsToMs: null,
  };
}

/** Figures may be corrected in a later export: what names the row is what it is about. */
function identityOf(row: Row, columns: readonly string[], nth: number): (string | number)[] {
  return [...columns.map((name) => row[name] ?? ''), nth];
}

function number(text: string | undefined): number | null {
  if (text === undefined || !/^\d{1,12}(?:\.\d+)?$/.test(text)) return null;
  return Math.round(Number(text));
}

/** What all calls of an organization can cost that one row sums. */
const MOST_USD = 1e6;

/** Dollars, also as 1.2e-05, which spreadsheets and scripts write. */
function usd(text: string): number | null {
  const exponent = /^\d(?:\.\d{1,18})?e-\d{1,2}$/i.test(text);
  return microUsd(exponent ? Number(text) : text, MOST_USD);
}

/** Seconds since 1970, a day where no end is told. The middle of a bucket lies on its day in nearly every time zone. */
function bucketOf(row: Row): Pick<ImportedCall, 'atMs' | 'sumsToMs'> | null {
  const from = number(row['start_time']);
  if (from === null) return null;
  const to = number(row['end_time']) ?? from + DAY_MS / 1000;
  return to < from ? null : { atMs: Math.round(((from + to) / 2) * 1000), sumsToMs: to * 1000 };
}

/** "2026-02-06 18:54:30.040", with or without zone (UTC); a day alone is its noon. */
function timeOf(text: string | undefined, day: boolean): number | null {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?)?/.exec(
    text ?? '',
  );
  if (match === null) return null;
  const [, date = '', time, zone = 'Z'] = match;
  const atMs = Date.parse(time === undefined ? `${date}T12:00:00Z` : `${date}T${time}${zone}`);
  return Number.isNaN(atMs) || (time === undefined && !day) ? null : atMs;
}
