import type Database from 'better-sqlite3';
import { z } from 'zod';
import { DIMENSIONS, NAME_KINDS, numberOf, SPAN_DAY } from '../usage/dimensions.ts';
import { storedSum } from '../usage/largest-sum.ts';
import { type ReportingDays, startOfDay } from '../usage/reporting-days.ts';
import { readUsageState } from '../usage/state-table.ts';
import { cellsNotFrom, recordsWholeFrom } from '../usage/upkeep/cell-days.ts';
import type { Amounts, Subject } from './subject.ts';
import type { Window } from './periods.ts';

/** What one subject used in a time. */
export type UseSum = Subject & Amounts;

const sumRow = z.strictObject({
  provider: z.string(),
  credential: z.string(),
  client: z.string(),
  project: z.string(),
  requests: z.int(),
  tokens: storedSum,
  cost: storedSum,
  unpriced: z.int(),
});

const CELL = numberOf(DIMENSIONS, 'cell');
const OUTCOME = numberOf(NAME_KINDS, 'outcome');
/** Whose use it is, of cell `c`; without calls for which nothing was sent. */
const NAMES = `
  JOIN usage_name provider ON provider.id = c.provider
  JOIN usage_name credential ON credential.id = c.credential
  JOIN usage_name client ON client.id = c.client
  JOIN usage_name project ON project.id = c.project
  WHERE c.outcome NOT IN (SELECT id FROM usage_name WHERE kind = ${OUTCOME} AND name IN ('refused', 'cached'))
  GROUP BY c.provider, c.credential, c.client, c.project`;
const WHO = 'provider.name AS provider, credential.name AS credential, client.name AS client, project.name AS project';
const SUMS = 'sum(s.requests) AS requests, sum(s.tokens) AS tokens, sum(s.cost) AS cost, sum(s.unpriced) AS unpriced';

/** Sums by cell first: there are few of them, and then few names to look up. */
const RAW = `
  WITH s AS (
    SELECT cell, count(*) AS requests, ifnull(sum(cost_micro_usd), 0) AS cost, sum(cost_micro_usd IS NULL) AS unpriced,
      sum(input_tokens + cache_read_tokens + cache_write_tokens + cache_write_long_tokens + output_tokens) AS tokens
    FROM usage_record WHERE at_ms >= ? AND at_ms < ? GROUP BY cell)
  SELECT ${WHO}, ${SUMS} FROM s JOIN usage_cell c ON c.id = s.cell ${NAMES}`;
const DAYS = `
  WITH s AS (
    SELECT name AS cell, sum(requests) AS requests, sum(cost_micro_usd) AS cost, sum(unpriced) AS unpriced,
      sum(input_tokens + cache_read_tokens + cache_write_tokens + output_tokens) AS tokens
    FROM usage_rollup WHERE span = ${SPAN_DAY} AND dimension = ${CELL} AND bucket >= ? AND bucket < ? GROUP BY name)
  SELECT ${WHO}, ${SUMS} FROM s JOIN usage_cell c ON c.id = s.cell ${NAMES}`;

/**
 * What was used from `startMs` to before `endMs`, by whom: whole days of the reporting zone from their rollups, the rest
 * from the raw records, all as one moment has it. Days that are not in this zone (yet) are read from the raw records, as
 * far back as these are whole. A subject may come more than once.
 */
export function useSums(db: Database.Database, days: ReportingDays, window: Window): readonly UseSum[] {
  return db.transaction(() => sumsOf(db, days, window))();
}

function sumsOf(db: Database.Database, days: ReportingDays, { startMs, endMs }: Window): readonly UseSum[] {
  const state = readUsageState(db);
  if (state === null) return []; // nothing was ever written
  const first = days.dayOf(startMs - 1) + 1;
  const isOfZone = state.zone === days.zone;
  const notFrom = isOfZone ? cellsNotFrom(state.resumFrom) : (recordsWholeFrom(db, startMs, endMs) ?? first);
  const end = Math.min(days.dayOf(endMs), notFrom ?? Number.POSITIVE_INFINITY);
  if (end <= first) return rawSums(db, startMs, endMs);
  return [
    ...rawSums(db, startMs, startOfDay(days, first)),
    ...z.array(sumRow).parse(db.prepare(DAYS).all(first, end)),
    ...rawSums(db, startOfDay(days, end), endMs),
  ];
}

function rawSums(db: Database.Database, fromMs: number, toMs: number): readonly UseSum[] {
  return fromMs >= toMs ? [] : z.array(sumRow).parse(db.prepare(RAW).all(fromMs, toMs));
}

/** The latest record there is; 0 where there is none. */
export function latestRecordMs(db: Database.Database): number {
  return z.int().nullable().parse(db.prepare('SELECT max(at_ms) FROM usage_record').pluck().get()) ?? 0;
}
