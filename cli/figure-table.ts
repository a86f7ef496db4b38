import { LEAST_COLUMNS, knowsBlocks, withBars } from './bars.ts';
import { plain, table, terminalWidth, textWidth } from './table.ts';

/** A column of figures behind the name of each row. */
export interface FigureColumn {
  readonly heading: string;
  /** Where room is short the least is left out first; null: it always stays. */
  readonly leaveOut: number | null;
}

export interface FigureRow {
  readonly name: string;
  readonly cells: readonly string[];
  /** What its bar shows; null: it has none (a sum). */
  readonly bar: number | null;
}

export interface FigureTable {
  readonly text: string;
  /** Headings of the columns that had no room. */
  readonly leftOut: readonly string[];
}

/** What a terminal is, for a table: `columns` null where nothing limits it (a pipe). */
export interface Room {
  readonly columns: number | null;
  /** Whether it shows block characters. */
  readonly blocks: boolean;
}

/** The terminal behind stdout. */
export function roomHere(): Room {
  return { columns: terminalWidth(), blocks: knowsBlocks(process.env, process.stdout.isTTY) };
}

/** A bar that is meant to be read; columns make room for that much. */
const WANTED_COLUMNS = 16;
/** What a pipe is taken to be wide for bars. */
const PIPE_COLUMNS = 120;
const GAP = 2;
/** A name is long where it takes more than this part of the line: a third. */
const LONG_NAME = 3;

/**
 * Figures are never cut: a cut figure is another figure. Where a row does not fit, columns are left out, before its bar is;
 * where that is not enough, or long names would cost most of the columns, each name gets a line of its own.
 */
export function figureTable(
  nameHeading: string,
  columns: readonly FigureColumn[],
  given: readonly FigureRow[],
  { columns: room, blocks }: Room,
  charted: boolean,
): FigureTable {
  const rows = given.map((row) => ({ ...row, name: plain(row.name), cells: row.cells.map(plain) }));
  const hasBars = charted && rows.some(({ bar }) => (bar ?? 0) > 0);
  const nameWidth = Math.max(...[nameHeading, ...rows.map(({ name }) => name)].map(textWidth));
  const widths = columns.map(({ heading }, at) =>
    Math.max(textWidth(heading), ...rows.map(({ cells }) => textWidth(cells[at] ?? ''))),
  );
  const order = columns
    .flatMap(({ leaveOut }, at) => (leaveOut === null ? [] : [{ at, leaveOut }]))
    .toSorted((one, other) => one.leaveOut - other.leaveOut)
    .map(({ at }) => at);
  const needed = (lead: number, without: ReadonlySet<number>): number =>
    lead + widths.reduce((sum, width, at) => (without.has(at) ? sum : sum + width + GAP), -GAP);
  const isLong = room !== null && nameWidth > room / LONG_NAME;
  const fitting = (lead: number, bar: number): ReadonlySet<number> | null => {
    const most = isLong && lead !== GAP ? Math.floor(order.length / 2) : order.length;
    for (let count = 0; count <= most; count += 1) {
      const without = new Set(order.slice(0, count));
      if (room === null || needed(lead, without) + bar <= room) return without;
    }
    return null;
  };
  const bars = hasBars ? [GAP + WANTED_COLUMNS, GAP + LEAST_COLUMNS] : [0];
  const layouts = [nameWidth + GAP, GAP].flatMap((lead) => bars.map((bar) => [lead, bar] as const));
  const found = layouts.flatMap(([lead, bar]) => {
    const without = fitting(lead, bar);
    return without === null ? [] : [{ lead, without }];
  })[0] ?? { lead: GAP, without: fitting(GAP, 0) ?? new Set(order) };

  const isTwoLines = found.lead === GAP;
  const keep = <T>(cells: readonly T[]): readonly T[] => cells.filter((_, at) => !found.without.has(at));
  const lead = (name: string): string => (isTwoLines ? '' : name);
  const lines = table(
    [lead(nameHeading), ...keep(columns.map(({ heading }) => heading))],
    rows.map(({ name, cells }) => [lead(name), ...keep(cells)]),
    null,
  )
    .trimEnd()
    .split('\n');
  const widest = Math.max(...lines.map(textWidth));
  const width = room ?? Math.max(PIPE_COLUMNS, widest + GAP + WANTED_COLUMNS);
  const drawn = hasBars ? withBars(lines, [null, ...rows.map(({ bar }) => bar)], width, blocks) : lines;
  const shown = isTwoLines
    ? drawn.flatMap((line, at) => [[nameHeading, ...rows.map(({ name }) => name)][at] ?? '', line])
    : drawn;
  return {
    text: `${shown.join('\n')}\n`,
    leftOut: columns.flatMap(({ heading }, at) => (found.without.has(at) ? [heading] : [])),
  };
}
