import type { Clock } from '../seams.ts';
import type { ReportingDays } from '../usage/reporting-days.ts';
import type { CountedCall } from '../usage/counted-call.ts';
import type { PriceBook } from '../usage/prices/price-book.ts';
import type { Counter } from './counter.ts';
import { type CallSize, Estimates, type LearnedCall } from './estimate.ts';
import { type Window, windowAt, windowBefore } from './periods.ts';
import { QuotaExceeded } from './refusal.ts';
import { type Amounts, amountOf, amountsOf, type IsSystem, isAbout, type Subject, subjectOf } from './subject.ts';
import type { UseSum } from './use-sums.ts';

export interface LedgerDeps {
  readonly clock: Pick<Clock, 'now'>;
  readonly days: () => ReportingDays;
  /** What the database says of a time, and the latest record in it. */
  readonly sums: (window: Window) => readonly UseSum[];
  readonly latestMs: () => number;
  /** Recorded, and in no database yet. */
  readonly waiting: () => readonly CountedCall[];
  /** In force now; looking up a model that it does not have tells nobody. */
  readonly book: () => PriceBook;
  /** What calls took lately, by the database, the oldest first: asked where counting begins. */
  readonly lastCalls: () => readonly LearnedCall[];
  readonly isSystem: IsSystem;
  /** Whether a client can still call. */
  readonly isActive: (client: string) => boolean;
  /** How the highest warning level stands that was told in the period which began then. */
  readonly told: (id: string, startMs: number) => number | null;
  readonly changed: () => void;
  /** A counter could not be read from the database: it counts from what it knows. */
  readonly failed: () => void;
}

/** What one call holds of the counters that are about it, until it is recorded. */
export interface Held {
  readonly subject: Subject;
  readonly atMs: number;
  readonly amounts: Amounts;
  counters: readonly Counter[];
  /** Milliseconds that the call has to wait. */
  readonly delayMs: number;
}

interface About {
  readonly all: readonly Counter[];
  readonly on: readonly Counter[];
  /** One that is switched on counts tokens or cost: what a call may take has to be estimated. */
  readonly weighs: boolean;
}

const MAX_KNOWN = 4096;
/** A refusal with less used is about one large call, not about the quota. */
const NEARLY_ALL = 90;
const NONE: readonly Counter[] = [];
const NOBODY: About = { all: NONE, on: NONE, weighs: false };

/**
 * The counters of all quotas. A call is held for before it is sent and settled when it is recorded, each in one step
 * without a wait in between, so calls at the same time never see the same room twice. What is counted is always what
 * the records say: a counter that enters a period reads it from them.
 */
export class QuotaLedger {
  readonly #deps: LedgerDeps;
  readonly #estimates: Estimates;
  #hasLearned = false;
  readonly #held = new Set<Held>();
  #counters: readonly Counter[] = NONE;
  /** By subject: which counters are about it, and which of these are switched on. */
  readonly #known = new Map<string, About>();
  #latestMs = 0;

  constructor(deps: LedgerDeps) {
    this.#deps = deps;
    this.#estimates = new Estimates(deps.book);
  }

  /** Whether calls have to be told to it as they end. */
  get hears(): boolean {
    return this.#counters.length > 0;
  }

  get all(): readonly Counter[] {
    return this.#counters;
  }

  /** Begins with these; they are read from the records. */
  use(counters: readonly Counter[]): void {
    this.#counters = counters;
    this.#known.clear();
    this.#latestMs = this.#deps.waiting().reduce((so, { atMs }) => Math.max(so, atMs), this.#readLatest());
    for (const held of this.#held) held.counters = this.#about(held.subject).on;
    this.clientsChanged();
    this.#learnLast();
    this.recount();
  }

  /** Reads every counter from the records: prices, zone or records were changed. What is held stays held. */
  recount(): void {
    const sums = this.#remembered();
    for (const counter of this.#counters) this.#enter(counter, sums, true);
  }

  /** Other credentials are system ones now. */
  subjectsChanged(): void {
    this.#known.clear();
    if (this.#counters.some(({ definition }) => definition.scope.kind === 'system')) this.recount();
  }

  /** Other clients can call now: the rest of a pool is theirs. */
  clientsChanged(): void {
    for (const counter of this.#counters) counter.shareAmong(this.#deps.isActive);
  }

  drop(): void {
    this.#counters = NONE;
    this.#known.clear();
    this.#held.clear();
    this.#estimates.forget();
    this.#hasLearned = false;
  }

  /** Whether a limit on tokens or cost is about this subject. */
  weighs(subject: Subject): boolean {
    return this.#about(subject).weighs;
  }

  /**
   * Holds what a call may take. null: no quota is about it.
   * @param atMs - when the call came: its record will say so.
   * @param isCritical - asked only where a quota keeps something for critical calls.
   * @throws QuotaExceeded where it does not fit; then nothing is held.
   */
  reserve(subject: Subject, size: CallSize, atMs: number, isCritical: () => boolean): Held | null {
    const { on: counters, weighs } = this.#about(subject);
    if (counters.length === 0) return null;
    const nowMs = this.#deps.clock.now();
    const { tokens, cost } = weighs ? this.#estimates.of(size, nowMs) : { tokens: 0, cost: 0 };
    const amounts = { requests: 1, tokens, cost, unpriced: 0 };
    for (const counter of counters) {
      this.#catchUp(counter, nowMs);
      const { counts, atLimit } = counter.definition;
      if (atLimit !== 'block') continue;
      const critical = counter.mayBeCritical(subject.client) && isCritical();
      const lacks = counter.lacks(subject.client, amountOf(amounts, counts), critical, nowMs);
      if (lacks === null) continue;
      counter.refused += 1;
      // Calls under way give back what they do not take: only what is used makes it full.
      const isFull = lacks.why !== 'share' && !lacks.isHeld && counter.usedPercent >= NEARLY_ALL;
      if (isFull && !critical) counter.isFull = true;
      this.#deps.changed();
      throw new QuotaExceeded(counter, lacks, nowMs);
    }
    let delayMs = 0;
    for (const counter of counters) {
      if (!(counter.mayBeCritical(subject.client) && isCritical())) counter.isFull = false;
      if (counter.isAt(atMs)) counter.reserve(subject.client, amountOf(amounts, counter.definition.counts));
      const delay = counter.delay(subject.client, nowMs);
      if (delay > delayMs && !(counter.mayBeCritical(subject.client) && isCritical())) delayMs = delay;
    }
    const held = { subject, atMs, amounts, counters, delayMs };
    this.#held.add(held);
    this.#deps.changed();
    return held;
  }

  /** The call is recorded, or will never be. Safe to call twice. */
  release(held: Held): void {
    if (!this.#held.delete(held)) return;
    for (const counter of held.counters) {
      if (!counter.isAt(held.atMs)) continue;
      counter.reserve(held.subject.client, -amountOf(held.amounts, counter.definition.counts));
    }
    this.#deps.changed();
  }

  /** Whether a quota that blocks has nothing left for this subject, whatever it asks. */
  isUsedUp(subject: Subject, concerns: (counter: Counter) => boolean): Counter | null {
    for (const counter of this.#about(subject).on) {
      if (counter.definition.atLimit !== 'block' || !concerns(counter)) continue;
      this.#catchUp(counter, this.#deps.clock.now());
      if (counter.used >= counter.available) return counter;
    }
    return null;
  }

  begun(): void {
    if (this.#counters.length > 0) this.use(this.#counters);
  }

  /** In the step that records them. A reported call counts when a batch finds it new. */
  recorded(calls: readonly CountedCall[]): void {
    if (this.#counters.length === 0) return;
    for (const call of calls) {
      if (call.source !== 'proxy') continue;
      this.#estimates.learn(call, call.atMs);
      this.#add(call, () => false);
    }
  }

  written(calls: readonly CountedCall[]): void {
    if (this.#counters.length === 0) return;
    for (const { atMs } of calls) this.#latestMs = Math.max(this.#latestMs, atMs);
    const read = new Set<Counter>(); // from records that hold these calls already
    for (const call of calls) if (call.source !== 'proxy') this.#add(call, (counter) => read.has(counter), read);
  }

  /** Every counter stands in the period that runs. */
  catchUp(): void {
    const nowMs = this.#deps.clock.now();
    for (const counter of this.#counters) this.#catchUp(counter, nowMs);
  }

  #add(call: CountedCall, isCounted: (counter: Counter) => boolean, read?: Set<Counter>): void {
    const amounts = amountsOf(call);
    const { atMs } = call;
    if (amounts !== null) {
      const subject = subjectOf(call);
      const nowMs = this.#deps.clock.now();
      // One that is switched off holds nobody back, and its figure is right all the same.
      for (const counter of this.#about(subject).all) {
        if (this.#catchUp(counter, nowMs)) read?.add(counter);
        if (!isCounted(counter)) counter.add(subject.client, amounts, atMs);
      }
    }
    this.#latestMs = Math.max(this.#latestMs, atMs);
    this.#deps.changed();
  }

  #about(subject: Subject): About {
    if (this.#counters.length === 0) return NOBODY;
    const { provider, credential, client, project } = subject;
    const key = `${provider}\n${credential}\n${client}\n${project}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const all = this.#counters.filter(({ definition }) => isAbout(definition.scope, subject, this.#deps.isSystem));
    const on = all.filter(({ definition }) => definition.enabled);
    const about = { all, on, weighs: on.some(({ definition }) => definition.counts !== 'requests') };
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(key, about);
    return about;
  }

  /** @returns whether another period began. */
  #catchUp(counter: Counter, nowMs: number): boolean {
    if (counter.isAt(nowMs)) return false;
    this.#enter(counter, this.#remembered(), false);
    return true;
  }

  /** Begins the period that runs now. @param isAnew - also where it is the one that ran. */
  #enter(counter: Counter, sums: (window: Window) => readonly UseSum[], isAnew: boolean): void {
    const { definition, id, refused, toldLevel, isFull } = counter;
    const days = this.#deps.days();
    const window = windowAt(definition.period, days, this.#deps.clock.now());
    const isSame = isAnew && window.startMs === counter.window.startMs;
    const bringsOver = definition.rollover !== null && counter.sinceMs < window.startMs;
    const before = bringsOver ? windowBefore(definition.period, days, window) : null;
    const known = counter.window;
    const usedBefore = !isAnew && before !== null && known.startMs === before.startMs ? counter.used : null;
    counter.turn(window, before);
    if (isSame) {
      counter.refused = refused;
      counter.isFull = isFull;
    }
    counter.toldLevel = isSame ? toldLevel : this.#deps.told(id, window.startMs);
    if (before !== null) {
      if (usedBefore !== null) counter.addBefore('', usedBefore);
      else
        for (const sum of sums(before))
          if (this.#isAbout(counter, sum)) counter.addBefore(sum.client, amountOf(sum, definition.counts));
    }
    // Time goes forward as a rule: then nothing can be recorded yet in a period that has just begun.
    if (isAnew || window.startMs <= this.#latestMs) {
      for (const sum of sums(window)) {
        if (this.#isAbout(counter, sum)) counter.addHere(sum.client, amountOf(sum, definition.counts), sum.unpriced);
      }
    }
    for (const held of this.#held) {
      if (held.counters.includes(counter) && counter.isAt(held.atMs)) {
        counter.reserve(held.subject.client, amountOf(held.amounts, definition.counts));
      }
    }
    this.#deps.changed();
  }

  /** Once after each unlock. */
  #learnLast(): void {
    if (this.#hasLearned || this.#counters.length === 0) return;
    try {
      const nowMs = this.#deps.clock.now();
      for (const call of this.#deps.lastCalls()) this.#estimates.learn(call, nowMs);
      this.#hasLearned = true;
    } catch {
      this.#deps.failed();
    }
  }

  #isAbout({ definition }: Counter, subject: Subject): boolean {
    return isAbout(definition.scope, subject, this.#deps.isSystem);
  }

  #readLatest(): number {
    try {
      return this.#deps.latestMs();
    } catch {
      this.#deps.failed();
      return Number.POSITIVE_INFINITY; // nothing is taken to be empty
    }
  }

  /** Reads each time once, for counters of the same period. */
  #remembered(): (window: Window) => readonly UseSum[] {
    const known = new Map<string, readonly UseSum[]>();
    return (window) => {
      const key = `${window.startMs} ${window.endMs}`;
      let sums = known.get(key);
      if (sums === undefined) {
        sums = this.#read(window);
        known.set(key, sums);
      }
      return sums;
    };
  }

  #read(window: Window): readonly UseSum[] {
    const waiting = this.#deps.waiting().flatMap((call) => {
      const { atMs, source } = call;
      const amounts = source === 'proxy' && atMs >= window.startMs && atMs < window.endMs ? amountsOf(call) : null;
      return amounts === null ? [] : [{ ...subjectOf(call), ...amounts }];
    });
    try {
      return [...this.#deps.sums(window), ...waiting];
    } catch {
      this.#deps.failed();
      return waiting;
    }
  }
}
