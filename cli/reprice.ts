import type { Command } from 'commander';
import type { RepriceReport } from '../shared/contract/prices.ts';
import { connectAgent } from './connect.ts';
import { dollars } from './money.ts';
import { note, print, printJson, write } from './output.ts';
import { table, terminalWidth } from './table.ts';

interface Options {
  readonly from?: string;
  readonly to?: string;
  readonly apply?: boolean;
  readonly json?: boolean;
}

/** First tells what would change; only `--apply` changes it. */
async function reprice({ from, to, apply = false, json }: Options): Promise<void> {
  const agent = await connectAgent();
  const report = await agent.call('usage.reprice', {
    apply,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  });
  agent.close();
  if (json) return printJson(report);
  if (report.models.length > 0) {
    const heading = ['MODEL', 'PROVIDER', 'CALLS', 'COST BEFORE', 'COST AFTER', 'UNPRICED BEFORE', 'AFTER'];
    write(table(heading, report.models.map(row), terminalWidth()));
  }
  print(summary(report));
  if (report.beyond > 0) {
    note(`${report.beyond} requests of this time are kept as sums only: their cost stays.`);
  }
  if (!apply && report.changed > 0) note('Nothing was changed. To do it: the same with --apply.');
}

function row(one: RepriceReport['models'][number]): readonly string[] {
  const { provider, model, changed, oldMicroUsd, newMicroUsd, oldUnpriced, newUnpriced } = one;
  const counts = [String(oldUnpriced), String(newUnpriced)];
  return [
    model === '' ? '(none named)' : model,
    provider,
    String(changed),
    cost(oldMicroUsd, oldUnpriced),
    cost(newMicroUsd, newUnpriced),
    ...counts,
  ];
}

/** What is not known is not nothing. */
function cost(knownMicroUsd: number, unpriced: number): string {
  if (unpriced > 0 && knownMicroUsd === 0) return 'unknown';
  return unpriced > 0 ? `at least ${dollars(knownMicroUsd)}` : dollars(knownMicroUsd);
}

function summary(report: RepriceReport): string {
  const { applied, changed, records } = report;
  if (changed === 0) return `All ${records} records have the cost that the prices of today give.`;
  const done = applied ? 'were repriced' : 'would be repriced';
  const before = cost(report.oldMicroUsd, report.oldUnpriced);
  const after = cost(report.newMicroUsd, report.newUnpriced);
  return `${changed} of ${records} records ${done}: ${before} before, ${after} after.`;
}

export function repriceCommand(prices: Command): void {
  prices
    .command('reprice')
    .description('price what was counted before by the prices of today; first only tells what would change')
    .option('--from <day>', 'first day (2026-11-20), in the reporting zone')
    .option('--to <day>', 'last day')
    .option('--apply', 'do it')
    .option('--json', 'as JSON; costs in micro-USD')
    .action(reprice);
}
