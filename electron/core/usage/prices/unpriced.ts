import type Database from 'better-sqlite3';
import { z } from 'zod';
import type { UnpricedModel } from '../../../../shared/contract/prices.ts';
import { DIMENSIONS, numberOf, SPAN_DAY } from '../dimensions.ts';
import { dateOfDay } from '../reporting-days.ts';
import { PRICE_UNITS } from '../../../../shared/prices.ts';
import type { PriceBook } from './price-book.ts';
import { priceOf } from './price-of.ts';
import { RecordedCalls } from './recorded-calls.ts';

/** What is older is not what the owner works with now, and would make the list slow. */
const LOOKED_BACK_DAYS = 90;
const MAX_MODELS = 200;
const DAY_MS = 24 * 3_600_000;
/** A day of the reporting zone begins up to so much before or after that in UTC. */
const ZONES_MS = 14 * 3_600_000;
const MAX_CALLS = 100;

const unpricedRow = z.strictObject({
  provider_id: z.int(),
  model_id: z.int(),
  provider: z.string(),
  model: z.string(),
  calls: z.int(),
  first_day: z.int(),
  last_day: z.int(),
});

interface Reason {
  readonly calls: number;
  readonly last_day: number;
  readonly knownNow: boolean;
  readonly why: UnpricedModel['why'];
}
/** Found before: the list is asked for every few seconds, and records are slower to read than sums. */
const found = new WeakMap<Database.Database, { readonly book: PriceBook; readonly reasons: Map<string, Reason> }>();

/**
 * Models with calls of the last 90 days whose cost is not known, most calls first. Reads rollups, and of each model that
 * has new ones the records of its first and last day.
 */
export function unpricedModels(db: Database.Database, book: PriceBook, nowMs: number): UnpricedModel[] {
  const before = found.get(db);
  const known = before?.book === book ? before.reasons : new Map<string, Reason>();
  const reasons = new Map<string, Reason>();
  found.set(db, { book, reasons });
  const records = new RecordedCalls(db);
  const rows = db
    .prepare(
      `SELECT c.provider AS provider_id, c.model AS model_id, p.shown AS provider, m.shown AS model, sum(r.unpriced) AS calls,
              min(r.bucket) AS first_day, max(r.bucket) AS last_day
       FROM usage_rollup AS r
       JOIN usage_cell AS c ON c.id = r.name
       JOIN usage_name AS p ON p.id = c.provider
       JOIN usage_name AS m ON m.id = c.model
       WHERE r.span = ? AND r.dimension = ? AND r.bucket >= ? AND r.unpriced > 0
       GROUP BY c.provider, c.model ORDER BY calls DESC, provider, model LIMIT ?`,
    )
    .all(SPAN_DAY, numberOf(DIMENSIONS, 'cell'), Math.floor(nowMs / DAY_MS) - LOOKED_BACK_DAYS, MAX_MODELS);
  return z
    .array(unpricedRow)
    .parse(rows)
    .map((row) => {
      const { provider, model, calls, first_day, last_day } = row;
      const key = `${row.provider_id} ${row.model_id}`;
      const last = known.get(key);
      const isSame = last !== undefined && last.calls === calls && last.last_day === last_day;
      const reason = isSame ? last : { calls, last_day, ...reasonOf(records, book, row, nowMs) };
      reasons.set(key, reason);
      return {
        provider,
        model,
        calls,
        firstDay: dateOfDay(first_day),
        lastDay: dateOfDay(last_day),
        knownNow: reason.knownNow,
        why: reason.why,
      };
    });
}

/** What the book of today makes of the calls of two days; of all of them would take too long. */
function reasonOf(
  records: RecordedCalls,
  book: PriceBook,
  row: z.output<typeof unpricedRow>,
  nowMs: number,
): Pick<Reason, 'knownNow' | 'why'> {
  const names = { provider: row.provider_id, model: row.model_id };
  const calls = [...new Set([row.last_day, row.first_day])].flatMap((day) =>
    records.unpriced(names, { fromMs: day * DAY_MS - ZONES_MS, beforeMs: (day + 1) * DAY_MS + ZONES_MS }, MAX_CALLS),
  );
  const priced = calls.map(({ call, atMs }) => priceOf(call, book, atMs));
  if (priced.some(({ costMicroUsd }) => costMicroUsd !== null)) return { knownNow: true, why: 'no_price' };
  const whys = new Set(priced.map(({ why }) => why));
  if (whys.has('unknown_tier')) return { knownNow: false, why: 'unknown_tier' };
  if (whys.size === 1 && whys.has('not_told')) return { knownNow: false, why: 'not_told' };
  const isLost = calls.length === 0 && isKnown(book, row.provider, row.model, nowMs);
  return { knownNow: false, why: isLost ? 'not_kept' : 'no_price' };
}

function isKnown(book: PriceBook, provider: string, model: string, nowMs: number): boolean {
  if (model !== '' && typeof book.priceAt(provider, model, nowMs) !== 'string') return true;
  return PRICE_UNITS.some((unit) => book.unitPriceAt(provider, model === '' ? null : model, unit, nowMs) !== null);
}
