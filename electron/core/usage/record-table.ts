import type Database from 'better-sqlite3';
import { numberOf, SOURCES } from './dimensions.ts';
import { MEASURES } from './meter/meter.ts';
import { UNITS } from './meter/tally.ts';
import { PRICE_REASONS } from './prices/price-of.ts';
import type { PricedEntry } from './usage-entry.ts';

const COLUMNS = [
  'at_ms',
  'cell',
  'source',
  'request_id',
  'retry_of',
  'credential_version',
  'method',
  'status',
  'error_type',
  'measure',
  'input_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'cache_write_long_tokens',
  'output_tokens',
  'reasoning_tokens',
  'unit',
  'thousandths',
  'web_searches',
  'service_tier',
  'region',
  'cost_micro_usd',
  'price_reason',
  'latency_ms',
  'first_byte_ms',
] as const;

/** Writes rows of usage_record; a prepared statement for each open database. */
export class RecordTable {
  readonly #insert: Database.Statement;
  readonly #told: Database.Statement;

  constructor(db: Database.Database) {
    this.#insert = db.prepare(
      `INSERT INTO usage_record (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})`,
    );
    this.#told = db.prepare(
      'INSERT OR IGNORE INTO usage_reported (client, source, request_id, at_ms) VALUES (?, ?, ?, ?)',
    );
  }

  /** Whether this reported call is told for the first time. @param client - its number in usage_name. */
  isNew(client: number, { entry }: PricedEntry): boolean {
    if (entry.source === 'proxy') return true;
    return this.#told.run(client, numberOf(SOURCES, entry.source), entry.requestId, entry.atMs).changes === 1;
  }

  put({ entry, costMicroUsd, why }: PricedEntry, cell: number): void {
    const { result } = entry;
    this.#insert.run(
      entry.atMs,
      cell,
      numberOf(SOURCES, entry.source),
      entry.requestId,
      entry.retryOf,
      entry.credential?.version ?? null,
      entry.method,
      entry.status,
      result.errorType,
      numberOf(MEASURES, result.measure),
      result.tokens.inputTokens,
      result.tokens.cacheReadTokens,
      result.tokens.cacheWriteTokens,
      result.tokens.cacheWriteLongTokens,
      result.tokens.outputTokens,
      result.tokens.reasoningTokens,
      result.quantity === null ? null : numberOf(UNITS, result.quantity.unit),
      result.quantity?.thousandths ?? null,
      result.webSearches,
      result.serviceTier,
      result.region,
      costMicroUsd,
      numberOf(PRICE_REASONS, why),
      Math.round(entry.latencyMs),
      entry.firstByteMs === null ? null : Math.round(entry.firstByteMs),
    );
  }
}

/** Raw records are kept for a time, rollups for ever. @returns how many went; call again while it is `limit`. */
export function pruneRecords(db: Database.Database, beforeMs: number, limit: number): number {
  return db
    .prepare('DELETE FROM usage_record WHERE seq IN (SELECT seq FROM usage_record WHERE at_ms < ? LIMIT ?)')
    .run(beforeMs, limit).changes;
}
