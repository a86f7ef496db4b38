import type Database from 'better-sqlite3';
import type { UsageAnomaly } from '../../../../shared/contract/usage-forecast.ts';
import { dateOfDay, HOUR_MS } from '../reporting-days.ts';
import type { Days } from './anomalies.ts';
import { hourText } from './calendar.ts';
import { shownNames } from './names.ts';
import { readSums } from './source.ts';

/** An hour counts from so many failed calls on, */
const LEAST_FAILED = 10;
/** if at least this share failed, */
const SHARE = 0.3;
/** and that is so many times what failed in the week before. */
const TIMES_THE_USUAL = 3;
const HOURS_BEFORE = 7 * 24;

interface Hour {
  readonly requests: number;
  readonly failed: number;
}

/** Hours in which a provider failed far more often than in the week before; hours that follow each other are one. */
export function errorBursts(db: Database.Database, { calendar, first, last }: Days): UsageAnomaly[] {
  const from = calendar.startHour(first);
  const until = calendar.startHour(last + 1) - 1;
  const byProvider = new Map<number, Map<number, Hour>>();
  const slice = { span: 'hour', first: from - HOURS_BEFORE, last: until } as const;
  const source = { kind: 'dimension', dimension: 'provider', names: null } as const;
  for (const [hour = 0, name = 0, requests = 0, failed = 0] of readSums(db, source, 'provider', slice, true)) {
    let hours = byProvider.get(name);
    if (hours === undefined) byProvider.set(name, (hours = new Map<number, Hour>()));
    hours.set(hour, { requests, failed });
  }
  const shown = shownNames(db, byProvider.keys());
  return [...byProvider].flatMap(([name, hours]) =>
    runsOf(hours, from).map(({ hour, last: end, failed, requests, usual }) => {
      const provider = shown.get(name) ?? '';
      const at = new Date(hour * HOUR_MS).toISOString();
      const day = dateOfDay(calendar.dayOfHour(hour));
      return {
        ...{ id: `errors:${provider}:${at.slice(0, 13)}`, kind: 'errors' as const, at, day },
        ...{ subject: provider, dimension: 'provider' as const, key: provider },
        ...{ from: hourText(hour), to: hourText(end + 1) },
        value: failed,
        usual: Math.round(usual * requests),
        text: `${failed} of ${requests} calls of ${provider} failed; in the week before ${percent(usual)} did.`,
      };
    }),
  );
}

function runsOf(hours: ReadonlyMap<number, Hour>, from: number) {
  const runs: { hour: number; last: number; failed: number; requests: number; usual: number }[] = [];
  for (const [hour, { requests, failed }] of [...hours].toSorted(([one], [other]) => one - other)) {
    const run = runs.at(-1);
    const isBad = failed >= LEAST_FAILED && failed >= SHARE * requests;
    if (!isBad) continue;
    if (run !== undefined && hour === run.last + 1) {
      Object.assign(run, { last: hour, failed: run.failed + failed, requests: run.requests + requests });
      continue;
    }
    const usual = shareBefore(hours, hour);
    if (failed >= TIMES_THE_USUAL * usual * requests) runs.push({ hour, last: hour, failed, requests, usual });
  }
  return runs.filter(({ last }) => last >= from);
}

function shareBefore(hours: ReadonlyMap<number, Hour>, hour: number): number {
  let requests = 0;
  let failed = 0;
  for (let at = hour - HOURS_BEFORE; at < hour; at += 1) {
    requests += hours.get(at)?.requests ?? 0;
    failed += hours.get(at)?.failed ?? 0;
  }
  return requests === 0 ? 0 : failed / requests;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;
}
