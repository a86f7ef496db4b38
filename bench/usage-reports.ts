import { createSecretKey } from 'node:crypto';
import { rmSync, statSync } from 'node:fs';
import type Database from 'better-sqlite3';
import Sqlite from 'better-sqlite3';
import { openDatabase } from '../electron/core/store/database.ts';
import { DIMENSIONS, NAME_KINDS, SPAN_DAY } from '../electron/core/usage/dimensions.ts';
import { HOUR_MS } from '../electron/core/usage/reporting-days.ts';
import type { QueryInput, QueryName } from '../electron/core/usage/worker/usage-queries.ts';
import { UsageReader, type UsageReaderDeps } from '../electron/core/usage/worker/usage-reader.ts';
import { DATASET_END_MS, DATASET_KEY, DATASET_RECORDS, DATASET_ZONE, usageDataset } from './usage-dataset.ts';

/**
 * Questions of the Usage screen over 10 million records, asked of the worker thread as the program asks them; each after a
 * write of the other connection, which is what a live vault does: SQLite then drops the pages it kept. Beside them, in the
 * same run: the same sums by SQL over the records, and the same rows of the rollups in a plain file.
 * KEYHARBOR_BENCH_RECORDS makes the data set another size.
 */
const ROUNDS = 40;
const SLOW_ROUNDS = 5;
const DAY_MS = 24 * HOUR_MS;
export const GOAL_MONTH_MS = 8;
export const GOAL_YEAR_MS = 30;

export interface Timing {
  readonly what: string;
  readonly p50Ms: number;
  readonly p95Ms: number;
}
export interface UsageReportFigures {
  readonly records: number;
  readonly bytesPerMillion: number;
  readonly timings: readonly Timing[];
  /** The month by credential, by SQL over the records, and from the same rollups in a plain file. */
  readonly overRecords: Timing;
  readonly plainFile: Timing;
}

const day = (daysBefore: number): string => new Date(DATASET_END_MS - daysBefore * DAY_MS).toISOString().slice(0, 10);
const hour = (hoursBefore: number): string => new Date(DATASET_END_MS - hoursBefore * HOUR_MS).toISOString();
const asked = { reportingZone: DATASET_ZONE, nowMs: DATASET_END_MS } as const;
const MONTH = { from: day(29), to: day(0) };
const YEAR = { from: day(364), to: day(0) };

type Overview = QueryInput<'overview'>;
const overview = (of: Partial<Overview>): Overview => ({
  ...{ by: 'provider', bucket: 'auto', top: 8, compare: true, ...asked },
  ...of,
});

interface Question<N extends QueryName = QueryName> {
  readonly what: string;
  readonly name: N;
  readonly input: QueryInput<N>;
}
const ask = <N extends QueryName>(what: string, name: N, input: QueryInput<N>): Question => ({ what, name, input });

const QUESTIONS: readonly Question[] = [
  ask('month by provider, days', 'overview', overview(MONTH)),
  ask('month by model, days', 'overview', overview({ ...MONTH, by: 'model' })),
  ask('month by client, days', 'overview', overview({ ...MONTH, by: 'client' })),
  ask('month by credential, days', 'overview', overview({ ...MONTH, by: 'credential' })),
  ask('year by provider, weeks', 'overview', overview(YEAR)),
  ask('year by model, weeks', 'overview', overview({ ...YEAR, by: 'model' })),
  ask('year by client, weeks', 'overview', overview({ ...YEAR, by: 'client' })),
  ask('year by credential, weeks', 'overview', overview({ ...YEAR, by: 'credential' })),
  ask('year by credential, months', 'overview', overview({ ...YEAR, by: 'credential', bucket: 'month' })),
  ask('year by credential, days', 'overview', overview({ ...YEAR, by: 'credential', bucket: 'day' })),
  ask('year by credential, one sum each', 'report', {
    query: { by: 'credential', ...YEAR },
    zone: DATASET_ZONE,
    nowMs: DATASET_END_MS,
  }),
  ask('two days by credential, hours', 'overview', overview({ from: hour(48), to: hour(0), by: 'credential' })),
  ask('calendar of a year', 'heatMap', {
    ...YEAR,
    figure: 'cost',
    kind: 'calendar',
    ...asked,
  } as QueryInput<'heatMap'>),
  ask('month by model of one client', 'overview', overview({ ...MONTH, by: 'model', filter: { client: ['tool 3'] } })),
  ask('year by model of one client', 'overview', overview({ ...YEAR, by: 'model', filter: { client: ['tool 3'] } })),
];

export async function measureUsageReports(say: (line: string) => void = console.error): Promise<UsageReportFigures> {
  const records = Number(process.env['KEYHARBOR_BENCH_RECORDS'] ?? DATASET_RECORDS);
  const file = usageDataset(records, say);
  const db = openDatabase(file, 'usage', DATASET_KEY, 'open');
  const reader = new UsageReader({
    vault: {
      opened: () => ({ keys: { usageDatabase: createSecretKey(DATASET_KEY) }, usageDb: db }),
    } as UsageReaderDeps['vault'],
    paths: { usageDb: file },
    clock: { after: () => () => undefined },
    settle: () => {
      touch(db);
      return true;
    },
  });
  try {
    const timings: Timing[] = [];
    for (const { what, name, input } of QUESTIONS) {
      timings.push(await timed(what, ROUNDS, async () => void (await reader.query(name, input))));
    }
    return {
      records,
      bytesPerMillion: (statSync(file).size * 1e6) / records,
      timings,
      overRecords: await timed('the month by SQL over the records', SLOW_ROUNDS, () => void overRecords(db)),
      plainFile: await plainRollups(db, `${file}.plain`),
    };
  } finally {
    reader.locking();
    db.close();
  }
}

/** What a call leaves that was made meanwhile: a commit. */
function touch(db: Database.Database): void {
  db.prepare("INSERT OR REPLACE INTO last_used VALUES ('client', 'bench', ?, 'bench')").run(Date.now());
}

function overRecords(db: Database.Database): unknown {
  return db
    .prepare(
      `SELECT r.at_ms / ${DAY_MS} AS day, c.credential, count(*), sum(r.input_tokens), sum(r.output_tokens), sum(r.cost_micro_usd)
       FROM usage_record AS r JOIN usage_cell AS c ON c.id = r.cell WHERE r.at_ms >= ? AND r.at_ms < ? GROUP BY 1, 2`,
    )
    .all(DATASET_END_MS - 30 * DAY_MS, DATASET_END_MS);
}

/** The day rows of credentials alone, not encrypted: what the sums cost without pages to decrypt. */
async function plainRollups(db: Database.Database, file: string): Promise<Timing> {
  rmSync(file, { force: true });
  const plain = new Sqlite(file);
  try {
    const schema = db.prepare("SELECT sql FROM sqlite_schema WHERE name = 'usage_rollup'").pluck().get();
    plain.exec(String(schema));
    const credential = DIMENSIONS.indexOf(NAME_KINDS[1]);
    const rows = db
      .prepare('SELECT * FROM usage_rollup WHERE span = ? AND dimension = ?')
      .raw()
      .iterate(SPAN_DAY, credential);
    let put: Database.Statement | null = null;
    plain.exec('BEGIN');
    for (const row of rows as Iterable<unknown[]>) {
      put ??= plain.prepare(`INSERT INTO usage_rollup VALUES (${row.map(() => '?').join(', ')})`);
      put.run(row);
    }
    plain.exec('COMMIT');
    const last = Math.floor(DATASET_END_MS / DAY_MS);
    const sum = plain
      .prepare(
        `SELECT bucket, name, requests, failed, incomplete, unpriced, input_tokens, cache_read_tokens, cache_write_tokens,
         output_tokens, reasoning_tokens, cost_micro_usd FROM usage_rollup
         WHERE span = ? AND dimension = ? AND bucket BETWEEN ? AND ?`,
      )
      .raw();
    return await timed(
      'the rows of the month alone, plain file',
      ROUNDS,
      () => void sum.all(SPAN_DAY, credential, last - 29, last),
    );
  } finally {
    plain.close();
    rmSync(file, { force: true });
  }
}

async function timed(what: string, rounds: number, act: () => void | Promise<void>): Promise<Timing> {
  await act();
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now();
    await act();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const at = (part: number) => times[Math.ceil(times.length * part) - 1] ?? Number.NaN; // nearest rank
  return { what, p50Ms: at(0.5), p95Ms: at(0.95) };
}

export function formatUsageReports(figures: UsageReportFigures): string {
  const { records, bytesPerMillion, timings, overRecords, plainFile } = figures;
  const line = ({ what, p50Ms, p95Ms }: Timing) =>
    `  ${what.padEnd(42)} p50 ${p50Ms.toFixed(1).padStart(7)} ms   p95 ${p95Ms.toFixed(1).padStart(7)} ms`;
  const month = timings.find(({ what }) => what === 'month by credential, days');
  return [
    `usage reports over ${records / 1e6} million records, on the worker thread, each after a write`,
    ...timings.map(line),
    line(overRecords),
    line(plainFile),
    `  goals: a month p95 at most ${GOAL_MONTH_MS} ms, a year ${GOAL_YEAR_MS} ms; the month from rollups takes ` +
      `1/${(overRecords.p50Ms / (month?.p50Ms ?? Number.NaN) || 0).toFixed(0)} of the same over records`,
    `  database: ${(bytesPerMillion / 2 ** 20).toFixed(0)} MiB for a million records`,
  ].join('\n');
}

if (import.meta.main) console.log(formatUsageReports(await measureUsageReports()));
