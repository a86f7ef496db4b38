import type Database from 'better-sqlite3';
import type { UsageRemark } from '../../../../shared/contract/usage.ts';
import { lastRecordId } from '../analysis/records.ts';
import type { Asked } from '../analysis/view.ts';
import { type ExportFormat, formatOf } from './format.ts';
import type { ExportTable } from './table.ts';
import { exportTable, type StoredView } from './views.ts';

export interface ExportPlan {
  readonly rows: number;
  readonly remarks: readonly UsageRemark[];
  /** Given to the export, so that what is counted meanwhile is not in it. */
  readonly lastId: number | null;
}
export interface ExportInput extends Asked {
  readonly view: StoredView;
}
export interface ExportPiece {
  readonly encoding: 'utf8' | 'base64';
  readonly data: string;
  /** Rows written so far. */
  readonly rows: number;
  readonly done: boolean;
}

/** @throws AppError `invalid_input`. */
export function exportPlan(db: Database.Database, { view, ...asked }: ExportInput): ExportPlan {
  const lastId = lastRecordId(db);
  const { count, remarks } = exportTable(db, view, asked, lastId);
  return { rows: count(), remarks, lastId };
}

/** The bytes of a file in pieces, each made when it is asked for. */
export function* exportPieces(
  db: Database.Database,
  input: ExportInput & { readonly format: ExportFormat; readonly lastId: number | null },
): Generator<ExportPiece, undefined> {
  const { view, format: name, lastId, ...asked } = input;
  yield* piecesOf(exportTable(db, view, asked, lastId), name);
}

/** The same of a table. */
export function* piecesOf({ columns, pages }: ExportTable, name: ExportFormat): Generator<ExportPiece, undefined> {
  const format = formatOf(name, columns);
  let rows = 0;
  for (const page of pages(format.rowsAtOnce)) {
    rows += page.length;
    yield { encoding: format.encoding, data: format.write(page), rows, done: false };
  }
  yield { encoding: format.encoding, data: format.end(), rows, done: true };
}
