import { parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { EXPORT_FORMATS, exportView, usageCheapest } from '../../../shared/contract/usage-records.ts';
import { usageForecast } from '../../../electron/core/usage/analysis/forecast.ts';
import { usageHeatMap } from '../../../electron/core/usage/analysis/heat-map.ts';
import { usageOverview } from '../../../electron/core/usage/analysis/overview.ts';
import { exportPieces, exportPlan, piecesOf } from '../../../electron/core/usage/export/export.ts';
import type { ExportFormat } from '../../../electron/core/usage/export/format.ts';
import { cheapestTable, driftTable, pricesTable } from '../../../electron/core/usage/export/given-tables.ts';
import type { ExportTable } from '../../../electron/core/usage/export/table.ts';
import { isGiven } from '../../../electron/core/usage/export/views.ts';
import { HOUR_MS } from '../../../electron/core/usage/reporting-days.ts';
import { startUnlockedApp } from '../../support/test-app.ts';
import { calls, type Made, usageDatabase, write } from './analysis/filled-usage.ts';

const ZONE = 'Europe/Berlin';
/** A Thursday at 13:00 in Berlin. */
const NOW = Date.UTC(2029, 10, 15, 12);
const DAY_MS = 24 * HOUR_MS;
const asked = { reportingZone: ZONE, nowMs: NOW };
type Row = Readonly<Record<string, string | number | null>>;

const bytesOf = (pieces: Iterable<{ readonly data: string; readonly encoding: 'utf8' | 'base64' }>): Buffer =>
  Buffer.concat([...pieces].map(({ data, encoding }) => Buffer.from(data, encoding)));

function bytesFor(db: ReturnType<typeof usageDatabase>, given: object, format: ExportFormat): Buffer {
  const view = exportView.parse(given);
  if (isGiven(view)) throw new Error('not of usage.db');
  const { lastId } = exportPlan(db, { view, ...asked });
  return bytesOf(exportPieces(db, { view, format, lastId, ...asked }));
}
const rowsFor = (db: ReturnType<typeof usageDatabase>, given: object): Row[] =>
  JSON.parse(bytesFor(db, given, 'json').toString()) as Row[];
const rowsOf = (table: ExportTable): Row[] => JSON.parse(bytesOf(piecesOf(table, 'json')).toString()) as Row[];

function filled(made: readonly Made[] = calls(400, NOW - 200 * HOUR_MS, 200)) {
  const db = usageDatabase();
  write(db, ZONE, made);
  return db;
}

describe('what a screen shows, exported', () => {
  test('the calendar has a row for each day of its grid, and no figures before anything was collected', () => {
    const db = filled();
    const rows = rowsFor(db, { kind: 'calendar' });
    const { from, to, days, collectedSince } = usageHeatMap(db, asked);
    expect(rows[0]).toMatchObject({ day: from, requests: null, knownCostMicroUsd: null, costCertainty: null });
    expect(rows.at(-1)).toMatchObject({ day: to });
    expect(rows.map(({ requests }) => requests ?? 0)).toEqual(days.requests);
    const since = collectedSince!.slice(0, 10);
    expect(rows.every(({ day, requests }) => (requests === null) === String(day) < since)).toBe(true);
    // A day without a call, after collecting began, is 0.
    const idle = rowsFor(filled([{ atMs: NOW }, { atMs: NOW - 3 * DAY_MS }]), { kind: 'calendar' });
    expect(idle.slice(-4).map(({ requests }) => requests)).toEqual([1, 0, 0, 1]);
    expect(rowsFor(usageDatabase(), { kind: 'calendar' }).every(({ requests }) => requests === null)).toBe(true);
  });

  test('the hours of the week, Monday first, and none where they are not kept', () => {
    const db = filled();
    const rows = rowsFor(db, { kind: 'hours-of-week', filter: { provider: ['openai'] } });
    const heat = usageHeatMap(db, { ...asked, filter: { provider: ['openai'] } }).hoursOfWeek!;
    expect(rows.map(({ requests }) => requests)).toEqual(heat.requests);
    expect(rows.map(({ tokens }) => tokens)).toEqual(heat.tokens);
    expect([rows[0], rows[25]]).toMatchObject([
      { weekday: 'Monday', hour: 0 },
      { weekday: 'Tuesday', hour: 1 },
    ]);
    const view = { kind: 'hours-of-week' as const, filter: { provider: ['openai'], client: ['agent'] } };
    expect(exportPlan(db, { view, ...asked })).toMatchObject({
      rows: 0,
      remarks: [{ code: 'no-latency' }, { code: 'days-only' }],
    });
  });

  test('the course of the forecast', () => {
    const db = filled();
    const rows = rowsFor(db, { kind: 'forecast', figure: 'requests', limit: 900 });
    const { points } = usageForecast(db, { ...asked, figure: 'requests', limit: 900 });
    expect(rows.map(({ figure: _, ...row }) => row)).toEqual(
      points.map(({ projected, ...point }) => ({
        ...point,
        low: projected?.low ?? null,
        middle: projected?.middle ?? null,
        high: projected?.high ?? null,
      })),
    );
    expect(rows.at(-1)).toMatchObject({ day: '2029-11-30', figure: 'requests', ideal: 900, actual: null });
  });

  test('anomalies, and a name of one starts no formula', () => {
    const usual = Array.from({ length: 70 }, (_, before) => ({ atMs: NOW - before * DAY_MS - HOUR_MS }));
    const db = filled([
      ...usual,
      { atMs: NOW - 2 * HOUR_MS, client: '=HYPERLINK("http://x")', costMicroUsd: 9_000_000 },
    ]);
    const rows = rowsFor(db, { kind: 'anomalies', from: '30d' });
    expect(rows.map(({ kind, day }) => [kind, day])).toEqual(
      expect.arrayContaining([
        ['new-client', '2029-11-15'],
        ['spend', '2029-11-15'],
      ]),
    );
    const csv = bytesFor(db, { kind: 'anomalies', from: '30d' }, 'csv').toString();
    expect(csv).toContain(`"'=HYPERLINK(""http://x"")"`);
    expect(csv).not.toMatch(/(^|,)"[=+@\t\r-]/m);
  });

  test('the totals: the range, the period before, each name, with error rate, percentiles and savings', () => {
    const db = filled();
    const range = { from: '2029-11-12', to: '2029-11-15' };
    const rows = rowsFor(db, { kind: 'totals', ...range, by: 'client', top: 2 });
    const overview = usageOverview(db, { ...asked, ...range, by: 'client', bucket: 'auto', top: 2, compare: true });
    expect(rows.map(({ of, key }) => [of, key])).toEqual([
      ['all', null],
      ['all-before', null],
      ...overview.series.map(({ key }) => ['client', key]),
      ['other', null],
    ]);
    for (const [row, totals] of [
      [rows[0], overview.totals],
      [rows[1], overview.previous!.totals],
      [rows[2], overview.series[0]!.totals],
    ] as const) {
      const { latency, ...rest } = totals;
      expect(row).toMatchObject({ ...rest, p50Ms: latency!.p50Ms, p95Ms: latency!.p95Ms, p99Ms: latency!.p99Ms });
      expect(row).toMatchObject({ costMicroUsd: rest.unpriced > 0 ? null : rest.knownCostMicroUsd });
    }
    expect(rows[0]).toMatchObject({ costMicroUsd: null, costCertainty: 'at-least' });
    expect(rows[1]).toMatchObject({ from: '2029-11-08', to: '2029-11-11' });
    expect(rows.at(-1)).toMatchObject({
      requests: overview.other!.totals.requests,
      p50Ms: null,
      cacheSavedMicroUsd: null,
    });
  });

  test('bars say how far their cost is known', () => {
    const db = filled([
      { atMs: NOW - DAY_MS, costMicroUsd: 40 },
      { atMs: NOW, costMicroUsd: 50 },
      { atMs: NOW, costMicroUsd: null },
    ]);
    const rows = rowsFor(db, { kind: 'overview', from: '2d', bucket: 'day' });
    expect(
      rows.map(({ costMicroUsd, knownCostMicroUsd, unpriced }) => [costMicroUsd, knownCostMicroUsd, unpriced]),
    ).toEqual([
      [40, 40, 0],
      [null, 50, 1],
    ]);
    expect(rows[0]?.costCertainty).not.toBe(rows[1]?.costCertainty);
    expect(rows[1]?.costCertainty).toBe('at-least');
  });

  test('each of them in each format holds the same rows', async () => {
    const db = filled();
    for (const kind of ['calendar', 'hours-of-week', 'forecast', 'anomalies', 'totals']) {
      const rows = rowsFor(db, { kind });
      const parquet = bytesFor(db, { kind }, 'parquet');
      const file = new Uint8Array(parquet).buffer;
      const read = await parquetReadObjects({ file });
      const plain = read.map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([name, value]) => [
            name,
            typeof value === 'bigint' ? Number(value) : value instanceof Date ? value.toISOString() : (value ?? null),
          ]),
        ),
      );
      expect(plain).toEqual(rows);
      const csv = bytesFor(db, { kind }, 'csv').toString().trimEnd().split('\r\n');
      expect(csv).toHaveLength(rows.length + 1);
    }
  });
});

describe('what is not in usage.db alone', () => {
  test('offers: a row each, the cheapest of a model first', () => {
    const offer = { credentials: ['groq/work', 'groq/home'], longPrompt: false, requests: 2, knownCostMicroUsd: 7 };
    const told = usageCheapest.parse({
      bookAsOf: '2029-11-01',
      models: [
        {
          model: 'gpt-oss-120b',
          mix: { measured: true, input: 900_000, cacheRead: 0, cacheWrite: 0, output: 100_000 },
          promptTokens: null,
          offers: [
            { ...offer, provider: 'groq', model: 'openai/gpt-oss-120b', microUsdPerMillion: 176_000 },
            { ...offer, provider: 'together', model: '=gpt', microUsdPerMillion: 194_000, longPrompt: true },
          ],
          savesMicroUsd: 0,
        },
      ],
    });
    const table = cheapestTable(told);
    expect(rowsOf(table)).toMatchObject([
      { model: 'gpt-oss-120b', provider: 'groq', credentials: 'groq/work groq/home', microUsdPerMillion: 176_000 },
      { provider: 'together', called: '=gpt', longPrompt: 1, mixInput: 900_000, promptTokens: null },
    ]);
    expect(bytesOf(piecesOf(table, 'csv')).toString()).toContain(`"'=gpt"`);
  });

  test('a comparison is that which was shown: nobody is asked again, and a lock forgets it', async () => {
    const { app } = await startUnlockedApp('requests');
    const period = { provider: 'openai', from: '2030-01-10', to: '2030-01-12' };
    const missing = expect.objectContaining({ code: 'not_found' }) as Error;
    expect(() => app.providerFigures.compared(period)).toThrow(missing);
    const report = app.providerFigures.compareInvoice({ ...period, totalMicroUsd: 41_270_000 });
    expect(rowsOf(driftTable(app.providerFigures.compared(period)))).toEqual([
      expect.objectContaining({
        ...{ of: 'total', provider: 'openai', day: null, theirCostMicroUsd: 41_270_000, ourCostMicroUsd: 0 },
        ...{ theirRequests: null, driftPercent: report.total.driftPercent, reasons: report.total.reasons.join(' ') },
      }),
    ]);
    expect(() => app.providerFigures.compared({ ...period, to: '2030-01-11' })).toThrow(missing);
    app.providerFigures.locking();
    expect(() => app.providerFigures.compared(period)).toThrow(missing);
  });

  test('the price list has a row for each price and each time since which it holds', async () => {
    const { app } = await startUnlockedApp('requests');
    const list = app.prices.list();
    const rows = rowsOf(pricesTable(list));
    expect(rows).toHaveLength(list.prices.reduce((sum, { prices }) => sum + prices.length, 0));
    const tokens = list.prices.find(({ per }) => per === 'tokens')!;
    const { input } = tokens.prices[0] as { input: number };
    expect(rows).toContainEqual(expect.objectContaining({ provider: tokens.provider, model: tokens.model, input }));
    const long = list.prices
      .flatMap((one) => (one.per === 'tokens' ? one.prices : []))
      .find((one) => one.longPrompt !== null)!;
    const { overTokens, output } = long.longPrompt!;
    expect(rows).toContainEqual(expect.objectContaining({ longPromptOver: overTokens, longPromptOutput: output }));
    expect(new Set(rows.map((row) => Object.keys(row).length))).toEqual(new Set([22]));
    for (const format of EXPORT_FORMATS)
      expect(bytesOf(piecesOf(pricesTable(list), format)).length).toBeGreaterThan(1000);
  });
});
