import { z } from 'zod';
import { newTally, type Tally } from '../meter/tally.ts';
import { readUsage } from '../meter/usage-blocks.ts';
import type { ImportedCall } from './imported-call.ts';

/**
 * Session logs of Claude Code: a JSON object a line; those of the type "assistant" carry the message as the API answered
 * it, with its `usage`. One message is noted several times while it streams, and again in the files of sessions that
 * were resumed and of sub-agents.
 */
const line = z.looseObject({
  type: z.literal('assistant'),
  timestamp: z.iso.datetime({ offset: true }),
  cwd: z.string().optional(),
  sessionId: z.string().optional(),
  requestId: z.string().nullish(),
  message: z.looseObject({
    id: z.string().max(256),
    model: z.string().max(128).nullish(),
    usage: z.record(z.string(), z.unknown()),
  }),
});
type Line = z.output<typeof line>;

/** What Claude Code writes itself and no API answered. */
const SYNTHETIC = '<synthetic>';
/** The last lines of a session that runs may not be whole yet: they are taken the next time. */
const SETTLED_MS = 2 * 60_000;
/** Ids that the API makes, also at Bedrock and Vertex; those of other servers may repeat. */
const MADE_BY_API = /^msg_(?:bdrk_|vrtx_)?[A-Za-z0-9]{16,}$/;

export interface ReadLog {
  readonly calls: readonly ImportedCall[];
  readonly unreadable: number;
}

/** Reads one file. @param nowMs - what happened in the last two minutes is left for the next time. */
export async function readClaudeCode(lines: AsyncIterable<string | null>, nowMs: number): Promise<ReadLog> {
  const calls = new Map<string, ImportedCall>();
  let unreadable = 0;
  for await (const text of lines) {
    if (text !== null && !(text.includes('"assistant"') && text.includes('"usage"'))) continue;
    const parsed = text === null ? null : parsedLine(text);
    if (parsed === 'other') continue;
    if (parsed === null) {
      unreadable += 1;
      continue;
    }
    const call = callOf(parsed);
    if (call === null || call.atMs > nowMs - SETTLED_MS) continue;
    const key = JSON.stringify(call.identity);
    const before = calls.get(key);
    // Each line of a message repeats the figures so far: the last one has the most.
    if (before === undefined || call.tokens.outputTokens >= before.tokens.outputTokens) {
      calls.set(key, before === undefined ? call : { ...call, atMs: before.atMs });
    }
  }
  return { calls: [...calls.values()], unreadable };
}

function parsedLine(text: string): Line | 'other' | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if ((value as { type?: unknown } | null)?.type !== 'assistant') return 'other';
  const parsed = line.safeParse(value);
  return parsed.success ? parsed.data : null;
}

function callOf({ timestamp, cwd, sessionId, requestId, message }: Line): ImportedCall | null {
  const { id, model, usage } = message;
  if (model === SYNTHETIC) return null;
  const tally: Tally = newTally();
  readUsage(tally, usage, true);
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, cacheWriteLongTokens } = tally.tokens;
  if (inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens + cacheWriteLongTokens === 0) return null;
  return {
    identity: MADE_BY_API.test(id) ? [id] : [id, requestId ?? '', sessionId ?? ''],
    atMs: Date.parse(timestamp),
    provider: 'anthropic',
    model: model ?? null,
    tokens: tally.tokens,
    webSearches: tally.webSearches,
    costMicroUsd: null,
    serviceTier: tally.serviceTier,
    region: tally.region,
    project: cwd ?? '',
    endpoint: 'v1/messages',
    latencyMs: null,
    firstByteMs: null,
    sumsToMs: null,
  };
}
