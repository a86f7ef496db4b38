import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import type { ExportColumn, ExportRow, Format } from './format.ts';

const TYPES = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  int: { type: 'INT64' },
  number: { type: 'DOUBLE' },
  // A moment, not a clock's reading: some readers believe only the newer way of saying so.
  time: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MILLIS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
  },
} as const satisfies Record<ExportColumn['type'], Partial<SchemaElement>>;

const CREATED_BY = 'Keyharbor';
/**
 * How the library begins a list of no row groups and what comes after it (Thrift compact protocol: field 4, a list; none,
 * of no type; field 6, a text). A list of no type is none to strict readers, as Arrow's: it has to be one of structs (12).
 */
const NO_GROUPS = Buffer.from([0x19, 0x00, 0x28, CREATED_BY.length, ...Buffer.from(CREATED_BY)]);
const THRIFT_STRUCT = 12;

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
      createdBy: CREATED_BY,
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
    return this.#take(withTypedGroups);
  }

  /** What was written since; the writer counts on from where it was. */
  #take(mend: (bytes: Buffer) => Buffer = (bytes) => bytes): string {
    const taken = mend(Buffer.from(this.#bytes.getBytes())).toString('base64');
    this.#bytes.index = 0;
    return taken;
  }
}

function withTypedGroups(footer: Buffer): Buffer {
  const at = footer.lastIndexOf(NO_GROUPS);
  if (at !== -1) footer[at + 1] = THRIFT_STRUCT;
  return footer;
}

function valueOf(value: ExportRow[number], type: ExportColumn['type']): string | number | bigint | Date | null {
  if (value === null) return null;
  if (type === 'int') return BigInt(value);
  return type === 'time' ? new Date(value) : value;
}
