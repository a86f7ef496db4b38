import { type Command, Option } from 'commander';
import { csv } from '../shared/csv.ts';
import type { UsageHeatMap } from '../shared/contract/usage.ts';
import { FORECAST_FIGURES } from '../shared/contract/usage-forecast.ts';
import { certaintyOf, type CostCertainty } from '../shared/usage.ts';
import { connectAgent } from './connect.ts';
import { type FigureColumn, figureTable, type Room, roomHere } from './figure-table.ts';
import { cellRoom, heatEdges, heatLines, heatStep, shades } from './heat-cells.ts';
import { dollars } from './money.ts';
import { note, print, printJson, write } from './output.ts';
import { costText } from './usage-cost.ts';
import { type FormatOptions, formatFrom, tell, tellLeftOut, withFormat } from './usage-format.ts';
import { filterFrom, rangeFrom, type UsageOptions, withFilters } from './usage-options.ts';
import { dayIn } from './zone-times.ts';

type Figure = (typeof FORECAST_FIGURES)[number];

interface Options extends UsageOptions, FormatOptions {
  readonly figure: Figure;
  readonly hours?: boolean;
}

/** A year of days, and the hours of the week in it. */
async function calendar(options: Options): Promise<void> {
  const format = formatFrom(options);
  const agent = await connectAgent();
  const map = await agent.call('usage.heatMap', { ...rangeFrom(options), ...filterFrom(options) });
  agent.close();
  tell(map.remarks);
  if (options.hours && map.hoursOfWeek === null) note(NO_HOURS);
  if (format === 'json') return printJson(toJson(map));
  const days = daysOf(map);
  const hours = hoursOf(map);
  if (format === 'csv') return write(options.hours ? toCsv(['weekday', 'hour'], hours) : toCsv(['day'], days));
  const used = days.filter(({ heat }) => heat.requests > 0);
  if (used.length === 0) return note('Nothing was counted in this time.');
  print(
    `${used.length === 1 ? '1 day' : `${used.length} days`} with use from ${map.from} to ${map.to}, ${inAll(map.days, options.figure)} in all`,
  );
  note(`Days and hours are those of ${map.zone}.`);
  const draws = options.chart ?? process.stdout.isTTY;
  const show = draws ? drawn : listed;
  if (!options.hours) show(map, options.figure, 'days');
  if (map.hoursOfWeek !== null) show(map, options.figure, 'hours');
  else if (!options.hours) note(NO_HOURS);
}

const NO_HOURS = 'Hours of the week are not kept for several filters at once.';
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const HOURS = 24;
const DAY_MS = 86_400_000;
/** What a pipe is taken to be wide. */
const PIPE_COLUMNS = 120;
const grouped = new Intl.NumberFormat('en');

type Heats = UsageHeatMap['days'];
interface Heat {
  readonly requests: number;
  readonly failed: number;
  readonly incomplete: number;
  readonly unpriced: number;
  readonly tokens: number;
  readonly knownCostMicroUsd: number;
}

interface Cell<P> {
  readonly place: P;
  readonly heat: Heat;
}

function heatAt(heats: Heats, at: number): Heat {
  const value = (name: keyof Heat): number => heats[name][at] ?? 0;
  return {
    requests: value('requests'),
    failed: value('failed'),
    incomplete: value('incomplete'),
    unpriced: value('unpriced'),
    tokens: value('tokens'),
    knownCostMicroUsd: value('knownCostMicroUsd'),
  };
}

/** The days that were counted; what is before them is not nothing, and is left out. */
function daysOf(map: UsageHeatMap): readonly Cell<{ readonly day: string }>[] {
  const since = map.collectedSince === null ? null : dayIn(map.zone, map.collectedSince);
  return map.days.requests.flatMap((_, at) => {
    const day = dayAfter(map.from, at);
    return since === null || day < since ? [] : [{ place: { day }, heat: heatAt(map.days, at) }];
  });
}

function hoursOf({ hoursOfWeek }: UsageHeatMap): readonly Cell<{ readonly weekday: string; readonly hour: number }>[] {
  return (hoursOfWeek?.requests ?? []).map((_, at) => ({
    place: { weekday: WEEKDAYS[Math.floor(at / HOURS)] ?? '', hour: at % HOURS },
    heat: heatAt(hoursOfWeek as Heats, at),
  }));
}

function dayAfter(from: string, days: number): string {
  return new Date(Date.parse(`${from}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

const figureOf = (figure: Figure, heat: Heat): number =>
  ({ cost: heat.knownCostMicroUsd, tokens: heat.tokens, requests: heat.requests })[figure];

const shownFigure = (figure: Figure, value: number): string =>
  figure === 'cost' ? dollars(value) : grouped.format(value);

function inAll(days: Heats, figure: Figure): string {
  const sum = (name: keyof Heat): number => days[name].reduce((all, value) => all + value, 0);
  if (figure !== 'cost') return `${grouped.format(sum(figure))} ${figure}`;
  return `cost ${costText({ unpriced: sum('unpriced'), incomplete: sum('incomplete'), knownCostMicroUsd: sum('knownCostMicroUsd') })}`;
}

type What = 'days' | 'hours';

function drawn(map: UsageHeatMap, figure: Figure, what: What): void {
  const room = roomHere();
  write(`\n${(what === 'days' ? yearLines(map, figure, room) : weekLines(map, figure, room)).join('\n')}\n`);
}

/** Weeks as columns, weekdays as rows; where the terminal is narrow, the latest weeks. */
export function yearLines(map: UsageHeatMap, figure: Figure, room: Room): readonly string[] {
  const cells = new Map(daysOf(map).map(({ place, heat }) => [place.day, heat]));
  const marks = marksOf([...cells.values()], figure, room);
  const weeks = Math.ceil(map.days.requests.length / WEEKDAYS.length);
  const { cellColumns, shown } = cellRoom(weeks, room.columns ?? PIPE_COLUMNS);
  const list = Array.from({ length: shown }, (_, at) => weeks - shown + at);
  const dayOf = (week: number, weekday: number): string => dayAfter(map.from, week * WEEKDAYS.length + weekday);
  const months = list.map((week) => Number(dayOf(week, WEEKDAYS.length - 1).slice(5, 7)) - 1);
  const rows = WEEKDAYS.map((name, weekday) => ({
    name,
    cells: list.map((week) => {
      const heat = cells.get(dayOf(week, weekday));
      return heat === undefined ? ' ' : marks.of(heat);
    }),
  }));
  const names = months.map((month, at) => (at > 0 && month !== months[at - 1] ? (MONTHS[month] ?? '') : ''));
  const cut = shown < weeks ? [`The last ${shown} of ${weeks} weeks: the terminal is too narrow for all.`] : [];
  return [...heatLines(names, rows, cellColumns), '', ...marks.legend, 'Blank: not counted yet.', ...cut];
}

/** Hours as columns, weekdays as rows. */
export function weekLines(map: UsageHeatMap, figure: Figure, room: Room): readonly string[] {
  const cells = hoursOf(map).map(({ heat }) => heat);
  const marks = marksOf(cells, figure, room);
  const { cellColumns } = cellRoom(HOURS, room.columns ?? PIPE_COLUMNS);
  const names = Array.from({ length: HOURS }, (_, hour) => (hour % 3 === 0 ? String(hour) : ''));
  const rows = WEEKDAYS.map((name, weekday) => ({
    name,
    cells: cells.slice(weekday * HOURS, (weekday + 1) * HOURS).map(marks.of),
  }));
  return [...heatLines(names, rows, cellColumns), '', ...marks.legend];
}

interface Marks {
  readonly of: (heat: Heat) => string;
  readonly legend: readonly string[];
}

function marksOf(heats: readonly Heat[], figure: Figure, { columns, blocks }: Room): Marks {
  const { steps, unknown } = shades(blocks);
  const edges = heatEdges(heats.map((heat) => figureOf(figure, heat)));
  const isUnknown = (heat: Heat): boolean => figure === 'cost' && certaintyOf(heat) === 'unknown';
  const [first, ...others] = steps;
  const upTo = others.flatMap((mark, at) => {
    const edge = edges[at];
    if (edges.length === 0 || (edge !== undefined && edge === edges[at - 1])) return [];
    return [edge === undefined ? `${mark} more` : `${mark} to ${shownFigure(figure, edge)}`];
  });
  const unknowns = heats.some(isUnknown) ? [`${unknown} cost unknown`] : [];
  const parts = [`${first ?? ''} none`, ...upTo, ...unknowns];
  const line = parts.join('   ');
  return {
    of: (heat) => (isUnknown(heat) ? unknown : (steps[heatStep(figureOf(figure, heat), edges)] ?? '')),
    legend: columns !== null && line.length > columns ? parts : [line],
  };
}

const HEADING: readonly FigureColumn[] = [
  { heading: 'REQUESTS', leaveOut: null },
  { heading: 'FAILED', leaveOut: 0 },
  { heading: 'TOKENS', leaveOut: 1 },
  { heading: 'COST', leaveOut: null },
];

/** The same as a table: what was used only. */
function listed(map: UsageHeatMap, _: Figure, what: What): void {
  const rows =
    what === 'days'
      ? daysOf(map).map(({ place, heat }) => ({ name: place.day, heat }))
      : hoursOf(map).map(({ place, heat }) => ({ name: `${place.weekday} ${two(place.hour)}:00`, heat }));
  const shown = rows
    .filter(({ heat }) => heat.requests > 0)
    .map(({ name, heat }) => ({
      name,
      cells: [...[heat.requests, heat.failed, heat.tokens].map((value) => grouped.format(value)), costText(heat)],
      bar: null,
    }));
  const { text, leftOut } = figureTable(what === 'days' ? 'DAY' : 'HOUR', HEADING, shown, roomHere(), false);
  write(`\n${text}`);
  tellLeftOut(leftOut);
}

const two = (part: number): string => String(part).padStart(2, '0');

const FIGURES = ['requests', 'failed', 'incomplete', 'unpriced', 'tokens', 'knownCostMicroUsd'] as const;

function toCsv<P extends object>(places: readonly (keyof P & string)[], cells: readonly Cell<P>[]): string {
  return csv(
    [...places, ...FIGURES, 'costCertainty'],
    cells.map(({ place, heat }) => [
      ...places.map((name) => place[name] as string | number),
      ...FIGURES.map((name) => heat[name]),
      certaintyOf(heat),
    ]),
  );
}

function toJson(map: UsageHeatMap) {
  const flat = <P extends object>({ place, heat }: Cell<P>): P & Heat & { readonly costCertainty: CostCertainty } => ({
    ...place,
    ...heat,
    costCertainty: certaintyOf(heat),
  });
  const { zone, from, to, collectedSince, hoursOfWeek } = map;
  const hours = hoursOfWeek === null ? null : hoursOf(map).map(flat);
  return { zone, from, to, collectedSince, days: daysOf(map).map(flat), hoursOfWeek: hours };
}

export function calendarCommand(parent: Command): void {
  const command = withFilters(parent.command('calendar'))
    .description('a year of days and the hours of the week, as a heat map')
    .option('--to <day>', 'the last day, or a word; left out: today')
    .addOption(new Option('--figure <figure>', 'what is shown').choices([...FORECAST_FIGURES]).default('cost'))
    .option('--hours', 'only the hours of the week; for CSV instead of the days');
  withFormat(command, 'as a picture; so it is on a terminal').action(calendar);
}
