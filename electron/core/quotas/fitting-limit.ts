import type Database from 'better-sqlite3';
import type { QuotaDefinition } from '../../../shared/quotas.ts';
import { HOUR_MS, reportingDays } from '../usage/reporting-days.ts';
import { type Window, windowAt } from './periods.ts';
import { firstRecordMs, replay } from './replay.ts';
import { amountOf, isAbout, isCounted } from './subject.ts';

const DAY_MS = 24 * HOUR_MS;
/** Whole periods with use in them that a limit can be told from. */
const ENOUGH = { minute: 20, hour: 10, day: 5, week: 2, month: 1, cron: 2 } as const;
/** How far back is looked: some weeks, or some of the longer periods. */
const BACK_DAYS = { minute: 14, hour: 21, day: 28, week: 56, month: 70, cron: 70 } as const;
/** Room above nearly all of them. */
const ROOM = 1.25;
/** A limit that differs by less is near enough. */
const NEAR = 0.2;

export interface FittingInput {
  readonly quotas: readonly { readonly id: string; readonly definition: QuotaDefinition }[];
  readonly nowMs: number;
  /** The reporting zone (IANA). */
  readonly zone: string;
  /** Ids of the system credentials. */
  readonly system: readonly string[];
}

export interface Fitting {
  readonly id: string;
  readonly limit: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly periods: number;
  /** Of the periods with use in them: the middle one, and the most. */
  readonly typical: number;
  readonly highest: number;
}

interface Watched {
  readonly id: string;
  readonly definition: QuotaDefinition;
  readonly fromMs: number;
  window: Window | null;
  used: number;
  readonly full: number[];
}

/**
 * Limits that would have let nearly everything through: a quarter above what 95 of 100 periods with use in them needed.
 * Only where that is well off the limit there is, and enough periods tell it.
 */
export function fittingLimits(db: Database.Database, { quotas, nowMs, zone, system }: FittingInput): Fitting[] {
  const days = reportingDays(zone);
  const isSystem = new Set(system);
  // Of what was before the first record nothing is known: a period that began then is not whole.
  const knownFromMs = firstRecordMs(db) ?? nowMs;
  const watched = quotas.map(({ id, definition }): Watched => {
    const fromMs = Math.max(knownFromMs, nowMs - BACK_DAYS[definition.period.every] * DAY_MS);
    return { id, definition, fromMs, window: null, used: 0, full: [] };
  });
  const earliest = Math.min(nowMs, ...watched.map(({ fromMs }) => fromMs));
  for (const { atMs, subject, ...amounts } of replay(db, earliest, nowMs, () => true)) {
    for (const one of watched) {
      if (atMs < one.fromMs || !isCounted(one.definition, subject)) continue;
      if (!isAbout(one.definition.scope, subject, (id) => isSystem.has(id))) continue;
      if (one.window === null || atMs >= one.window.endMs) {
        closed(one);
        one.window = windowAt(one.definition.period, days, atMs);
      }
      one.used += amountOf(amounts, one.definition.counts);
    }
  }
  return watched.flatMap((one) => {
    // The period that runs, and one that began before what is looked at, are not whole.
    if (one.window !== null && one.window.endMs <= nowMs) closed(one);
    return fitting(one, nowMs) ?? [];
  });
}

function closed(one: Watched): void {
  if (one.window !== null && one.window.startMs >= one.fromMs && one.used > 0) one.full.push(one.used);
  one.used = 0;
}

function fitting({ id, definition, fromMs, full }: Watched, nowMs: number): Fitting | null {
  if (full.length < ENOUGH[definition.period.every]) return null;
  const sorted = full.toSorted((one, other) => one - other);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] as number;
  // Of the limit a part may be kept for critical calls: the others have to fit beside it.
  const ordinary = 1 - (definition.buffer?.percent ?? 0) / 100;
  const limit = roundedUp((at(0.95) * ROOM) / ordinary);
  const isNear = definition.limit > 0 && Math.abs(limit - definition.limit) / definition.limit <= NEAR;
  if (isNear) return null;
  const highest = sorted.at(-1) as number;
  return { id, limit, fromMs, toMs: nowMs, periods: full.length, typical: at(0.5), highest };
}

/** To two places that say something: 1,234 becomes 1,300. */
export function roundedUp(amount: number): number {
  const whole = Math.max(1, Math.ceil(amount));
  const step = 10 ** Math.max(0, Math.floor(Math.log10(whole)) - 1);
  return Math.ceil(whole / step) * step;
}
