import type Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { usageOverview as contractOverview } from '../../../../shared/contract/usage.ts';
import { SUM_NAMES, type UsageSums } from '../../../../shared/usage.ts';
import { usageHeatMap } from '../../../../electron/core/usage/analysis/heat-map.ts';
import { type OverviewQuery, usageOverview } from '../../../../electron/core/usage/analysis/overview.ts';
import { NAME_KINDS, numberOf } from '../../../../electron/core/usage/dimensions.ts';
import { HOUR_MS } from '../../../../electron/core/usage/reporting-days.ts';
import { usageReport } from '../../../../electron/core/usage/report.ts';
import { calls, dayOnTheWall, fold, rawCalls, type RawCall, sum, usageDatabase, write } from './filled-usage.ts';

// The clocks of Berlin go back in these weeks.
const FROM = Date.UTC(2029, 9, 10);
const NOW = Date.UTC(2029, 10, 8, 15, 20);
const ZONE = 'Europe/Berlin';

function filled(zone = ZONE, count = 700): Database.Database {
  const db = usageDatabase();
  const all = calls(count, FROM, (NOW - FROM) / HOUR_MS);
  // Several batches, so that rows are added to; the last calls lie at the edges of days and hours.
  const edges = [Date.UTC(2029, 9, 27, 22), Date.UTC(2029, 9, 28, 22, 59, 59, 999), Date.UTC(2029, 9, 28, 23)];
  for (let at = 0; at < all.length; at += 400) write(db, zone, all.slice(at, at + 400));
  write(
    db,
    zone,
    edges.map((atMs) => ({ atMs, costMicroUsd: 1_000_003 })),
  );
  return db;
}

const query = (given: Partial<OverviewQuery>): OverviewQuery => ({
  ...{ by: 'provider', bucket: 'auto', top: 8, compare: true, reportingZone: ZONE, nowMs: NOW },
  ...given,
});

function ask(db: Database.Database, given: Partial<OverviewQuery>) {
  return contractOverview.parse(usageOverview(db, query(given)));
}

const figuresOf = (sums: UsageSums): number[] => SUM_NAMES.map((name) => sums[name]);

const read = new WeakMap<Database.Database, readonly RawCall[]>();
function raw(db: Database.Database): readonly RawCall[] {
  const known = read.get(db) ?? rawCalls(db);
  read.set(db, known);
  return known;
}

/** What SQL over the raw records says. */
function expected(db: Database.Database, holds: (call: RawCall) => boolean): number[] {
  return sum(
    raw(db)
      .filter(holds)
      .map(({ figures }) => figures),
  );
}

const inDays =
  (from: string, to: string, zone = ZONE) =>
  (call: RawCall) => {
    const day = dayOnTheWall(call.atMs, zone);
    return day >= from && day <= to;
  };

describe('an overview equals the raw records', () => {
  const db = () => filled();

  test.each([
    ['provider', 'day'],
    ['model', 'week'],
    ['client', 'month'],
    ['credential', 'hour'],
    ['project', 'day'],
    ['outcome', 'auto'],
  ] as const)('by %s in %ss', (by, bucket) => {
    const usage = db();
    const [from, to] = ['2029-10-20', '2029-11-03'];
    const overview = ask(usage, { by, bucket, from, to });
    const holds = inDays(from, to);
    expect(figuresOf(overview.totals)).toEqual(expected(usage, holds));
    expect(overview.series.length).toBeGreaterThan(1);
    for (const { key, totals, values } of overview.series) {
      const ofKey = raw(usage).filter((call) => holds(call) && call.names[by] === key);
      expect(figuresOf(totals)).toEqual(sum(ofKey.map(({ figures }) => figures)));
      const shown = overview.buckets.map((_, at) => SUM_NAMES.map((name) => values[name][at]));
      const wanted = overview.buckets.map(({ from: first, to: last }) => {
        const isIn =
          overview.bucket === 'hour'
            ? ({ atMs }: RawCall) => atMs >= Date.parse(first) && atMs < Date.parse(last)
            : inDays(first, last);
        return sum(ofKey.filter(isIn).map(({ figures }) => figures));
      });
      expect(shown).toEqual(wanted);
    }
  });

  test('hours of the day that has 25 of them are all there', () => {
    const overview = ask(db(), { bucket: 'hour', from: '2029-10-28', to: '2029-10-28' });
    expect(overview.buckets).toHaveLength(25);
    expect(overview.buckets[0]?.from).toBe('2029-10-27T22:00:00Z');
    expect(overview.values.knownCostMicroUsd[0]).toBeGreaterThanOrEqual(1_000_003);
    expect(overview.values.knownCostMicroUsd[24]).toBeGreaterThanOrEqual(1_000_003);
  });

  test('times within a day take hours at the edges and days between', () => {
    const usage = db();
    const [from, to] = ['2029-10-20T05:00:00Z', '2029-10-30T11:00:00Z'];
    const overview = ask(usage, { bucket: 'day', from, to });
    const holds = ({ atMs }: RawCall) => atMs >= Date.parse(from) && atMs < Date.parse(to);
    expect(figuresOf(overview.totals)).toEqual(expected(usage, holds));
    expect(overview).toMatchObject({ from, to });
    expect(overview.buckets.map(({ partial }) => partial)).toEqual([
      true,
      ...Array.from({ length: 9 }, () => false),
      true,
    ]);
    expect(overview.buckets).toHaveLength(11);
  });

  test.each(['UTC', 'America/St_Johns', 'Asia/Tokyo'])('days of %s, which is not the reporting zone', (zone) => {
    const usage = db();
    const [from, to] = ['2029-10-20', '2029-10-31'];
    const overview = ask(usage, { zone, bucket: 'day', from, to });
    expect(overview.zone).toBe(zone);
    // An hour belongs to the day in which it begins.
    const holds = (call: RawCall) =>
      inDays(from, to, zone)({ ...call, atMs: Math.floor(call.atMs / HOUR_MS) * HOUR_MS });
    expect(figuresOf(overview.totals)).toEqual(expected(usage, holds));
  });

  test('a reporting zone whose days begin at half an hour', () => {
    const usage = filled('Asia/Kolkata');
    // Within the hours of UTC that lie in two days there.
    const within = ['20T18:10', '20T18:40', '24T18:10', '24T18:40'].map((at) => Date.parse(`2029-10-${at}:00Z`));
    write(
      usage,
      'Asia/Kolkata',
      within.map((atMs, n) => ({ atMs, costMicroUsd: 10 ** (6 + n) })),
    );
    const [from, to] = ['2029-10-20', '2029-10-31'];
    const overview = ask(usage, { reportingZone: 'Asia/Kolkata', bucket: 'day', from, to });
    expect(figuresOf(overview.totals)).toEqual(expected(usage, inDays(from, to, 'Asia/Kolkata')));
    const hours = { from: '2029-10-20T05:00:00Z', to: '2029-10-25T05:00:00Z' };
    const byHours = ask(usage, { reportingZone: 'Asia/Kolkata', bucket: 'day', ...hours });
    const holds = ({ atMs }: RawCall) => atMs >= Date.parse(hours.from) && atMs < Date.parse(hours.to);
    expect(figuresOf(byHours.totals)).toEqual(expected(usage, holds));
  });

  test('one filter, by hour and by another dimension by day', () => {
    const usage = db();
    const [from, to] = ['2029-10-20', '2029-10-31'];
    const holds = (call: RawCall) => inDays(from, to)(call) && call.names.client === 'editor';
    for (const by of ['client', 'model', 'outcome'] as const) {
      const overview = ask(usage, { by, top: 20, bucket: 'day', from, to, filter: { client: ['editor'] } });
      expect(figuresOf(overview.totals)).toEqual(expected(usage, holds));
      const stacked = sum(overview.series.map(({ totals }) => figuresOf(totals)));
      expect(stacked).toEqual(figuresOf(overview.totals));
      expect(overview.remarks.map(({ code }) => code)).toEqual(by === 'client' ? [] : ['no-latency']);
    }
    const byId = ask(usage, { by: 'client', bucket: 'hour', from, to, filter: { client: ['id-of-editor'] } });
    expect(figuresOf(byId.totals)).toEqual(expected(usage, holds));
  });

  test('several filters by hour come from single calls over few days, and else by day, which is said', () => {
    const usage = db();
    const filter = { provider: ['openai', 'anthropic'], project: [''] };
    const matches = ({ names }: RawCall) => filter.provider.includes(names.provider ?? '') && names.project === '';
    const day = ask(usage, { by: 'model', bucket: 'hour', from: '2029-10-28', to: '2029-10-29', filter });
    expect(day.bucket).toBe('hour');
    expect(day.totals.latency?.p95Ms).toBeGreaterThan(0);
    const inThese = inDays('2029-10-28', '2029-10-29');
    expect(figuresOf(day.totals)).toEqual(expected(usage, (call) => inThese(call) && matches(call)));
    const week = ask(usage, { by: 'model', bucket: 'hour', from: '2029-10-22', to: '2029-10-29', filter });
    expect(week.bucket).toBe('day');
    expect(week.remarks.map(({ code }) => code)).toEqual(['days-only', 'no-latency']);
    const inWeek = inDays('2029-10-22', '2029-10-29');
    expect(figuresOf(week.totals)).toEqual(expected(usage, (call) => inWeek(call) && matches(call)));
    usage.prepare('DELETE FROM usage_record WHERE at_ms < ?').run(Date.UTC(2029, 9, 28, 12));
    const pruned = ask(usage, { by: 'model', bucket: 'hour', from: '2029-10-28', to: '2029-10-29', filter });
    expect(pruned.bucket).toBe('day');
    expect(figuresOf(pruned.totals)).toEqual(figuresOf(day.totals));
  });

  test('what is in no series of its own is one, and nothing is lost', () => {
    const overview = ask(db(), { by: 'model', bucket: 'day', top: 3, from: '2029-10-12', to: '2029-11-01' });
    expect(overview.series).toHaveLength(3);
    expect(overview.other?.names).toBeGreaterThan(3);
    const stacked = sum([...overview.series.map(({ totals }) => figuresOf(totals)), figuresOf(overview.other!.totals)]);
    expect(stacked).toEqual(figuresOf(overview.totals));
    const costs = overview.series.map(({ totals }) => totals.knownCostMicroUsd);
    expect(costs).toEqual(costs.toSorted((one, other) => other - one));
  });

  test('percentiles lie within a bucket of the true ones, and savings are summed', () => {
    const usage = db();
    const { totals, series } = ask(usage, { by: 'provider', from: '2029-10-12', to: '2029-11-01' });
    const held = raw(usage).filter(inDays('2029-10-12', '2029-11-01'));
    for (const [latency, some] of [
      [totals.latency, held],
      [series[0]?.totals.latency, held.filter(({ names }) => names.provider === series[0]?.key)],
    ] as const) {
      const sorted = some.map(({ latencyMs }) => latencyMs).toSorted((one, other) => one - other);
      for (const [shown, part] of [
        [latency?.p50Ms, 0.5],
        [latency?.p95Ms, 0.95],
        [latency?.p99Ms, 0.99],
      ] as const) {
        const real = sorted[Math.ceil(sorted.length * part) - 1] ?? 0;
        expect(shown).toBeGreaterThanOrEqual(real);
        expect(shown).toBeLessThanOrEqual(Math.max(real, 1) * 1.19);
      }
    }
    expect(totals.cacheSavedMicroUsd).toBe(held.reduce((all, { savedMicroUsd }) => all + savedMicroUsd, 0));
    expect(totals.errorRate).toBe(totals.failed / totals.requests);
  });

  test('reports, heat maps and charts say the same', () => {
    const usage = db();
    const range = { from: '2029-10-20', to: '2029-11-03' };
    const overview = ask(usage, { by: 'model', top: 100, bucket: 'day', ...range });
    const context = { zone: ZONE, nowMs: NOW };
    const report = usageReport(usage, { by: 'model', ...range }, context);
    expect(report.rows.map((row) => [row.key, ...figuresOf(row)])).toEqual(
      overview.series.map(({ key, totals }) => [key, ...figuresOf(totals)]),
    );
    const days = usageReport(usage, { by: 'day', ...range }, context);
    expect(days.rows.map(({ key, knownCostMicroUsd }) => [key, knownCostMicroUsd])).toEqual(
      overview.buckets.map(({ from }, at) => [from, overview.values.knownCostMicroUsd[at]]),
    );
    const heat = usageHeatMap(usage, { reportingZone: ZONE, nowMs: NOW });
    expect(heat.from).toBe('2028-11-06'); // a Monday, 52 weeks before that of today
    expect(heat.to).toBe('2029-11-08');
    expect(heat.days.requests).toHaveLength(52 * 7 + 4);
    const at = (day: string) => (Date.parse(day) - Date.parse(heat.from)) / (24 * HOUR_MS);
    expect(heat.days.knownCostMicroUsd.slice(at('2029-10-20'), at('2029-11-04'))).toEqual(
      overview.values.knownCostMicroUsd,
    );
    const wall = (atMs: number) => {
      const parts = new Intl.DateTimeFormat('en-GB', {
        timeZone: ZONE,
        weekday: 'short',
        hour: '2-digit',
        hourCycle: 'h23',
      });
      const [day = '', hour = ''] = parts.format(atMs).split(/,? /);
      return ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(day) * 24 + Number(hour);
    };
    const ofWeek = new Array<number>(168).fill(0);
    for (const { atMs } of raw(usage)) ofWeek[wall(atMs)] = (ofWeek[wall(atMs)] ?? 0) + 1;
    expect(heat.hoursOfWeek?.requests).toEqual(ofWeek);
  });

  test('a report takes filters, words and times', () => {
    const usage = db();
    const context = { zone: ZONE, nowMs: NOW };
    const total = (given: Parameters<typeof usageReport>[1]) =>
      sum(usageReport(usage, given, context).rows.map((row) => figuresOf(row)));
    const filter = { outcome: ['ok'], provider: ['openai'] };
    const matches = ({ names }: RawCall) => names.outcome === 'ok' && names.provider === 'openai';
    expect(total({ by: 'model', filter })).toEqual(expected(usage, matches));
    expect(total({ by: 'day', from: '7d', filter })).toEqual(
      expected(usage, (call) => matches(call) && inDays('2029-11-02', '2029-11-08')(call)),
    );
    expect(total({ by: 'model', from: 'last-month', to: 'last-month' })).toEqual(
      expected(usage, inDays('2029-10-01', '2029-10-31')),
    );
    const [from, to] = ['2029-10-20T05:10:00Z', '2029-10-30T11:00:00Z'];
    const holds = ({ atMs }: RawCall) => atMs >= Date.parse('2029-10-20T05:00:00Z') && atMs < Date.parse(to);
    expect(total({ by: 'client', from, to })).toEqual(expected(usage, holds));
    expect(total({ by: 'day', from, to })).toEqual(expected(usage, holds));
  });

  test.each(['Europe/Berlin', 'Asia/Kolkata'])(
    'several names at once are the same in reports, overviews and breakdowns, also by times within days (%s)',
    (zone) => {
      const usage = filled(zone);
      const context = { zone, nowMs: NOW };
      const filter = { outcome: ['ok'], provider: ['openai'] };
      const named = usage.prepare('SELECT name FROM usage_name WHERE kind = ? AND shown = ?').pluck();
      const clientId = String(named.get(numberOf(NAME_KINDS, 'client'), 'editor'));
      const from = (hours: number) => new Date(NOW - hours * HOUR_MS).toISOString();
      for (const hours of [3, 30, 60]) {
        const holds = ({ atMs }: RawCall) => atMs >= Math.floor((NOW - hours * HOUR_MS) / HOUR_MS) * HOUR_MS;
        const wanted = expected(
          usage,
          (call) => holds(call) && call.names.outcome === 'ok' && call.names.provider === 'openai',
        );
        const rows = (given: object) => usageReport(usage, { by: 'model', from: from(hours), ...given }, context);
        const report = rows({ filter });
        expect(sum(report.rows.map(figuresOf))).toEqual(wanted);
        expect(sum(rows({ filter, by: 'day' }).rows.map(figuresOf))).toEqual(wanted);
        expect(report.remarks).toEqual([]);
        const overview = ask(usage, { by: 'model', top: 100, from: from(hours), filter, reportingZone: zone });
        expect(figuresOf(overview.totals)).toEqual(wanted);
        expect(overview.series.map(({ key, totals }) => [key, ...figuresOf(totals)])).toEqual(
          report.rows.map((row) => [row.key, ...figuresOf(row)]),
        );
        // What a client reads back of itself, whatever it is summed by.
        const own = sum(rows({ clientId }).rows.map(figuresOf));
        if (hours === 60) expect(own[0]).toBeGreaterThan(0);
        expect(sum(rows({ clientId, by: 'client' }).rows.map(figuresOf))).toEqual(own);
        expect(own).toEqual(sum(rows({ by: 'client', filter: { client: [clientId] } }).rows.map(figuresOf)));
      }
    },
  );

  test('of longer ranges only the hours beside whole days are single calls; where these are gone, whole days count', () => {
    const usage = db();
    const context = { zone: ZONE, nowMs: NOW };
    const filter = { outcome: ['ok'], provider: ['openai'] };
    const [from, to] = ['2029-10-20T05:10:00Z', '2029-10-30T11:00:00Z'];
    const matches = ({ names }: RawCall) => names.outcome === 'ok' && names.provider === 'openai';
    const holds = (call: RawCall) =>
      matches(call) && call.atMs >= Date.parse('2029-10-20T05:00:00Z') && call.atMs < Date.parse(to);
    const exact = expected(usage, holds);
    const whole = expected(usage, (call) => matches(call) && inDays('2029-10-20', '2029-10-30')(call));
    const asked = () => {
      const report = usageReport(usage, { by: 'model', from, to, filter }, context);
      const overview = ask(usage, { by: 'model', bucket: 'day', from, to, filter });
      return { report, overview, sums: [sum(report.rows.map(figuresOf)), figuresOf(overview.totals)] };
    };
    expect(exact).not.toEqual(whole);
    const first = asked();
    expect(first.sums).toEqual([exact, exact]);
    expect(first.report.remarks).toEqual([]);
    expect(first.overview.remarks.map(({ code }) => code)).toEqual(['no-latency']);
    expect(first.overview.buckets).toHaveLength(11);
    usage.prepare('DELETE FROM usage_record WHERE at_ms < ?').run(Date.UTC(2029, 9, 20, 12));
    const second = asked();
    expect(second.sums).toEqual([whole, whole]);
    expect(second.report.remarks.map(({ code }) => code)).toEqual(['whole-days']);
    expect(second.overview.remarks.map(({ code }) => code)).toEqual(['whole-days', 'no-latency']);
  });
});

describe('weeks and months that were summed once more', () => {
  const END = Date.UTC(2029, 8, 20, 10);
  const year = (zone: string) => {
    const db = usageDatabase();
    write(db, zone, calls(1200, END - 380 * 24 * HOUR_MS, 380 * 24, 11));
    return db;
  };

  test.each(['Europe/Berlin', 'Asia/Kolkata'])('change no figure (%s)', (zone) => {
    const db = year(zone);
    const asked = { reportingZone: zone, nowMs: END };
    const questions: Partial<OverviewQuery>[] = [
      { bucket: 'auto', from: '365d' },
      { bucket: 'month', from: 'last-year', to: 'this-year' },
      { bucket: 'week', from: '2028-12-06', to: '2029-09-18', by: 'model', top: 3 },
      { bucket: 'month', from: '2028-10-12T07:00:00Z', to: '2029-09-02T05:00:00Z' },
      { bucket: 'month', from: '2029-01-15', zone: 'America/New_York' },
      { bucket: 'week', from: '100d', by: 'client', filter: { client: ['editor'] } },
    ];
    const all = () => questions.map((given) => ask(db, { ...asked, ...given }));
    const report = () => usageReport(db, { by: 'model', from: '2028-11-11' }, { zone, nowMs: END });
    const before = { overviews: all(), report: report() };
    fold(db, zone, END);
    expect(db.prepare('SELECT count(*) FROM usage_rollup WHERE span > 1').pluck().get()).toBeGreaterThan(100);
    expect(all()).toEqual(before.overviews);
    expect(report()).toEqual(before.report);
    write(db, zone, [{ atMs: END - 200 * 24 * HOUR_MS, costMicroUsd: 5_000_000 }]); // told late
    const late = ask(db, { ...asked, bucket: 'month', from: '365d' });
    expect(figuresOf(late.totals)).toEqual(
      sum(
        rawCalls(db)
          .filter(inDays(late.from, late.to, zone))
          .map((c) => c.figures),
      ),
    );
  });
});

describe('the time before', () => {
  test.each([
    ['seven days', '2029-11-02', '2029-11-08', '2029-10-26', '2029-11-01'],
    ['a month', '2029-10-01', '2029-10-31', '2029-09-01', '2029-09-30'],
    ['the beginning of a month', '2029-11-01', '2029-11-08', '2029-10-01', '2029-10-08'],
    ['more days than the month before has', '2028-03-01', '2028-03-30', '2028-02-01', '2028-02-29'],
    ['the beginning of a year', '2029-01-01', '2029-11-08', '2028-01-01', '2028-11-07'],
    ['the first of a month', '2029-11-01', '2029-11-01', '2029-10-31', '2029-10-31'],
  ])('of %s', (_, from, to, before, until) => {
    const usage = filled(ZONE, 300);
    const { previous } = ask(usage, { from, to, bucket: 'day' });
    expect(previous).toMatchObject({ from: before, to: until });
    expect(figuresOf(previous!.totals)).toEqual(expected(usage, inDays(before, until)));
  });

  test('of 24 hours', () => {
    const { previous, from, to, buckets } = ask(filled(ZONE, 300), { from: '24h' });
    expect([from, to]).toEqual(['2029-11-07T16:00:00Z', '2029-11-08T16:00:00Z']);
    expect(buckets).toHaveLength(24);
    expect(buckets.at(-1)?.partial).toBe(true);
    expect(previous).toMatchObject({ from: '2029-11-06T16:00:00Z', to: '2029-11-07T16:00:00Z' });
  });
});

describe('questions without much of an answer', () => {
  test('an empty database', () => {
    const overview = ask(usageDatabase(), {});
    expect(overview).toMatchObject({ series: [], other: null, collectedSince: null, remarks: [] });
    expect(overview.buckets).toHaveLength(30);
    expect(overview.totals).toMatchObject({ requests: 0, errorRate: null, latency: null });
    expect(ask(usageDatabase(), { from: 'all' }).buckets.length).toBeGreaterThan(0);
  });

  test('one call', () => {
    const usage = usageDatabase();
    write(usage, ZONE, [{ atMs: NOW - HOUR_MS, costMicroUsd: 7 }]);
    const overview = ask(usage, { from: 'all' });
    expect(overview.totals).toMatchObject({ requests: 1, knownCostMicroUsd: 7, errorRate: 0 });
    expect(overview).toMatchObject({
      from: '2029-11-08',
      to: '2029-11-08',
      collectedSince: '2029-11-08T14:00:00.000Z',
    });
  });

  test('days to come', () => {
    const overview = ask(filled(ZONE, 50), { from: '2031-01-01', to: '2031-01-31' });
    expect(overview.totals.requests).toBe(0);
    expect(overview.buckets).toHaveLength(31);
    expect(ask(filled(ZONE, 50), { from: '2031-01-01' }).buckets.length).toBeGreaterThan(0);
  });

  test('a range that begins before anything was counted says so', () => {
    expect(ask(filled(ZONE, 50), { from: '2029-01-01' }).remarks.map(({ code }) => code)).toEqual([
      'before-collection',
    ]);
  });

  test('a name that nothing was counted under', () => {
    const overview = ask(filled(ZONE, 50), { filter: { client: ['nobody'] } });
    expect(overview.totals.requests).toBe(0);
    expect(overview.series).toEqual([]);
    expect(overview.remarks.map(({ code }) => code)).toContain('unknown-name');
  });

  test.each([
    ['the wrong way round', { from: '2029-11-02', to: '2029-11-01' }],
    ['in no zone', { zone: 'Mars/Olympus' }],
    ['of too many hours', { from: '2020-01-01', to: '2029-01-01', bucket: 'hour' as const }],
    ['of too many days', { from: '1970-01-01', to: '9999-12-31', bucket: 'day' as const }],
    ['at no time', { from: '2029-02-31T99:00:00Z' }],
  ])('a range %s is refused', (_, given) => {
    expect(() => ask(usageDatabase(), given)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
  });
});
