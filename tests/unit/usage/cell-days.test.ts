import type Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { pruneRecords } from '../../../electron/core/usage/record-table.ts';
import { ReportingDays } from '../../../electron/core/usage/reporting-days.ts';
import { recordsWholeFrom } from '../../../electron/core/usage/upkeep/cell-days.ts';
import { CLIENT, Counting, OTHER } from '../quotas/counting.ts';
import { call } from './recording.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const BEGAN = Date.UTC(2030, 0, 1);
const ZONES = ['Asia/Tokyo', 'Pacific/Pago_Pago', 'Asia/Kolkata', 'Pacific/Kiritimati', 'UTC'] as const;

interface Row {
  readonly day: number;
  readonly cell: number;
  readonly requests: number;
  readonly failed: number;
  readonly tokens: number;
  readonly cost: number;
}

const cellRows = (db: Database.Database): readonly Row[] =>
  db
    .prepare(
      `SELECT bucket AS day, name AS cell, requests, failed, output_tokens AS tokens, cost_micro_usd AS cost
       FROM usage_rollup WHERE span = 1 AND dimension = 8 ORDER BY day, cell`,
    )
    .all() as readonly Row[];

/** Ten days with a call each hour, by turns of two clients, every fifth of which failed; the first days are pruned. */
function filled() {
  const counting = new Counting();
  const calls = Array.from({ length: 240 }, (_, hour) =>
    call({
      atMs: BEGAN + hour * HOUR + 1000,
      client: { id: hour % 2 === 0 ? CLIENT : OTHER, name: 'tool' },
      tokens: { outputTokens: hour },
      outcome: hour % 5 === 0 ? 'upstream_error' : 'ok',
    }),
  );
  counting.usage.record(calls);
  counting.usage.flush();
  const db = counting.vault.opened().usageDb;
  pruneRecords(db, BEGAN + 3 * DAY + 7 * HOUR, 500);
  return { counting, db };
}

const byCell = (rows: readonly Row[]) => {
  const all = new Map<number, { requests: number; failed: number; tokens: number; cost: number }>();
  for (const { cell, requests, failed, tokens, cost } of rows) {
    const so = all.get(cell) ?? { requests: 0, failed: 0, tokens: 0, cost: 0 };
    so.requests += requests;
    so.failed += failed;
    so.tokens += tokens;
    so.cost += cost;
    all.set(cell, so);
  }
  return all;
};

test('behind every change of the zone the cells of days with whole records are in it, and no call is in two days or in none', async () => {
  const { counting, db } = filled();
  const before = byCell(cellRows(db));
  const whole = recordsWholeFrom(db) as number;
  expect(whole).toBe(BEGAN / DAY + 5);
  for (const [n, zone] of ZONES.entries()) {
    await counting.travel(zone);
    if (n === 1) {
      for (let step = 0; step < 3; step += 1) counting.usage.foldOne(); // the next change comes before this one is done
      continue;
    }
    while (counting.usage.foldOne());
    const rows = cellRows(db);
    expect([zone, byCell(rows)]).toEqual([zone, before]);
    expect(rows.every(({ requests }) => requests > 0)).toBe(true);
    const days = new ReportingDays(zone);
    const raw = db.prepare('SELECT at_ms, cell FROM usage_record').all() as { at_ms: number; cell: number }[];
    const wanted = new Map<string, number>();
    for (const { at_ms, cell } of raw) {
      const day = days.dayOf(at_ms);
      if (day >= whole) wanted.set(`${day} ${cell}`, (wanted.get(`${day} ${cell}`) ?? 0) + 1);
    }
    const found = rows.flatMap(({ day, cell, requests }) =>
      day < whole ? [] : [[`${day} ${cell}`, requests] as const],
    );
    expect(new Map(found)).toEqual(wanted);
  }
});
