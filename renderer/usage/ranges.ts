import type { UsageRoute } from '../state/usage-route.ts';

/** A range as the contract takes it. */
export interface Span {
  readonly from?: string;
  readonly to?: string;
}

/**
 * What a chosen range asks for. "Today", "7 days" and the like are words of the contract: the core knows the reporting zone
 * and what time it is.
 * @param since - when collecting began; null while that is not known. Only `all` needs it, and waits for it.
 */
export function spanOf(
  { range, from, to }: Pick<UsageRoute, 'range' | 'from' | 'to'>,
  since: string | null,
): Span | null {
  switch (range) {
    case 'custom':
      return from === null || to === null ? { from: '30d' } : { from, to };
    case 'last-month':
      return { from: range, to: range };
    case 'all':
      return since === null ? null : { from: since.slice(0, 10) };
    case 'today':
    case '24h':
    case '7d':
    case '14d':
    case '30d':
    case '90d':
    case '365d':
    case 'this-month':
    case 'this-year':
      return { from: range };
  }
}

const isDay = (moment: string): boolean => moment.length === 10;

/** Whether a bar of hours or days holds a moment. Days are compared as days of the reporting zone. */
export function holds(bucket: { readonly from: string; readonly to: string }, at: string, day: string): boolean {
  return isDay(bucket.from) ? bucket.from <= day && day <= bucket.to : bucket.from <= at && at < bucket.to;
}

/** How many bars at the beginning end before collecting began. */
export function uncollectedBars(
  buckets: readonly { readonly from: string; readonly to: string }[],
  since: string | null,
  zone: string,
): number {
  if (since === null) return 0;
  const day = dayIn(zone, since);
  const first = buckets.findIndex(({ from, to }) => (isDay(from) ? to >= day : to > since));
  return first === -1 ? buckets.length : first;
}

/** The day of a moment in a zone: "2026-11-20". */
export function dayIn(zone: string, at: string): string {
  return new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(new Date(at));
}
