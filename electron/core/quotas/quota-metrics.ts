import type { QuotaStatus } from '../../../shared/contract/quotas.ts';
import type { AppMetrics } from '../metrics/app-metrics.ts';

/**
 * `keyharbor_quota_use_ratio`: settled use of what is available. Only fixed words and providers are labels, so where
 * several quotas have the same, the fullest is told.
 */
export function tellQuotaUse(gauge: AppMetrics['quotaUse'], quotas: readonly QuotaStatus[]): void {
  gauge.reset();
  const fullest = new Map<string, { labels: Parameters<typeof gauge.set>[0]; ratio: number }>();
  for (const { definition, used, available } of quotas) {
    if (!definition.enabled) continue;
    const { scope, counts, period } = definition;
    const labels = { provider: scope.kind === 'provider' ? scope.provider : '', what: counts, period: period.every };
    const key = Object.values(labels).join(' ');
    const ratio = available === 0 ? 1 : used / available;
    if (ratio >= (fullest.get(key)?.ratio ?? 0)) fullest.set(key, { labels, ratio });
  }
  for (const { labels, ratio } of fullest.values()) gauge.set(labels, ratio);
}
