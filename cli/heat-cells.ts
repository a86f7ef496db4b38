/** How a heat map looks on a terminal: how dense a cell is says how much, so it needs no colour. */
export interface Shades {
  /** From nothing to the most. */
  readonly steps: readonly string[];
  /** Something, but nobody knows how much. */
  readonly unknown: string;
}

export function shades(blocks: boolean): Shades {
  return { steps: blocks ? ['·', '░', '▒', '▓', '█'] : ['.', '-', '+', '*', '#'], unknown: '?' };
}

/**
 * The upper edges of steps 1 to 3: quartiles of what is more than nothing, so that one large day does not leave all others
 * pale. Empty where there is nothing.
 */
export function heatEdges(values: readonly number[]): readonly number[] {
  const some = values.filter((value) => value > 0).toSorted((one, other) => one - other);
  return some.length === 0
    ? []
    : [0.25, 0.5, 0.75].map((share) => some[Math.max(0, Math.ceil(some.length * share) - 1)] ?? 0);
}

/** @returns 0 for nothing, else 1 to 4. */
export function heatStep(value: number, edges: readonly number[]): number {
  return value <= 0 ? 0 : 1 + edges.filter((edge) => value > edge).length;
}

/** Columns that the names of the rows take. */
const LEAD_COLUMNS = 4;

/** How wide a cell is drawn, and how many fit; two columns each where there is room, as characters are narrow. */
export function cellRoom(cells: number, columns: number): { readonly cellColumns: 1 | 2; readonly shown: number } {
  const room = Math.max(columns - LEAD_COLUMNS, 1);
  const cellColumns = cells * 2 <= room ? 2 : 1;
  return { cellColumns, shown: Math.min(cells, Math.floor(room / cellColumns)) };
}

/**
 * @param columns - a name over a cell, or empty.
 * @param rows - the character of each cell.
 */
export function heatLines(
  columns: readonly string[],
  rows: readonly { readonly name: string; readonly cells: readonly string[] }[],
  cellColumns: number,
): readonly string[] {
  let heading = ' '.repeat(LEAD_COLUMNS);
  for (const [at, name] of columns.entries()) {
    const start = LEAD_COLUMNS + at * cellColumns;
    // A name that would touch the one before is left out.
    if (name !== '' && heading.trimEnd().length < start) heading = heading.trimEnd().padEnd(start) + name;
  }
  const lines = rows.map(
    ({ name, cells }) =>
      name.padEnd(LEAD_COLUMNS) + cells.map((cell) => (cell === ' ' ? ' ' : cell).repeat(cellColumns)).join(''),
  );
  return [heading, ...lines].map((line) => line.trimEnd());
}
