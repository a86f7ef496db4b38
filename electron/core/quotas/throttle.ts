import type { ThrottleInForce } from '../../../shared/quota-defaults.ts';

/**
 * How long a call waits, in whole milliseconds.
 * @param percent - of what is available, with this call in it.
 */
export function delayAt({ fromPercent, curve, maxDelayMs }: ThrottleInForce, percent: number): number {
  if (percent <= fromPercent) return 0;
  const way = Math.min(1, (percent - fromPercent) / (100 - fromPercent));
  const height = curve === 'late' ? way * way : curve === 'early' ? Math.sqrt(way) : way;
  return Math.round(height * maxDelayMs);
}
