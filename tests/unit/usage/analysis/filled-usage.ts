import Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import { USAGE_MIGRATIONS } from '../../../../electron/core/store/migrate.ts';
import { type CountedCall, Counting } from '../../../../electron/core/usage/counted-call.ts';
import { OUTCOMES } from '../../../../electron/core/usage/dimensions.ts';
import { newTally, NO_TOKENS } from '../../../../electron/core/usage/meter/tally.ts';
import { HOUR_MS, ReportingDays } from '../../../../electron/core/usage/reporting-days.ts';
import type { UsageEntry } from '../../../../electron/core/usage/usage-entry.ts';
import { UsageStore } from '../../../../electron/core/usage/usage-store.ts';
import { SHIPPED } from '../recording.ts';

/** A usage.db in memory, written by the product's own store. */
export function usageDatabase(): Database.Database {
  const db = new Database(':memory:');
  onTestFinished(() => void db.close());
  for (const sql of USAGE_MIGRATIONS) db.exec(sql);
  return db;
}

/** Numbers that look random and are the same each time (a linear congruential generator of 32 bits). */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export interface Made {
  readonly atMs: number;
  readonly provider?: string;
  readonly model?: string;
  readonly client?: string;
  readonly clientId?: string;
  /** null: no key of the vault. */
  readonly label?: string | null;
  readonly project?: string;
  readonly outcome?: (typeof OUTCOMES)[number];
  readonly costMicroUsd?: number | null;
  readonly measure?: 'measured' | 'incomplete' | 'missing' | 'none';
  readonly tokens?: Partial<typeof NO_TOKENS>;
  readonly latencyMs?: number;
  readonly cacheSavedMicroUsd?: number;
  readonly requestId?: string;
  readonly retryOf?: string | null;
}

/** Sums the days before this one into weeks and months, as the upkeep of the program does. */
export function fold(db: Database.Database, zone: string, todayMs: number): void {
  const days = new ReportingDays(zone);
  const store = new UsageStore(db, days);
  for (let left = 500; left > 0 && store.foldOne(days.dayOf(todayMs)); left -= 1);
}

let made = 0;
export function priced(given: Made): CountedCall {
  made += 1;
  const { provider = 'openai', client = 'editor', label = 'work', outcome = 'ok', costMicroUsd = 150 } = given;
  const entry: UsageEntry = {
    atMs: given.atMs,
    requestId: given.requestId ?? `request-${made}`,
    source: 'proxy',
    client: client === '' ? null : { id: (given.clientId ?? `id-of-${client}`).slice(0, 256), name: client },
    credential:
      label === null
        ? null
        : { id: `${provider}${label}`.padEnd(32, '0').slice(0, 32), version: 1, ref: `${provider}/${label}` },
    provider,
    project: given.project ?? '',
    endpoint: 'chat/completions',
    method: 'POST',
    status: outcome === 'ok' ? 200 : 500,
    outcome,
    latencyMs: given.latencyMs ?? 120,
    firstByteMs: 40,
    retryOf: given.retryOf ?? null,
    result: {
      ...newTally(),
      measure: given.measure ?? 'measured',
      seen: true,
      model: given.model ?? 'gpt-6-luna',
      tokens: { ...NO_TOKENS, inputTokens: 1000, outputTokens: 100, ...given.tokens },
    },
  };
  const cacheSavedMicroUsd = given.cacheSavedMicroUsd ?? 0;
  const why = costMicroUsd === null ? 'unknown_model' : 'book';
  return { ...new Counting().count(entry, SHIPPED), costMicroUsd, why, cacheSavedMicroUsd };
}

export function write(db: Database.Database, zone: string, batch: readonly Made[]): void {
  new UsageStore(db, new ReportingDays(zone)).write(batch.map(priced), Buffer.alloc(16), 0);
}

/** Calls of all kinds, spread over the hours given. */
export function calls(count: number, fromMs: number, hours: number, seed = 7): Made[] {
  const next = numbers(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() ** 2 * list.length)] as T;
  return Array.from({ length: count }, () => {
    const provider = pick(['openai', 'anthropic', 'google', 'mistral']);
    const client = pick(['editor', 'agent', 'script', '']);
    return {
      atMs: fromMs + Math.floor(next() * hours * HOUR_MS),
      provider,
      client,
      label: pick(['work', 'home']),
      model: `${provider}-${pick(['large', 'small', 'tiny'])}`,
      project: pick(['/home/someone/app', '', '/home/someone/site']),
      outcome: pick(OUTCOMES),
      costMicroUsd: next() < 0.1 ? null : Math.floor(next() * 90_000),
      measure: pick(['measured', 'incomplete', 'none', 'missing'] as const),
      latencyMs: Math.floor(next() ** 4 * 20_000),
      tokens: {
        inputTokens: Math.floor(next() * 9000),
        cacheReadTokens: Math.floor(next() * 500),
        cacheWriteTokens: Math.floor(next() * 50),
        cacheWriteLongTokens: Math.floor(next() * 5),
        outputTokens: Math.floor(next() * 900),
        reasoningTokens: Math.floor(next() * 90),
      },
      cacheSavedMicroUsd: Math.floor(next() * 100),
    };
  });
}

/** One call as SQL finds it in the raw records, with the figures in the order of the contract. */
export interface RawCall {
  readonly atMs: number;
  readonly latencyMs: number;
  readonly savedMicroUsd: number;
  readonly names: Readonly<Record<string, string>>;
  readonly figures: readonly number[];
}

export function rawCalls(db: Database.Database): RawCall[] {
  const kinds = ['provider', 'credential', 'client', 'project', 'model', 'endpoint', 'outcome'];
  const rows = db
    .prepare(
      `SELECT r.*, ${kinds.map((kind) => `(SELECT shown FROM usage_name WHERE id = c.${kind}) AS ${kind}`).join(', ')}
       FROM usage_record AS r JOIN usage_cell AS c ON c.id = r.cell ORDER BY r.seq`,
    )
    .all() as Record<string, number | string | null>[];
  return rows.map((row) => {
    const figure = (name: string) => Number(row[name] ?? 0);
    return {
      atMs: figure('at_ms'),
      latencyMs: figure('latency_ms'),
      savedMicroUsd: figure('cache_saved_micro_usd'),
      names: Object.fromEntries(kinds.map((kind) => [kind, String(row[kind])])),
      figures: [
        1,
        row.outcome === 'ok' || row.outcome === 'cached' ? 0 : 1,
        row.measure === 1 || row.measure === 2 ? 1 : 0,
        row.cost_micro_usd === null ? 1 : 0,
        figure('input_tokens'),
        figure('cache_read_tokens'),
        figure('cache_write_tokens') + figure('cache_write_long_tokens'),
        figure('output_tokens'),
        figure('reasoning_tokens'),
        figure('cost_micro_usd'),
      ],
    };
  });
}

const asked = new Map<string, string>();
const formats = new Map<string, Intl.DateTimeFormat>();

/** The day on the wall: "2029-10-28". Asked of the system, apart from the product's own way. */
export function dayOnTheWall(atMs: number, zone: string): string {
  const key = `${zone} ${atMs}`;
  const known = asked.get(key);
  if (known !== undefined) return known;
  const format = formats.get(zone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' });
  formats.set(zone, format);
  const day = format.format(atMs);
  asked.set(key, day);
  return day;
}

export function sum(rows: readonly (readonly number[])[]): number[] {
  const total = new Array<number>(10).fill(0);
  for (const row of rows) for (const [at, figure] of row.entries()) total[at] = (total[at] ?? 0) + figure;
  return total;
}
