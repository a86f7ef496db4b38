import type { Outcome, Source } from './dimensions.ts';
import type { Measure } from './meter/meter.ts';
import type { Unit } from './meter/tally.ts';
import type { PriceBook } from './prices/price-book.ts';
import { priceOf, type PriceReason } from './prices/price-of.ts';
import type { UsageEntry } from './usage-entry.ts';

/** One combination of the names that usage is summed by. */
export interface CellNames {
  readonly provider: string;
  /** Ids and names are empty where there is no credential, and where no client token was used. */
  readonly credentialId: string;
  /** "openai/work". */
  readonly credentialRef: string;
  readonly clientId: string;
  readonly clientName: string;
  readonly project: string;
  /** Empty where it is not known. */
  readonly model: string;
  readonly endpoint: string;
  readonly outcome: Outcome;
}

/**
 * A finished call with its price, as far as usage.db keeps it: in this form it waits to be written. Flat, and its names
 * are those of many: thousands wait, and what lives for a second costs the collector of a thread more than anything else.
 */
export interface CountedCall {
  readonly cell: CellNames;
  readonly atMs: number;
  readonly requestId: string;
  readonly source: Source;
  readonly credentialVersion: number | null;
  readonly method: string;
  readonly status: number;
  readonly measure: Measure;
  readonly inputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly cacheWriteLongTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  /** null: what it costs is not known. */
  readonly costMicroUsd: number | null;
  readonly cacheSavedMicroUsd: number;
  readonly why: PriceReason;
  readonly latencyMs: number;
  readonly firstByteMs: number | null;
  readonly retryOf: string | null;
  readonly providerRequestId: string | null;
  readonly errorType: string | null;
  readonly unit: Unit | null;
  readonly thousandths: number | null;
  readonly webSearches: number;
  readonly serviceTier: string | null;
  readonly region: string | null;
}

/** What is the same for nearly all calls: it is neither handed to the database nor kept for each. */
export const USUAL = {
  source: 'proxy',
  cacheWriteTokens: 0,
  cacheWriteLongTokens: 0,
  retryOf: null,
  providerRequestId: null,
  errorType: null,
  unit: null,
  thousandths: null,
  webSearches: 0,
  serviceTier: null,
  region: null,
} as const satisfies Partial<CountedCall>;

export function isUsual(call: CountedCall): boolean {
  return (
    call.source === USUAL.source &&
    call.cacheWriteTokens === USUAL.cacheWriteTokens &&
    call.cacheWriteLongTokens === USUAL.cacheWriteLongTokens &&
    call.retryOf === USUAL.retryOf &&
    call.providerRequestId === USUAL.providerRequestId &&
    call.errorType === USUAL.errorType &&
    call.unit === USUAL.unit &&
    call.thousandths === USUAL.thousandths &&
    call.webSearches === USUAL.webSearches &&
    call.serviceTier === USUAL.serviceTier &&
    call.region === USUAL.region
  );
}

/** Prices calls and gives those of one cell the same names. */
export class Counting {
  readonly #cells = new Map<string, CellNames>();
  #last: CellNames | null = null;

  count(entry: UsageEntry, book: PriceBook): CountedCall {
    const { result } = entry;
    const { tokens, quantity } = result;
    const { costMicroUsd, cacheSavedMicroUsd, why } = priceOf(
      { ...result, provider: entry.provider },
      book,
      entry.atMs,
    );
    return {
      cell: this.#cellOf(entry),
      atMs: entry.atMs,
      requestId: entry.requestId,
      source: entry.source,
      credentialVersion: entry.credential?.version ?? null,
      method: entry.method,
      status: entry.status,
      measure: result.measure,
      inputTokens: tokens.inputTokens,
      cacheReadTokens: tokens.cacheReadTokens,
      cacheWriteTokens: tokens.cacheWriteTokens,
      cacheWriteLongTokens: tokens.cacheWriteLongTokens,
      outputTokens: tokens.outputTokens,
      reasoningTokens: tokens.reasoningTokens,
      costMicroUsd,
      cacheSavedMicroUsd: cacheSavedMicroUsd ?? 0,
      why,
      latencyMs: entry.latencyMs,
      firstByteMs: entry.firstByteMs,
      retryOf: entry.retryOf,
      providerRequestId: entry.providerRequestId ?? null,
      errorType: result.errorType,
      unit: quantity === null ? null : quantity.unit,
      thousandths: quantity === null ? null : quantity.thousandths,
      webSearches: result.webSearches,
      serviceTier: result.serviceTier,
      region: result.region,
    };
  }

  #cellOf(entry: UsageEntry): CellNames {
    if (this.#last !== null && isOfCell(entry, this.#last)) return this.#last;
    const names = namesOf(entry);
    const key = Object.values(names).join('\0');
    let cell = this.#cells.get(key);
    if (cell === undefined) {
      if (this.#cells.size >= MAX_CELLS) this.#cells.clear();
      this.#cells.set(key, (cell = names));
    }
    this.#last = cell;
    return cell;
  }
}
const MAX_CELLS = 20_000;

function namesOf({ provider, credential, client, project, endpoint, outcome, result }: UsageEntry): CellNames {
  return {
    provider,
    credentialId: credential?.id ?? '',
    credentialRef: credential?.ref ?? '',
    clientId: client?.id ?? '',
    clientName: client?.name ?? '',
    project,
    model: result.model ?? '',
    endpoint,
    outcome,
  };
}

/** Told as quickly as most are: the same tool asks the same again. */
function isOfCell({ provider, credential, client, project, endpoint, outcome, result }: UsageEntry, cell: CellNames) {
  return (
    (client?.id ?? '') === cell.clientId &&
    (client?.name ?? '') === cell.clientName &&
    (credential?.id ?? '') === cell.credentialId &&
    (credential?.ref ?? '') === cell.credentialRef &&
    (result.model ?? '') === cell.model &&
    endpoint === cell.endpoint &&
    outcome === cell.outcome &&
    provider === cell.provider &&
    project === cell.project
  );
}
