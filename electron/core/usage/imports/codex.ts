import { z } from 'zod';
import { shortName, type Tokens } from '../meter/tally.ts';
import type { ImportedCall } from './imported-call.ts';

/**
 * Session logs of Codex ("rollout" files): a JSON object a line, {timestamp, type, payload}. After each answer an
 * `event_msg` of the type "token_count" gives the totals of the session so far; what a call used is the difference.
 * A session that was forked, or a sub-agent's, begins with a copy of its parent's lines under new times: those are its
 * parent's calls.
 */
const usage = z.looseObject({
  input_tokens: z.number().min(0).default(0),
  cached_input_tokens: z.number().min(0).default(0),
  output_tokens: z.number().min(0).default(0),
  reasoning_output_tokens: z.number().min(0).default(0),
});
type Usage = z.output<typeof usage>;

const line = z.looseObject({
  timestamp: z.iso.datetime({ offset: true }),
  type: z.string(),
  payload: z.looseObject({}),
});
const tokenCount = z.looseObject({
  type: z.literal('token_count'),
  info: z.looseObject({ total_token_usage: usage, last_token_usage: usage.nullish() }).nullish(),
});
const turnContext = z.looseObject({ model: z.string().max(128).nullish(), cwd: z.string().nullish() });
const sessionMeta = z.looseObject({
  id: z.string().max(128),
  cwd: z.string().nullish(),
  model_provider: z.string().max(64).nullish(),
  forked_from_id: z.string().nullish(),
  parent_thread_id: z.string().nullish(),
  source: z.unknown().optional(),
});
const spawned = z.looseObject({
  subagent: z.looseObject({ thread_spawn: z.looseObject({ parent_thread_id: z.string() }) }),
});

const SETTLED_MS = 2 * 60_000;
/** Copied lines are written in one go; the first answer of the session's own takes longer. */
const COPIED_WITHIN_MS = 1000;

export interface CodexSession {
  readonly id: string | null;
  readonly calls: readonly ImportedCall[];
  readonly unreadable: number;
  /** Totals of every count in the file, copied ones too: what a fork of this session begins with. */
  readonly totals: ReadonlySet<string>;
}

/** @param totalsOf - of a session that was read before; null where it is not there any more. */
export async function readCodex(
  lines: AsyncIterable<string | null>,
  totalsOf: (session: string) => ReadonlySet<string> | null,
  nowMs: number,
): Promise<CodexSession> {
  const reader = new RolloutReader(totalsOf, nowMs);
  for await (const text of lines) reader.line(text);
  return reader;
}

class RolloutReader implements CodexSession {
  id: string | null = null;
  readonly calls: ImportedCall[] = [];
  unreadable = 0;
  readonly totals = new Set<string>();
  readonly #totalsOf: (session: string) => ReadonlySet<string> | null;
  readonly #nowMs: number;
  #parent: string | null = null;
  /** Still among the lines that were copied from the parent. */
  #copied = false;
  #lastAtMs: number | null = null;
  #model: string | null = null;
  #project = '';
  #provider = 'openai';
  #before: Usage | null = null;

  constructor(totalsOf: (session: string) => ReadonlySet<string> | null, nowMs: number) {
    this.#totalsOf = totalsOf;
    this.#nowMs = nowMs;
  }

  line(text: string | null): void {
    if (text === null) {
      this.unreadable += 1;
      return;
    }
    if (!/"(?:session_meta|turn_context|token_count)"/.test(text)) return;
    const parsed = parsedLine(text);
    if (parsed === null) {
      this.unreadable += 1;
      return;
    }
    const { type, payload, timestamp } = parsed;
    if (type === 'session_meta') this.#meta(payload);
    else if (type === 'turn_context') this.#turn(payload);
    else if (type === 'event_msg' && payload['type'] === 'token_count') this.#count(payload, Date.parse(timestamp));
  }

  /** The first is the session's own; more are of those it was copied from. */
  #meta(payload: unknown): void {
    const { data } = sessionMeta.safeParse(payload);
    if (data === undefined || this.id !== null) return;
    this.id = data.id;
    this.#project = data.cwd ?? '';
    this.#provider = shortName(data.model_provider) ?? 'openai';
    const spawn = spawned.safeParse(data.source).data?.subagent.thread_spawn.parent_thread_id;
    this.#parent = data.forked_from_id ?? spawn ?? data.parent_thread_id ?? null;
    this.#copied = this.#parent !== null;
  }

  #turn(payload: unknown): void {
    const { data } = turnContext.safeParse(payload);
    this.#model = shortName(data?.model) ?? this.#model;
    if (!this.#copied) this.#project = data?.cwd ?? this.#project;
  }

  #count(payload: unknown, atMs: number): void {
    const { data } = tokenCount.safeParse(payload);
    if (data === undefined) this.unreadable += 1;
    const total = data?.info?.total_token_usage;
    if (total === undefined) return; // only rate limits
    const key = textOf(total);
    const known = this.totals.has(key);
    this.totals.add(key);
    const before = this.#before;
    this.#before = total;
    if (this.#isCopied(key, atMs)) return;
    if (known && before !== null && textOf(before) === key) return; // told again
    const used = difference(total, before, data?.info?.last_token_usage ?? null);
    if (used === null || atMs > this.#nowMs - SETTLED_MS) return;
    this.calls.push({
      identity: [this.id ?? '', key],
      atMs,
      provider: this.#provider,
      model: this.#model,
      tokens: used,
      webSearches: 0,
      costMicroUsd: null,
      serviceTier: null,
      region: null,
      project: this.#project,
      endpoint: 'responses',
      latencyMs: null,
      firstByteMs: null,
      sumsToMs: null,
    });
  }

  #isCopied(key: string, atMs: number): boolean {
    if (!this.#copied || this.#parent === null) return false;
    const parents = this.#totalsOf(this.#parent);
    const within = this.#lastAtMs === null || atMs - this.#lastAtMs < COPIED_WITHIN_MS;
    this.#lastAtMs = atMs;
    this.#copied = parents === null ? within : parents.has(key);
    return this.#copied;
  }
}

function parsedLine(text: string): z.output<typeof line> | null {
  try {
    return line.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

const textOf = (one: Usage): string =>
  `${one.input_tokens} ${one.cached_input_tokens} ${one.output_tokens} ${one.reasoning_output_tokens}`;

/** null: nothing was used. Where totals begin anew, or the lines before are not here, the event's own figures hold. */
function difference(total: Usage, before: Usage | null, last: Usage | null): Tokens | null {
  const less = (part: string): number => (total[part] as number) - ((before?.[part] as number) ?? 0);
  const parts = ['input_tokens', 'cached_input_tokens', 'output_tokens'] as const;
  const grew = before !== null && parts.every((part) => less(part) >= 0);
  const used = grew
    ? {
        input_tokens: less('input_tokens'),
        cached_input_tokens: less('cached_input_tokens'),
        output_tokens: less('output_tokens'),
        reasoning_output_tokens: Math.max(0, less('reasoning_output_tokens')),
      }
    : (last ?? total);
  const cached = Math.min(used.input_tokens, used.cached_input_tokens);
  if (used.input_tokens + used.output_tokens === 0) return null;
  return {
    inputTokens: Math.round(used.input_tokens - cached),
    cacheReadTokens: Math.round(cached),
    cacheWriteTokens: 0,
    cacheWriteLongTokens: 0,
    outputTokens: Math.round(used.output_tokens),
    reasoningTokens: Math.round(Math.min(used.output_tokens, used.reasoning_output_tokens)),
  };
}
