import { expect, test } from 'vitest';
import { figureTable, type FigureColumn, type FigureRow } from '../../../cli/figure-table.ts';
import { textWidth } from '../../../cli/table.ts';

const COLUMNS: readonly FigureColumn[] = [
  { heading: 'REQUESTS', leaveOut: null },
  { heading: 'INPUT', leaveOut: 1 },
  { heading: 'CACHED', leaveOut: 0 },
  { heading: 'COST', leaveOut: null },
];
const DAYS: readonly FigureRow[] = [
  { name: '2026-11-20', cells: ['12,345', '141,811,707', '34,080,965', 'over $8.677001'], bar: 8_677_001 },
  { name: '2026-11-21', cells: ['9', '1,000', '20', '$0.10'], bar: 100_000 },
  { name: 'TOTAL', cells: ['12,354', '141,812,707', '34,080,985', 'over $8.777001'], bar: null },
];
const MODELS = DAYS.map((row, at) => ({
  ...row,
  name: at === 2 ? row.name : `claude-with-a-long-name-of-${at}-20250929`,
}));
const FIGURES = DAYS.flatMap(({ cells }) => [cells[0] ?? '', cells[3] ?? '']);

const shown = (rows: readonly FigureRow[], columns: number | null, charted: boolean) => {
  const { text, leftOut } = figureTable('NAME', COLUMNS, rows, { columns, blocks: false }, charted);
  return { text, leftOut, lines: text.trimEnd().split('\n') };
};

test('columns are left out before bars are, and said', () => {
  expect(shown(DAYS, 120, true).leftOut).toEqual([]);
  expect(shown(DAYS, 70, true).leftOut).toEqual(['CACHED']);
  const narrow = shown(DAYS, 60, true);
  expect(narrow.leftOut).toEqual(['INPUT', 'CACHED']);
  expect(narrow.lines[0]).toBe('NAME        REQUESTS  COST');
  expect(narrow.lines[1]).toMatch(/^2026-11-20 {2}12,345 {4}over \$8\.677001 {2}#{16,}$/);
  expect(narrow.lines[2]).toMatch(/#$/);
  expect(narrow.lines[3]).not.toContain('#');
});

test.each([30, 40, 50, 60, 80, 100, 200])('at %i columns no figure is cut and no line is too long', (columns) => {
  for (const rows of [DAYS, MODELS])
    for (const charted of [true, false]) {
      const { text, lines } = shown(rows, columns, charted);
      for (const figure of FIGURES) expect(text).toContain(figure);
      for (const { name } of rows) expect(text).toContain(name);
      // A name of its own line may be longer than a terminal is wide.
      const figures = lines.filter((line) => !rows.some(({ name }) => name === line));
      for (const line of figures) expect(textWidth(line)).toBeLessThanOrEqual(columns);
    }
});

test('a long name gets a line of its own rather than costing most of the columns', () => {
  const { lines, leftOut } = shown(MODELS, 80, true);
  expect(leftOut).toEqual([]);
  expect(lines.slice(0, 3)).toEqual([
    'NAME',
    '  REQUESTS  INPUT        CACHED      COST',
    'claude-with-a-long-name-of-0-20250929',
  ]);
  expect(lines[3]).toMatch(/^ {2}12,345 .* over \$8\.677001 {2}#{16,}$/);
});

test('in a pipe nothing is left out, bars neither', () => {
  const { lines, leftOut } = shown(MODELS, null, true);
  expect(leftOut).toEqual([]);
  expect(lines).toHaveLength(4);
  expect(lines[1]).toMatch(/#{16,}$/);
});

test('where nothing has a bar columns stay', () => {
  const without = DAYS.map((row) => ({ ...row, bar: row.bar === null ? null : 0 }));
  expect(shown(without, 60, true)).toEqual(shown(without, 60, false));
});
