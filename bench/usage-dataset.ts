import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { openDatabase } from '../electron/core/store/database.ts';
import { migrate, USAGE_MIGRATIONS } from '../electron/core/store/migrate.ts';
import type { Outcome } from '../electron/core/usage/dimensions.ts';
import { takeOverWeek } from '../electron/core/usage/name-days.ts';
import { type CountedCall, Counting } from '../electron/core/usage/counted-call.ts';
import { PriceBook } from '../electron/core/usage/prices/price-book.ts';
import { HOUR_MS, ReportingDays } from '../electron/core/usage/reporting-days.ts';
import type { UsageEntry } from '../electron/core/usage/usage-entry.ts';
import { UsageStore } from '../electron/core/usage/usage-store.ts';
import { numbers, resultOf } from './usage-records.ts';

/**
 * A usage.db of realistic calls over 400 days, written by the product's own store, so that every rollup is true: 15
 * providers, 200 keys, 40 models, 30 clients with their projects; working hours and weekends, growth, bursts of errors, few
 * tools that do most and many that do little. The same each time; kept in the temporary folder for the next run.
 *
 *     node bench/usage-dataset.ts [RECORDS]      10 million by default; prints where it lies
 */
export const DATASET_RECORDS = 10_000_000;
export const DATASET_DAYS = 400;
/** The last hour of the data ends here. */
export const DATASET_END_MS = Date.UTC(2026, 10, 20, 12);
export const DATASET_ZONE = 'Europe/Berlin';
/** No secret: the data are made up. */
export const DATASET_KEY = createHash('sha256').update('usage dataset of the benches').digest();

const BATCH = 20_000;
const CLIENTS = 30;
const CREDENTIALS = 200;

const PROVIDERS: readonly (readonly [string, string, readonly string[]])[] = [
  ['openai', 'chat/completions', ['gpt-6-luna', 'gpt-6.1-terra', 'gpt-5-mini', 'gpt-5', 'text-embedding-3-small']],
  ['anthropic', 'v1/messages', ['claude-opus-5-5', 'claude-haiku-5-5', 'claude-opus-5', 'claude-sonnet-5']],
  ['google', 'v1beta/models/{model}:generateContent', ['gemini-3.8-flash', 'gemini-3.8-pro', 'gemini-3-flash']],
  ['deepseek', 'chat/completions', ['deepseek-flash', 'deepseek-chat', 'deepseek-reasoner']],
  ['mistral', 'chat/completions', ['mistral-large-latest', 'mistral-small-latest', 'codestral-latest']],
  ['groq', 'chat/completions', ['llama-3.3-70b-versatile', 'llama-3.1-8b-instant', 'openai/gpt-oss-120b']],
  ['xai', 'chat/completions', ['grok-4.7', 'grok-4-fast', 'grok-code-fast-1']],
  ['openrouter', 'chat/completions', ['some/model', 'other/model', 'third/model']],
  ['together', 'chat/completions', ['meta-llama/Llama-4', 'Qwen/Qwen3']],
  ['fireworks', 'chat/completions', ['accounts/fireworks/models/qwen3', 'accounts/fireworks/models/kimi']],
  ['cohere', 'v2/chat', ['command-a', 'embed-v4.0']],
  ['perplexity', 'chat/completions', ['sonar', 'sonar-pro']],
  ['cerebras', 'chat/completions', ['gpt-oss-120b', 'qwen-3-32b']],
  ['nvidia', 'chat/completions', ['nemotron-4', 'llama-nemotron']],
  ['ollama', 'chat/completions', ['llama3.2']],
];
/** Share of a day's calls in each hour, UTC. */
const HOURS = [2, 1, 1, 1, 1, 2, 6, 14, 22, 26, 26, 22, 20, 24, 26, 24, 20, 14, 10, 8, 7, 6, 4, 3];
const WEEKDAYS = [0.25, 1, 1.1, 1.1, 1.05, 0.9, 0.3]; // Sunday first
const FAILURES: readonly Outcome[] = ['client_error', 'rate_limited', 'upstream_error', 'cut'];

type Kind = Pick<UsageEntry, 'client' | 'credential' | 'provider' | 'project' | 'endpoint'> & {
  readonly model: string;
  readonly prompt: number;
};

/** Who calls what with which key: the n-th about as often as 1/n. */
function kinds(next: () => number): readonly Kind[] {
  return Array.from({ length: 1200 }, (_, n) => {
    // Every client and every key comes up; most lines belong to the busy ones.
    const client = n < CLIENTS ? n : Math.floor(CLIENTS * next() ** 2);
    const key = n < CREDENTIALS ? (n * 37) % CREDENTIALS : Math.floor(CREDENTIALS * next() ** 1.7);
    const [provider, endpoint, models] = PROVIDERS[key % PROVIDERS.length] ?? ['openai', 'chat/completions', []];
    const model = models[Math.floor(models.length * next() ** 1.5)] ?? 'unheard-of';
    const number = String(client).padStart(4, '0');
    return {
      client: client === 0 ? null : { id: `client${number}`, name: `tool ${client}` },
      credential: { id: `${provider}-${key}`.padEnd(32, '0'), version: 1, ref: `${provider}/key-${key}` },
      provider,
      project: client % 3 === 0 ? '' : `/home/someone/projects/app-${(client * 7 + Math.floor(4 * next())) % 40}`,
      endpoint: model.includes('embed') ? 'embeddings' : endpoint,
      model,
      prompt: 200 + 30_000 * next() ** 3,
    };
  });
}

/** The calls of the data set, oldest first. Each entry is new; what it shares with others must not be changed. */
export function* datasetEntries(records: number): Generator<UsageEntry> {
  const next = numbers(11);
  const list = kinds(next);
  const cumulative: number[] = [];
  let sum = 0;
  for (let n = 0; n < list.length; n += 1) cumulative.push((sum += 1 / (n + 3) ** 0.9));
  const pick = (): Kind => {
    const wanted = next() * sum;
    let low = 0;
    for (let high = cumulative.length - 1; low < high; ) {
      const middle = (low + high) >> 1;
      if ((cumulative[middle] as number) < wanted) low = middle + 1;
      else high = middle;
    }
    return list[low] as Kind;
  };
  const hours = DATASET_DAYS * 24;
  const start = DATASET_END_MS - hours * HOUR_MS;
  const weights = Array.from({ length: hours }, (_, hour) => {
    const at = new Date(start + hour * HOUR_MS);
    const rhythm = (HOURS[at.getUTCHours()] as number) * (WEEKDAYS[at.getUTCDay()] as number);
    return rhythm * (0.5 + hour / hours) * (0.7 + 0.6 * next());
  });
  const perWeight = records / weights.reduce((all, weight) => all + weight, 0);
  let made = 0;
  let due = 0;
  let burst = 0; // hours in which one provider fails
  let failing = '';
  for (let hour = 0; hour < hours; hour += 1) {
    due += (weights[hour] as number) * perWeight;
    const count = hour === hours - 1 ? records - made : Math.floor(due) - made;
    if (burst === 0 && next() < 0.004) {
      burst = 1 + Math.floor(3 * next());
      failing = PROVIDERS[Math.floor(6 * next())]?.[0] ?? '';
    } else if (burst > 0) burst -= 1;
    for (let n = 0; n < count; n += 1) {
      const kind = pick();
      const inBurst = burst > 0 && kind.provider === failing;
      const failed = next() < (inBurst ? 0.6 : 0.02);
      const atMs = start + hour * HOUR_MS + Math.floor(((n + next()) * HOUR_MS) / count);
      yield entryOf(kind, next, made + n, atMs, failed);
    }
    made += count;
  }
}

function entryOf(kind: Kind, next: () => number, n: number, atMs: number, failed: boolean): UsageEntry {
  const outcome = failed ? (FAILURES[Math.floor(FAILURES.length * next())] as Outcome) : 'ok';
  const prompt = Math.floor(kind.prompt * (0.3 + 1.4 * next()));
  const cached = next() < 0.4 ? Math.floor(prompt * next()) : 0;
  const output = Math.floor(2500 * next() ** 3) + 1;
  const latencyMs = failed ? 80 + 400 * next() : 250 + output * 9 + 6000 * next() ** 6;
  const { client, credential, provider, project, endpoint, model } = kind;
  return {
    atMs,
    requestId: `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`,
    source: 'proxy',
    client,
    credential,
    provider,
    project,
    endpoint,
    method: 'POST',
    status: outcome === 'ok' || outcome === 'cut' ? 200 : outcome === 'rate_limited' ? 429 : failed ? 500 : 200,
    outcome,
    latencyMs,
    firstByteMs: latencyMs / 3,
    retryOf: null,
    result: resultOf(
      model,
      failed
        ? null
        : {
            inputTokens: prompt - cached,
            cacheReadTokens: cached,
            cacheWriteTokens: cached > 0 && next() < 0.1 ? Math.floor(cached / 4) : 0,
            cacheWriteLongTokens: 0,
            outputTokens: output,
            reasoningTokens: next() < 0.2 ? output >> 1 : 0,
          },
    ),
  };
}

/** Where the data set of this size lies, made where it is not there yet. @param say - told how far it is. */
export function usageDataset(records: number, say: (line: string) => void = () => undefined): string {
  const folder = join(tmpdir(), 'keyharbor-bench');
  const file = join(folder, `usage-${records}-v${USAGE_MIGRATIONS.length}-${layoutOf()}.db`);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const unfinished = `${file}.unfinished`;
  for (const part of ['', '-wal', '-shm']) rmSync(unfinished + part, { force: true });
  const db = openDatabase(unfinished, 'usage', DATASET_KEY, 'create');
  try {
    migrate(db, USAGE_MIGRATIONS, () => undefined);
    db.pragma('synchronous = OFF'); // a crash only costs this file
    db.pragma('cache_size = -262144');
    fill(db, records, say);
    db.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
  renameSync(unfinished, file);
  return file;
}

/** Another layout is another file. */
function layoutOf(): string {
  return createHash('sha256').update(USAGE_MIGRATIONS.join('\n')).digest('hex').slice(0, 8);
}

function fill(db: Database.Database, records: number, say: (line: string) => void): void {
  const book = PriceBook.load(join(import.meta.dirname, '../resources/prices.json'));
  const days = new ReportingDays(DATASET_ZONE);
  const store = new UsageStore(db, days);
  const spill = Buffer.alloc(16);
  const start = performance.now();
  const counting = new Counting();
  let batch: CountedCall[] = [];
  let written = 0;
  let told = 0;
  const write = () => {
    store.write(batch, spill, 0);
    written += batch.length;
    batch = [];
    if (written - told < 500_000) return;
    told = written;
    const rate = (written * 1000) / (performance.now() - start);
    say(`${(written / 1e6).toFixed(1)} of ${records / 1e6} million records, ${rate.toFixed(0)} a second`);
  };
  for (const entry of datasetEntries(records)) {
    batch.push(counting.count(entry, book));
    if (batch.length === BATCH) write();
  }
  write();
  const today = days.dayOf(DATASET_END_MS);
  while (store.foldOne(today));
  while (takeOverWeek(db, today));
}

if (import.meta.main) {
  const records = Number(process.argv[2] ?? DATASET_RECORDS);
  if (!Number.isInteger(records) || records < 1) {
    console.error('Say how many records: a whole number.');
    process.exit(2);
  }
  const file = usageDataset(records, (line) => console.error(line));
  console.log(`${file}  ${(statSync(file).size / 2 ** 20).toFixed(0)} MiB`);
}
