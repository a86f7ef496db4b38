import type Database from 'better-sqlite3';
import type { CountedCall } from './counted-call.ts';
import { SOURCES } from './dimensions.ts';
import { MEASURES } from './meter/meter.ts';
import { UNITS } from './meter/tally.ts';
import { PRICE_REASONS } from './prices/price-of.ts';

/** Columns that differ from call to call. */
const USUAL = [
  'at_ms',
  'cell',
  'request_id',
  'credential_version',
  'method',
  'status',
  'measure',
  'input_tokens',
  'cache_read_tokens',
  'output_tokens',
  'reasoning_tokens',
  'cost_micro_usd',
  'cache_saved_micro_usd',
  'price_reason',
  'latency_ms',
  'first_byte_ms',
] as const;
/** Columns that are the same for nearly all: what they are then. */
const RARE = {
  source: '0',
  retry_of: 'NULL',
  error_type: 'NULL',
  cache_write_tokens: '0',
  cache_write_long_tokens: '0',
  unit: 'NULL',
  thousandths: 'NULL',
  web_searches: '0',
  service_tier: 'NULL',
  region: 'NULL',
} as const;
const RARE_NAMES = Object.keys(RARE);
const COLUMNS = [...USUAL, ...RARE_NAMES].join(', ');
const USUAL_ROW = `(${USUAL.map(() => '?').join(', ')}, ${Object.values(RARE).join(', ')})`;
const WHOLE_ROW = `(${[...USUAL, ...RARE_NAMES].map(() => '?').join(', ')})`;
/** Rows of one statement: handing a value over costs more than storing it, and starting a statement as much as a few. */
const AT_ONCE = 8;

const SOURCE_NUMBERS = numbersOf(SOURCES);
const MEASURE_NUMBERS = numbersOf(MEASURES);
const REASON_NUMBERS = numbersOf(PRICE_REASONS);
const UNIT_NUMBERS = numbersOf(UNITS);

/** Writes rows of usage_record; a few prepared statements for each open database. */
export class RecordTable {
  readonly #insertMany: Database.Statement;
  readonly #insertOne: Database.Statement;
  readonly #insertWhole: Database.Statement;
  readonly #told: Database.Statement;
  /** Values of rows that wait to be AT_ONCE. */
  #waiting: unknown[] = [];

  constructor(db: Database.Database) {
    const insert = `INSERT INTO usage_record (${COLUMNS}) VALUES`;
    this.#insertMany = db.prepare(`${insert} ${Array.from({ length: AT_ONCE }, () => USUAL_ROW).join(', ')}`);
    this.#insertOne = db.prepare(`${insert} ${USUAL_ROW}`);
    this.#insertWhole = db.prepare(`${insert} ${WHOLE_ROW}`);
    this.#told = db.prepare(
      'INSERT OR IGNORE INTO usage_reported (client, source, request_id, at_ms) VALUES (?, ?, ?, ?)',
    );
  }

  /** Whether this reported call is told for the first time. @param client - its number in usage_name. */
  isNew(client: number, { source, requestId, atMs }: CountedCall): boolean {
    if (source === 'proxy') return true;
    return this.#told.run(client, SOURCE_NUMBERS[source], requestId, atMs).changes === 1;
  }

  /** Call `end` after the last one, in the same transaction. */
  put(call: CountedCall, cell: number): void {
    const values = this.#waiting;
    values.push(
      call.atMs,
      cell,
      call.requestId,
      call.credentialVersion,
      call.method,
      call.status,
      MEASURE_NUMBERS[call.measure],
      call.inputTokens,
      call.cacheReadTokens,
      call.outputTokens,
      call.reasoningTokens,
      call.costMicroUsd,
      call.cacheSavedMicroUsd,
      REASON_NUMBERS[call.why],
      Math.round(call.latencyMs),
      call.firstByteMs === null ? null : Math.round(call.firstByteMs),
    );
    if (isUsual(call)) {
      if (values.length === AT_ONCE * USUAL.length) {
        this.#insertMany.run(values);
        values.length = 0;
      }
      return;
    }
    const own = values.splice(-USUAL.length);
    this.end(); // rows keep their order
    own.push(
      SOURCE_NUMBERS[call.source],
      call.retryOf,
      call.errorType,
      call.cacheWriteTokens,
      call.cacheWriteLongTokens,
      call.unit === null ? null : UNIT_NUMBERS[call.unit],
      call.thousandths,
      call.webSearches,
      call.serviceTier,
      call.region,
    );
    this.#insertWhole.run(own);
  }

  /** Writes what waits. */
  end(): void {
    const values = this.#waiting;
    for (let at = 0; at < values.length; at += USUAL.length) this.#insertOne.run(values.slice(at, at + USUAL.length));
    values.length = 0;
  }

  /** The transaction was undone. */
  forget(): void {
    this.#waiting = [];
  }
}

/** Whether the columns that are the same for nearly all are so here. */
export function isUsual(call: CountedCall): boolean {
  return (
    call.source === 'proxy' &&
    call.retryOf === null &&
    call.errorType === null &&
    call.cacheWriteTokens === 0 &&
    call.cacheWriteLongTokens === 0 &&
    call.unit === null &&
    call.webSearches === 0 &&
    call.serviceTier === null &&
    call.region === null
  );
}

function numbersOf<T extends string>(list: readonly T[]): Readonly<Record<T, number>> {
  return Object.fromEntries(list.map((word, number) => [word, number])) as Record<T, number>;
}

/** Raw records are kept for a time, rollups for ever. @returns how many went; call again while it is `limit`. */
export function pruneRecords(db: Database.Database, beforeMs: number, limit: number): number {
  return db
    .prepare('DELETE FROM usage_record WHERE seq IN (SELECT seq FROM usage_record WHERE at_ms < ? LIMIT ?)')
    .run(beforeMs, limit).changes;
}
