import { basename, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { ParsedInput } from '../../../../shared/contract/methods.ts';
import type { ImportReport, ImportSource } from '../../../../shared/contract/usage-imports.ts';
import { AppError } from '../../../../shared/errors.ts';
import { appendAudit } from '../../audit/audit-log.ts';
import type { Emit } from '../../events.ts';
import type { Clock } from '../../seams.ts';
import { databaseError } from '../../store/sqlite-error.ts';
import type { OpenVault } from '../../vault/open-vault.ts';
import type { PriceBook } from '../prices/price-book.ts';
import type { UsageRecorder } from '../recorder.ts';
import { ReportingDays } from '../reporting-days.ts';
import type { UsageEntry } from '../usage-entry.ts';
import { readClaudeCode } from './claude-code.ts';
import { CodexSessions } from './codex-sessions.ts';
import { csvCall, csvKindOf, requestsIn } from './csv-exports.ts';
import { csvRows, type Row } from './csv-rows.ts';
import { ImportTally } from './import-tally.ts';
import { entryOf, IMPORT_CLIENTS, type ImportedCall, requestIdOf } from './imported-call.ts';
import { linesOf, logFiles } from './log-files.ts';
import { requireLog } from './require-log.ts';
import { Overlap } from './overlap.ts';

/** So many at a time; between two the endpoint works. */
const AT_ONCE = 1000;
const TELL_MS = 1000;
/** Before these tools and exports were; a time outside is a mistake of who wrote it. */
const OLDEST_MS = Date.UTC(2020, 0, 1);
const AHEAD_MS = 24 * 3_600_000;
/** Providers count late: what ended before has its last figures, as far as can be known. */
const LATE_MS = 6 * 3_600_000;

export interface UsageImportsDeps {
  readonly vault: { opened(): OpenVault };
  readonly clock: Clock;
  readonly emit: Emit;
  readonly usage: Pick<UsageRecorder, 'record' | 'flush' | 'knows'>;
  readonly prices: { readonly book: PriceBook };
  readonly zone: () => string;
  /** The user's home folder, where tools keep their logs. */
  readonly home: string;
}

type Input = ParsedInput<'usage.import'>;

interface Run {
  readonly input: Input;
  readonly tally: ImportTally;
  readonly days: ReportingDays;
  /** Ids of this run: a call may stand in several files. */
  readonly seen: Set<string>;
  /** Records that were found to be a call of a log. */
  readonly taken: Set<number>;
  toldAtMs: number;
}

/** Takes over calls that tools and providers noted. Reads figures and names; what was said is never kept. */
export class UsageImports {
  readonly #deps: UsageImportsDeps;
  #busy = false;

  constructor(deps: UsageImportsDeps) {
    this.#deps = deps;
  }

  /**
   * What was taken over by the time of a failure stays, which the error says, and is passed over the next time.
   * @throws AppError `conflict` while another one runs, `not_found` where nothing is there, `invalid_input`.
   */
  async run(input: Input, actor: string): Promise<ImportReport> {
    if (this.#busy)
      throw new AppError('conflict', 'An import is running already. Nothing was imported.', 'Wait for it.');
    this.#busy = true;
    try {
      return await this.#run(input, actor);
    } finally {
      this.#busy = false;
    }
  }

  async #run(input: Input, actor: string): Promise<ImportReport> {
    const { usage, prices, zone, vault, clock } = this.#deps;
    usage.knows('import', '', ''); // throws where usage cannot be counted now
    const days = new ReportingDays(zone());
    const tally = new ImportTally(prices.book, days);
    const run: Run = { input, tally, days, seen: new Set(), taken: new Set(), toldAtMs: clock.now() };
    try {
      if (input.source === 'csv') await this.#csv(run);
      else await this.#logs(run, input.source);
      if (!input.dryRun) {
        usage.flush();
        const opened = vault.opened();
        const meta = { files: tally.files, recorded: tally.recorded, known: tally.known };
        opened.write(() =>
          appendAudit(opened, clock, { actor, action: 'usage.import', target: input.source, result: 'ok', meta }),
        );
      }
    } catch (error) {
      throw input.dryRun || tally.recorded === 0 ? error : brokenOff(databaseError(error), tally.recorded);
    }
    return tally.report(input.source, input.dryRun);
  }

  async #logs(run: Run, source: Exclude<ImportSource, 'csv'>): Promise<void> {
    const files = await this.#files(run, source);
    const sessions = new CodexSessions();
    for (const file of files) {
      const nowMs = this.#deps.clock.now();
      if (file === run.input.path) await requireLog(file, source);
      let read: { readonly calls: readonly ImportedCall[]; readonly unreadable: number };
      try {
        read =
          source === 'codex' ? await sessions.read(linesOf(file), nowMs) : await readClaudeCode(linesOf(file), nowMs);
      } catch {
        run.tally.filesSkipped += 1;
        continue;
      }
      run.tally.files += 1;
      run.tally.unreadable += read.unreadable;
      await this.#take(run, read.calls);
      this.#tell(run, files.length);
    }
  }

  /** @throws AppError `not_found` where none of the places is there. */
  async #files(run: Run, source: Exclude<ImportSource, 'csv'>): Promise<string[]> {
    const { path } = run.input;
    const roots = path === undefined ? placesOf(source, this.#deps.home) : [path];
    const found: string[] = [];
    let anywhere = false;
    for (const root of roots) {
      const there = await logFiles(root, '.jsonl');
      if (there === null) continue;
      anywhere = true;
      found.push(...there.files);
      run.tally.filesSkipped += there.skipped;
    }
    if (!anywhere && path !== undefined) {
      throw new AppError('not_found', 'There is no such file or folder. Nothing was imported.');
    }
    if (!anywhere) {
      throw new AppError(
        'not_found',
        'There are no logs of this tool where they usually are. Nothing was imported.',
        `Name their folder: keyharbor usage import ${source} PATH.`,
      );
    }
    if (path !== undefined && found.length === 0) {
      throw new AppError(
        'not_found',
        'There is no log of this tool in this folder. Nothing was imported.',
        'Its logs are files whose names end with .jsonl; folders in it are looked into.',
      );
    }
    // A session that another one was forked from is older, and has to be read before it.
    return found.toSorted((one, other) => (basename(one) < basename(other) ? -1 : 1));
  }

  async #csv(run: Run): Promise<void> {
    const { path, document } = run.input;
    if ((path === undefined) === (document === undefined)) {
      throw new AppError('invalid_input', 'Name the CSV file to import. Nothing was imported.');
    }
    const lines = path === undefined ? (document ?? []).join('').split('\n') : linesOf(path);
    const equal = new Map<string, number>();
    let calls: ImportedCall[] = [];
    const { tally } = run;
    for await (const row of readable(csvRows(lines))) {
      tally.csv ??= csvKindOf(row);
      if (tally.csv === null) throw unknownExport();
      const first = countable(tally, csvCall(tally.csv, row, 0));
      if (first === null) continue;
      const key = JSON.stringify(first.identity);
      const nth = equal.get(key) ?? 0;
      equal.set(key, nth + 1);
      const call = nth === 0 ? first : countable(tally, csvCall(tally.csv, row, nth));
      if (call === null) continue;
      calls.push({ ...call, requests: requestsIn(tally.csv, row) });
      if (calls.length < AT_ONCE) continue;
      await this.#take(run, calls);
      calls = [];
    }
    tally.files = 1;
    if (tally.csv === null) throw unknownExport();
    await this.#take(run, calls);
  }

  async #take(run: Run, calls: readonly ImportedCall[]): Promise<void> {
    for (let from = 0; from < calls.length; from += AT_ONCE) {
      const entries = this.#new(run, calls.slice(from, from + AT_ONCE));
      if (!run.input.dryRun) this.#deps.usage.record(entries);
      for (const entry of entries) run.tally.add(entry);
      await setImmediate();
    }
  }

  #new(run: Run, calls: readonly ImportedCall[]): UsageEntry[] {
    const { tally, input, seen, taken } = run;
    const overlap = new Overlap(this.#deps.vault.opened().usageDb, run.days);
    const entries: UsageEntry[] = [];
    const nowMs = this.#deps.clock.now();
    for (const call of calls) {
      if (call.atMs < OLDEST_MS || call.atMs > nowMs + AHEAD_MS) {
        tally.unreadable += 1;
        continue;
      }
      const id = requestIdOf(input.source, call);
      if (seen.has(id)) continue;
      seen.add(id);
      tally.found += 1;
      if (overlap.isKnown(IMPORT_CLIENTS[input.source].id, id)) {
        tally.known += 1;
        continue;
      }
      const isSum = call.sumsToMs !== null;
      if (isSum && call.sumsToMs > nowMs - LATE_MS) {
        tally.open += 1;
        continue;
      }
      const counted = isSum ? null : overlap.countedAs(call, taken);
      if (counted !== null) taken.add(counted);
      if (counted !== null || (isSum && input.overlap === 'skip' && overlap.hasOthers(call))) {
        tally.proxied += 1;
        continue;
      }
      tally.requestsInRows += call.requests ?? 0;
      entries.push(entryOf(input.source, call));
    }
    return entries;
  }

  #tell(run: Run, ofFiles: number): void {
    const now = this.#deps.clock.now();
    if (now - run.toldAtMs < TELL_MS) return;
    run.toldAtMs = now;
    const { files, found } = run.tally;
    const { source } = run.input;
    this.#deps.emit({ event: 'usage.importProgress', data: { source, files, ofFiles, calls: found } });
  }
}

/** Where tools keep their logs (their documentation, 2026-11). */
function placesOf(source: Exclude<ImportSource, 'csv'>, home: string): string[] {
  return source === 'codex'
    ? [join(home, '.codex', 'sessions'), join(home, '.codex', 'archived_sessions')]
    : [join(home, '.claude', 'projects'), join(home, '.config', 'claude', 'projects')];
}

function countable(tally: ImportTally, row: ReturnType<typeof csvCall>): ImportedCall | null {
  if (row === 'empty') return null;
  if (row === null) tally.unreadable += 1;
  else if ('notCounted' in row) tally.leaveOut(row);
  else return row;
  return null;
}

/** What the file system says while the rows are read; not what goes wrong with them. */
async function* readable(rows: AsyncIterable<Row>): AsyncGenerator<Row> {
  try {
    yield* rows;
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('not_found', 'This file cannot be read. Nothing was imported.', 'Name a plain file.');
  }
}

/** Some calls are written, or sealed and written later: that nothing was changed would not be true. */
function brokenOff(error: unknown, taken: number): AppError {
  const told = error instanceof AppError ? error : null;
  const why = told?.message.replace(/ Nothing was (?:changed|imported)\.$/, '') ?? 'The import broke off.';
  const calls = taken === 1 ? '1 call was' : `${taken} calls were`;
  return new AppError(
    told?.code ?? 'internal',
    `${why} ${calls} taken over before, and what of them is not in the figures yet is written as soon as it can be.`,
    `${told?.hint || 'Import again.'} What was taken over is not counted twice.`,
    { cause: error },
  );
}

function unknownExport(): AppError {
  return new AppError(
    'invalid_input',
    'This is none of the exports that can be read. Nothing was imported.',
    'Known are: OpenAI usage and costs, Anthropic usage, OpenRouter activity, as CSV.',
  );
}
