import type Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { DIMENSIONS, NAME_KINDS, numberOf, SPAN_DAY, SPAN_HOUR } from '../../../../electron/core/usage/dimensions.ts';
import type { PriceBook } from '../../../../electron/core/usage/prices/price-book.ts';
import { reprice } from '../../../../electron/core/usage/prices/reprice.ts';
import { HOUR_MS, ReportingDays } from '../../../../electron/core/usage/reporting-days.ts';
import { pruneRecords } from '../../../../electron/core/usage/record-table.ts';
import { modelPrice } from '../../../../shared/prices.ts';
import { CLIENT, Counting, OTHER } from '../../quotas/counting.ts';
import { call, SHIPPED } from '../recording.ts';

const DAY = 24 * HOUR_MS;
const BEGAN = Date.UTC(2030, 0, 1);
const BOOK: PriceBook = SHIPPED.withOwn({
  models: [
    modelPrice.parse({
      ...{ provider: 'openai', model: 'gpt-99', kind: 'chat', status: 'current', source: 'a test' },
      prices: [{ input: 3_000_000, output: 0 }],
    }),
  ],
  units: [],
});

/** Every third day a call in its first hours and one in its last, by one client or the other, of a model without a price. */
const CALLS = Array.from({ length: 28 }, (_, n) =>
  call({
    atMs: BEGAN + Math.floor(n / 2) * 3 * DAY + (n % 2 === 0 ? 1 : 16) * HOUR_MS,
    model: 'gpt-99',
    client: { id: n % 4 < 2 ? CLIENT : OTHER, name: 'tool' },
    tokens: { inputTokens: n + 1 },
  }),
);
const COST = 3 * ((28 * 29) / 2);

function filled(calls = CALLS, untilMs = BEGAN + 44 * DAY) {
  const counting = new Counting();
  counting.usage.record(calls);
  counting.usage.flush();
  counting.clock.wallMs = untilMs;
  while (counting.usage.foldOne());
  return { counting, db: counting.vault.opened().usageDb };
}

const priced = (db: Database.Database, zone: string) =>
  reprice({ db: () => db, book: BOOK, days: new ReportingDays(zone), pause: () => Promise.resolve() }, { apply: true });

interface Row {
  readonly span: number;
  readonly dimension: number;
  readonly bucket: number;
  readonly name: number;
  readonly cost: number;
  readonly unpriced: number;
}
const rowsOf = (db: Database.Database): readonly Row[] =>
  db
    .prepare('SELECT span, dimension, bucket, name, cost_micro_usd AS cost, unpriced FROM usage_rollup')
    .all() as readonly Row[];

/** What the records say of each hour and day of this zone, for every name and cell. */
function truth(db: Database.Database, zone: string): Map<string, number> {
  const days = new ReportingDays(zone);
  const sums = new Map<string, number>();
  const records = db
    .prepare('SELECT r.at_ms, r.cost_micro_usd AS cost, c.* FROM usage_record r JOIN usage_cell c ON c.id = r.cell')
    .all() as Readonly<Record<string, number>>[];
  for (const record of records) {
    const { at_ms: atMs = 0, cost = 0, id = 0 } = record;
    const of = [
      ...NAME_KINDS.map((kind, dimension) => [dimension, record[kind] ?? 0] as const),
      [numberOf(DIMENSIONS, 'all'), 0] as const,
    ];
    const add = (span: number, bucket: number, [dimension, name]: readonly [number, number]) => {
      const key = `${span} ${dimension} ${bucket} ${name}`;
      sums.set(key, (sums.get(key) ?? 0) + cost);
    };
    for (const one of of) {
      add(SPAN_HOUR, Math.floor(atMs / HOUR_MS), one);
      add(SPAN_DAY, days.dayOf(atMs), one);
    }
    add(SPAN_DAY, days.dayOf(atMs), [numberOf(DIMENSIONS, 'cell'), id]);
  }
  return sums;
}
const told = (rows: readonly Row[]) =>
  new Map(
    rows
      .filter(({ span }) => span <= SPAN_DAY)
      .map(({ span, dimension, bucket, name, cost }) => [`${span} ${dimension} ${bucket} ${name}`, cost]),
  );
/** All that a span says of a dimension. */
const sumOf = (rows: readonly Row[], span: number, dimension: 'all' | 'cell') =>
  rows
    .filter((row) => row.span === span && row.dimension === numberOf(DIMENSIONS, dimension))
    .reduce((sum, { cost, unpriced }) => [sum[0] + cost, sum[1] + unpriced] as const, [0, 0] as readonly [
      number,
      number,
    ]);

test.each([0, 1, 5, 10, 15, 20, 25, 29, 30, 31, 33, 36, 40, 45, 50, 55])(
  'new prices, %i steps into a change of the zone, are in every hour and day when it is done',
  async (steps) => {
    for (const zone of ['Asia/Tokyo', 'Pacific/Pago_Pago']) {
      const { counting, db } = filled();
      await counting.travel(zone);
      for (let step = 0; step < steps; step += 1) counting.usage.foldOne();
      expect((await priced(db, zone)).records).toBe(28);
      while (counting.usage.foldOne());
      expect(told(rowsOf(db))).toEqual(truth(db, zone));
      for (const span of [0, 1, 2, 3]) expect([span, sumOf(rowsOf(db), span, 'all')]).toEqual([span, [COST, 0]]);
    }
  },
);

test.each(
  [0, 2, 4, 6, 100].flatMap((steps) => ['Asia/Tokyo', 'Pacific/Pago_Pago'].map((zone) => [zone, steps] as const)),
)(
  'a cell that keeps the day of another zone, as not all of its records are there, gets its new cost once: %s, %i steps',
  async (zone, steps) => {
    const client = { id: OTHER, name: 'tool' };
    const late = call({ atMs: BEGAN + 31 * DAY + HOUR_MS, model: 'gpt-99', client, tokens: { inputTokens: 100 } });
    const { counting, db } = filled([...CALLS, late]);
    pruneRecords(db, BEGAN + 30 * DAY + 2 * HOUR_MS, 500);
    await counting.travel(zone);
    for (let step = 0; step < steps; step += 1) counting.usage.foldOne();
    const { newMicroUsd, records, changed } = await priced(db, zone);
    expect([records, changed]).toEqual([8, 8]);
    while (counting.usage.foldOne());
    const rows = rowsOf(db);
    for (const dimension of ['all', 'cell'] as const) {
      expect([dimension, sumOf(rows, SPAN_DAY, dimension)]).toEqual([dimension, [newMicroUsd, 21]]);
    }
  },
);

test('new prices of days that are in no week yet are in it once when they are over', async () => {
  const client = { id: CLIENT, name: 'tool' };
  const before = call({ atMs: BEGAN + 14 * DAY, model: 'gpt-99', client, tokens: { inputTokens: 0 } });
  const { counting, db } = filled([...CALLS, before], BEGAN + 15 * DAY + 2 * HOUR_MS); // a Wednesday, between its calls
  await priced(db, 'UTC');
  counting.clock.wallMs = BEGAN + 44 * DAY;
  while (counting.usage.foldOne());
  for (const span of [0, 1, 2, 3]) expect([span, sumOf(rowsOf(db), span, 'all')]).toEqual([span, [COST, 0]]);
});

test('an hour in which a day begins falls to the day before, and so does its new cost', async () => {
  const client = { id: CLIENT, name: 'tool' };
  const atMs = BEGAN + 18 * HOUR_MS + 45 * 60_000; // the day of Kolkata began a quarter of an hour before
  const { counting, db } = filled([call({ atMs, model: 'gpt-99', client, tokens: { inputTokens: 100 } })]);
  await counting.travel('Asia/Kolkata');
  while (counting.usage.foldOne());
  await priced(db, 'Asia/Kolkata');
  for (const span of [0, 1, 2, 3]) expect([span, sumOf(rowsOf(db), span, 'all')]).toEqual([span, [300, 0]]);
});
