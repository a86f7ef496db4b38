import type Database from 'better-sqlite3';
import { SUM_NAMES } from '../../../../shared/usage.ts';
import type { ExportView, UsageRecord } from '../../../../shared/contract/usage-records.ts';
import type { UsageRemark } from '../../../../shared/contract/usage.ts';
import { usageBreakdown } from '../analysis/breakdown.ts';
import { usageOverview } from '../analysis/overview.ts';
import { countRecords, type Place, readPage, recordsOf, stretchOf } from '../analysis/records.ts';
import type { Asked } from '../analysis/view.ts';
import { usageReport } from '../report.ts';
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

/** @param lastId - single calls that were counted after this one are left out; null: none are. */
export function exportTable(db: Database.Database, view: ExportView, asked: Asked, lastId: number | null): ExportTable {
  switch (view.kind) {
    case 'requests': {
      const { stretch, remarks } = stretchOf(db, { ...view, ...asked });
      const bounded = { ...stretch, lastId };
      const pages = function* (atOnce: number): Generator<readonly ExportRow[]> {
        let last: Place | null = null;
        for (;;) {
          const rows = readPage(db, bounded, last, 'oldest', atOnce);
          const end = rows.at(-1);
          if (end === undefined) return;
          yield recordsOf(db, rows).map((record) => RECORD_NAMES.map((name) => record[name]));
          last = { atMs: end.at_ms, id: end.seq };
        }
      };
      return { columns: RECORD_COLUMNS, remarks, count: () => countRecords(db, bounded), pages };
    }
    case 'report': {
      const { rows, remarks } = usageReport(db, view, { zone: asked.reportingZone, nowMs: asked.nowMs });
      const columns: ExportColumn[] = [text('key'), ...SUM_NAMES.map(int), int('costMicroUsd')];
      return table(
        columns,
        rows.map((row) => [row.key, ...SUM_NAMES.map((name) => row[name]), row.costMicroUsd]),
        remarks,
      );
    }
    case 'overview': {
      const { buckets, series, other, remarks } = usageOverview(db, { ...view, compare: false, ...asked });
      const all = other === null ? series : [...series, { key: '(other)', values: other.values }];
      const rows = buckets.flatMap(({ from, to }, at) =>
        all.map(({ key, values }) => [from, to, key, ...SUM_NAMES.map((name) => values[name][at] ?? 0)]),
      );
      return table([text('from'), text('to'), text('key'), ...SUM_NAMES.map(int)], rows, remarks);
    }
    case 'breakdown': {
      const { buckets, series, other, remarks } = usageBreakdown(db, { ...view, ...asked });
      const all = other === null ? series : [...series, { key: '(other)', then: null, values: other.values }];
      const rows = buckets.flatMap(({ from, to }, at) =>
        all.map(({ key, then, values }) => [from, to, key, then, ...SUM_NAMES.map((name) => values[name][at] ?? 0)]),
      );
      return table([text('from'), text('to'), text('key'), text('then'), ...SUM_NAMES.map(int)], rows, remarks);
    }
  }
}

/** The columns of a record, in the order in which they stand in a file. */
const RECORD_TYPES = {
  id: 'int',
  at: 'time',
  source: 'text',
  client: 'text',
  credential: 'text',
  credentialVersion: 'int',
  provider: 'text',
  project: 'text',
  model: 'text',
  endpoint: 'text',
  method: 'text',
  status: 'int',
  outcome: 'text',
  errorType: 'text',
  requestId: 'text',
  retryOf: 'text',
  measure: 'text',
  inputTokens: 'int',
  cacheReadTokens: 'int',
  cacheWriteTokens: 'int',
  cacheWriteLongTokens: 'int',
  outputTokens: 'int',
  reasoningTokens: 'int',
  unit: 'text',
  thousandths: 'int',
  webSearches: 'int',
  serviceTier: 'text',
  region: 'text',
  costMicroUsd: 'int',
  costReason: 'text',
  latencyMs: 'number',
  firstByteMs: 'number',
} as const satisfies Readonly<Record<keyof UsageRecord, ExportColumn['type']>>;
const RECORD_NAMES = Object.keys(RECORD_TYPES) as readonly (keyof UsageRecord)[];
const RECORD_COLUMNS = RECORD_NAMES.map((name) => ({ name, type: RECORD_TYPES[name] }));

const text = (name: string): ExportColumn => ({ name, type: 'text' });
const int = (name: string): ExportColumn => ({ name, type: 'int' });

function table(
  columns: readonly ExportColumn[],
  rows: readonly ExportRow[],
  remarks: readonly UsageRemark[],
): ExportTable {
  const pages = function* (atOnce: number): Generator<readonly ExportRow[]> {
    for (let at = 0; at < rows.length; at += atOnce) yield rows.slice(at, at + atOnce);
  };
  return { columns, remarks, count: () => rows.length, pages };
}
