import { useMemo } from 'react';
import type { UsageFilter } from '../../shared/contract/usage.ts';
import { USAGE_BY, type UsageBy } from '../../shared/usage.ts';
import { markName, nameOfMark } from '../state/name-marks.ts';
import { FILTER_DIMENSIONS, type FilterDimension, type RouteFilter } from '../state/usage-route.ts';
import { useQuestion } from './use-question.ts';

const isPlain = (dimension: FilterDimension): boolean => dimension === 'provider' || dimension === 'outcome';
const isReported = (dimension: FilterDimension): dimension is FilterDimension & UsageBy =>
  USAGE_BY.some((by) => by === dimension);

/** What stands in the address for a name. */
export const routeName = (dimension: FilterDimension, name: string): string =>
  isPlain(dimension) ? name : markName(name);

/** Whether one can narrow to a name. Also to calls without a client, key, model or folder; a provider is always known. */
export const canNarrow = (dimension: FilterDimension, name: string): boolean => name !== '' || !isPlain(dimension);

export interface NamedFilter {
  /** By dimension, in their order. */
  readonly names: readonly { readonly dimension: FilterDimension; readonly name: string }[];
  readonly filter: UsageFilter | undefined;
  /** The names behind marks of the address are still being read. */
  readonly isReading: boolean;
}

/** The filter of the address by names. After a reload they are looked up among all that was ever counted. */
export function useFilter(given: RouteFilter): NamedFilter {
  const missing = FILTER_DIMENSIONS.filter(
    (dimension) => !isPlain(dimension) && given[dimension] !== undefined && nameOfMark(given[dimension]) === undefined,
  ).find(isReported);
  const report = useQuestion('usage.report', missing === undefined ? null : { by: missing });
  return useMemo(() => {
    for (const { key } of report.data?.rows ?? []) markName(key);
    const names = FILTER_DIMENSIONS.flatMap((dimension) => {
      const told = given[dimension];
      const name = told === undefined ? undefined : isPlain(dimension) ? told : nameOfMark(told);
      return name === undefined ? [] : [{ dimension, name }];
    });
    const filter: UsageFilter = Object.fromEntries(names.map(({ dimension, name }) => [dimension, [name]]));
    return {
      names,
      filter: names.length === 0 ? undefined : filter,
      isReading: missing !== undefined && report.data === null && report.error === null,
    };
  }, [given, missing, report.data, report.error]);
}
