/**
 * Comma-separated values (RFC 4180). Every cell is quoted, and one that a spreadsheet would take for a formula gets an
 * apostrophe before it: names of clients and models come from elsewhere.
 */
const FORMULA_START = /^(?:\s*[=+\-@＝＋－＠]|[\t\r\n])/u; // some trim what is before, and take wide forms for plain ones

export type CsvCell = string | number | null;

export function csvLine(cells: readonly CsvCell[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

export function csv(heading: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  return [heading, ...rows].map(csvLine).join('');
}

function cell(value: CsvCell): string {
  if (value === null) return '""';
  // A number of ours is no text of a stranger's, and -5 is to stay a number.
  const text = typeof value === 'string' && FORMULA_START.test(value) ? `'${value}` : String(value);
  return `"${text.replaceAll('"', '""')}"`;
}
