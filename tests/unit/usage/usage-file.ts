import { createSecretKey, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import type { Paths } from '../../../electron/core/seams.ts';
import { openDatabase } from '../../../electron/core/store/database.ts';
import { migrate, USAGE_MIGRATIONS } from '../../../electron/core/store/migrate.ts';
import { type CountedCall, Counting } from '../../../electron/core/usage/counted-call.ts';
import { NO_TOKENS } from '../../../electron/core/usage/meter/tally.ts';
import type { UsageEntry } from '../../../electron/core/usage/usage-entry.ts';
import type { OpenVault } from '../../../electron/core/vault/open-vault.ts';
import { testHome } from '../../support/test-vault.ts';
import { MemoryVault } from '../endpoint/open-vault.ts';
import { SHIPPED } from './recording.ts';

export interface UsageFile {
  readonly paths: Paths;
  readonly key: Buffer;
  readonly db: Database.Database;
  readonly vault: { lock(): void; opened(): OpenVault };
}

/** A vault whose usage.db is a real encrypted file, as other connections find it. */
export function usageFile(): UsageFile {
  const paths = testHome();
  mkdirSync(paths.home, { recursive: true });
  const key = randomBytes(32);
  const db = openDatabase(paths.usageDb, 'usage', key, 'create');
  migrate(db, USAGE_MIGRATIONS, () => undefined);
  onTestFinished(() => {
    db.close();
  });
  const memory = new MemoryVault();
  const opened = memory.opened();
  const open: OpenVault = { ...opened, usageDb: db, keys: { ...opened.keys, usageDatabase: createSecretKey(key) } };
  return {
    paths,
    key,
    db,
    vault: {
      lock: () => memory.lock(),
      opened: () => {
        memory.opened();
        return open;
      },
    },
  };
}

interface GivenCall {
  readonly atMs?: number;
  readonly provider?: string;
  readonly model?: string | null;
  readonly client?: string | null;
  readonly credential?: string;
  readonly project?: string;
  readonly outcome?: UsageEntry['outcome'];
  readonly source?: UsageEntry['source'];
  readonly latencyMs?: number;
  readonly firstByteMs?: number | null;
  readonly tokens?: Partial<typeof NO_TOKENS>;
  readonly serviceTier?: string | null;
  readonly measure?: UsageEntry['result']['measure'];
}

let made = 0;
/** A call, where only a few things of it matter. */
export function usageCall(given: GivenCall = {}): UsageEntry {
  const { provider = 'openai', credential = 'openai/work', client = 'editor' } = given;
  made += 1;
  return {
    atMs: given.atMs ?? Date.UTC(2030, 0, 15, 12),
    requestId: `request-${made}`,
    source: given.source ?? 'proxy',
    client: client === null ? null : { id: client.padEnd(10, '0'), name: client },
    credential: { id: credential.padEnd(32, '0'), version: 1, ref: credential },
    provider,
    project: given.project ?? '',
    endpoint: 'chat/completions',
    method: 'POST',
    status: given.outcome === undefined || given.outcome === 'ok' ? 200 : 500,
    outcome: given.outcome ?? 'ok',
    latencyMs: given.latencyMs ?? 120,
    firstByteMs: given.firstByteMs === undefined ? 40 : given.firstByteMs,
    retryOf: null,
    result: {
      measure: given.measure ?? 'measured',
      seen: true,
      model: given.model === undefined ? 'gpt-6-luna' : given.model,
      tokens: { ...NO_TOKENS, ...given.tokens },
      quantity: null,
      webSearches: 0,
      providerCostMicroUsd: null,
      serviceTier: given.serviceTier ?? null,
      region: null,
      errorType: null,
    },
  };
}

/** The same with a price of the test's own. */
export function pricedCall(
  given: GivenCall & {
    readonly costMicroUsd?: number | null;
    readonly savedMicroUsd?: number;
    readonly why?: CountedCall['why'];
  } = {},
): CountedCall {
  return {
    ...new Counting().count(usageCall(given), SHIPPED),
    costMicroUsd: given.costMicroUsd === undefined ? 7 : given.costMicroUsd,
    why: given.why ?? 'book',
    cacheSavedMicroUsd: given.savedMicroUsd ?? 0,
  };
}
