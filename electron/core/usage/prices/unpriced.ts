import type Database from 'better-sqlite3';
import { z } from 'zod';
import type { UnpricedModel } from '../../../../shared/contract/prices.ts';
import { DIMENSIONS, numberOf, SPAN_DAY } from '../dimensions.ts';
import { dateOfDay } from '../reporting-days.ts';
import { PRICE_UNITS } from '../../../../shared/prices.ts';
import type { PriceBook } from './price-book.ts';

/** What is older is not what the owner works with now, and would make the list slow. */
const LOOKED_BACK_DAYS = 90;
const MAX_MODELS = 200;
const DAY_MS = 24 * 3_600_000;

const unpricedRow = z.strictObject({
  provider: z.string(),
  model: z.string(),
  calls: z.int(),
  first_day: z.int(),
  last_day: z.int(),
});

/** Models with calls of the last 90 days whose cost is not known, most calls first. Reads rollups only. */
export function unpricedModels(db: Database.Database, book: PriceBook, nowMs: number): UnpricedModel[] {
  const rows = db
    .prepare(
      `SELECT p.shown AS provider, m.shown AS model, sum(r.unpriced) AS calls,
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
    .map(({ provider, model, calls, first_day, last_day }) => ({
      provider,
      model,
      calls,
      firstDay: dateOfDay(first_day),
      lastDay: dateOfDay(last_day),
      knownNow: isKnown(book, provider, model, nowMs),
    }));
}

function isKnown(book: PriceBook, provider: string, model: string, nowMs: number): boolean {
  if (model !== '' && typeof book.priceAt(provider, model, nowMs) !== 'string') return true;
  return PRICE_UNITS.some((unit) => book.unitPriceAt(provider, model === '' ? null : model, unit, nowMs) !== null);
}
