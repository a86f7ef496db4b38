/** The time in the name of a folder in `backups`: 20261122T031157123Z, so that names sort by it. */
export const stampOf = (ms: number): string => new Date(ms).toISOString().replace(/[-:.]/g, '');

const STAMP = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(\d{3})Z$/;

/** UTC epoch milliseconds; null where it is none. */
export function stampMs(stamp: string): number | null {
  const [, year, month, day, hour, minute, second, ms] = STAMP.exec(stamp) ?? [];
  const atMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
  return Number.isNaN(atMs) ? null : atMs;
}
