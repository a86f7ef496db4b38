import type { QuotaPeriod } from '../shared/quotas.ts';
import type { AgentClient } from './agent-client.ts';
import { note } from './output.ts';

const here = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Whose days, weeks and months a period has: those of its cron expression, else of the reporting zone (IANA). */
export async function zoneOf(agent: AgentClient, period?: QuotaPeriod): Promise<string> {
  if (period?.every === 'cron') return period.zone;
  const { vault } = await agent.call('settings.get', {});
  return vault === null || vault.reportingZone === '' ? here() : vault.reportingZone;
}

/** Said where the times above are not those of this computer. */
export function remarkOfZone(zone: string): void {
  if (zone !== here()) note(`Times are those of ${zone}.`);
}
