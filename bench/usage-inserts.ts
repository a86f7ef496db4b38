import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { openDatabase } from '../electron/core/store/database.ts';
import { migrate, USAGE_MIGRATIONS } from '../electron/core/store/migrate.ts';
import { type CountedCall, Counting } from '../electron/core/usage/counted-call.ts';
import { PriceBook } from '../electron/core/usage/prices/price-book.ts';
import { RecordTable } from '../electron/core/usage/record-table.ts';
import { ReportingDays } from '../electron/core/usage/reporting-days.ts';
import { UsageStore } from '../electron/core/usage/usage-store.ts';
import { makeEntry, numbers } from './usage-records.ts';

/**
 * Batches of usage records with all their rollups, beside the same rows in the same batches without any: both in an
 * encrypted file of their own with the pragmas of the product, in turns.
 */
const BATCHES = 40;
const BATCH = 1000;
const ROUNDS = 5;
/** A busy proxy: 200 calls a second. */
const BETWEEN_MS = 5;
export const GOAL = 0.35;

export interface UsageInsertFigures {
  readonly withRollupsPerSecond: number;
  readonly rawPerSecond: number;
  readonly ratio: number;
  readonly bytesPerRecord: number;
}

export function measureUsageInserts(): UsageInsertFigures {
  const folder = mkdtempSync(join(tmpdir(), 'kh-bench-usage-'));
  try {
    const batches = makeBatches();
    const rolled: number[] = [];
    const raw: number[] = [];
    let bytesPerRecord = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      withDatabase(join(folder, `raw-${round}.db`), (db) => raw.push(perSecond(() => insertRaw(db, batches))));
      withDatabase(join(folder, `rolled-${round}.db`), (db) => {
        const store = new UsageStore(db, new ReportingDays('Europe/Berlin'));
        const spill = randomBytes(16);
        rolled.push(perSecond(() => batches.forEach((batch, n) => store.write(batch, spill, n))));
        bytesPerRecord = (Number(db.pragma('page_count', { simple: true })) * 4096) / (BATCHES * BATCH);
      });
    }
    const ratios = rolled.map((rate, round) => rate / (raw[round] ?? Number.NaN));
    return { withRollupsPerSecond: median(rolled), rawPerSecond: median(raw), ratio: median(ratios), bytesPerRecord };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function makeBatches(): readonly CountedCall[][] {
  const book = PriceBook.load(join(import.meta.dirname, '../resources/prices.json'));
  const counting = new Counting();
  const next = numbers(5);
  const startMs = Date.UTC(2026, 10, 20, 7);
  return Array.from({ length: BATCHES }, (_, batch) =>
    Array.from({ length: BATCH }, (_, place) => {
      const n = batch * BATCH + place;
      return counting.count(makeEntry(next, n, startMs + n * BETWEEN_MS), book);
    }),
  );
}

/** The rows alone: names are numbers already, nothing is summed. */
function insertRaw(db: Database.Database, batches: readonly CountedCall[][]): void {
  db.prepare("INSERT INTO usage_name VALUES (1, 0, 'x', 'x')").run();
  db.prepare('INSERT INTO usage_cell VALUES (1, 1, 1, 1, 1, 1, 1, 1)').run();
  const records = new RecordTable(db);
  for (const batch of batches) {
    db.transaction(() => {
      for (const call of batch) records.put(call, 1);
      records.end();
    }).immediate();
  }
}

function withDatabase(file: string, work: (db: Database.Database) => void): void {
  const db = openDatabase(file, 'usage', randomBytes(32), 'create');
  try {
    migrate(db, USAGE_MIGRATIONS, () => undefined);
    work(db);
  } finally {
    db.close();
  }
}

function perSecond(work: () => void): number {
  const start = performance.now();
  work();
  return (BATCHES * BATCH * 1000) / (performance.now() - start);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

export function formatUsageInserts(figures: UsageInsertFigures): string {
  const { withRollupsPerSecond, rawPerSecond, ratio, bytesPerRecord } = figures;
  return [
    `usage records in batches of ${BATCH}, encrypted file`,
    `  with all rollups  ${withRollupsPerSecond.toFixed(0).padStart(8)} records/s`,
    `  the rows alone    ${rawPerSecond.toFixed(0).padStart(8)} records/s`,
    `  ratio ${ratio.toFixed(2)} (goal: at least ${GOAL})   ${bytesPerRecord.toFixed(0)} bytes a record`,
  ].join('\n');
}
