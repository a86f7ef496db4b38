import type Database from 'better-sqlite3';
import { certaintyOf, SUM_NAMES, type UsageSums } from '../../../../shared/usage.ts';
import type { ExportView, UsageRecord } from '../../../../shared/contract/usage-records.ts';
import type { BucketValues } from '../../../../shared/contract/usage.ts';
import { usageBreakdown } from '../analysis/breakdown.ts';
import { usageOverview } from '../analysis/overview.ts';
import { countRecords, type Place, readPage, recordsOf, stretchOf } from '../analysis/records.ts';
import type { Asked } from '../analysis/view.ts';
import { usageReport } from '../report.ts';
import type { ExportColumn, ExportRow } from './format.ts';
import { anomaliesTable, calendarTable, forecastTable, hoursTable, totalsTable } from './shown-views.ts';
import { type ExportTable, int, table, text } from './table.ts';

/** What is read from usage.db alone; the rest is made of prices, keys and what a provider told (given-tables.ts). */
export type StoredView = Exclude<ExportView, GivenView>;
export type GivenView = Extract<ExportView, { readonly kind: (typeof GIVEN_KINDS)[number] }>;
const GIVEN_KINDS = ['cheapest', 'drift', 'prices'] as const satisfies readonly ExportView['kind'][];

export function isGiven(view: ExportView): view is GivenView {
  return GIVEN_KINDS.some((kind) => kind === view.kind);
}

/** @param lastId - single calls that were counted after this one are left out; null: none are. */
export function exportTable(db: Database.Database, view: StoredView, asked: Asked, lastId: number | null): ExportTable {
  switch (view.kind) {
    case 'calendar':
      return calendarTable(db, view, asked);
    case 'hours-of-week':
      return hoursTable(db, view, asked);
    case 'forecast':
      return forecastTable(db, view, asked);
    case 'anomalies':
      return anomaliesTable(db, view, asked);
    case 'totals':
      return totalsTable(db, view, asked);
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
      const columns: ExportColumn[] = [text('key'), ...SUM_NAMES.map(int), int('costMicroUsd'), text('costCertainty')];
      return table(
        columns,
        rows.map((row) => [row.key, ...SUM_NAMES.map((name) => row[name]), row.costMicroUsd, certaintyOf(row)]),
        remarks,
      );
    }
    case 'overview': {
      const { buckets, series, other, remarks } = usageOverview(db, { ...view, compare: false, ...asked });
      const all = other === null ? series : [...series, { key: '(other)', values: other.values }];
      const rows = buckets.flatMap(({ from, to }, at) =>
        all.map(({ key, values }) => [from, to, key, ...figuresAt(values, at)]),
      );
      return table([text('from'), text('to'), text('key'), ...FIGURES], rows, remarks);
    }
    case 'breakdown': {
      const { buckets, series, other, remarks } = usageBreakdown(db, { ...view, ...asked });
      const all = other === null ? series : [...series, { key: '(other)', then: null, values: other.values }];
      const rows = buckets.flatMap(({ from, to }, at) =>
        all.map(({ key, then, values }) => [from, to, key, then, ...figuresAt(values, at)]),
      );
      return table([text('from'), text('to'), text('key'), text('then'), ...FIGURES], rows, remarks);
    }
  }
}

const FIGURES = [...SUM_NAMES.map(int), int('costMicroUsd'), text('costCertainty')];

/** `costMicroUsd` is empty where one of the costs is not known: the known ones alone would read as all. */
function figuresAt(values: BucketValues, at: number): ExportRow {
  const sums = Object.fromEntries(SUM_NAMES.map((name) => [name, values[name][at] ?? 0])) as UsageSums;
  const cost = sums.unpriced > 0 ? null : sums.knownCostMicroUsd;
  return [...SUM_NAMES.map((name) => sums[name]), cost, certaintyOf(sums)];
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
  providerRequestId: 'text',
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
