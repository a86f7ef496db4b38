import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { usageRequests as contractRequests } from '../../../../shared/contract/usage-records.ts';
import { exportPieces, exportPlan } from '../../../../electron/core/usage/export/export.ts';
import type { ExportFormat } from '../../../../electron/core/usage/export/format.ts';
import type { StoredView } from '../../../../electron/core/usage/export/views.ts';
import { oneRequest, type RequestsQuery, usageRequests } from '../../../../electron/core/usage/analysis/records.ts';
import { HOUR_MS } from '../../../../electron/core/usage/reporting-days.ts';
import { calls, rawCalls, usageDatabase, write } from './filled-usage.ts';

const ZONE = 'Europe/Berlin';
const FROM = Date.UTC(2029, 9, 26);
const NOW = FROM + 100 * HOUR_MS;
const asked = { reportingZone: ZONE, nowMs: NOW };

function filled(count = 300) {
  const db = usageDatabase();
  write(db, ZONE, calls(count, FROM, 100));
  return db;
}

function ask(db: ReturnType<typeof filled>, given: Partial<RequestsQuery> = {}) {
  return contractRequests.parse(usageRequests(db, { ...asked, limit: 100, ...given }));
}

describe('single calls', () => {
  test('come page by page, the latest first, each once', () => {
    const db = filled();
    const ids: number[] = [];
    let pages = 0;
    for (let cursor: string | undefined; ; ) {
      const page = ask(db, { limit: 70, ...(cursor === undefined ? {} : { cursor }) });
      ids.push(...page.records.map(({ id }) => id));
      pages += 1;
      if (page.next === null) break;
      cursor = page.next;
    }
    const times = db.prepare('SELECT seq FROM usage_record ORDER BY at_ms DESC, seq DESC').pluck().all();
    expect(ids).toEqual(times);
    expect(pages).toBe(5);
  });

  test('are those of the bar that was asked for', () => {
    const db = filled();
    const hour = { from: '2029-10-28T02:00:00Z', to: '2029-10-28T20:00:00Z' };
    const { records } = ask(db, { ...hour, filter: { provider: ['openai'] } });
    const wanted = rawCalls(db).filter(
      ({ atMs, names }) => atMs >= Date.parse(hour.from) && atMs < Date.parse(hour.to) && names.provider === 'openai',
    );
    expect(records).toHaveLength(wanted.length);
    expect(records.length).toBeGreaterThan(0);
    expect(records.every(({ provider }) => provider === 'openai')).toBe(true);
    expect(records.reduce((sum, { costMicroUsd }) => sum + (costMicroUsd ?? 0), 0)).toBe(
      wanted.reduce((sum, { figures }) => sum + (figures[9] ?? 0), 0),
    );
    // A day of the reporting zone, the one of 25 hours.
    expect(ask(db, { from: '2029-10-28', to: '2029-10-28', limit: 1000 }).records).toHaveLength(
      rawCalls(db).filter(({ atMs }) => atMs >= Date.UTC(2029, 9, 27, 22) && atMs < Date.UTC(2029, 9, 28, 23)).length,
    );
  });

  test('that are no longer kept are told of', () => {
    const db = filled();
    expect(ask(db).remarks).toEqual([]);
    db.prepare('DELETE FROM usage_record WHERE at_ms < ?').run(FROM + 50 * HOUR_MS);
    const left = ask(db);
    expect(left.remarks.map(({ code }) => code)).toEqual(['records-gone']);
    expect(Date.parse(left.keptSince ?? '')).toBeGreaterThanOrEqual(FROM + 50 * HOUR_MS);
    expect(ask(db, { from: '2029-10-29' }).remarks).toEqual([]);
    db.exec('DELETE FROM usage_record');
    expect(ask(db)).toMatchObject({ records: [], next: null, keptSince: null, remarks: [{ code: 'records-gone' }] });
    expect(ask(usageDatabase())).toMatchObject({ records: [], keptSince: null, remarks: [] });
  });

  test('a place that is none is refused', () => {
    expect(() => ask(filled(2), { cursor: '1; DROP TABLE' })).toThrow(
      expect.objectContaining({ code: 'invalid_input' }),
    );
  });

  test('one of them, with the call that repeated it', () => {
    const db = usageDatabase();
    write(db, ZONE, [
      { atMs: NOW, requestId: 'first', outcome: 'rate_limited' },
      { atMs: NOW + 300, requestId: 'second', retryOf: 'first' },
      { atMs: NOW + 400, requestId: 'third' },
    ]);
    const [, second, first] = ask(db).records;
    expect(oneRequest(db, { id: first!.id }).related).toEqual([second]);
    expect(oneRequest(db, { id: second!.id }).related).toEqual([first]);
    expect(() => oneRequest(db, { id: 99 })).toThrow(expect.objectContaining({ code: 'not_found' }));
  });
});

function exported(db: ReturnType<typeof filled>, format: ExportFormat, view: StoredView) {
  const { lastId, rows } = exportPlan(db, { view, ...asked });
  const pieces = [...exportPieces(db, { view, format, lastId, ...asked })];
  expect(pieces.map(({ done }) => done)).toEqual(pieces.map((_, at) => at === pieces.length - 1));
  expect(pieces.at(-1)?.rows).toBe(rows);
  const bytes = Buffer.concat(pieces.map(({ data, encoding }) => Buffer.from(data, encoding)));
  return { bytes, pieces, rows };
}

describe('an export', () => {
  const view: StoredView = { kind: 'requests' };

  test('as CSV holds every call, oldest first, and starts no formula', () => {
    const db = filled(2500);
    write(db, ZONE, [{ atMs: NOW, client: '=cmd|"x"', model: '@sum', project: '-1+1' }]);
    const { bytes, pieces, rows } = exported(db, 'csv', view);
    const lines = bytes.toString().trimEnd().split('\r\n');
    expect(rows).toBe(2501);
    expect(lines).toHaveLength(2502);
    expect(pieces.length).toBe(3);
    expect(lines[0]).toContain('"id","at","source","client"');
    const last = lines.at(-1) ?? '';
    expect(last).toContain('"\'=cmd|""x"""');
    expect(last).toContain('"\'@sum"');
    expect(last).toContain('"\'-1+1"');
    expect(bytes.toString()).not.toMatch(/(^|,)"[=+@\t\r-](?!\d+")/m);
  });

  test('as JSON is one document', () => {
    const db = filled(2100);
    const { bytes } = exported(db, 'json', { kind: 'requests', filter: { provider: ['openai'] } });
    const all = JSON.parse(bytes.toString()) as { id: number; provider: string; costMicroUsd: number | null }[];
    const wanted = rawCalls(db).filter(({ names }) => names.provider === 'openai');
    expect(all).toHaveLength(wanted.length);
    expect(all.reduce((sum, { costMicroUsd }) => sum + (costMicroUsd ?? 0), 0)).toBe(
      wanted.reduce((sum, { figures }) => sum + (figures[9] ?? 0), 0),
    );
    expect(JSON.parse(exported(usageDatabase(), 'json', view).bytes.toString())).toEqual([]);
  });

  test('as Parquet is read back by another program’s reader', async () => {
    const db = filled(12_000);
    const { bytes, pieces } = exported(db, 'parquet', view);
    expect(pieces).toHaveLength(3);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    expect(parquetMetadata(file).row_groups).toHaveLength(2);
    const read = await parquetReadObjects({ file });
    const json = JSON.parse(exported(db, 'json', view).bytes.toString()) as Record<string, unknown>[];
    expect(read).toHaveLength(12_000);
    const plain = (row: Record<string, unknown>) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          name,
          typeof value === 'bigint' ? Number(value) : value instanceof Date ? value.toISOString() : (value ?? null),
        ]),
      );
    for (const at of [0, 1, 9_999, 10_000, 11_999]) expect(plain(read[at] ?? {})).toEqual(json[at]);
    const empty = exported(usageDatabase(), 'parquet', view).bytes;
    expect(parquetMetadata(new Uint8Array(empty).buffer).num_rows).toBe(0n);
    // This reader does not care of what type a list of nothing is; Arrow's does: field 4, a list; none, of structs.
    expect(empty.includes(Buffer.from([0x19, 0x0c, 0x28]))).toBe(true);
    const moment = parquetMetadata(file).schema.find(({ name }) => name === 'at')?.logical_type;
    expect(moment).toEqual({ type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' });
  });

  test('leaves out what is counted meanwhile', () => {
    const db = filled(50);
    const { lastId, rows } = exportPlan(db, { view, ...asked });
    const pieces = exportPieces(db, { view, format: 'json', lastId, ...asked });
    write(db, ZONE, [{ atMs: NOW - HOUR_MS }]);
    expect([...pieces].at(-1)).toMatchObject({ rows, done: true });
    expect(rows).toBe(50);
  });

  test('of a report and of a chart holds their figures', () => {
    const db = filled(200);
    const report = exported(db, 'json', { kind: 'report', by: 'provider' });
    const rows = JSON.parse(report.bytes.toString()) as { key: string; requests: number }[];
    expect(rows.reduce((sum, row) => sum + row.requests, 0)).toBe(200);
    const chart = exported(db, 'json', { kind: 'overview', by: 'model', bucket: 'day', from: '2029-10-26', top: 2 });
    const bars = JSON.parse(chart.bytes.toString()) as { from: string; key: string; requests: number }[];
    expect(bars.reduce((sum, bar) => sum + bar.requests, 0)).toBe(200);
    expect(new Set(bars.map(({ key }) => key)).size).toBe(3);
  });
});
