import type Database from 'better-sqlite3';
import { fittingLimits } from '../../quotas/fitting-limit.ts';
import { quotaHistory } from '../../quotas/history.ts';
import { quotaWhatIf } from '../../quotas/what-if.ts';
import { usageAnomalies } from '../analysis/anomalies.ts';
import { usageBreakdown } from '../analysis/breakdown.ts';
import { usageForecast } from '../analysis/forecast.ts';
import { usageHeatMap } from '../analysis/heat-map.ts';
import { modelUse } from '../analysis/model-use.ts';
import { usageOverview } from '../analysis/overview.ts';
import { oneRequest, usageRequests } from '../analysis/records.ts';
import { exportPieces, exportPlan } from '../export/export.ts';
import { copyDatabase } from './copy-database.ts';
import { type ReportContext, type ReportQuery, type UsageReport, usageReport } from '../report.ts';

/**
 * What the worker thread can be asked for, by name. Add a line here, and `UsageReader.query` (main thread) takes its name:
 *
 *     const report = await app.usageReader.query('report', { query, zone, nowMs });
 *
 * A query is a pure function of the database and its input: no vault, no clock (pass `nowMs` and the zone's name in), no
 * `this`. Input and output cross threads as structured clones: plain data, no class, no function. It runs on a read-only
 * connection, so it must not make temporary tables or functions of SQL that write. It may throw AppError, which arrives as
 * such; anything else arrives as `internal`. While one runs the next ones wait: what takes long belongs into a stream.
 * What waits to be written is written before a query is sent; where that fails, a last remark of the answer says so.
 */
type Query = (db: Database.Database, input: never) => unknown;

export const usageQueries = {
  report: (db, { query, ...context }: ReportContext & { readonly query: ReportQuery }): UsageReport =>
    usageReport(db, query, context),
  overview: usageOverview,
  breakdown: usageBreakdown,
  heatMap: usageHeatMap,
  forecast: usageForecast,
  modelUse,
  requests: usageRequests,
  request: oneRequest,
  exportPlan,
  quotaWhatIf,
  quotaHistory,
  fittingLimits,
} as const satisfies Record<string, Query>;

/**
 * What is handed over in pieces: exports of millions of rows. A generator is asked for one piece at a time, so that memory
 * stays flat and queries have their turn in between. Read by ranges of a key (`seq > ? LIMIT 1000`), not by one open
 * statement: an open one keeps SQLite from emptying its log. `finally` runs also where the reader gave up.
 *
 *     const stream = app.usageReader.stream('records', input);
 *     for (;;) { const { done, value } = await stream.next(); … }   // stream.end() gives up early
 */
type Stream = (db: Database.Database, input: never) => Iterator<unknown, unknown, undefined>;

export const usageStreams = { copyDatabase, export: exportPieces, anomalies: usageAnomalies } as const satisfies Record<
  string,
  Stream
>;

export type UsageQueries = typeof usageQueries;
export type QueryName = keyof UsageQueries;
export type QueryInput<N extends QueryName> = Parameters<UsageQueries[N]>[1];
export type QueryOutput<N extends QueryName> = ReturnType<UsageQueries[N]>;

export type UsageStreams = typeof usageStreams;
export type StreamName = keyof UsageStreams;
export type StreamInput<N extends StreamName> = UsageStreams[N] extends (
  db: Database.Database,
  input: infer I,
) => unknown
  ? I
  : never;
export type StreamPiece<N extends StreamName> = UsageStreams[N] extends (
  ...given: never[]
) => Iterator<infer Piece, unknown, undefined>
  ? Piece
  : never;
