import { endOfDay } from '../usage/reporting-days.ts';

/**
 * @param text - a date, which lasts to the end of that day where the vault counts its days, or a time with its zone; checked
 * by the contract.
 * @param zone - the reporting zone (IANA name).
 * @returns UTC epoch milliseconds.
 */
export function expiryMs(text: string, zone: string): number {
  return text.includes('T') ? Date.parse(text) : endOfDay(text, zone);
}

export function toTimestamp(ms: number): string;
export function toTimestamp(ms: number | null): string | null;
export function toTimestamp(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
