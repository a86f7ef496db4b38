import type Database from 'better-sqlite3';
import type { UsageAnomaly } from '../../../../shared/contract/usage-forecast.ts';
import { dayNumber } from '../reporting-days.ts';
import { numbered, type NumberedFilter } from './names.ts';
import { readSums } from './source.ts';

/** Places in a row of sums: bucket, name, then the figures of ROLLUP_SUMS. */
const REQUESTS_AT = 2;
const FAILED_AT = 3;

/**
 * Those that calls which pass the filter were part of. Combinations of names are kept by day, so what counts is whether
 * the key, client or provider had such a call on that day; of a burst of errors, whether one of them failed.
 */
export function fitting(
  db: Database.Database,
  filter: NumberedFilter,
  anomalies: readonly UsageAnomaly[],
): UsageAnomaly[] {
  if (filter.size === 0) return [...anomalies];
  return anomalies.filter(({ kind, dimension, key, day }) => {
    if (key === null) return true;
    const own = numbered(db, { [dimension]: [key] }).filter.get(dimension) ?? [];
    const asked = filter.get(dimension);
    const names = asked === undefined ? own : own.filter((name) => asked.includes(name));
    if (names.length === 0) return false;
    if (asked !== undefined && filter.size === 1) return true;
    const at = dayNumber(day);
    const both = new Map(filter).set(dimension, names);
    const slice = { span: 'day', first: at, last: at } as const;
    const [row] = readSums(db, { kind: 'cells', filter: both }, null, slice, false);
    return (row?.[kind === 'errors' ? FAILED_AT : REQUESTS_AT] ?? 0) > 0;
  });
}
