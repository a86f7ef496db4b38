import type Database from 'better-sqlite3';
import { z } from 'zod';
import type { RepriceReport } from '../../../../shared/contract/prices.ts';
import { AppError } from '../../../../shared/errors.ts';
import { DIMENSIONS, numberOf, SPAN_DAY } from '../dimensions.ts';
import type { Measure } from '../meter/meter.ts';
import { shownSum } from '../largest-sum.ts';
import { isNotWhole } from '../not-whole.ts';
import { dateOfDay, dayNumber, HOUR_MS, type ReportingDays } from '../reporting-days.ts';
import type { PriceBook } from './price-book.ts';
import { PRICE_REASONS, priceOf, type PriceReason } from './price-of.ts';
import { type RecordedCall, RecordedCalls } from './recorded-calls.ts';
import { RollupCosts } from './rollup-costs.ts';

/** One transaction each; between two of them the endpoint works. */
const PAGE = 1000;
const MAX_MODELS = 200;
/** A day in any zone lies within this of the same day in UTC. */
const AWAY_MS = 15 * HOUR_MS;
const DAY_MS = 24 * HOUR_MS;

/** What the list decided; a provider's own word, and what used nothing, stays. */
const BY_THE_LIST: ReadonlySet<PriceReason> = new Set<PriceReason>([
  'own_price',
  'book',
  'listed_elsewhere',
  'at_least',
  'free',
  'unknown_model',
  'no_price_then',
  'unknown_tier',
  'no_unit_price',
]);

export interface RepriceQuery {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly apply: boolean;
}

export interface RepriceDeps {
  /** Asked for each page: it throws once the vault is locked, and what was done by then stays. */
  readonly db: () => Database.Database;
  readonly book: PriceBook;
  readonly days: ReportingDays;
  /** Lets others work between two pages. */
  readonly pause: () => Promise<void>;
}

interface Sum {
  changed: number;
  oldMicroUsd: number;
  newMicroUsd: number;
  oldUnpriced: number;
  newUnpriced: number;
}

/**
 * Prices the kept records of a period by the book as it is now. With `apply` records and rollups are changed together,
 * a page at once; without it nothing is.
 * @throws AppError `invalid_input`, `vault_locked`.
 */
export async function reprice(deps: RepriceDeps, { from, to, apply }: RepriceQuery): Promise<RepriceReport> {
  const { days } = deps;
  const first = from === undefined ? Number.NEGATIVE_INFINITY : dayNumber(from);
  const last = to === undefined ? Number.POSITIVE_INFINITY : dayNumber(to);
  if (first > last) {
    throw new AppError('invalid_input', 'The period ends before it begins. Nothing was changed.', 'Swap from and to.');
  }
  const beforeMs = to === undefined ? Number.MAX_SAFE_INTEGER : (last + 1) * DAY_MS + AWAY_MS;
  let after = { atMs: from === undefined ? 0 : first * DAY_MS - AWAY_MS, seq: -1 };
  const total: Sum = newSum();
  const models = new Map<string, Sum & { readonly provider: string; readonly model: string }>();
  let records = 0;
  for (;;) {
    const db = deps.db();
    const page = db.transaction(() => {
      const calls = new RecordedCalls(db);
      const rollups = new RollupCosts(days);
      const put = db.prepare(
        'UPDATE usage_record SET cost_micro_usd = ?, price_reason = ?, cache_saved_micro_usd = ? WHERE seq = ?',
      );
      const read = calls.page(after, beforeMs, PAGE);
      for (const record of read) {
        const day = days.dayOf(record.atMs);
        if (day < first || day > last) continue;
        records += 1;
        const now = newPriceOf(record, deps.book);
        const saved = now.cacheSavedMicroUsd ?? 0;
        const { measure } = record.call;
        const incomplete = notWhole(measure, now.why) - notWhole(measure, record.why);
        const isOther =
          now.costMicroUsd !== record.costMicroUsd || saved !== record.cacheSavedMicroUsd || incomplete !== 0;
        const { names, provider, model } = calls.cell(record.cell);
        addTo(total, record.costMicroUsd, now.costMicroUsd);
        if (now.costMicroUsd !== record.costMicroUsd) {
          const key = `${provider}\n${model}`;
          const sum = models.get(key) ?? { ...newSum(), provider, model };
          models.set(key, sum);
          addTo(sum, record.costMicroUsd, now.costMicroUsd);
        }
        if (isOther) {
          rollups.add(record.atMs, record.cell, names, {
            cost: (now.costMicroUsd ?? 0) - (record.costMicroUsd ?? 0),
            unpriced: unpriced(now.costMicroUsd) - unpriced(record.costMicroUsd),
            saved: saved - record.cacheSavedMicroUsd,
            incomplete,
          });
        }
        if (apply && (isOther || now.why !== record.why)) {
          put.run(now.costMicroUsd, numberOf(PRICE_REASONS, now.why), saved, record.seq);
        }
      }
      if (apply) rollups.write(db);
      return read;
    });
    const read = apply ? page.immediate() : page.deferred();
    const end = read.at(-1);
    if (end === undefined || read.length < PAGE) break;
    after = { atMs: end.atMs, seq: end.seq };
    await deps.pause();
  }
  const db = deps.db();
  return {
    applied: apply,
    zone: days.zone,
    records,
    ...total,
    beyond: Math.max(0, requestsIn(db, first, last) - records),
    keptFrom: oldestDay(db, days),
    models: [...models.values()].toSorted(mostMoneyFirst).slice(0, MAX_MODELS),
  };
}

function newPriceOf(record: RecordedCall, book: PriceBook) {
  const { costMicroUsd, why, cacheSavedMicroUsd } = record;
  if (!BY_THE_LIST.has(why)) return { costMicroUsd, why, cacheSavedMicroUsd };
  return priceOf(record.call, book, record.atMs);
}

const newSum = (): Sum => ({ changed: 0, oldMicroUsd: 0, newMicroUsd: 0, oldUnpriced: 0, newUnpriced: 0 });
const unpriced = (cost: number | null): number => (cost === null ? 1 : 0);
const notWhole = (measure: Measure, why: PriceReason): number => (isNotWhole({ measure, why }) ? 1 : 0);

function addTo(sum: Sum, before: number | null, now: number | null): void {
  if (before !== now) sum.changed += 1;
  sum.oldMicroUsd = shownSum(sum.oldMicroUsd + (before ?? 0));
  sum.newMicroUsd = shownSum(sum.newMicroUsd + (now ?? 0));
  sum.oldUnpriced += unpriced(before);
  sum.newUnpriced += unpriced(now);
}

function requestsIn(db: Database.Database, first: number, last: number): number {
  const sum = db
    .prepare('SELECT sum(requests) FROM usage_rollup WHERE span = ? AND dimension = ? AND bucket BETWEEN ? AND ?')
    .pluck()
    .get(SPAN_DAY, numberOf(DIMENSIONS, 'all'), Math.max(first, 0), Math.min(last, LAST_DAY));
  return z.int().nullable().parse(sum) ?? 0;
}

const LAST_DAY = dayNumber('9999-12-30');

function oldestDay(db: Database.Database, days: ReportingDays): string | null {
  const atMs = z.int().nullable().parse(db.prepare('SELECT min(at_ms) FROM usage_record').pluck().get());
  return atMs === null ? null : dateOfDay(days.dayOf(atMs));
}

function mostMoneyFirst(one: Sum, other: Sum): number {
  const moved = (sum: Sum) => Math.abs(sum.newMicroUsd - sum.oldMicroUsd);
  return moved(other) - moved(one) || other.changed - one.changed;
}
