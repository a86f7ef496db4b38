import { csvLine } from '../../../../shared/csv.ts';
import type { EXPORT_FORMATS } from '../../../../shared/contract/usage-records.ts';
import { ParquetFormat } from './parquet.ts';

export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportColumn {
  readonly name: string;
  readonly type: 'text' | 'int' | 'number' | 'time';
}
/** Values in the order of the columns; times are RFC 3339. */
export type ExportRow = readonly (string | number | null)[];

/** Makes the bytes of a file from rows as they come; keeps none of them. */
export interface Format {
  readonly encoding: 'utf8' | 'base64';
  /** Rows of one piece. */
  readonly rowsAtOnce: number;
  write(rows: readonly ExportRow[]): string;
  /** What stands after the last row. */
  end(): string;
}

export const MEDIA_TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
  parquet: 'application/vnd.apache.parquet',
};

export function formatOf(format: ExportFormat, columns: readonly ExportColumn[]): Format {
  if (format === 'parquet') return new ParquetFormat(columns);
  return format === 'csv' ? new CsvFormat(columns) : new JsonFormat(columns);
}

const ROWS_OF_TEXT = 2000;

class CsvFormat implements Format {
  readonly encoding = 'utf8';
  readonly rowsAtOnce = ROWS_OF_TEXT;
  #heading: string;

  constructor(columns: readonly ExportColumn[]) {
    this.#heading = csvLine(columns.map(({ name }) => name));
  }

  write(rows: readonly ExportRow[]): string {
    const text = this.#heading + rows.map(csvLine).join('');
    this.#heading = '';
    return text;
  }

  end(): string {
    return this.write([]);
  }
}

/** An array of objects, one a line. */
class JsonFormat implements Format {
  readonly encoding = 'utf8';
  readonly rowsAtOnce = ROWS_OF_TEXT;
  readonly #columns: readonly ExportColumn[];
  #before = '[\n';

  constructor(columns: readonly ExportColumn[]) {
    this.#columns = columns;
  }

  write(rows: readonly ExportRow[]): string {
    let text = '';
    for (const row of rows) {
      const members = this.#columns.map(({ name }, at) => [name, row[at] ?? null] as const);
      text += this.#before + JSON.stringify(Object.fromEntries(members));
      this.#before = ',\n';
    }
    return text;
  }

  end(): string {
    return this.#before === '[\n' ? '[]\n' : '\n]\n';
  }
}
