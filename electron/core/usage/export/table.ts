import type { UsageRemark } from '../../../../shared/contract/usage.ts';
import type { ExportColumn, ExportRow } from './format.ts';

/** Rows of one view, page by page. */
export interface ExportTable {
  readonly columns: readonly ExportColumn[];
  /** How many rows there are. */
  readonly count: () => number;
  readonly remarks: readonly UsageRemark[];
  /** @param atOnce - rows of one page. */
  readonly pages: (atOnce: number) => Iterable<readonly ExportRow[]>;
}

export const text = (name: string): ExportColumn => ({ name, type: 'text' });
export const int = (name: string): ExportColumn => ({ name, type: 'int' });
export const number = (name: string): ExportColumn => ({ name, type: 'number' });
export const time = (name: string): ExportColumn => ({ name, type: 'time' });

/** Of rows that are all there. */
export function table(
  columns: readonly ExportColumn[],
  rows: readonly ExportRow[],
  remarks: readonly UsageRemark[] = [],
): ExportTable {
  const pages = function* (atOnce: number): Generator<readonly ExportRow[]> {
    for (let at = 0; at < rows.length; at += atOnce) yield rows.slice(at, at + atOnce);
  };
  return { columns, remarks, count: () => rows.length, pages };
}
