import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import type { ExportColumn, ExportRow, Format } from './format.ts';

const TYPES = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  int: { type: 'INT64' },
  number: { type: 'DOUBLE' },
  time: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
} as const satisfies Record<ExportColumn['type'], Partial<SchemaElement>>;

/** Apache Parquet, a row group for each piece. Snappy is in the library; nothing is written but bytes in memory. */
export class ParquetFormat implements Format {
  readonly encoding = 'base64';
  readonly rowsAtOnce = 10_000;
  readonly #columns: readonly ExportColumn[];
  readonly #bytes = new ByteWriter();
  readonly #writer: ParquetWriter;

  constructor(columns: readonly ExportColumn[]) {
    this.#columns = columns;
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema: [
        { name: 'root', num_children: columns.length },
        ...columns.map(({ name, type }) => ({ name, ...TYPES[type], repetition_type: 'OPTIONAL' as const })),
      ],
      createdBy: 'Keyharbor',
    });
  }

  write(rows: readonly ExportRow[]): string {
    if (rows.length > 0) {
      const columnData = this.#columns.map(({ name, type }, at) => ({
        name,
        data: rows.map((row) => valueOf(row[at] ?? null, type)),
      }));
      void this.#writer.write({ columnData, rowGroupSize: rows.length });
    }
    return this.#take();
  }

  end(): string {
    void this.#writer.finish();
    return this.#take();
  }

  /** What was written since; the writer counts on from where it was. */
  #take(): string {
    const taken = Buffer.from(this.#bytes.getBytes()).toString('base64');
    this.#bytes.index = 0;
    return taken;
  }
}

function valueOf(value: ExportRow[number], type: ExportColumn['type']): string | number | bigint | Date | null {
  if (value === null) return null;
  if (type === 'int') return BigInt(value);
  return type === 'time' ? new Date(value) : value;
}
