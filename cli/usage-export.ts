import { once } from 'node:events';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { EXPORT_FORMATS } from '../shared/contract/usage-records.ts';
import { USAGE_BY } from '../shared/usage.ts';
import type { AgentClient } from './agent-client.ts';
import { connectAgent } from './connect.ts';
import { EXPORT_VIEWS, type ExportViewOptions, exportViewOf } from './export-view.ts';
import { usage } from './fail.ts';
import { NewFile, placeOf, requireNewFile } from './new-file.ts';
import { note, write } from './output.ts';
import { tell } from './usage-format.ts';
import { withUsageOptions } from './usage-options.ts';

interface Options extends ExportViewOptions {
  readonly format: (typeof EXPORT_FORMATS)[number];
  readonly out?: string;
  readonly force?: boolean;
}

/** Every call that is kept, a report, or what a screen shows, piece by piece: memory stays flat. */
async function exportUsage(options: Options): Promise<void> {
  const { format, force = false } = options;
  const out = placeOf(options.out);
  if (format === 'parquet' && out === null && process.stdout.isTTY) {
    throw usage('Parquet is no text for a terminal.', 'Name a file with -o, or send it through a pipe.');
  }
  if (out !== null) requireNewFile(resolve(out), force);
  const view = exportViewOf(options);
  const agent = await connectAgent();
  try {
    const { id, rows, remarks } = await agent.call('usage.beginExport', { format, view });
    tell(remarks);
    const written = await (out === null
      ? toStdout(agent, id)
      : toFile(agent, id, new NewFile(resolve(out), force), rows));
    if (out !== null) note(`${written} ${written === 1 ? 'row' : 'rows'} written.`);
  } finally {
    agent.close(); // an export that did not end is cancelled with the connection
  }
}

async function toStdout(agent: AgentClient, id: string): Promise<number> {
  for (;;) {
    const { data, encoding, rows, done } = await agent.call('usage.nextExport', { id });
    write(Buffer.from(data, encoding));
    if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
    if (done) return rows;
  }
}

/** As a whole or not at all. */
async function toFile(agent: AgentClient, id: string, file: NewFile, all: number): Promise<number> {
  const interrupted = (): void => {
    file.discard();
    process.exit(130);
  };
  process.once('SIGINT', interrupted);
  try {
    for (;;) {
      const { data, encoding, rows, done } = await agent.call('usage.nextExport', { id });
      file.write(Buffer.from(data, encoding));
      if (process.stderr.isTTY) process.stderr.write(`\r${rows} of ${all} rows${done ? '\n' : ''}`);
      if (done) {
        file.finish();
        return rows;
      }
    }
  } catch (error) {
    file.discard();
    throw error;
  } finally {
    process.removeListener('SIGINT', interrupted);
  }
}

export function exportCommand(parent: Command): void {
  withUsageOptions(parent.command('export'))
    .description('every single call that is kept, a report, or what a screen shows, as a file')
    .addOption(new Option('--format <format>', 'how it is written').choices([...EXPORT_FORMATS]).default('csv'))
    .addOption(new Option('--by <what>', 'a report instead of single calls').choices([...USAGE_BY]))
    .addOption(new Option('--view <view>', 'what a screen shows, instead of single calls').choices([...EXPORT_VIEWS]))
    .option('-o, --out <file>', 'where it goes, for you alone (0600); stdout if left out')
    .option('--force', 'also over a file that is there')
    .action(exportUsage);
}
