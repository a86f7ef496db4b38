import { expect, onTestFinished, test } from 'vitest';
import { UsageReader } from '../../../electron/core/usage/worker/usage-reader.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { usageFile } from './usage-file.ts';

/** A reader over a real encrypted file, with a connection that writes it beside. */
function reading() {
  const { paths, db, vault } = usageFile();
  let flushed = 0;
  const clock = new FakeClock();
  const reader = new UsageReader({
    vault,
    paths,
    clock,
    flush: () => (flushed += 1),
  });
  onTestFinished(() => reader.locking());
  return { reader, vault, db, clock, flushed: () => flushed };
}
const NOW = Date.UTC(2030, 0, 15, 12);
const REPORT = { query: { by: 'provider' }, zone: 'UTC', nowMs: NOW } as const;

test('a report runs on the worker thread and holds what was committed a moment ago', async () => {
  const { reader, db, flushed } = reading();
  expect((await reader.query('report', REPORT)).rows).toEqual([]);
  db.prepare("INSERT INTO usage_name VALUES (1, 0, 'openai', 'openai')").run();
  db.prepare(
    `INSERT INTO usage_rollup (span, dimension, bucket, name, requests, failed, incomplete, unpriced, input_tokens,
     cache_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens, cost_micro_usd, latency)
     VALUES (1, 0, 1, 1, 3, 0, 0, 0, 0, 0, 0, 0, 0, 7, x'')`,
  ).run();
  expect((await reader.query('report', REPORT)).rows).toEqual([expect.objectContaining({ requests: 3 })]);
  expect(flushed()).toBe(2);
});

test('an error of a query arrives with its code and hint, and the thread goes on', async () => {
  const { reader } = reading();
  const wrong = { query: { by: 'provider', from: '2030-01-16', to: '2030-01-15' }, zone: 'UTC', nowMs: NOW } as const;
  await expect(reader.query('report', wrong)).rejects.toMatchObject({
    code: 'invalid_input',
    hint: 'Swap from and to.',
  });
  expect((await reader.query('report', REPORT)).zone).toBe('UTC');
});

test('a lock ends the thread: who waits hears that the vault is locked', async () => {
  const { reader, vault } = reading();
  const waiting = reader.query('report', REPORT);
  reader.locking();
  await expect(waiting).rejects.toMatchObject({ code: 'vault_locked' });
  vault.lock();
  await expect(reader.query('report', REPORT)).rejects.toMatchObject({ code: 'vault_locked' });
});

test('the thread ends when nobody asks, and is made anew for the next question', async () => {
  const { reader, clock } = reading();
  await reader.query('report', REPORT);
  clock.advance(10 * 60_000);
  expect((await reader.query('report', REPORT)).zone).toBe('UTC');
});
