import type { QuotaPeriod } from '../shared/quotas.ts';
import type { AgentClient } from './agent-client.ts';
import { note } from './output.ts';

/**
 * The one zone in which commands show days and times, as the window does: the one that usage is counted in (Settings),
 * which is this computer's where none is named. So a call, the audit line that belongs to it and the end of its quota's
 * day agree.
 */
export const zoneHere = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/**
 * Whose days, weeks and months a period has: those of its cron expression, else of the reporting zone (IANA). Which one
 * that is only the open vault knows; while it is locked it is this computer's.
 */
export async function zoneOf(agent: AgentClient, period?: QuotaPeriod): Promise<string> {
  if (period?.every === 'cron') return period.zone;
  const { vault } = await agent.call('settings.get', {});
  return vault === null || vault.reportingZone === '' ? zoneHere() : vault.reportingZone;
}

/** Said where the times above are not those of this computer. */
export function remarkOfZone(zone: string): void {
  if (zone !== zoneHere()) note(`Times are those of ${zone}.`);
}

/** How far a clock there is from UTC, as +02:00. */
export function offsetIn(zone: string, rfc3339: string): string {
  const parts = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(
    new Date(rfc3339),
  );
  const offset = parts.find(({ type }) => type === 'timeZoneName')?.value.replace('GMT', '') ?? '';
  return offset === '' ? '+00:00' : offset;
}

/** Times as `momentIn` has them; two in a row that a clock set back shows alike are told apart by their offset. */
export function momentsIn(zone: string, moments: readonly string[]): readonly string[] {
  const plain = moments.map((moment) => momentIn(zone, moment));
  return plain.map((text, at) => {
    const isTwice = text === plain[at - 1] || text === plain[at + 1];
    return isTwice ? `${text} ${offsetIn(zone, moments[at] ?? '')}` : text;
  });
}

const formats = new Map<string, Intl.DateTimeFormat>();

function partsIn(zone: string, rfc3339: string): ReadonlyMap<string, string> {
  let format = formats.get(zone);
  if (format === undefined) {
    const day = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
    const time = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
    formats.set(zone, (format = new Intl.DateTimeFormat('en', { timeZone: zone, ...day, ...time })));
  }
  return new Map(format.formatToParts(new Date(rfc3339)).map(({ type, value }) => [type, value]));
}

/** @returns as 2026-11-20. */
export function dayIn(zone: string, rfc3339: string): string {
  const parts = partsIn(zone, rfc3339);
  return ['year', 'month', 'day'].map((part) => parts.get(part) ?? '').join('-');
}

/** A day as it is, a time as 2026-11-20 14:00; `-` for never. */
export function momentIn(zone: string, moment: string | null): string {
  if (moment === null) return '-';
  if (moment.length === 10) return moment;
  const parts = partsIn(zone, moment);
  return `${dayIn(zone, moment)} ${parts.get('hour') ?? ''}:${parts.get('minute') ?? ''}`;
}

/** The same to the second, where what is told lies seconds apart. */
export function secondsIn(zone: string, rfc3339: string | null): string {
  return rfc3339 === null ? '-' : `${momentIn(zone, rfc3339)}:${partsIn(zone, rfc3339).get('second') ?? ''}`;
}

/** A time for a line of its own: with the name of the zone where that is not this computer's. */
export function endIn(zone: string, rfc3339: string): string {
  const end = momentIn(zone, rfc3339);
  return zone === zoneHere() ? end : `${end} (${zone})`;
}
