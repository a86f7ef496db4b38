import type Database from 'better-sqlite3';
import { z } from 'zod';
import { DIMENSIONS, NAME_KINDS, numberOf, SOURCES, SPAN_DAY } from '../dimensions.ts';
import type { ReportingDays } from '../reporting-days.ts';
import { EXPORTED_COSTS, EXPORTED_LONG, EXPORTED_USAGE } from '../summed-rows.ts';
import type { ImportedCall } from './imported-call.ts';

/** A log notes an answer when it is there; the record of the same call has the time at which it was sent. */
const SENT_BEFORE_MS = 15 * 60_000;
const CLOCKS_DIFFER_MS = 60_000;
const MAX_ALIKE = 20;
const IMPORT = numberOf(SOURCES, 'import');

/** Finds what was counted already: as it happened here, or in an earlier import. Make one for each page of work. */
export class Overlap {
  readonly #known: Database.Statement;
  readonly #alike: Database.Statement;
  readonly #sameDay: Database.Statement;
  readonly #days: ReportingDays;

  constructor(db: Database.Database, days: ReportingDays) {
    this.#days = days;
    this.#known = db
      .prepare(
        `SELECT 1 FROM usage_reported WHERE source = ? AND request_id = ?
         AND client = (SELECT id FROM usage_name WHERE kind = ? AND name = ?)`,
      )
      .pluck();
    this.#alike = db
      .prepare(
        `SELECT r.seq FROM usage_record AS r
         WHERE r.at_ms BETWEEN ? AND ? AND r.source <> ? AND r.input_tokens = ? AND r.cache_read_tokens = ?
           AND r.cache_write_tokens + r.cache_write_long_tokens = ? AND r.output_tokens = ?
           AND (SELECT p.name FROM usage_cell AS c JOIN usage_name AS p ON p.id = c.provider WHERE c.id = r.cell) = ?
         LIMIT ${MAX_ALIKE}`,
      )
      .pluck();
    this.#sameDay = db
      .prepare(
        `SELECT sum(r.requests) FROM usage_rollup AS r JOIN usage_cell AS c ON c.id = r.name
         JOIN usage_name AS p ON p.id = c.provider JOIN usage_name AS m ON m.id = c.model
         JOIN usage_name AS e ON e.id = c.endpoint
         WHERE r.span = ? AND r.dimension = ? AND r.bucket = ? AND p.name = ? AND (? = '' OR m.name = ?) AND e.name NOT IN (?, ?)`,
      )
      .pluck();
  }

  /** Whether this very call was imported before. */
  isKnown(clientId: string, requestId: string): boolean {
    return this.#known.get(IMPORT, requestId, numberOf(NAME_KINDS, 'client'), clientId) !== undefined;
  }

  /**
   * The number of a record with the same figures, of about the same time, that was not taken for another call yet.
   * Tools do not note the provider's request id in a form that we keep, so the figures have to tell.
   */
  countedAs({ atMs, provider, tokens }: ImportedCall, taken: ReadonlySet<number>): number | null {
    const { inputTokens, cacheReadTokens, cacheWriteTokens, cacheWriteLongTokens, outputTokens } = tokens;
    const written = cacheWriteTokens + cacheWriteLongTokens;
    const alike = this.#alike.all(
      ...[atMs - SENT_BEFORE_MS, atMs + CLOCKS_DIFFER_MS, IMPORT],
      ...[inputTokens, cacheReadTokens, written, outputTokens, provider],
    );
    return (
      z
        .array(z.int())
        .parse(alike)
        .find((seq) => !taken.has(seq)) ?? null
    );
  }

  /** Whether calls of this row's day, provider and model were counted in another way. */
  hasOthers({ atMs, provider, model, endpoint }: ImportedCall): boolean {
    const alike = endpoint === EXPORTED_COSTS ? [endpoint, endpoint] : [EXPORTED_USAGE, EXPORTED_LONG];
    const day = this.#days.dayOf(atMs);
    const cell = numberOf(DIMENSIONS, 'cell');
    const sum = this.#sameDay.get(SPAN_DAY, cell, day, provider, model ?? '', model ?? '', ...alike);
    return typeof sum === 'number' && sum > 0;
  }
}
