import { useEffect, useState } from 'react';
import type { QuotaStatus } from '../../shared/contract/quotas.ts';
import type { UsageForecast } from '../../shared/contract/usage-forecast.ts';
import { call } from '../contract/client.ts';
import { useNow } from '../contract/use-now.ts';
import { forecastOf } from './forecast.ts';
import { usePeriodZone } from './use-zone.ts';

/** A forecast draws on weeks of data: with each call it would be reckoned too often. */
const EVERY_MS = 60_000;

/** How the period of a quota is likely to end; null while that is not known. A failure leaves it out: the bar still tells. */
export function useForecast(quota: QuotaStatus): UsageForecast | null {
  const beat = useNow(EVERY_MS);
  const key = JSON.stringify(forecastOf(quota, usePeriodZone(quota.definition.period)));
  const [known, setKnown] = useState<{ readonly key: string; readonly forecast: UsageForecast } | null>(null);
  useEffect(() => {
    const query = JSON.parse(key) as ReturnType<typeof forecastOf>;
    if (query === null) return;
    let wanted = true;
    call('usage.forecast', query)
      .then((forecast) => wanted && setKnown({ key, forecast }))
      .catch(() => undefined);
    return () => {
      wanted = false;
    };
  }, [key, beat]);
  return known?.key === key ? known.forecast : null;
}
