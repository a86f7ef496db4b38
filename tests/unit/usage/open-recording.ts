import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { EndedCall } from '../../../electron/core/usage/ended-call.ts';
import { SHARED_MEMORY } from '../../../electron/core/usage/recording/outliving-memory.ts';
import { UsageRecording } from '../../../electron/core/usage/recording/usage-recording.ts';
import { unlockedVault } from '../../support/test-vault.ts';
import { callOrigin, listening, SHIPPED } from './recording.ts';

/**
 * The recording of an open vault, with its thread, over a real file.
 * @param outliving - the folder of files that outlive the process; null: there is none.
 */
export async function openRecording(zone = 'UTC', outliving: string | null = null) {
  const test = await unlockedVault();
  const told = listening();
  const given = { zone, book: SHIPPED };
  const usage = new UsageRecording({
    ...{ vault: test.vault, paths: test.paths, clock: test.clock, ...told },
    zone: () => given.zone,
    outliving,
    get book() {
      return given.book;
    },
  });
  test.vault.onUnlocked(() => usage.unlocked());
  test.vault.onLocking(() => usage.locking());
  usage.unlocked();
  const db = () => test.vault.opened().usageDb;
  const count = () => db().prepare('SELECT count(*) FROM usage_record').pluck().get();
  const days = () =>
    db()
      .prepare('SELECT bucket, requests FROM usage_rollup WHERE span = 1 AND dimension = 7 ORDER BY bucket')
      .raw()
      .all() as [number, number][];
  return { ...test, ...told, given, usage, db, count, days };
}

export type OpenRecording = Awaited<ReturnType<typeof openRecording>>;

export const COMPLETION = {
  model: 'gpt-6-luna',
  usage: { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 },
};
/** One object: the first of its calls goes as a message, the others through the ring. */
const ORIGIN = callOrigin();
let ended = 0;
export function endedCall(given: Partial<EndedCall<Buffer>> = {}): EndedCall<Buffer> {
  ended += 1;
  return {
    origin: ORIGIN,
    startedAtMs: Date.UTC(2030, 0, 15, 12),
    requestId: `ended-${ended}`,
    outcome: 'ok',
    status: 200,
    latencyMs: 12,
    firstByteMs: 11,
    retryOf: null,
    providerRequestId: null,
    requestModel: null,
    requestBody: null,
    answer: { status: 200, contentType: 'application/json', usage: null },
    body: Buffer.from(JSON.stringify(COMPLETION)),
    result: null,
    ...given,
  };
}

/** Until the thread has said what it has to say. */
export async function until(is: () => boolean): Promise<void> {
  while (!is()) await setImmediate();
}

/** A folder of files that are memory, for this test. Linux. */
export function memoryFolder(): string {
  const folder = mkdtempSync(join(SHARED_MEMORY, 'keyharbor-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
