import type Database from 'better-sqlite3';
import type { UsageSums } from '../../../../shared/usage.ts';
import { ROLLUP_SUMS } from '../batch-sums.ts';
import { DIMENSIONS, numberOf, SPAN_DAY } from '../dimensions.ts';
import { calendarOf } from './calendar.ts';
import { shownNames } from './names.ts';
import { sumsOf } from './sums.ts';
import type { Asked } from './view.ts';

const DAYS = 30;

/** What was used of one model at one provider. */
export interface ModelUse {
  readonly provider: string;
  readonly model: string;
  readonly sums: UsageSums;
}

/** The last 30 days by provider and model together. */
export function modelUse(db: Database.Database, { reportingZone, nowMs }: Asked): ModelUse[] {
  const today = calendarOf(reportingZone).dayOfMs(nowMs);
  const rows = db
    .prepare(
      `SELECT c.provider, c.model, ${ROLLUP_SUMS.map((column) => `sum(r.${column})`).join(', ')}
       FROM usage_rollup AS r CROSS JOIN usage_cell AS c ON c.id = r.name
       WHERE r.span = ? AND r.dimension = ? AND r.bucket BETWEEN ? AND ? GROUP BY c.provider, c.model`,
    )
    .raw()
    .all(SPAN_DAY, numberOf(DIMENSIONS, 'cell'), today - DAYS + 1, today) as number[][];
  const shown = shownNames(db, new Set(rows.flatMap(([provider = 0, model = 0]) => [provider, model])));
  return rows.map(([provider = 0, model = 0, ...figures]) => ({
    provider: shown.get(provider) ?? '',
    model: shown.get(model) ?? '',
    sums: sumsOf(figures),
  }));
}
