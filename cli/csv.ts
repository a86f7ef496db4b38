/**
 * Comma-separated values (RFC 4180). Every cell is quoted, and one that a spreadsheet would take for a formula gets an
 * apostrophe before it: names of clients and models come from elsewhere.
 */
const FORMULA_START = /^[=+\-@\t\r\n]/;

export function csv(heading: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  const lines = [heading, ...rows].map((row) => row.map(cell).join(','));
  return `${lines.join('\r\n')}\r\n`;
}

function cell(value: string | number | null): string {
  if (value === null) return '""';
  // A number of ours is no text of a stranger's, and -5 is to stay a number.
  const text = typeof value === 'string' && FORMULA_START.test(value) ? `'${value}` : String(value);
  return `"${text.replaceAll('"', '""')}"`;
}
