import type Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { exportPieces, exportPlan } from '../../../../electron/core/usage/export/export.ts';
import { type BreakdownQuery, usageBreakdown } from '../../../../electron/core/usage/analysis/breakdown.ts';
import { HOUR_MS } from '../../../../electron/core/usage/reporting-days.ts';
import { usageBreakdown as contractBreakdown } from '../../../../shared/contract/usage-explore.ts';
import { SUM_NAMES, type UsageSums } from '../../../../shared/usage.ts';
import { figureOf, USAGE_FIGURES } from '../../../../shared/usage-words.ts';
import { calls, dayOnTheWall, fold, rawCalls, type RawCall, sum, usageDatabase, write } from './filled-usage.ts';

const FROM = Date.UTC(2029, 9, 10);
const NOW = Date.UTC(2029, 10, 8, 15, 20);
const ZONE = 'Europe/Berlin';
const RANGE = { from: '2029-10-20', to: '2029-11-03' } as const;

function filled(): Database.Database {
  const db = usageDatabase();
  write(db, ZONE, calls(700, FROM, (NOW - FROM) / HOUR_MS));
  fold(db, ZONE, NOW);
  return db;
}

function ask(db: Database.Database, given: Partial<BreakdownQuery>) {
  const common = { by: 'provider', bucket: 'day', top: 8, figure: 'spend', reportingZone: ZONE, nowMs: NOW } as const;
  return contractBreakdown.parse(usageBreakdown(db, { ...common, ...RANGE, ...given }));
}

const inRange = ({ atMs }: RawCall): boolean => {
  const day = dayOnTheWall(atMs, ZONE);
  return day >= RANGE.from && day <= RANGE.to;
};
const figures = (sums: UsageSums): number[] => SUM_NAMES.map((name) => sums[name]);
const sumsOf = (of: readonly RawCall[]): number[] => sum(of.map((call) => call.figures));

test.each([
  ['day', 'provider', 'model'],
  ['week', 'client', 'outcome'],
  ['month', 'project', 'credential'],
] as const)('by %s, each combination of %s and %s equals the raw records', (bucket, by, then) => {
  const db = filled();
  const raw = rawCalls(db).filter(inRange);
  const answer = ask(db, { bucket, by, then, top: 100 });
  expect(answer).toMatchObject({ by, then, other: null, remarks: [] });
  expect(figures(answer.totals)).toEqual(sumsOf(raw));
  expect(answer.series).toHaveLength(new Set(raw.map(({ names }) => `${names[by]} ${names[then]}`)).size);
  for (const { key, then: within, totals, values } of answer.series) {
    const mine = raw.filter(({ names }) => names[by] === key && names[then] === within);
    expect(figures(totals)).toEqual(sumsOf(mine));
    const bars = answer.buckets.map(({ from, to }) =>
      mine.filter(({ atMs }) => dayOnTheWall(atMs, ZONE) >= from && dayOnTheWall(atMs, ZONE) <= to),
    );
    expect(values.requests).toEqual(bars.map((bar) => bar.length));
    expect(values.knownCostMicroUsd).toEqual(bars.map((bar) => sumsOf(bar)[SUM_NAMES.indexOf('knownCostMicroUsd')]));
  }
});

test.each(USAGE_FIGURES)('the most of %s come first, and the rest is one', (figure) => {
  const db = filled();
  const all = ask(db, { by: 'model', figure, top: 100 });
  const ranked = all.series.map(({ totals }) => figureOf(figure, totals));
  expect(ranked).toEqual(ranked.toSorted((one, other) => other - one));
  const top = ask(db, { by: 'model', figure, top: 2 });
  expect(top.series).toEqual(all.series.slice(0, 2));
  const rest = all.series.slice(2).map(({ totals }) => figures(totals));
  expect(top.other?.names).toBe(rest.length);
  expect(top.other && figures(top.other.totals)).toEqual(sum(rest));
});

test('hours of combinations come from single calls over few days, and else it is said that bars are days', () => {
  const db = filled();
  const short = { from: '2029-11-02', to: '2029-11-03', by: 'provider', then: 'model', bucket: 'hour' } as const;
  expect(ask(db, short)).toMatchObject({ bucket: 'hour', remarks: [] });
  const long = ask(db, { ...short, from: '2029-10-20' });
  expect(long.bucket).toBe('day');
  expect(long.remarks.map(({ code }) => code)).toEqual(['days-only']);
});

test('what is divided by itself is not divided, and a filter narrows combinations too', () => {
  const db = filled();
  expect(ask(db, { then: 'provider' })).toMatchObject({ then: null });
  expect(ask(db, { then: 'provider' }).series.every(({ then }) => then === null)).toBe(true);
  const only = ask(db, { by: 'provider', then: 'client', filter: { provider: ['openai'], client: ['editor'] } });
  expect(only.series.map(({ key, then }) => [key, then])).toEqual([['openai', 'editor']]);
  const raw = rawCalls(db).filter((call) => inRange(call) && call.names.provider === 'openai');
  expect(figures(only.totals)).toEqual(sumsOf(raw.filter(({ names }) => names.client === 'editor')));
});

test('a file of it names both, a line each bar and series', () => {
  const db = filled();
  const view = { kind: 'breakdown', by: 'provider', then: 'model', bucket: 'month', top: 2, figure: 'spend' } as const;
  const input = { view: { ...view, ...RANGE }, reportingZone: ZONE, nowMs: NOW };
  const { rows, lastId } = exportPlan(db, input);
  const text = [...exportPieces(db, { ...input, format: 'csv', lastId })].map(({ data }) => data).join('');
  const [heading, first] = text.split(/\r?\n/);
  expect(heading).toMatch(/^"from","to","key","then","requests",/);
  expect(first).toMatch(/^"2029-10-20","2029-10-31","\w+","\w+-\w+",/);
  expect(rows).toBe(2 * 3);
});
