import type { Command } from 'commander';
import { csv } from '../../shared/csv.ts';
import { toFigures, USAGE_BY, type UsageRow } from '../../shared/usage.ts';
import { knowsBlocks, withBars } from '../bars.ts';
import { connectAgent } from '../connect.ts';
import { usage as wrongUse } from '../fail.ts';
import { dollars } from '../money.ts';
import { note, printJson, write } from '../output.ts';
import { table, terminalWidth } from '../table.ts';
import { exportCommand } from '../usage-export.ts';
import { importCommand } from '../usage-import.ts';
import { filterFrom, rangeFrom, type UsageOptions, withUsageOptions } from '../usage-options.ts';
import { reconcileCommand } from '../usage-reconcile.ts';
import { viewCommands } from '../usage-views.ts';

const FORMATS = ['table', 'json', 'csv'] as const;

interface Options extends UsageOptions {
  readonly by: string;
  readonly chart?: boolean;
  readonly format?: string;
  readonly json?: boolean;
}

async function usage(options: Options): Promise<void> {
  const by = USAGE_BY.find((known) => known === options.by);
  if (by === undefined) throw wrongUse('Usage cannot be summed by this.', `By: ${USAGE_BY.join(', ')}.`);
  const format = FORMATS.find((known) => known === (options.format ?? (options.json ? 'json' : 'table')));
  if (format === undefined) throw wrongUse('This format is not known.', `Formats: ${FORMATS.join(', ')}.`);
  const query = { by, ...rangeFrom(options), ...filterFrom(options) };
  const agent = await connectAgent();
  const { rows, zone, remarks: told } = await agent.call('usage.report', query);
  agent.close();
  if (format === 'json') return printJson(rows.map(toFigures));
  if (format === 'csv')
    return write(
      csv(
        COLUMNS,
        rows.map((row) => COLUMNS.map((column) => toFigures(row)[column])),
      ),
    );
  if (rows.length === 0) return note('Nothing was counted in this time.');
  const text = table([by.toUpperCase(), ...HEADING], [...rows, total(rows)].map(tableRow), terminalWidth());
  const charts = options.chart ?? (by === 'day' && process.stdout.isTTY);
  write(charts ? charted(text, rows) : text);
  if (by === 'day') note(`Days are those of ${zone}.`);
  for (const sentence of [...told.map(({ text: said }) => said), ...remarks(rows)]) note(sentence);
}

const COLUMNS = [
  'key',
  'requests',
  'inputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'outputTokens',
  'costMicroUsd',
] as const;
const HEADING = ['REQUESTS', 'INPUT', 'CACHE READ', 'CACHE WRITE', 'OUTPUT', 'COST'];

/** What a pipe is taken to be wide. */
const PIPE_COLUMNS = 120;

/** Bars behind the rows: of the known costs, or of the requests where nothing has a price. */
function charted(text: string, rows: readonly UsageRow[]): string {
  const hasCosts = rows.some(({ knownCostMicroUsd }) => knownCostMicroUsd > 0);
  const values = rows.map(({ knownCostMicroUsd, requests }) => (hasCosts ? knownCostMicroUsd : requests));
  const lines = text.trimEnd().split('\n');
  const columns = terminalWidth() ?? PIPE_COLUMNS;
  return `${withBars(lines, [null, ...values, null], columns, knowsBlocks(process.env, process.stdout.isTTY)).join('\n')}\n`;
}

const grouped = new Intl.NumberFormat('en');

function tableRow(row: UsageRow): readonly string[] {
  const figures = [row.requests, row.inputTokens, row.cacheReadTokens, row.cacheWriteTokens, row.outputTokens];
  return [row.key === '' ? '(unknown)' : row.key, ...figures.map((figure) => grouped.format(figure)), cost(row)];
}

/** What is not known is not shown as known. */
function cost({ costMicroUsd, knownCostMicroUsd, incomplete }: UsageRow): string {
  if (costMicroUsd === null) return knownCostMicroUsd === 0 ? 'unknown' : `over ${dollars(knownCostMicroUsd)}`;
  return incomplete > 0 ? `at least ${dollars(costMicroUsd)}` : dollars(costMicroUsd);
}

function total(rows: readonly UsageRow[]): UsageRow {
  const sum = (figure: (row: UsageRow) => number) => rows.reduce((so, row) => so + figure(row), 0);
  const known = sum((row) => row.knownCostMicroUsd);
  return {
    key: 'TOTAL',
    requests: sum((row) => row.requests),
    failed: sum((row) => row.failed),
    incomplete: sum((row) => row.incomplete),
    unpriced: sum((row) => row.unpriced),
    inputTokens: sum((row) => row.inputTokens),
    cacheReadTokens: sum((row) => row.cacheReadTokens),
    cacheWriteTokens: sum((row) => row.cacheWriteTokens),
    outputTokens: sum((row) => row.outputTokens),
    reasoningTokens: sum((row) => row.reasoningTokens),
    knownCostMicroUsd: known,
    costMicroUsd: rows.some((row) => row.costMicroUsd === null) ? null : known,
  };
}

function remarks(rows: readonly UsageRow[]): string[] {
  const { failed, incomplete, unpriced } = total(rows);
  const all = [
    [failed, 'failed'],
    [incomplete, 'told no use, or were cut: their figures are the least it can have been'],
    [unpriced, 'have no known price'],
  ] as const;
  return all.flatMap(([count, what]) => (count === 0 ? [] : [`${grouped.format(count)} of the requests ${what}.`]));
}

export function register(program: Command): void {
  const command = withUsageOptions(program.command('usage'))
    .description('what was used and what it cost')
    .option('--by <what>', `sum by ${USAGE_BY.join(', ')}`, 'model')
    .option('--chart', 'with bars; so it is on a terminal by day')
    .option('--no-chart', 'without')
    .option('--format <format>', `${FORMATS.join(', ')}; costs in CSV and JSON are in micro-USD`)
    .option('--json', 'as JSON')
    .enablePositionalOptions() // the commands below have options of the same names
    .action(usage);
  viewCommands(command);
  exportCommand(command);
  importCommand(command);
  reconcileCommand(command);
}
