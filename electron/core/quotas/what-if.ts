import type Database from 'better-sqlite3';
import type { QuotaWhatIf } from '../../../shared/contract/quotas.ts';
import { dayInWordsThere, momentInWords } from '../../../shared/moment-words.ts';
import { durationInWords } from '../../../shared/quota-words.ts';
import type { QuotaInForce } from '../../../shared/quota-defaults.ts';
import { type ReportingDays, reportingDays } from '../usage/reporting-days.ts';
import { isImportClient } from '../usage/imports/imported-call.ts';
import { shownSum } from '../usage/largest-sum.ts';
import { Counter } from './counter.ts';
import { type Window, windowAt, windowBefore } from './periods.ts';
import { firstRecordMs, replay } from './replay.ts';
import { amountOf, isAbout, type Subject } from './subject.ts';
import { useSums } from './use-sums.ts';

export interface WhatIfInput {
  readonly definition: QuotaInForce;
  /** Begins with the period that this lies in. */
  readonly fromMs: number;
  readonly toMs: number;
  /** The reporting zone (IANA). */
  readonly zone: string;
  /** Ids of the system credentials. */
  readonly system: readonly string[];
}

const MAX_PERIODS = 100;

interface Period {
  readonly startMs: number;
  readonly endMs: number;
  wanted: number;
  used: number;
  refused: number;
  slowed: number;
}

/**
 * What a quota would have done to the calls that were made: each is let through, slowed or refused by the same counter
 * that real ones meet, with what it used in the end as what it asks. No call is taken to be critical, and a refused one is
 * not taken to come again.
 */
export function quotaWhatIf(db: Database.Database, input: WhatIfInput): QuotaWhatIf {
  const { definition, toMs } = input;
  const days = reportingDays(input.zone);
  const system = new Set(input.system);
  const concerns = (subject: Subject) => isAbout(definition.scope, subject, (id) => system.has(id));
  const fromMs = windowAt(definition.period, days, input.fromMs).startMs;
  const counter = new Counter('', { ...definition, atLimit: 'block' }, 0);
  const told = new Telling(definition);
  begin(db, counter, days, fromMs, concerns);
  let period: Period | null = null;
  for (const call of replay(db, fromMs, toMs, concerns)) {
    const isImport = isImportClient(call.subject.client);
    if (isImport && !definition.countImports) continue;
    if (!counter.isAt(call.atMs)) {
      turn(counter, days, call.atMs);
      period = null;
    }
    period ??= told.begins(counter);
    const asked = amountOf(call, definition.counts);
    if (isImport) {
      // It takes room from the others; nobody could have refused it.
      counter.addHere(call.subject.client, asked, call.unpriced);
      period.used = shownSum(period.used + asked);
      continue;
    }
    told.calls += 1;
    told.unpriced += definition.counts === 'cost' ? call.unpriced : 0;
    period.wanted = shownSum(period.wanted + asked);
    if (told.isBlocking && counter.lacks(call.subject.client, asked, false, call.atMs) !== null) {
      told.refuses(period, asked, call.atMs);
      continue;
    }
    counter.addHere(call.subject.client, asked, call.unpriced);
    period.used = shownSum(period.used + asked);
    told.slows(period, counter.delay(call.subject.client, call.atMs));
  }
  return told.of(fromMs, toMs, firstRecordMs(db), days.zone);
}

/** Begins with the first period. What the one before it used is in the records: they are read before the replay begins. */
function begin(
  db: Database.Database,
  counter: Counter,
  days: ReportingDays,
  fromMs: number,
  concerns: (subject: Subject) => boolean,
): void {
  const before = turn(counter, days, fromMs);
  if (before === null) return;
  for (const sum of useSums(db, days, before)) {
    if (concerns(sum)) counter.addBefore(sum.client, amountOf(sum, counter.definition.counts));
  }
}

/** Another period begins. @returns the one before it; null where nothing is brought over from there. */
function turn(counter: Counter, days: ReportingDays, atMs: number): Window | null {
  const { definition, window: last, used } = counter;
  const window = windowAt(definition.period, days, atMs);
  const before = definition.rollover === null ? null : windowBefore(definition.period, days, window);
  counter.turn(window, before);
  if (before !== null && last.startMs === before.startMs) counter.addBefore('', used);
  return before;
}

class Telling {
  readonly isBlocking: boolean;
  readonly #period: QuotaInForce['period'];
  calls = 0;
  unpriced = 0;
  #wanted = 0;
  #refused = 0;
  #refusedAmount = 0;
  #firstRefusedMs: number | null = null;
  #slowed = 0;
  #delayMs = 0;
  readonly #periods: Period[] = [];

  constructor({ atLimit, period }: QuotaInForce) {
    this.isBlocking = atLimit === 'block';
    this.#period = period;
  }

  begins({ window: { startMs, endMs } }: Counter): Period {
    const period = { startMs, endMs, wanted: 0, used: 0, refused: 0, slowed: 0 };
    this.#periods.push(period);
    return period;
  }

  refuses(period: Period, asked: number, atMs: number): void {
    period.refused += 1;
    this.#refused += 1;
    this.#refusedAmount = shownSum(this.#refusedAmount + asked);
    this.#firstRefusedMs ??= atMs;
  }

  slows(period: Period, delayMs: number): void {
    if (delayMs === 0) return;
    period.slowed += 1;
    this.#slowed += 1;
    this.#delayMs += delayMs;
  }

  of(fromMs: number, toMs: number, recordsFromMs: number | null, zone: string): QuotaWhatIf {
    const iso = (ms: number) => new Date(ms).toISOString();
    for (const { wanted } of this.#periods) this.#wanted = shownSum(this.#wanted + wanted);
    const fullest = this.#periods.reduce<Period | null>(
      (so, one) => (one.wanted > (so?.wanted ?? -1) ? one : so),
      null,
    );
    const worth = this.#periods
      .filter((one) => one.refused > 0 || one.slowed > 0 || one === fullest)
      .filter((one, at) => at < MAX_PERIODS - 1 || one === fullest); // wherever that one stands
    return {
      from: iso(fromMs),
      to: iso(toMs),
      recordsFrom: recordsFromMs === null ? null : iso(recordsFromMs),
      calls: this.calls,
      wanted: this.#wanted,
      refused: this.#refused,
      refusedAmount: this.#refusedAmount,
      firstRefusedAt: this.#firstRefusedMs === null ? null : iso(this.#firstRefusedMs),
      slowed: this.#slowed,
      delayMs: this.#delayMs,
      unpriced: this.unpriced,
      periods: worth.map(({ startMs, endMs, ...figures }) => ({
        startsAt: iso(startMs),
        endsAt: iso(endMs),
        ...figures,
      })),
      text: this.#text(fromMs, toMs, recordsFromMs, zone),
    };
  }

  #text(fromMs: number, toMs: number, recordsFromMs: number | null, zone: string): string {
    const calls = new Intl.NumberFormat('en').format(this.calls);
    const since =
      this.#period.every === 'month' && this.#period.day === 1
        ? monthsInWords(fromMs, toMs, zone)
        : `since ${dayInWordsThere(zone, fromMs)}`;
    const first = recordsFromMs !== null && recordsFromMs > fromMs ? recordsFromMs : null;
    const kept = first === null ? '' : ` Single calls are known from ${dayInWordsThere(zone, first)} on.`;
    if (this.calls === 0) return `No call ${since} would have been counted.${kept}`;
    const acts = [
      this.#refused === 0
        ? ''
        : `refused ${times(this.#refused)} (first on ${momentInWords(zone, this.#firstRefusedMs ?? 0)})`,
      this.#slowed === 0 ? '' : `slowed ${times(this.#slowed)}, by ${durationInWords(this.#delayMs)} in all`,
    ].filter((act) => act !== '');
    const what = acts.length === 0 ? 'none would have been refused or slowed' : `it would have ${acts.join(' and ')}`;
    return `Of ${calls} ${this.calls === 1 ? 'call' : 'calls'} ${since}, ${what}.${kept}`;
  }
}

/** "in November 2026", "in October and November 2026", "from December 2025 to February 2026". */
function monthsInWords(fromMs: number, toMs: number, zone: string): string {
  const named = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: zone });
  const [first, last] = [named.format(fromMs), named.format(toMs - 1)];
  if (first === last) return `in ${last}`;
  const isSameYear = first.slice(-4) === last.slice(-4);
  const from = isSameYear ? first.slice(0, -5) : first;
  const isNext = named.format(fromMs + 35 * 24 * 3_600_000) === last; // 35 days after its beginning runs the next month
  return isNext ? `in ${from} and ${last}` : `from ${from} to ${last}`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${new Intl.NumberFormat('en').format(count)} times`;
}
