import { stripVTControlCharacters } from 'node:util';

/** Typographic characters of the agent's texts, in a form that every terminal and every log shows. */
const PLAIN: Readonly<Record<string, string>> = { '…': '...', '•': '*', '–': '-', '—': '-', '→': '->', '·': '-' };

/** Text from elsewhere, safe to print: one line, nothing that steers the terminal. */
export function plain(text: string): string {
  return (
    stripVTControlCharacters(text)
      .replace(/[…•–—→·]/g, (character) => PLAIN[character] ?? '')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
      .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, ' ')
  );
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;

/** Columns that text takes on a terminal; close enough to align a table. */
export function textWidth(text: string): number {
  let width = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (textWidth(kept + segment) > Math.max(width - 2, 1)) break;
    kept += segment;
  }
  return `${kept}..`;
}

/** A column is never made narrower than this to fit the terminal. */
const MIN_WIDTH = 8;

/** A number, with its unit or how sure it is, or a day or time. */
const FIGURE =
  /^(?:[a-z]+ (?:[a-z]+ )?)?[+-]?\$?\d[\d,.]*(?: ?%| ms)?(?: \([a-z ]+\))?$|^\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2})?$/;

/** Whether a column holds figures, and beside them only words without any ("unknown", "-"): these are not to be cut. */
function isFigures(cells: readonly string[]): boolean {
  return cells.some((cell) => FIGURE.test(cell)) && cells.every((cell) => FIGURE.test(cell) || !/\d/.test(cell));
}

/**
 * Rows under a heading, aligned with two blanks between columns.
 * @param columns - of the terminal; the widest columns of text are cut until the rows fit. null: nothing is cut (a pipe).
 * Figures never are, as a cut figure is another figure: rather a line runs over the edge.
 */
export function table(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number | null,
): string {
  const cells = [heading, ...rows.map((row) => row.map(plain))];
  const widths = heading.map((_, column) => Math.max(...cells.map((row) => textWidth(row[column] ?? ''))));
  const isWhole = widths.map((_, column) => column === 0 || isFigures(rows.map((row) => plain(row[column] ?? ''))));
  if (columns !== null) shrink(widths, isWhole, columns);
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        const shown = cut(cell, width);
        return shown + ' '.repeat(Math.max(width - textWidth(shown), 0));
      })
      .join('  ')
      .trimEnd();
  return `${cells.map(line).join('\n')}\n`;
}

/** Takes from the widest column first; the first one (what commands take as an argument) is left whole, as are figures. */
function shrink(widths: number[], isWhole: readonly boolean[], columns: number): void {
  const total = (): number => widths.reduce((sum, width) => sum + width + 2, -2);
  while (total() > columns) {
    const [widest] = widths
      .flatMap((width, at) => (isWhole[at] || width <= MIN_WIDTH ? [] : [{ width, at }]))
      .toSorted((one, other) => other.width - one.width);
    if (widest === undefined) return;
    widths[widest.at] = widest.width - 1;
  }
}

/** null: nothing is known to limit it. Some terminals say that they are 0 wide. */
export function terminalWidth(): number | null {
  return process.stdout.isTTY ? process.stdout.columns || null : null;
}

/** `Name:  value` lines, aligned; pairs without a value are left out. */
export function pairs(entries: readonly (readonly [string, string | null])[]): string {
  const shown = entries.filter((entry): entry is readonly [string, string] => entry[1] !== null && entry[1] !== '');
  const width = Math.max(...shown.map(([name]) => name.length)) + 1;
  return shown.map(([name, value]) => `${`${name}:`.padEnd(width)} ${plain(value)}\n`).join('');
}

/** A time for people: local, to the minute. `-` for never. */
export function localTime(rfc3339: string | null): string {
  if (rfc3339 === null) return '-';
  const time = new Date(rfc3339);
  const two = (part: number): string => String(part).padStart(2, '0');
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${date} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** The same to the second, where what is told lies seconds apart. */
export function localSeconds(rfc3339: string | null): string {
  if (rfc3339 === null) return '-';
  return `${localTime(rfc3339)}:${String(new Date(rfc3339).getSeconds()).padStart(2, '0')}`;
}
