import type { Command } from 'commander';
import type { Output } from '../shared/contract/methods.ts';
import type { ReconcileRow } from '../shared/contract/usage-figures.ts';
import { DRIFT_WORDS } from '../shared/drift-words.ts';
import { connectAgent } from './connect.ts';
import { isDay } from './date-words.ts';
import { usage } from './fail.ts';
import { dollars, perMillion } from './money.ts';
import { note, print, printJson, write } from './output.ts';
import { table, terminalWidth } from './table.ts';

interface Options {
  readonly from?: string;
  readonly to?: string;
  readonly label?: string;
  readonly invoice?: string;
  readonly json?: boolean;
}

const DAY_MS = 24 * 3_600_000;

/** Left out: the last 30 days that are over, in UTC, as providers count them. */
async function reconcile(provider: string, { label, invoice, json, ...given }: Options): Promise<void> {
  const yesterday = new Date(Date.now() - DAY_MS);
  const to = day(given.to, '--to') ?? yesterday.toISOString().slice(0, 10);
  const from = day(given.from, '--from') ?? new Date(Date.parse(to) - 29 * DAY_MS).toISOString().slice(0, 10);
  const agent = await connectAgent();
  const period = { provider, from, to };
  const report =
    invoice === undefined
      ? await agent.call('usage.reconcile', { ...period, ...(label === undefined ? {} : { label }) })
      : await agent.call('usage.compareInvoice', { ...period, totalMicroUsd: total(invoice) });
  agent.close();
  if (json) return printJson(report);
  show(report);
}

function day(typed: string | undefined, option: string): string | undefined {
  if (typed === undefined || isDay(typed)) return typed;
  throw usage(`${option} is no day.`, 'Write it as 2026-11-20.');
}

function total(typed: string): number {
  const microUsd = perMillion(typed);
  if (microUsd === null) throw usage('--invoice is no amount.', 'Write dollars, as 41.27.');
  return microUsd;
}

type Report = Output<'usage.reconcile'>;

function show({ total: whole, days, models, account, notes, from, to, ref }: Report): void {
  const heading = ['THEIR COST', 'OURS', 'THEIR TOKENS', 'OURS', 'DRIFT', 'WHY'];
  const width = terminalWidth();
  if (models.length > 0)
    write(
      `${table(
        ['MODEL', ...heading],
        models.map((row) => cells(row.model ?? '', row)),
        width,
      )}\n`,
    );
  const rows = [...days.map((row) => cells(row.day ?? '', row)), cells('TOTAL', whole)];
  write(table(['DAY (UTC)', ...heading], rows, width));
  for (const { label, value } of account) print(`${label}: ${value}`);
  note(ref === null ? `${from} to ${to}, beside the given total.` : `${from} to ${to}, asked with ${ref}.`);
  for (const sentence of notes) note(sentence);
}

const grouped = new Intl.NumberFormat('en');

function cells(name: string, { theirs, ours, driftPercent, reasons }: ReconcileRow): readonly string[] {
  const drift = driftPercent === null ? '' : `${driftPercent > 0 ? '+' : ''}${driftPercent} %`;
  const why = reasons.map((reason) => DRIFT_WORDS[reason]).join(', ');
  return [name, cost(theirs), cost(ours), tokens(theirs), tokens(ours), drift, why];
}

type Figures = ReconcileRow['theirs'];

const cost = ({ costMicroUsd }: Figures): string => (costMicroUsd === null ? '-' : dollars(costMicroUsd));

function tokens({ inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens }: Figures): string {
  if (inputTokens === null && outputTokens === null) return '-';
  const parts = [inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens];
  return grouped.format(parts.reduce<number>((sum, part) => sum + (part ?? 0), 0));
}

export function reconcileCommand(parent: Command): void {
  parent
    .command('reconcile')
    .description("put the provider's own figures beside ours, and say where they drift apart")
    .argument('<provider>', 'whose figures')
    .option('--from <day>', 'first day (2026-11-20), in UTC; left out: 30 days')
    .option('--to <day>', 'last day; left out: yesterday')
    .option('--label <label>', 'the key to ask with; left out: one that may')
    .option('--invoice <dollars>', 'ask nobody: compare with this total')
    .option('--json', 'as JSON; costs in micro-USD')
    .action(reconcile);
}
