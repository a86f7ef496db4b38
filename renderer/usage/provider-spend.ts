import { useMemo } from 'react';
import { metricValues } from './figures.ts';
import { useQuestion } from './use-question.ts';

const EVERY_MS = 10_000;
const QUESTION = { from: '30d', by: 'provider', bucket: 'day', top: 100, compare: false } as const;

/** Spend of the last 30 days by provider, a number a day; without those that nothing was counted for. */
export function useProviderSpend(): ReadonlyMap<string, readonly number[]> {
  const { data } = useQuestion('usage.overview', QUESTION, { everyMs: EVERY_MS });
  return useMemo(
    () =>
      new Map(
        (data?.series ?? [])
          .filter(({ totals }) => totals.requests > 0)
          .map(({ key, values }) => [key, metricValues('spend', values)]),
      ),
    [data],
  );
}
