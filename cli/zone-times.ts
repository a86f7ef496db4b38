import type { QuotaPeriod } from '../shared/quotas.ts';
import type { AgentClient } from './agent-client.ts';
import { note } from './output.ts';

/** Days and times in the zone that the vault reports in, which need not be this computer's. */
const here = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Whose days, weeks and months a period has: those of its cron expression, else of the reporting zone (IANA). */
export async function zoneOf(agent: AgentClient, period?: QuotaPeriod): Promise<string> {
  if (period?.every === 'cron') return period.zone;
  const { vault } = await agent.call('settings.get', {});
  return vault === null || vault.reportingZone === '' ? here() : vault.reportingZone;
}

/** Said where the times above are not those of this computer. @param which - where only some of them are meant. */
export function remarkOfZone(zone: string, which = 'Times are those'): void {
  if (zone !== here()) note(`${which} of ${zone}.`);
}

/** When something ends, for a line of its own: with the name of the zone where that is not this computer's. */
export function endIn(zone: string, rfc3339: string): string {
  const end = momentIn(zone, rfc3339);
  return zone === here() ? end : `${end} (${zone})`;
}

function partsIn(zone: string, rfc3339: string): ReadonlyMap<string, string> {
  const format = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  return new Map(format.formatToParts(new Date(rfc3339)).map(({ type, value }) => [type, value]));
}

/** @returns as 2026-11-20. */
export function dayIn(zone: string, rfc3339: string): string {
  const parts = partsIn(zone, rfc3339);
  return ['year', 'month', 'day'].map((part) => parts.get(part) ?? '').join('-');
}

/** A day as it is, a time as 2026-11-20 14:00. */
export function momentIn(zone: string, moment: string): string {
  if (moment.length === 10) return moment;
  const parts = partsIn(zone, moment);
  return `${dayIn(zone, moment)} ${parts.get('hour') ?? ''}:${parts.get('minute') ?? ''}`;
}
