import { z } from 'zod';
import { priceUnit } from '../../../shared/prices.ts';
import { providerId } from '../../../shared/provider/parts.ts';
import { LABEL_PATTERN } from '../../../shared/reference.ts';
import { toFigures, type UsageFigures, usageBy, usageFigures, usageMoment } from '../../../shared/usage.ts';
import type { UsageRemark } from '../../../shared/contract/usage.ts';
import { AppError } from '../../../shared/errors.ts';
import { type Grant, grantCovers } from '../../../shared/grant.ts';
import type { ResolvedCredential } from '../credentials/types.ts';
import type { Clock } from '../seams.ts';
import { isBatchAnswerId } from './batch-answers.ts';
import { endpointTemplate } from './endpoint-template.ts';
import { shortName } from './meter/tally.ts';
import type { UsageRecorder } from './recorder.ts';
import type { ReportQuery, UsageReport } from './report.ts';
import { outcomeOf, type UsageEntry } from './usage-entry.ts';

/**
 * What a client tells of a key that it was handed, and reads back: `POST /v1/usage` (grant usage:write) and
 * `GET /v1/usage` (grant usage:read). A client sees only its own.
 */
const line = (max: number) =>
  z
    .string()
    .max(max)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not come in
    .refine((text) => !/[\u0000-\u001f\u007f-\u009f]/.test(text), 'holds control characters');
/** More than a call can have: beyond it is a mistake. */
const MAX_TOKENS = 1e9;
const MAX_MICRO_USD = 1e10;
const count = z.int().min(0).max(MAX_TOKENS).default(0);
const MAX_CALLS = 1000;
const THOUSANDTHS = 1000;
/** Clocks of one computer agree; a call later than this is a mistake. */
const AHEAD_MS = 5 * 60_000;
const OLDEST_MS = 400 * 24 * 3_600_000;

const reportedFields = z.strictObject({
  /** The client's own name for this call: told twice, it counts once. */
  requestId: line(128)
    .min(1)
    .refine((text) => !isBatchAnswerId(text), 'is kept for answers of batches'),
  provider: providerId,
  label: z.string().regex(LABEL_PATTERN).default('default'),
  model: line(128)
    .refine((text) => shortName(text) !== null, 'is no name of a model')
    .optional(),
  /** As the answer named it ("batch", "priority"); left out: the plain price. */
  serviceTier: line(64)
    .refine((text) => shortName(text) !== null, 'is no name of a tier')
    .optional(),
  /** Path at the provider, without a query. */
  endpoint: line(512).default(''),
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']).default('POST'),
  /** Left out: now. */
  at: z.iso.datetime({ offset: true }).optional(),
  status: z.int().min(100).max(599).default(200),
  latencyMs: z.number().min(0).max(86_400_000).default(0),
  /** Folder of the project. */
  project: line(1024).default(''),
  /** Prompt tokens that no cache served and no cache took. */
  inputTokens: count,
  cacheReadTokens: count,
  cacheWriteTokens: count,
  /** To a cache of the longer life (Anthropic: 1 hour). */
  cacheWriteLongTokens: count,
  outputTokens: count,
  /** Part of `outputTokens`. */
  reasoningTokens: count,
  /** What was used beside tokens, and how much of it: with `amount`, to a thousandth. */
  unit: priceUnit.optional(),
  amount: z.number().min(0).max(MAX_TOKENS).optional(),
  /** Where the provider told the price of this call; left out: the price book's. */
  costMicroUsd: z.int().min(0).max(MAX_MICRO_USD).optional(),
});
export const reportedCall = reportedFields
  .refine(({ unit, amount }) => (unit === undefined) === (amount === undefined), {
    path: ['unit'],
    error: 'and amount go together',
  })
  .refine(({ reasoningTokens, outputTokens }) => reasoningTokens <= outputTokens, {
    path: ['reasoningTokens'],
    error: 'are part of outputTokens',
  });
/** One call, or up to 1,000. */
const severalCalls = z.strictObject({ calls: z.array(reportedCall).min(1).max(MAX_CALLS) });
export const reportBody = z.union([reportedCall, severalCalls]);
export const reportAnswer = z.strictObject({
  /** How many were new. */
  recorded: z.int(),
  /** How many had been told before. */
  known: z.int(),
});

export const readQuery = z.strictObject({
  by: usageBy.default('model'),
  from: usageMoment.optional(),
  to: usageMoment.optional(),
});
export const readAnswer = z.array(usageFigures);

export interface UsageClient {
  readonly id: string;
  readonly name: string;
  readonly grants: readonly Grant[];
}

type ClientReport = Pick<UsageReport, 'rows' | 'remarks'>;

export interface ClientUsageDeps {
  readonly usage: Pick<UsageRecorder, 'record' | 'flush' | 'knows'> & {
    /** On the worker thread: a client with years of calls must not hold up the endpoint. */
    report(query: ReportQuery): ClientReport | Promise<ClientReport>;
  };
  readonly clock: Pick<Clock, 'now'>;
  /** @throws AppError `key_not_found`. */
  readonly resolve: (provider: string, label: string) => Pick<ResolvedCredential, 'id' | 'version'>;
}

/**
 * @param body - as it came; the route may have parsed it already.
 * @returns after the database took it: what is acknowledged is not lost.
 * @throws AppError `invalid_input`, `key_not_found`, or `forbidden` for a key that this client is not handed.
 */
export function reportUsage(deps: ClientUsageDeps, client: UsageClient, body: unknown): z.output<typeof reportAnswer> {
  // Of a union it could not be told which field is wrong.
  const several = typeof body === 'object' && body !== null && 'calls' in body;
  const parsed = several ? severalCalls.safeParse(body) : reportedCall.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new AppError(
      'invalid_input',
      'This is not usage as it can be reported. Nothing was recorded.',
      `Look at ${issue?.path.join('.') || 'the body'}; /openapi.json describes it.`,
    );
  }
  const calls = 'calls' in parsed.data ? parsed.data.calls : [parsed.data];
  const told = new Set<string>();
  const entries: UsageEntry[] = [];
  for (const call of calls) {
    const entry = entryOf(deps, client, call);
    if (told.has(call.requestId) || deps.usage.knows('reported', client.id, call.requestId)) continue;
    told.add(call.requestId);
    entries.push(entry);
  }
  deps.usage.record(entries);
  deps.usage.flush();
  return { recorded: entries.length, known: calls.length - entries.length };
}

/** @throws AppError `invalid_input`. */
export async function readUsage(
  deps: ClientUsageDeps,
  client: UsageClient,
  query: unknown,
): Promise<{ readonly rows: readonly UsageFigures[]; readonly remarks: readonly UsageRemark[] }> {
  const parsed = readQuery.safeParse(query);
  if (!parsed.success) {
    throw new AppError(
      'invalid_input',
      'This is no usage report that can be asked for. Nothing was summed.',
      'by: provider, credential, model, client, project, day or endpoint; from and to: a day, a time, or a word as 7d.',
    );
  }
  const { rows, remarks } = await deps.usage.report({ ...parsed.data, clientId: client.id });
  return { rows: rows.map(toFigures), remarks };
}

function entryOf(deps: ClientUsageDeps, client: UsageClient, call: z.output<typeof reportedCall>): UsageEntry {
  const { provider, label, status } = call;
  if (!client.grants.some((grant) => grantCovers(grant, 'keys:read', provider, label))) {
    throw new AppError(
      'forbidden',
      'This client may not report usage of that key. Nothing was recorded.',
      `Usage is reported for keys that were handed out: grant keys:read:${provider}/${label}.`,
    );
  }
  const now = deps.clock.now();
  const atMs = call.at === undefined ? now : Date.parse(call.at);
  if (atMs > now + AHEAD_MS || atMs < now - OLDEST_MS) {
    throw new AppError(
      'invalid_input',
      'The time of a call is ahead of this computer’s clock, or long past. Nothing was recorded.',
      'Tell calls as they happen.',
    );
  }
  const credential = deps.resolve(provider, label);
  const { inputTokens, cacheReadTokens, cacheWriteTokens, cacheWriteLongTokens, outputTokens, reasoningTokens } = call;
  const errorType = status >= 400 ? `http_${status}` : null;
  const tokens = {
    inputTokens,
    cacheReadTokens,
    cacheWriteTokens,
    cacheWriteLongTokens,
    outputTokens,
    reasoningTokens,
  };
  const { unit, amount } = call;
  const quantity =
    unit === undefined || amount === undefined ? null : { unit, thousandths: Math.round(amount * THOUSANDTHS) };
  const seen =
    Object.values(tokens).some((figure) => figure > 0) || quantity !== null || call.costMicroUsd !== undefined;
  return {
    atMs,
    requestId: call.requestId,
    source: 'reported',
    client: { id: client.id, name: client.name },
    credential: { id: credential.id, version: credential.version, ref: `${provider}/${label}` },
    provider,
    project: call.project,
    endpoint: endpointTemplate(call.endpoint),
    method: call.method,
    status,
    outcome: outcomeOf(status, 'complete', { errorType }),
    latencyMs: call.latencyMs,
    firstByteMs: null,
    retryOf: null,
    result: {
      measure: seen ? 'measured' : status >= 400 ? 'none' : 'missing',
      seen,
      model: shortName(call.model ?? null),
      tokens,
      quantity,
      webSearches: 0,
      providerCostMicroUsd: call.costMicroUsd ?? null,
      serviceTier: call.serviceTier ?? null,
      region: null,
      errorType,
    },
  };
}
