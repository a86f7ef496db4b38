import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Argument, type Command } from 'commander';
import type { EventName } from '../shared/contract/events.ts';
import { type ImportReport, IMPORT_SOURCES, type ImportSource } from '../shared/contract/usage-imports.ts';
import { connectAgent } from './connect.ts';
import { usage } from './fail.ts';
import { note, print, printJson, write } from './output.ts';
import { table, terminalWidth } from './table.ts';
import { costText } from './usage-cost.ts';

interface Options {
  readonly dryRun?: boolean;
  readonly addOverlapping?: boolean;
  readonly json?: boolean;
}

/** Takes over what tools and providers noted. The agent reads the files: it is told where they are. */
async function importUsage(source: ImportSource, given: string | undefined, options: Options): Promise<void> {
  if (source === 'csv' && given === undefined) throw usage('Name the CSV file.');
  const path = given === undefined ? placeOf(source) : resolve(given);
  const agent = await connectAgent();
  const shows = process.stderr.isTTY && !options.json;
  if (shows) await agent.subscribe(showProgress);
  const report = await agent.call('usage.import', {
    source,
    dryRun: options.dryRun ?? false,
    overlap: options.addOverlapping ? 'add' : 'skip',
    ...(path === undefined ? {} : { path }),
  });
  agent.close();
  if (shows) process.stderr.write('\r\x1b[K');
  if (options.json) return printJson(report);
  show(report);
}

/** The tools' own variables move their folders; the agent may have been started without them. */
function placeOf(source: ImportSource): string | undefined {
  const { CLAUDE_CONFIG_DIR, CODEX_HOME } = process.env;
  if (source === 'claude-code' && CLAUDE_CONFIG_DIR) return join(resolve(homedir(), CLAUDE_CONFIG_DIR), 'projects');
  return source === 'codex' && CODEX_HOME ? join(resolve(homedir(), CODEX_HOME), 'sessions') : undefined;
}

function showProgress(event: EventName, data: unknown): void {
  if (event !== 'usage.importProgress') return;
  const { files, ofFiles, calls } = data as { files: number; ofFiles: number; calls: number };
  process.stderr.write(`\r\x1b[K${files} of ${ofFiles} files, ${calls} calls`);
}

const some = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

function show(report: ImportReport): void {
  const { models, recorded, known, files, dryRun, firstDay, lastDay, unpriced, warnings } = report;
  if (models.length > 0) {
    const rows = models.map((one) => [
      one.model === '' ? '(none named)' : one.model,
      one.provider,
      String(one.requests),
      costText(one),
    ]);
    write(table(['MODEL', 'PROVIDER', 'CALLS', 'COST'], rows, terminalWidth()));
  }
  const done = dryRun ? 'would be imported' : 'imported';
  const days = firstDay === null ? '' : ` of ${firstDay} to ${lastDay}`;
  const cost = costText(report);
  const there = `${known} ${known === 1 ? 'was' : 'were'} there already`;
  print(
    `${some(recorded, 'call')}${days} ${done} from ${some(files, 'file')}, ${cost === 'unknown' ? 'cost unknown' : cost}; ${there}.`,
  );
  for (const warning of warnings) note(warning);
  if (unpriced > 0) note(`Without a known cost: ${some(unpriced, 'call')}. See "keyharbor prices list --unpriced".`);
}

export function importCommand(parent: Command): void {
  parent
    .command('import')
    .description('take over calls from logs of Claude Code and Codex, or from the CSV export of a provider')
    .addArgument(new Argument('<source>', 'whose notes they are').choices(IMPORT_SOURCES))
    .argument('[path]', 'folder or file; left out: where the tool keeps its logs')
    .option('--dry-run', 'only tell what would be imported')
    .option('--add-overlapping', 'rows of an export also for days and models that were counted already')
    .option('--json', 'as JSON; costs in micro-USD')
    .action(importUsage);
}
