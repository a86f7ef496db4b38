import { expect, onTestFinished, test } from 'vitest';
import { UsageExports } from '../../../electron/core/usage/export/usage-exports.ts';
import { table } from '../../../electron/core/usage/export/table.ts';
import { UsageReader } from '../../../electron/core/usage/worker/usage-reader.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { calls, write } from './analysis/filled-usage.ts';
import { usageFile } from './usage-file.ts';

const HOURS = 100;
const CSV = { format: 'csv', view: { kind: 'requests' } } as const;

const noTable = () => Promise.reject(new Error('all of it is in usage.db'));

/** Exports over the worker thread and a real encrypted file of 5,000 calls. */
function exporting() {
  const { paths, db, vault } = usageFile();
  const clock = new FakeClock();
  write(db, 'UTC', calls(5000, clock.now() - HOURS * 3_600_000, HOURS));
  const reader = new UsageReader({ vault, paths, clock, settle: () => true });
  const exports = new UsageExports({ reader, clock, zone: () => 'UTC' });
  onTestFinished(() => {
    exports.locking();
    reader.locking();
  });
  let close: () => void = () => undefined;
  const link = {
    connection: 'one',
    onClosed: (act: () => void) => {
      close = act;
      return () => undefined;
    },
  };
  return { exports, reader, clock, link, close: () => close() };
}
const OVER = { code: 'not_found' };

test('pieces come one by one until the last, which ends it', async () => {
  const { exports, link } = exporting();
  const { id, rows, fileName, mediaType } = await exports.begin(CSV, link, noTable);
  expect({ rows, mediaType }).toEqual({ rows: 5000, mediaType: 'text/csv; charset=utf-8' });
  expect(fileName).toMatch(/^keyharbor-requests-\d{4}-\d\d-\d\d\.csv$/);
  const pieces = [];
  do pieces.push(await exports.next(id, 'one'));
  while (pieces.at(-1)?.done === false);
  expect(pieces.map(({ rows: so }) => so)).toEqual([2000, 4000, 5000, 5000]);
  // Memory stays flat on both sides: no piece grows with the number of rows.
  for (const { data } of pieces) expect(data.length).toBeLessThan(1024 * 1024);
  await expect(exports.next(id, 'one')).rejects.toMatchObject(OVER);
});

test('an export is over when it is cancelled, idle for a minute, or its connection closes', async () => {
  const { exports, clock, link, close } = exporting();
  const begun = async () => {
    const { id } = await exports.begin(CSV, link, noTable);
    await exports.next(id, 'one');
    return id;
  };
  const cancelled = await begun();
  exports.cancel(cancelled, 'another');
  await exports.next(cancelled, 'one');
  exports.cancel(cancelled, 'one');
  await expect(exports.next(cancelled, 'one')).rejects.toMatchObject(OVER);
  const idle = await begun();
  clock.advance(61_000);
  await expect(exports.next(idle, 'one')).rejects.toMatchObject(OVER);
  const left = await begun();
  close();
  await expect(exports.next(left, 'one')).rejects.toMatchObject(OVER);
});

test('nobody else reads on, and there are not too many at once', async () => {
  const { exports, link } = exporting();
  const { id } = await exports.begin(CSV, link, noTable);
  await expect(exports.next(id, 'another')).rejects.toMatchObject(OVER);
  for (let more = 0; more < 3; more += 1) await exports.begin(CSV, link, noTable);
  await expect(exports.begin(CSV, link, noTable)).rejects.toMatchObject({ code: 'throttled' });
});

test('a lock in the middle of a piece is told, and nothing is left running', async () => {
  const { exports, reader, link } = exporting();
  const { id } = await exports.begin(CSV, link, noTable);
  const waiting = exports.next(id, 'one');
  exports.locking();
  reader.locking();
  await expect(waiting).rejects.toMatchObject({ code: 'vault_locked' });
  await expect(exports.next(id, 'one')).rejects.toMatchObject(OVER);
});

test('rows that are made elsewhere are an export as any other, with a name that says what they are', async () => {
  const { exports, link } = exporting();
  const rows = Array.from({ length: 4500 }, (_, at) => [at]);
  const made = table([{ name: 'at', type: 'int' }], rows);
  const {
    id,
    rows: all,
    fileName,
  } = await exports.begin({ format: 'csv', view: { kind: 'prices' } }, link, (view) => {
    expect(view).toEqual({ kind: 'prices' });
    return Promise.resolve(made);
  });
  expect(all).toBe(4500);
  expect(fileName).toMatch(/^keyharbor-prices-/);
  const pieces = [];
  do pieces.push(await exports.next(id, 'one'));
  while (pieces.at(-1)?.done === false);
  expect(pieces.map(({ rows: so }) => so)).toEqual([2000, 4000, 4500, 4500]);
  expect(
    pieces
      .map(({ data }) => data)
      .join('')
      .trimEnd()
      .split('\r\n'),
  ).toHaveLength(4501);
  await expect(exports.next(id, 'one')).rejects.toMatchObject(OVER);
});
