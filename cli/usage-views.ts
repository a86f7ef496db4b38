import { type Command, Option } from 'commander';
import { FORECAST_FIGURES, type ForecastBand } from '../shared/contract/usage-forecast.ts';
import type { UsageRecord } from '../shared/contract/usage-records.ts';
import { connectAgent } from './connect.ts';
import { usage } from './fail.ts';
import { type FigureColumn, type FigureRow, figureTable, roomHere } from './figure-table.ts';
import { dollars } from './money.ts';
import { amount } from './quota-amounts.ts';
import { momentIn } from './zone-times.ts';
import { note, print, printJson, write } from './output.ts';
import { plain, table, terminalWidth } from './table.ts';
import { tell, tellLeftOut } from './usage-format.ts';
import { filterFrom, rangeFrom, type UsageOptions, withUsageOptions } from './usage-options.ts';

interface Json {
  readonly json?: boolean;
}

const MOST_OF_A_PAGE = 1000;
const grouped = new Intl.NumberFormat('en');

async function requests(options: UsageOptions & Json & { readonly limit: string }): Promise<void> {
  const wanted = Number(options.limit);
  if (!/^\d{1,6}$/.test(options.limit) || wanted === 0)
    throw usage('--limit is no number of calls.', 'From 1 to 999999.');
  const agent = await connectAgent();
  const records: UsageRecord[] = [];
  let zone = 'UTC';
  const query = { ...rangeFrom(options), ...filterFrom(options) };
  for (let cursor: string | null | undefined; cursor !== null && records.length < wanted; ) {
    const limit = Math.min(wanted - records.length, MOST_OF_A_PAGE);
    const page = await agent.call('usage.requests', { ...query, limit, ...(cursor === undefined ? {} : { cursor }) });
    if (cursor === undefined) tell(page.remarks);
    zone = page.zone;
    records.push(...page.records);
    cursor = page.next;
  }
  agent.close();
  if (options.json) return printJson(records);
  if (records.length === 0) return note('No single calls are kept of this time.');
  const rows = records.map((record) => requestRow(record, zone));
  const { text, leftOut } = figureTable('TIME', REQUEST_HEADING, rows, roomHere(), false);
  write(text);
  tellLeftOut(leftOut, '--json');
  note(`Times are those of ${zone}.`);
}

const REQUEST_HEADING: readonly FigureColumn[] = [
  { heading: 'CLIENT', leaveOut: 2 },
  { heading: 'KEY', leaveOut: 1 },
  { heading: 'MODEL', leaveOut: null },
  { heading: 'STATUS', leaveOut: null },
  { heading: 'IN', leaveOut: 4 },
  { heading: 'OUT', leaveOut: 3 },
  { heading: 'COST', leaveOut: null },
  { heading: 'MS', leaveOut: 0 },
];

function requestRow(record: UsageRecord, zone: string): FigureRow {
  const { inputTokens, cacheReadTokens, cacheWriteTokens, cacheWriteLongTokens, costMicroUsd } = record;
  const cost = costMicroUsd === null ? 'unknown' : dollars(costMicroUsd);
  const cells = [
    record.client || '-',
    record.credential || record.provider,
    record.model || record.endpoint,
    record.outcome === 'ok' ? String(record.status) : `${record.status} ${record.outcome}`,
    grouped.format(inputTokens + cacheReadTokens + cacheWriteTokens + cacheWriteLongTokens),
    grouped.format(record.outputTokens),
    record.costReason === 'at_least' ? `at least ${cost}` : cost,
    record.source === 'import' && record.latencyMs === 0 ? '-' : grouped.format(record.latencyMs), // most logs do not tell
  ];
  return { name: momentIn(zone, record.at), cells, bar: null };
}

interface ForecastOptions extends UsageOptions, Json {
  readonly figure: (typeof FORECAST_FIGURES)[number];
  readonly limit?: string;
}

async function forecast(options: ForecastOptions): Promise<void> {
  const { figure } = options;
  const limit = options.limit === undefined ? {} : { limit: budget(options.limit, figure) };
  const agent = await connectAgent();
  const answer = await agent.call('usage.forecast', {
    figure,
    ...limit,
    ...rangeFrom(options),
    ...filterFrom(options),
  });
  agent.close();
  tell(answer.remarks);
  if (options.json) return printJson(answer);
  print(plain(answer.sentence));
  const shown = (value: number) => (figure === 'cost' ? dollars(value) : grouped.format(value));
  const band = (some: ForecastBand | null) =>
    some === null ? ['', '', ''] : [some.low, some.middle, some.high].map(shown);
  const rows = answer.points
    .filter(({ projected }) => projected !== null)
    .map(({ day, projected }) => [day, ...band(projected)]);
  if (rows.length > 0) write(`\n${table(['BY THE END OF', 'LOW', 'MIDDLE', 'HIGH'], rows, terminalWidth())}`);
  note(`Method: ${answer.method.text}`);
}

function budget(typed: string, figure: ForecastOptions['figure']): number {
  const wanted = amount(typed, figure, '--limit'); // as a quota takes it
  if (wanted > 0) return wanted;
  throw usage('--limit is nothing.', 'A budget is more than 0.');
}

async function anomalies(options: UsageOptions & Json): Promise<void> {
  const agent = await connectAgent();
  const answer = await agent.call('usage.anomalies', { ...rangeFrom(options), ...filterFrom(options) });
  agent.close();
  tell(answer.remarks);
  if (options.json) return printJson(answer.anomalies);
  if (answer.anomalies.length === 0) return note('Nothing is out of the usual in this time.');
  for (const { at, text } of answer.anomalies) print(`${momentIn(answer.zone, at)}  ${plain(text)}`);
}

async function cheapest(model: string | undefined, options: Json): Promise<void> {
  const agent = await connectAgent();
  const { models, bookAsOf } = await agent.call('usage.cheapest', model === undefined ? {} : { model });
  agent.close();
  if (options.json) return printJson(models);
  if (models.length === 0) {
    return note('No price is known of a provider that there is a key of. See "keyharbor prices list".');
  }
  const rows = models.flatMap(({ model: name, offers, savesMicroUsd }) =>
    offers.map(({ provider, model: called, microUsdPerMillion, longPrompt, credentials }, at) => [
      at === 0 ? name : '',
      provider,
      called,
      `${dollars(microUsdPerMillion)}${longPrompt ? ' (long prompts)' : ''}`,
      credentials.join(', '),
      at === 0 && savesMicroUsd > 0 ? `about ${dollars(savesMicroUsd)}` : '',
    ]),
  );
  write(table(['MODEL', 'PROVIDER', 'CALLED', 'A MILLION TOKENS', 'KEYS', 'WOULD HAVE SAVED'], rows, terminalWidth()));
  note(`By the mix of tokens of the last 30 days, and prices of ${bookAsOf}. Savings are estimates.`);
}

export function viewCommands(parent: Command): void {
  withUsageOptions(parent.command('requests'))
    .description('single calls, the latest first')
    .option('--limit <n>', 'how many', '50')
    .option('--json', 'as JSON; costs in micro-USD')
    .action(requests);
  withUsageOptions(parent.command('forecast'))
    .description('what a period will come to, as a band; left out: this month')
    .addOption(new Option('--figure <figure>', 'of what').choices([...FORECAST_FIGURES]).default('cost'))
    .option('--limit <amount>', 'a budget: when it will be used up; dollars where the figure is cost')
    .option('--json', 'as JSON; costs in micro-USD')
    .action(forecast);
  withUsageOptions(parent.command('anomalies'))
    .description('what is out of the usual')
    .option('--json', 'as JSON; costs in micro-USD')
    .action(anomalies);
  parent
    .command('cheapest')
    .description('where a model costs least, among the providers that you have keys of')
    .argument('[model]', 'left out: what was used in the last 30 days')
    .option('--json', 'as JSON; costs in micro-USD')
    .action(cheapest);
}
