import type Database from 'better-sqlite3';
import { isBatchAnswerId } from './batch-answers.ts';
import { type CountedCall, isUsual } from './counted-call.ts';
import { numbersOf, SOURCES } from './dimensions.ts';
import { MEASURES } from './meter/meter.ts';
import { UNITS } from './meter/tally.ts';
import { PRICE_REASONS } from './prices/price-of.ts';

/** Columns that differ from call to call. */
const OWN = [
  'at_ms',
  'request_id',
  'input_tokens',
  'output_tokens',
  'cost_micro_usd',
  'latency_ms',
  'first_byte_ms',
] as const;
/** Columns that are often the same for many calls, one after the other. */
const SHARED = [
  'cell',
  'credential_version',
  'method',
  'status',
  'measure',
  'cache_read_tokens',
  'reasoning_tokens',
  'cache_saved_micro_usd',
  'price_reason',
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
  provider_request_id: 'NULL',
} as const;
const RARE_NAMES = Object.keys(RARE);
const USUALLY = Object.values(RARE).join(', ');
const COLUMNS = [...SHARED, ...OWN, ...RARE_NAMES].join(', ');
const PLACES = SHARED.length + OWN.length;
/** Rows of one statement: handing a value over costs more than storing it, and starting a statement as much as a few. */
const AT_ONCE = 16;

const marks = (names: readonly string[]): string => names.map(() => '?').join(', ');
const times = (text: string): string => Array.from({ length: AT_ONCE }, () => text).join(', ');
const USUAL_ROW = `(${marks(SHARED)}, ${marks(OWN)}, ${USUALLY})`;
const WHOLE_ROW = `(${marks(SHARED)}, ${marks(OWN)}, ${marks(RARE_NAMES)})`;
/** Rows that share what is handed over once. */
const ROWS_ALIKE = `SELECT ${SHARED.map((name) => `shared.${name}`).join(', ')},
    ${OWN.map((_, at) => `own.column${at + 1}`).join(', ')}, ${USUALLY}
  FROM (SELECT ${SHARED.map((name) => `? AS ${name}`).join(', ')}) AS shared
  CROSS JOIN (VALUES ${times(`(${marks(OWN)})`)}) AS own`;

const SOURCE_NUMBERS = numbersOf(SOURCES);
const MEASURE_NUMBERS = numbersOf(MEASURES);
const REASON_NUMBERS = numbersOf(PRICE_REASONS);
const UNIT_NUMBERS = numbersOf(UNITS);

/** In place of a client where a call counts once whoever tells it; no client has this number. */
const ANYBODY = 0;

/** Writes rows of usage_record; a few prepared statements for each open database. */
export class RecordTable {
  readonly #insertAlike: Database.Statement;
  readonly #insertMany: Database.Statement;
  readonly #insertOne: Database.Statement;
  readonly #insertWhole: Database.Statement;
  readonly #told: Database.Statement;
  /** Values of rows that wait to be AT_ONCE. */
  #waiting: unknown[] = [];

  constructor(db: Database.Database) {
    const insert = `INSERT INTO usage_record (${COLUMNS})`;
    this.#insertAlike = db.prepare(`${insert} ${ROWS_ALIKE}`);
    this.#insertMany = db.prepare(`${insert} VALUES ${times(USUAL_ROW)}`);
    this.#insertOne = db.prepare(`${insert} VALUES ${USUAL_ROW}`);
    this.#insertWhole = db.prepare(`${insert} VALUES ${WHOLE_ROW}`);
    this.#told = db.prepare(
      'INSERT OR IGNORE INTO usage_reported (client, source, request_id, at_ms) VALUES (?, ?, ?, ?)',
    );
  }

  /** Whether this reported call is told for the first time. @param client - its number in usage_name. */
  isNew(client: number, { source, requestId, atMs }: CountedCall): boolean {
    if (source === 'proxy') return true;
    const by = isBatchAnswerId(requestId) ? ANYBODY : client;
    return this.#told.run(by, SOURCE_NUMBERS[source], requestId, atMs).changes === 1;
  }

  /** Call `end` after the last one, in the same transaction. */
  put(call: CountedCall, cell: number): void {
    const values = this.#waiting;
    values.push(
      cell,
      call.credentialVersion,
      call.method,
      call.status,
      MEASURE_NUMBERS[call.measure],
      call.cacheReadTokens,
      call.reasoningTokens,
      call.cacheSavedMicroUsd,
      REASON_NUMBERS[call.why],
      call.atMs,
      call.requestId,
      call.inputTokens,
      call.outputTokens,
      call.costMicroUsd,
      Math.round(call.latencyMs),
      call.firstByteMs === null ? null : Math.round(call.firstByteMs),
    );
    if (isUsual(call)) {
      if (values.length === AT_ONCE * PLACES) this.#putMany();
      return;
    }
    const own = values.splice(-PLACES);
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
      call.providerRequestId,
    );
    this.#insertWhole.run(own);
  }

  /** Writes what waits. */
  end(): void {
    const values = this.#waiting;
    for (let at = 0; at < values.length; at += PLACES) this.#insertOne.run(values.slice(at, at + PLACES));
    values.length = 0;
  }

  #putMany(): void {
    const values = this.#waiting;
    if (areAlike(values)) {
      const handed = values.slice(0, SHARED.length);
      for (let row = 0; row < values.length; row += PLACES) {
        handed.push(...values.slice(row + SHARED.length, row + PLACES));
      }
      this.#insertAlike.run(handed);
    } else this.#insertMany.run(values);
    values.length = 0;
  }

  /** The transaction was undone. */
  forget(): void {
    this.#waiting = [];
  }
}

/** Whether rows have the same in all columns that are often the same. */
function areAlike(values: readonly unknown[]): boolean {
  for (let column = 0; column < SHARED.length; column += 1) {
    for (let at = column + PLACES; at < values.length; at += PLACES) {
      if (values[at] !== values[column]) return false;
    }
  }
  return true;
}

/** Raw records are kept for a time, rollups for ever. @returns how many went; call again while it is `limit`. */
export function pruneRecords(db: Database.Database, beforeMs: number, limit: number): number {
  return db
    .prepare('DELETE FROM usage_record WHERE seq IN (SELECT seq FROM usage_record WHERE at_ms < ? LIMIT ?)')
    .run(beforeMs, limit).changes;
}
