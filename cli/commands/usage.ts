import type { Command } from 'commander';
import { csv } from '../../shared/csv.ts';
import { toFigures, USAGE_BY, type UsageBy, type UsageRow } from '../../shared/usage.ts';
import { connectAgent } from '../connect.ts';
import { usage as wrongUse } from '../fail.ts';
import { type FigureColumn, type FigureRow, figureTable, roomHere } from '../figure-table.ts';
import { noneOf } from '../none-of.ts';
import { note, printJson, write } from '../output.ts';
import { calendarCommand } from '../usage-calendar.ts';
import { costText } from '../usage-cost.ts';
import { exportCommand } from '../usage-export.ts';
import { type FormatOptions, formatFrom, tell, tellLeftOut, withFormat } from '../usage-format.ts';
import { importCommand } from '../usage-import.ts';
import { filterFrom, rangeFrom, type UsageOptions, withUsageOptions } from '../usage-options.ts';
import { overviewCommand } from '../usage-overview.ts';
import { reconcileCommand } from '../usage-reconcile.ts';
import { viewCommands } from '../usage-views.ts';

interface Options extends UsageOptions, FormatOptions {
  readonly by: string;
}

async function usage(options: Options): Promise<void> {
  const by = USAGE_BY.find((known) => known === options.by);
  if (by === undefined) throw wrongUse('Usage cannot be summed by this.', elsewhere(options.by));
  const format = formatFrom(options);
  const query = { by, ...rangeFrom(options), ...filterFrom(options) };
  const agent = await connectAgent();
  const { rows, zone, remarks: told } = await agent.call('usage.report', query);
  agent.close();
  tell(told);
  if (format === 'json') return printJson(rows.map(toFigures));
  if (format === 'csv')
    return write(
      csv(
        COLUMNS,
        rows.map((row) => COLUMNS.map((column) => toFigures(row)[column])),
      ),
    );
  if (rows.length === 0) return note('Nothing was counted in this time.');
  const charted = options.chart ?? (by === 'day' && process.stdout.isTTY);
  const { text, leftOut } = figureTable(by.toUpperCase(), HEADING, tableRows(rows, by), roomHere(), charted);
  write(text);
  tellLeftOut(leftOut);
  if (by === 'day') note(`Days are those of ${zone}.`);
  for (const sentence of remarks(rows)) note(sentence);
}

/** What the sums of this report are not kept by has a command of its own. */
function elsewhere(by: string): string {
  if (['hour', 'week', 'month'].includes(by)) return `By ${by}: keyharbor usage overview --bucket ${by}`;
  if (by === 'outcome') return 'By outcome: keyharbor usage overview --by outcome';
  return `By: ${USAGE_BY.join(', ')}; by hour, week, month or outcome: keyharbor usage overview.`;
}

const COLUMNS = [
  'key',
  'requests',
  'inputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'outputTokens',
  'costMicroUsd',
  'failed',
  'incomplete',
  'unpriced',
  'knownCostMicroUsd',
  'costCertainty',
] as const;
const HEADING: readonly FigureColumn[] = [
  { heading: 'REQUESTS', leaveOut: null },
  { heading: 'INPUT', leaveOut: 3 },
  { heading: 'CACHE READ', leaveOut: 1 },
  { heading: 'CACHE WRITE', leaveOut: 0 },
  { heading: 'OUTPUT', leaveOut: 2 },
  { heading: 'COST', leaveOut: null },
];

const grouped = new Intl.NumberFormat('en');

/** Bars are of the known costs, or of the requests where nothing has a price. */
function tableRows(rows: readonly UsageRow[], by: UsageBy): readonly FigureRow[] {
  const hasCosts = rows.some(({ knownCostMicroUsd }) => knownCostMicroUsd > 0);
  return [
    ...rows.map((row) => tableRow(row, by, hasCosts ? row.knownCostMicroUsd : row.requests)),
    tableRow(total(rows), by, null),
  ];
}

function tableRow(row: UsageRow, by: UsageBy, bar: number | null): FigureRow {
  const figures = [row.requests, row.inputTokens, row.cacheReadTokens, row.cacheWriteTokens, row.outputTokens];
  const cells = [...figures.map((figure) => grouped.format(figure)), costText(row)];
  return { name: row.key === '' ? noneOf(by) : row.key, cells, bar };
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
    [
      incomplete,
      incomplete === 1
        ? 'told no use, or was cut: its figures are the least it can have been'
        : 'told no use, or were cut: their figures are the least it can have been',
    ],
    [unpriced, unpriced === 1 ? 'has no known price' : 'have no known price'],
  ] as const;
  return all.flatMap(([count, what]) => (count === 0 ? [] : [`${grouped.format(count)} of the requests ${what}.`]));
}

export function register(program: Command): void {
  const command = withUsageOptions(program.command('usage'))
    .description('what was used and what it cost')
    .option('--by <what>', `sum by ${USAGE_BY.join(', ')}`, 'model');
  withFormat(command, 'with bars; so it is on a terminal by day')
    .enablePositionalOptions() // the commands below have options of the same names
    .action(usage);
  overviewCommand(command);
  calendarCommand(command);
  viewCommands(command);
  exportCommand(command);
  importCommand(command);
  reconcileCommand(command);
}
