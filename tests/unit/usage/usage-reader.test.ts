import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { UsageReader } from '../../../electron/core/usage/worker/usage-reader.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { usageFile } from './usage-file.ts';

/** A reader over a real encrypted file, with a connection that writes it beside. */
function reading() {
  const { paths, db, vault } = usageFile();
  let flushed = 0;
  const given = { isWhole: true };
  const clock = new FakeClock();
  const reader = new UsageReader({
    vault,
    paths,
    clock,
    settle: () => {
      flushed += 1;
      return given.isWhole;
    },
  });
  onTestFinished(() => reader.locking());
  return { reader, vault, db, clock, given, flushed: () => flushed };
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

test('where the last calls cannot be written, every answer of figures says so, and is given', async () => {
  const { reader, given } = reading();
  given.isWhole = false;
  const asked = { reportingZone: 'UTC', nowMs: NOW };
  expect((await reader.query('report', REPORT)).remarks.map(({ code }) => code)).toEqual(['waiting']);
  expect((await reader.query('requests', { ...asked, limit: 10 })).remarks.at(-1)?.code).toBe('waiting');
  expect((await reader.last('anomalies', asked)).remarks.at(-1)?.code).toBe('waiting');
  const plan = { view: { kind: 'report', by: 'provider' }, ...asked } as const;
  expect((await reader.query('exportPlan', plan)).remarks.at(-1)?.code).toBe('waiting');
  expect(await reader.query('modelUse', asked)).not.toHaveProperty('remarks');
  given.isWhole = true;
  expect((await reader.query('report', REPORT)).remarks).toEqual([]);
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

/** The thread that `act` makes, as the process sees it. */
async function threadMadeBy(act: () => void): Promise<Worker> {
  const made = once(process, 'worker');
  act();
  return ((await made) as [Worker])[0];
}

test('a thread that breaks down is told of, nothing else is affected, and the next question has a new one', async () => {
  const { reader, db } = reading();
  let waiting: Promise<unknown>[] = [];
  const thread = await threadMadeBy(() => {
    waiting = [reader.query('report', REPORT), reader.last('anomalies', { reportingZone: 'UTC', nowMs: NOW })];
  });
  const answers = Promise.allSettled(waiting);
  await thread.terminate(); // as running out of its memory does
  for (const answer of await answers) {
    expect(answer).toMatchObject({
      status: 'rejected',
      reason: { code: 'internal', message: expect.stringContaining('Nothing recorded is affected') as unknown },
    });
  }
  db.prepare("INSERT INTO usage_name VALUES (1, 0, 'openai', 'openai')").run(); // it left no lock behind
  expect((await reader.query('report', REPORT)).zone).toBe('UTC');
});

test('a thread that breaks down between two pieces of a stream ends the stream with an error', async () => {
  const { reader } = reading();
  const stream = reader.stream('anomalies', { reportingZone: 'UTC', nowMs: NOW });
  let first: Promise<unknown> = Promise.resolve();
  const thread = await threadMadeBy(() => {
    first = stream.next();
  });
  await first;
  await thread.terminate();
  await expect(stream.next()).rejects.toMatchObject({ code: 'internal' });
  expect(await stream.next()).toEqual({ done: true, value: undefined });
  expect((await reader.query('report', REPORT)).zone).toBe('UTC');
});

test('what comes in pieces lets a question in between', async () => {
  const { reader, db } = reading();
  db.exec(`INSERT INTO usage_rollup (span, dimension, bucket, name, requests, failed, incomplete, unpriced, input_tokens,
    cache_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens, cost_micro_usd, latency)
    VALUES (0, 7, ${NOW / 3_600_000 - 900}, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, x'')`);
  await reader.query('report', REPORT);
  const order: string[] = [];
  const anomalies = reader.last('anomalies', { reportingZone: 'UTC', nowMs: NOW }).then(() => order.push('anomalies'));
  const report = reader.query('report', REPORT).then(() => order.push('report'));
  await Promise.all([anomalies, report]);
  expect(order).toEqual(['report', 'anomalies']);
});
