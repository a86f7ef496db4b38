import type Database from 'better-sqlite3';
import type { UsageSums } from '../../../../shared/usage.ts';
import { ROLLUP_SUMS } from '../batch-sums.ts';
import { DIMENSIONS, numberOf } from '../dimensions.ts';
import { readUsageState } from '../state-table.ts';
import { stretches } from '../stretches.ts';
import { calendarOf } from './calendar.ts';
import { shownNames } from './names.ts';
import { addFigures, type Figures, sumsOf } from './sums.ts';
import type { Asked } from './view.ts';

const DAYS = 30;
const CELL = numberOf(DIMENSIONS, 'cell');

/** What was used of one model at one provider. */
export interface ModelUse {
  readonly provider: string;
  readonly model: string;
  readonly sums: UsageSums;
}

/** The last 30 days by provider and model together. */
export function modelUse(db: Database.Database, { reportingZone, nowMs }: Asked): ModelUse[] {
  const today = calendarOf(reportingZone).dayOfMs(nowMs);
  const read = db
    .prepare(
      `SELECT c.provider, c.model, ${ROLLUP_SUMS.map((column) => `sum(r.${column})`).join(', ')}
       FROM usage_rollup AS r CROSS JOIN usage_cell AS c ON c.id = r.name
       WHERE r.span = ? AND r.dimension = ? AND r.bucket BETWEEN ? AND ? GROUP BY c.provider, c.model`,
    )
    .raw();
  const sums = new Map<string, { readonly names: readonly [number, number]; readonly figures: Figures }>();
  const foldedTo = readUsageState(db)?.foldedTo ?? 0;
  for (const { span, first, last } of stretches(foldedTo, today - DAYS + 1, today, 'week')) {
    for (const row of read.all(span, CELL, first, last) as number[][]) {
      const [provider = 0, model = 0, ...figures] = row;
      const known = sums.get(`${provider} ${model}`);
      if (known === undefined) sums.set(`${provider} ${model}`, { names: [provider, model], figures });
      else addFigures(known.figures, figures);
    }
  }
  const shown = shownNames(db, new Set([...sums.values()].flatMap(({ names }) => names)));
  return [...sums.values()].map(({ names: [provider, model], figures }) => ({
    provider: shown.get(provider) ?? '',
    model: shown.get(model) ?? '',
    sums: sumsOf(figures),
  }));
}
