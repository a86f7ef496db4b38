import { useMemo } from 'react';
import type { UsageSums } from '../../shared/usage.ts';
import { metricValues } from './figures.ts';
import { useQuestion } from './use-question.ts';

const EVERY_MS = 10_000;
const QUESTION = { from: '30d', by: 'provider', bucket: 'day', top: 100, compare: false } as const;

export interface ProviderSpend {
  /** Micro-USD a day, as far as they are known. */
  readonly days: readonly number[];
  readonly sums: UsageSums;
}

/** Spend of the last 30 days by provider; without those that nothing was counted for. */
export function useProviderSpend(): ReadonlyMap<string, ProviderSpend> {
  const { data } = useQuestion('usage.overview', QUESTION, { everyMs: EVERY_MS });
  return useMemo(
    () =>
      new Map(
        (data?.series ?? [])
          .filter(({ totals }) => totals.requests > 0)
          .map(({ key, values, totals }) => [key, { days: metricValues('spend', values), sums: totals }]),
      ),
    [data],
  );
}
