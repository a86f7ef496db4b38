import { AppError } from '../../../../shared/errors.ts';

/** RFC 4180, with commas, semicolons or tabs between cells, as spreadsheets write them. */
const MAX_COLUMNS = 200;
const MAX_RECORD = 1024 * 1024;
const SEPARATORS = [',', ';', '\t'] as const;

export type Row = Readonly<Record<string, string>>;

/**
 * Rows by the names in the first one. A cell in quotes may hold line ends.
 * @param lines - without their ends; null: a line that is too long.
 * @throws AppError `invalid_input` where there is no heading, or quotes do not end.
 */
export async function* csvRows(lines: AsyncIterable<string | null> | Iterable<string | null>): AsyncGenerator<Row> {
  let heading: readonly string[] | null = null;
  let separator: string = ',';
  let open = '';
  for await (const line of lines) {
    if (line === null) throw noCsv();
    const text = (open === '' ? line : `${open}\n${line}`).replace(/\r$/, '');
    if (text.length > MAX_RECORD) throw noCsv();
    if (quotesAreOpen(text)) {
      open = text;
      continue;
    }
    open = '';
    if (text === '') continue;
    if (heading === null) {
      const plain = text.replace(/^\ufeff/, '');
      separator = SEPARATORS.find((one) => plain.includes(one)) ?? ',';
      heading = cellsOf(plain, separator).map((name) => name.trim().toLowerCase());
      if (heading.length > MAX_COLUMNS) throw noCsv();
      continue;
    }
    const cells = cellsOf(text, separator);
    yield Object.fromEntries(heading.map((name, at) => [name, (cells[at] ?? '').trim()]));
  }
  if (open !== '') throw noCsv();
}

function quotesAreOpen(text: string): boolean {
  let quotes = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) quotes += 1;
  return quotes % 2 === 1;
}

function cellsOf(text: string, separator: string): string[] {
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string;
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (character === '"' && cell === '') quoted = true;
    else if (character === separator) {
      cells.push(cell);
      cell = '';
    } else cell += character;
  }
  cells.push(cell);
  return cells;
}

function noCsv(): AppError {
  return new AppError(
    'invalid_input',
    'This is no CSV file that can be read. Nothing was imported.',
    'Export it anew; a spreadsheet may have changed it.',
  );
}
