import type { QuotaInForce } from '../../../shared/quota-defaults.ts';
import { isImportClient } from '../usage/imports/imported-call.ts';
import { shownSum } from '../usage/largest-sum.ts';
import { type Amounts, amountOf } from './subject.ts';
import { delayAt } from './throttle.ts';
import type { Window } from './periods.ts';

/** Why a call does not fit. Figures as the quota counts. */
export interface NoRoom {
  /** What this call could draw on: less than all where a buffer is kept, or the parts of others. */
  readonly available: number;
  readonly asked: number;
  readonly why: 'limit' | 'buffer' | 'share';
  /** It fits beside what is used: calls under way hold the room. */
  readonly isHeld: boolean;
}

interface Share {
  used: number;
  reserved: number;
}

/**
 * How much of one quota is used in the period that runs, in memory. It is told what time it is: `isAt` says whether the
 * period still runs; where not, `turn` begins another.
 */
export class Counter {
  readonly id: string;
  /** Set anew where the settings change that it follows; its scope and period stay. */
  definition: QuotaInForce;
  /** When the quota was made: what was unused before is nothing to bring over. */
  readonly sinceMs: number;
  window: Window = { startMs: 0, endMs: 0 };
  used = 0;
  /** Of imported calls: in `used` only where the quota counts them. */
  imported = 0;
  reserved = 0;
  unpriced = 0;
  refused = 0;
  carriedOver = 0;
  /** What the period before used; null where nothing is brought over from it. */
  before: { readonly window: Window; used: number } | null = null;
  /** The highest warning level told in this period. */
  toldLevel: number | null = null;
  /** The last ordinary call did not fit, although a little less than all is used. */
  isFull = false;
  /** By client; null where the quota is no pool. */
  readonly #shares: Map<string, Share> | null;
  /** Of the pool's clients, those that keep a part for themselves. */
  #sharing: readonly string[] = [];

  constructor(id: string, definition: QuotaInForce, sinceMs: number) {
    this.id = id;
    this.sinceMs = sinceMs;
    this.definition = definition;
    const { scope } = definition;
    this.#shares =
      scope.kind === 'clients' ? new Map(scope.clients.map((client) => [client, { used: 0, reserved: 0 }])) : null;
    this.shareAmong(() => true);
  }

  /** What a client that is gone left unused is for the others. */
  shareAmong(isActive: (client: string) => boolean): void {
    const { scope } = this.definition;
    this.#sharing = scope.kind === 'clients' ? scope.clients.filter(isActive) : [];
  }

  isAt(nowMs: number): boolean {
    return nowMs >= this.window.startMs && nowMs < this.window.endMs;
  }

  /** Begins a period with nothing in it. */
  turn(window: Window, before: Window | null): void {
    this.window = window;
    this.used = 0;
    this.imported = 0;
    this.reserved = 0;
    this.unpriced = 0;
    this.refused = 0;
    this.carriedOver = 0;
    this.before = before === null ? null : { window: before, used: 0 };
    this.toldLevel = null;
    this.isFull = false;
    for (const share of this.#shares?.values() ?? []) {
      share.used = 0;
      share.reserved = 0;
    }
    this.#carry();
  }

  /** Something was recorded. What belongs to neither this period nor the one before is in the ledger alone. */
  add(client: string, amounts: Amounts, atMs: number): void {
    const amount = amountOf(amounts, this.definition.counts);
    if (this.isAt(atMs)) this.addHere(client, amount, amounts.unpriced);
    else if (this.before !== null && atMs >= this.before.window.startMs && atMs < this.before.window.endMs) {
      this.addBefore(client, amount);
    }
  }

  addHere(client: string, amount: number, unpriced: number): void {
    if (isImportClient(client)) {
      this.imported = shownSum(this.imported + amount);
      if (!this.definition.countImports) return;
    }
    this.used = shownSum(this.used + amount);
    this.unpriced += unpriced;
    const share = this.#shares?.get(client);
    if (share !== undefined) share.used = shownSum(share.used + amount);
  }

  /** @param client - empty for a sum of what was counted already. */
  addBefore(client: string, amount: number): void {
    if (this.before === null || (isImportClient(client) && !this.definition.countImports)) return;
    this.before.used = shownSum(this.before.used + amount);
    this.#carry();
  }

  /** @param amount - negative to let go of it again. */
  reserve(client: string, amount: number): void {
    this.reserved += amount;
    const share = this.#shares?.get(client);
    if (share !== undefined) share.reserved += amount;
  }

  get available(): number {
    return this.definition.limit + this.carriedOver;
  }

  /** Of what is available: only for critical calls. */
  get kept(): number {
    const { buffer } = this.definition;
    return buffer === null ? 0 : Math.floor((this.available * buffer.percent) / 100);
  }

  /** What calls can draw on that are not critical. */
  get ordinary(): number {
    return this.available - this.kept;
  }

  /** Of what is there for calls that are not critical. */
  get usedPercent(): number {
    return this.ordinary === 0 ? 100 : (this.used / this.ordinary) * 100;
  }

  /** null: there is room. @param critical - an allowed client marked it so. */
  lacks(client: string, asked: number, critical: boolean, nowMs: number): NoRoom | null {
    if (asked === 0) return null;
    const all = this.available;
    const mine = critical ? all : this.ordinary;
    const wanted = this.used + this.reserved + asked;
    // Requests under way will be used; of tokens and cost they hold more than they take.
    const mayComeBack = this.reserved > 0 && this.definition.counts !== 'requests';
    const no = (available: number, why: NoRoom['why']): NoRoom => {
      return { available, asked, why, isHeld: mayComeBack && this.used + asked <= available };
    };
    if (wanted > all) return no(all, 'limit');
    if (wanted > mine) return no(mine, 'buffer');
    if (!this.#isShared || this.#ownLeft(client, mine) >= asked) return null;
    const free = this.#free(client, mine, nowMs);
    return wanted > free ? no(free, 'share') : null;
  }

  /**
   * Milliseconds that an ordinary call waits which was just reserved: the nearer the end of what it can draw on, the more.
   * @param client - whose call it is; empty: anybody's.
   */
  delay(client: string, nowMs: number): number {
    const { throttle } = this.definition;
    if (throttle === null) return 0;
    const taken = this.used + this.reserved;
    let mine = this.ordinary;
    if (this.#isShared && this.#shares?.has(client) === true) {
      const left = Math.max(this.#ownLeft(client, mine), this.#free(client, mine, nowMs) - taken);
      mine = Math.min(mine, taken + left);
    }
    return delayAt(throttle, mine <= 0 ? 100 : (taken / mine) * 100);
  }

  mayBeCritical(client: string): boolean {
    return this.definition.buffer?.clients.includes(client) === true;
  }

  shares(): { client: string; used: number; reserved: number; share: number }[] {
    if (this.#shares === null) return [];
    const share = Math.floor(this.#part(this.ordinary));
    return [...this.#shares].map(([client, { used, reserved }]) => {
      return { client, used, reserved, share: this.#sharing.includes(client) ? share : 0 };
    });
  }

  get #isShared(): boolean {
    const { scope } = this.definition;
    return scope.kind === 'clients' && scope.fair && this.#sharing.length > 1;
  }

  #part(available: number): number {
    return this.#sharing.length === 0 ? available : available / this.#sharing.length;
  }

  #taken(client: string): number {
    const share = this.#shares?.get(client);
    return share === undefined ? 0 : share.used + share.reserved;
  }

  #ownLeft(client: string, available: number): number {
    return this.#part(available) - this.#taken(client);
  }

  /**
   * Each client of a pool keeps an equal part for itself. What it leaves unused becomes free for the others as the
   * period goes by: after half of it, half of an untouched part.
   */
  #free(client: string, available: number, nowMs: number): number {
    const share = this.#part(available);
    const left = 1 - (nowMs - this.window.startMs) / (this.window.endMs - this.window.startMs);
    let keptForOthers = 0;
    for (const other of this.#sharing) {
      if (other === client) continue;
      keptForOthers += Math.max(0, Math.min(share - this.#taken(other), share * left));
    }
    return Math.floor(available - keptForOthers);
  }

  #carry(): void {
    const { rollover, limit } = this.definition;
    this.carriedOver =
      rollover === null || this.before === null
        ? 0
        : Math.min(Math.floor((limit * rollover.maxPercent) / 100), Math.max(0, limit - this.before.used));
  }
}
