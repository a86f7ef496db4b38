import { clockIn } from '../../shared/zone-clock.ts';

/**
 * The one zone in which the window shows days and times: the one that usage is counted in (Settings, Time zone), which is
 * this computer's where none is named. So a call, the audit line that belongs to it and the end of its quota's day agree.
 */
let named: string | null = null;

/** @param zone - IANA name; empty: this computer's. */
export function showTimesIn(zone: string): void {
  named = zone === '' ? null : zone;
}

export const zoneHere = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
export const windowZone = (): string => named ?? zoneHere();

/** The day of the calendar in which a time lies, as the window shows it and as a date field writes it: "2026-11-22". */
export const dayShown = (atMs: number): string => clockIn(windowZone())(atMs).slice(0, 10);
