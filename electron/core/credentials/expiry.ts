/**
 * @param text - a date, which lasts to the end of that day in UTC, or a time with its zone; checked by the contract.
 * @returns UTC epoch milliseconds.
 */
export function expiryMs(text: string): number {
  return text.includes('T') ? Date.parse(text) : Date.parse(`${text}T23:59:59.999Z`);
}

export function toTimestamp(ms: number): string;
export function toTimestamp(ms: number | null): string | null;
export function toTimestamp(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
