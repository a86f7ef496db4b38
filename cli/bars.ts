import { textWidth } from './table.ts';

/** A bar narrower than that shows nothing. */
export const LEAST_COLUMNS = 8;
const MOST_COLUMNS = 60;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** Where the terminal or the reader of a pipe may not know more than ASCII. */
export function knowsBlocks(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return isTerminal && (process.platform === 'win32' || /utf-?8/i.test(locale));
}

/**
 * Lines of a table with a bar behind each. No colour: the length alone speaks.
 * @param values - one for each line; null: a line without a bar (the heading, the sum).
 * @param columns - of the terminal. Where too few are left the lines stay as they are.
 */
export function withBars(
  lines: readonly string[],
  values: readonly (number | null)[],
  columns: number,
  blocks: boolean,
): readonly string[] {
  const widest = Math.max(...lines.map(textWidth));
  const room = Math.min(columns - widest - 2, MOST_COLUMNS);
  const most = Math.max(...values.map((value) => value ?? 0));
  if (room < LEAST_COLUMNS || most <= 0) return lines;
  return lines.map((line, at) => {
    const shown = bar((values[at] ?? 0) / most, room, blocks);
    return shown === '' ? line : `${line}${' '.repeat(widest - textWidth(line) + 2)}${shown}`;
  });
}

/** @param share - of the widest; what is not nothing shows something. */
export function bar(share: number, columns: number, blocks: boolean): string {
  if (share <= 0) return '';
  if (!blocks) return '#'.repeat(Math.max(1, Math.round(share * columns)));
  const eighths = Math.max(1, Math.round(share * columns * 8));
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}
