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
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;
/** A symbol that is a picture by itself, or by the mark behind it; others (☎, ✔, ©) are as narrow as letters. */
const PICTURE = /\p{Emoji_Presentation}|\ufe0f/u;
/** Marks without a letter, and what joins or directs: nothing is shown. */
const UNSEEN = /^[\p{Mn}\p{Me}\u200b-\u200f\u2060\ufeff]+$/u;

/** Columns that text takes on a terminal; close enough to align a table. */
export function textWidth(text: string): number {
  let width = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (!UNSEEN.test(segment)) width += WIDE.test(segment) || PICTURE.test(segment) ? 2 : 1;
  }
  return width;
}

/** @param width - not below the least of its column: see MIN_WIDTHS. */
function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (textWidth(kept + segment) > width - 2) break;
    kept += segment;
  }
  return `${kept}..`;
}

/** Without its middle: of a name with a path before it the end is what tells it apart, so that keeps the larger part. */
function cutMiddle(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  const segments = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
  const room = width - 2;
  let head = '';
  for (const segment of segments) {
    if (textWidth(head + segment) > room * HEAD_SHARE) break;
    head += segment;
  }
  let tail = '';
  for (const segment of segments.toReversed()) {
    if (textWidth(head) + textWidth(segment + tail) > room) break;
    tail = segment + tail;
  }
  return `${head}..${tail}`;
}

const HEAD_SHARE = 0.4;

/** A column is never made narrower than this to fit the terminal. */
const MIN_WIDTHS = { whole: Number.POSITIVE_INFINITY, ends: 24, words: 8, text: 8 } as const;

/** A number, with its unit or how sure it is, or a day or time. */
const FIGURE =
  /^(?:[a-z]+ (?:[a-z]+ )?)?[+-]?\$?\d[\d,.]*(?: ?%| ms)?(?: \([a-z ]+\))?$|^\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2}(?::\d{2})?)?$/;

/** Whether a column holds figures, and beside them only words without any ("unknown", "-"): these are not to be cut. */
function isFigures(cells: readonly string[]): boolean {
  return cells.some((cell) => FIGURE.test(cell)) && cells.every((cell) => FIGURE.test(cell) || !/\d/.test(cell));
}

/** Single words ("invalid_key", "kh://openai/work"): cut, they could be taken for others. Blanks: free text. */
function isWords(cells: readonly string[]): boolean {
  return cells.every((cell) => !cell.includes(' ') && textWidth(cell) <= LONGEST_WORD);
}

const LONGEST_WORD = 24;

/** What a table does where the terminal is too narrow for it. */
export interface NarrowTable {
  /** Columns (0 is the first) of which nothing is cut before all others are. */
  readonly words?: readonly number[];
  /** Columns that lose their middle, never their end ("kh://opena..production"), where leaving columns out is not enough. */
  readonly ends?: readonly number[];
  /** Columns of figures with words behind them ("$20.00 a month"): nothing of them is cut. */
  readonly figures?: readonly number[];
  /** Columns that are left out, one after the other, before words are cut. */
  readonly mayGo?: readonly number[];
}

/**
 * Rows under a heading, aligned with two blanks between columns.
 * @param columns - of the terminal; null: nothing is cut (a pipe). Else free text is cut until the rows fit, then columns
 * that may go are left out, then names lose their middle, then words are cut. Figures never are, as a cut figure is another
 * figure: rather a line runs over the edge.
 */
export function table(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number | null,
): string {
  return fittingTable(heading, rows, columns).text;
}

/** The same, and the headings of the columns that had no room. */
export function fittingTable(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number | null,
  { words = [], ends = [], figures = [], mayGo = [] }: NarrowTable = {},
): { readonly text: string; readonly leftOut: readonly string[] } {
  const body = rows.map((row) => row.map(plain));
  const cells = [heading, ...body];
  const wanted = heading.map((_, column) => Math.max(...cells.map((row) => textWidth(row[column] ?? ''))));
  const kinds = heading.map((_, column): Kind => {
    const inColumn = body.map((row) => row[column] ?? '');
    if (ends.includes(column)) return 'ends';
    if (column === 0 || figures.includes(column) || isFigures(inColumn)) return 'whole';
    return words.includes(column) || isWords(inColumn) ? 'words' : 'text';
  });
  let widths = wanted;
  let gone: readonly number[] = [];
  if (columns !== null) {
    for (let count = 0; count <= mayGo.length; count += 1) {
      gone = mayGo.slice(0, count);
      widths = shrunk(wanted, kinds, 'text', gone, columns);
      if (lineWidth(widths, gone) <= columns) break;
    }
    for (const kind of ['ends', 'words'] as const) widths = shrunk(widths, kinds, kind, gone, columns);
  }
  const line = (row: readonly string[]): string =>
    row
      .flatMap((cell, column) => {
        if (gone.includes(column)) return [];
        const width = widths[column] ?? 0;
        const shown = kinds[column] === 'ends' ? cutMiddle(cell, width) : cut(cell, width);
        return [shown + ' '.repeat(Math.max(width - textWidth(shown), 0))];
      })
      .join('  ')
      .trimEnd();
  return { text: `${cells.map(line).join('\n')}\n`, leftOut: heading.filter((_, column) => gone.includes(column)) };
}

/** What a column holds: nothing that may be cut, names that lose their middle, single words, free text. */
type Kind = 'whole' | 'ends' | 'words' | 'text';

const lineWidth = (widths: readonly number[], gone: readonly number[]): number =>
  widths.reduce((sum, width, column) => (gone.includes(column) ? sum : sum + width + 2), -2);

/** Takes from the widest column of this kind first, until the line fits or none of them is wide any more. */
function shrunk(
  given: readonly number[],
  kinds: readonly Kind[],
  kind: Kind,
  gone: readonly number[],
  columns: number,
): number[] {
  const widths = [...given];
  while (lineWidth(widths, gone) > columns) {
    const [widest] = widths
      .flatMap((width, at) =>
        kinds[at] !== kind || gone.includes(at) || width <= MIN_WIDTHS[kind] ? [] : [{ width, at }],
      )
      .toSorted((one, other) => other.width - one.width);
    if (widest === undefined) break;
    widths[widest.at] = widest.width - 1;
  }
  return widths;
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
