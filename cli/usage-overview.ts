import { type Command, Option } from 'commander';
import { csv } from '../shared/csv.ts';
import { USAGE_BUCKETS, type BucketValues, type UsageBucket, type UsageOverview } from '../shared/contract/usage.ts';
import {
  certaintyOf,
  type CostCertainty,
  SUM_NAMES,
  USAGE_DIMENSIONS,
  type UsageDimension,
  type UsageSums,
} from '../shared/usage.ts';
import { connectAgent } from './connect.ts';
import { type FigureColumn, type FigureRow, figureTable, roomHere } from './figure-table.ts';
import { dollars } from './money.ts';
import { noneOf } from './none-of.ts';
import { note, print, printJson, write } from './output.ts';
import { pairs } from './table.ts';
import { costText } from './usage-cost.ts';
import { type FormatOptions, formatFrom, tell, tellLeftOut, withFormat } from './usage-format.ts';
import { filterFrom, rangeFrom, type UsageOptions, withUsageOptions } from './usage-options.ts';
import { dayIn, momentIn, momentsIn } from './zone-times.ts';

interface Options extends UsageOptions, FormatOptions {
  readonly bucket: 'auto' | UsageOverview['bucket'];
  readonly by?: UsageDimension;
  readonly compare?: boolean;
}

/** A period as a whole, and in bars: what the Usage screen of the window shows first. */
async function overview(options: Options): Promise<void> {
  const format = formatFrom(options);
  const { bucket, by, compare = false } = options;
  const filter = filterFrom(options);
  const agent = await connectAgent();
  const answer = await agent.call('usage.overview', {
    bucket,
    compare,
    ...byFor(by, filter),
    ...rangeFrom(options),
    ...filter,
  });
  agent.close();
  tell(answer.remarks);
  if (format === 'json') return printJson(toJson(answer, by));
  if (format === 'csv') return write(toCsv(answer, by));
  if (answer.totals.requests === 0) note('Nothing was counted in this time.');
  if (answer.totals.requests + (answer.previous?.totals.requests ?? 0) === 0) return;
  print(`${periodOf(answer, answer)}, by ${answer.bucket}; days are those of ${answer.zone}\n`);
  write(summary(answer));
  if (compare && !isCompared(answer)) {
    const why = answer.previous === null ? 'its single calls are no longer kept' : 'not all of it was counted';
    note(`The period before is not compared: ${why}.`);
  }
  const charted = options.chart ?? process.stdout.isTTY;
  const tables = [barTable(answer, charted), ...(by === undefined ? [] : [nameTable(answer, charted)])];
  for (const { text } of tables) write(`\n${text}`);
  tellLeftOut([...new Set(tables.flatMap(({ leftOut }) => leftOut))]);
  if (answer.buckets.some(({ partial }) => partial)) note(`* ${PARTIAL}`);
}

/** Where one kind of name is asked for, by that: percentiles and savings are kept of one kind at a time. */
function byFor(
  by: UsageDimension | undefined,
  { filter = {} }: ReturnType<typeof filterFrom>,
): { readonly by?: UsageDimension } {
  const [only, ...more] = USAGE_DIMENSIONS.filter((dimension) => filter[dimension] !== undefined);
  const asked = by ?? (more.length === 0 ? only : undefined);
  return asked === undefined ? {} : { by: asked };
}

const PARTIAL = 'not whole: it is not over, or the period cuts it.';
const grouped = new Intl.NumberFormat('en');

function periodOf({ zone }: UsageOverview, { from, to }: { readonly from: string; readonly to: string }): string {
  return `${momentIn(zone, from)} to ${momentIn(zone, to)}`;
}

/** Half of a period is nothing to compare with: all of the one before has to have been counted. */
export function isCompared({ previous, collectedSince, zone }: UsageOverview): boolean {
  if (previous === null || collectedSince === null) return false;
  if (previous.from.length === 10) return previous.from >= dayIn(zone, collectedSince);
  return Date.parse(previous.from) >= Date.parse(collectedSince);
}

const tokensOf = (sums: UsageSums): number =>
  sums.inputTokens + sums.cacheReadTokens + sums.cacheWriteTokens + sums.outputTokens;

/** The figures of the whole period, each with that of the period before where it is compared. */
function summary(answer: UsageOverview): string {
  const { totals } = answer;
  const before = isCompared(answer) ? (answer.previous?.totals ?? null) : null;
  const count = (now: number, then: number | undefined): string =>
    `${grouped.format(now)}${then === undefined ? '' : ` (before: ${grouped.format(then)}${change(now, then)})`}`;
  const areKnown = before !== null && [totals, before].every((sums) => certaintyOf(sums) === 'known');
  const costBefore =
    before === null
      ? ''
      : ` (before: ${costText(before)}${areKnown ? change(totals.knownCostMicroUsd, before.knownCostMicroUsd) : ''})`;
  const latency = (name: 'p50Ms' | 'p95Ms' | 'p99Ms'): string | null =>
    timed(totals.latency?.[name], before?.latency?.[name]);
  return pairs([
    ['Cost', `${costText(totals)}${costBefore}`],
    ['Requests', count(totals.requests, before?.requests)],
    ['Tokens', count(tokensOf(totals), before === null ? undefined : tokensOf(before))],
    ['Error rate', errors(totals, before)],
    ['Latency p50', latency('p50Ms')],
    ['Latency p95', latency('p95Ms')],
    ['Latency p99', latency('p99Ms')],
    ['Cache savings', saved(totals.cacheSavedMicroUsd, before?.cacheSavedMicroUsd)],
  ]);
}

/** @returns empty where there was nothing before: no percentage says that. */
function change(now: number, then: number): string {
  if (then === 0) return '';
  const percent = Math.round((now / then - 1) * 100);
  return `, ${percent > 0 ? '+' : ''}${percent} %`;
}

type Totals = UsageOverview['totals'];

function errors({ errorRate, failed }: Totals, before: Totals | null): string | null {
  if (errorRate === null) return null;
  const rate = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const then = before === null || before.errorRate === null ? '' : `; before: ${rate(before.errorRate)}`;
  return `${rate(errorRate)} (${grouped.format(failed)} failed${then})`;
}

/** Percentiles come from a histogram: they are never exact. */
function timed(now: number | undefined, then: number | undefined): string | null {
  if (now === undefined) return null;
  const ms = (value: number): string => `about ${grouped.format(Math.round(value))} ms`;
  return then === undefined ? ms(now) : `${ms(now)} (before: ${ms(then)})`;
}

function saved(now: number | null, then: number | null | undefined): string | null {
  if (now === null) return null;
  const amount = (value: number): string =>
    value === 0 ? '$0.00' : `about ${value < 0 ? '-' : ''}${dollars(Math.abs(value))}`;
  return then === undefined || then === null ? amount(now) : `${amount(now)} (before: ${amount(then)})`;
}

const BAR_HEADING: readonly FigureColumn[] = [
  { heading: 'REQUESTS', leaveOut: 2 },
  { heading: 'FAILED', leaveOut: 0 },
  { heading: 'TOKENS', leaveOut: 1 },
  { heading: 'COST', leaveOut: null },
];
const BUCKET_HEADING = { hour: 'HOUR', day: 'DAY', week: 'WEEK FROM', month: 'MONTH' } as const;

function sumsAt(values: BucketValues, at: number): UsageSums {
  return Object.fromEntries(SUM_NAMES.map((name) => [name, values[name][at] ?? 0])) as UsageSums;
}

/** Costs, or requests where nothing has a price. */
function barValue(all: UsageSums): (sums: UsageSums) => number {
  return ({ knownCostMicroUsd, requests }) => (all.knownCostMicroUsd > 0 ? knownCostMicroUsd : requests);
}

const figuresOf = (sums: UsageSums): readonly string[] => [
  grouped.format(sums.requests),
  grouped.format(sums.failed),
  grouped.format(tokensOf(sums)),
  costText(sums),
];

function barTable(answer: UsageOverview, charted: boolean) {
  const { buckets, bucket, values, zone, totals } = answer;
  const before = isCompared(answer) ? (answer.previous?.values ?? null) : null;
  const valueOf = barValue(totals);
  const times = momentsIn(
    zone,
    buckets.map(({ from }) => from),
  );
  const rows: readonly FigureRow[] = buckets.map((each, at) => {
    const sums = sumsAt(values, at);
    const isCounted = isCollected(answer, each);
    const figures = isCounted ? figuresOf(sums) : BAR_HEADING.map(() => '-');
    const isKept = before !== null && at < before.requests.length;
    return {
      name: `${bucket === 'month' ? each.from.slice(0, 7) : (times[at] ?? '')}${each.partial ? ' *' : ''}`,
      cells: before === null ? figures : [...figures, isKept ? costText(sumsAt(before, at)) : '-'],
      bar: isCounted ? valueOf(sums) : null,
    };
  });
  const heading = before === null ? BAR_HEADING : [...BAR_HEADING, { heading: 'COST BEFORE', leaveOut: null }];
  return figureTable(BUCKET_HEADING[bucket], heading, rows, roomHere(), charted);
}

/** Before anything was counted nothing is not none. */
function isCollected({ collectedSince, zone }: UsageOverview, { to }: UsageBucket): boolean {
  if (collectedSince === null) return false;
  return to.length === 10 ? to >= dayIn(zone, collectedSince) : Date.parse(to) > Date.parse(collectedSince);
}

function nameTable({ by, series, other, totals }: UsageOverview, charted: boolean) {
  const valueOf = barValue(totals);
  const rows = series.map(({ key, totals: sums }) => ({
    name: key === '' ? noneOf(by) : key,
    cells: figuresOf(sums),
    bar: valueOf(sums),
  }));
  const rest =
    other === null
      ? []
      : [{ name: `(${other.names} more)`, cells: figuresOf(other.totals), bar: valueOf(other.totals) }];
  return figureTable(by.toUpperCase(), BAR_HEADING, [...rows, ...rest], roomHere(), charted);
}

const withCertainty = <T extends UsageSums>(sums: T): T & { readonly costCertainty: CostCertainty } => ({
  ...sums,
  costCertainty: certaintyOf(sums),
});

function bars(answer: UsageOverview, values: BucketValues) {
  return answer.buckets.map((each, at) => ({
    ...each,
    collected: isCollected(answer, each),
    ...withCertainty(sumsAt(values, at)),
  }));
}

function toJson(answer: UsageOverview, by: UsageDimension | undefined) {
  const { from, to, zone, bucket, totals, values, previous, series, other, collectedSince } = answer;
  return {
    ...{ from, to, zone, bucket, totals: withCertainty(totals) },
    previous:
      previous === null
        ? null
        : {
            ...{ from: previous.from, to: previous.to, comparable: isCompared(answer) },
            totals: withCertainty(previous.totals),
            buckets: previous.values.requests.map((_, at) => withCertainty(sumsAt(previous.values, at))),
          },
    buckets: bars(answer, values),
    by: by ?? null,
    series:
      by === undefined
        ? []
        : series.map((one) => ({ key: one.key, totals: withCertainty(one.totals), buckets: bars(answer, one.values) })),
    other: by === undefined || other === null ? null : { names: other.names, totals: withCertainty(other.totals) },
    collectedSince,
  };
}

/** A line each bar; with `by` a line each bar and name, what has no series of its own last, with an empty name. */
function toCsv(answer: UsageOverview, by: UsageDimension | undefined): string {
  const { values, series, other, previous } = answer;
  const before = by === undefined && isCompared(answer) ? (previous?.values ?? null) : null;
  const stacked =
    by === undefined
      ? [{ names: [], values }]
      : [
          ...series.map((one) => ({ names: [one.key, 1], values: one.values })),
          ...(other === null ? [] : [{ names: ['', other.names], values: other.values }]),
        ];
  const lines = stacked.flatMap(({ names, values: shown }) =>
    bars(answer, shown).map(({ from, to, partial, collected, costCertainty, ...sums }, at) => [
      ...[from, to, partial ? 1 : 0, ...names],
      ...SUM_NAMES.map((name) => (collected ? sums[name] : null)),
      collected ? costCertainty : '',
      ...(before === null ? [] : [before.requests[at] ?? null, before.knownCostMicroUsd[at] ?? null]),
    ]),
  );
  const names = by === undefined ? [] : ['key', 'names'];
  const compared = before === null ? [] : ['requestsBefore', 'knownCostMicroUsdBefore'];
  return csv(['from', 'to', 'partial', ...names, ...SUM_NAMES, 'costCertainty', ...compared], lines);
}

export function overviewCommand(parent: Command): void {
  const command = withUsageOptions(parent.command('overview'))
    .description('a period as a whole: cost, requests, tokens, errors, latency, cache savings; left out: 30 days')
    .addOption(new Option('--bucket <bucket>', 'what a bar is').choices(['auto', ...USAGE_BUCKETS]).default('auto'))
    .addOption(new Option('--by <what>', 'also the most by this').choices([...USAGE_DIMENSIONS]))
    .option('--compare', 'with the period before');
  withFormat(command, 'with bars; so it is on a terminal').action(overview);
}
