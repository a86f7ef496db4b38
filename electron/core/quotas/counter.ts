import type { QuotaInForce } from '../../../shared/quota-defaults.ts';
import { isImportClient } from '../usage/imports/imported-call.ts';
import { type Amounts, amountOf } from './subject.ts';
import { delayAt } from './throttle.ts';
import type { Window } from './periods.ts';

/** Why a call does not fit. Figures as the quota counts. */
export interface NoRoom {
  /** What this call could draw on: less than all where a buffer is kept, or the parts of others. */
  readonly available: number;
  readonly asked: number;
  readonly why: 'limit' | 'buffer' | 'share';
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
  /** The last call did not fit, although a little less than all is used. */
  isFull = false;
  /** By client; null where the quota is no pool. */
  readonly #shares: Map<string, Share> | null;

  constructor(id: string, definition: QuotaInForce, sinceMs: number) {
    this.id = id;
    this.sinceMs = sinceMs;
    this.definition = definition;
    const { scope } = definition;
    this.#shares =
      scope.kind === 'clients' ? new Map(scope.clients.map((client) => [client, { used: 0, reserved: 0 }])) : null;
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
      this.imported += amount;
      if (!this.definition.countImports) return;
    }
    this.used += amount;
    this.unpriced += unpriced;
    const share = this.#shares?.get(client);
    if (share !== undefined) share.used += amount;
  }

  /** @param client - empty for a sum of what was counted already. */
  addBefore(client: string, amount: number): void {
    if (this.before === null || (isImportClient(client) && !this.definition.countImports)) return;
    this.before.used += amount;
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

  /** Of what is available, used and reserved. A limit of zero is always all used. */
  get percent(): number {
    return this.available === 0 ? 100 : ((this.used + this.reserved) / this.available) * 100;
  }

  get usedPercent(): number {
    return this.available === 0 ? 100 : (this.used / this.available) * 100;
  }

  /** null: there is room. @param critical - an allowed client marked it so. */
  lacks(client: string, asked: number, critical: boolean, nowMs: number): NoRoom | null {
    if (asked === 0) return null;
    const { buffer, scope } = this.definition;
    const all = this.available;
    const wanted = this.used + this.reserved + asked;
    if (wanted > all) return { available: all, asked, why: 'limit' };
    const kept = buffer === null || critical ? 0 : Math.floor((all * buffer.percent) / 100);
    if (wanted > all - kept) return { available: all - kept, asked, why: 'buffer' };
    if (scope.kind !== 'clients' || !scope.fair || scope.clients.length < 2) return null;
    return this.#lacksShare(client, asked, all - kept, nowMs);
  }

  /** Milliseconds that a call waits which was just reserved. */
  delay(): number {
    const { throttle } = this.definition;
    return throttle === null ? 0 : delayAt(throttle, this.percent);
  }

  mayBeCritical(client: string): boolean {
    return this.definition.buffer?.clients.includes(client) === true;
  }

  shares(): { client: string; used: number; reserved: number; share: number }[] {
    if (this.#shares === null) return [];
    const share = Math.floor(this.available / this.#shares.size);
    return [...this.#shares].map(([client, { used, reserved }]) => ({ client, used, reserved, share }));
  }

  /**
   * Each client of a pool keeps an equal part for itself. What it leaves unused becomes free for the others as the
   * period goes by: after half of it, half of an untouched part.
   */
  #lacksShare(client: string, asked: number, available: number, nowMs: number): NoRoom | null {
    const shares = this.#shares as Map<string, Share>;
    const share = available / shares.size;
    const left = 1 - (nowMs - this.window.startMs) / (this.window.endMs - this.window.startMs);
    let keptForOthers = 0;
    for (const [other, { used, reserved }] of shares) {
      const taken = used + reserved;
      if (other === client) {
        if (taken + asked <= share) return null;
      } else keptForOthers += Math.max(0, Math.min(share - taken, share * left));
    }
    const free = Math.floor(available - keptForOthers);
    return this.used + this.reserved + asked > free ? { available: free, asked, why: 'share' } : null;
  }

  #carry(): void {
    const { rollover, limit } = this.definition;
    this.carriedOver =
      rollover === null || this.before === null
        ? 0
        : Math.min(Math.floor((limit * rollover.maxPercent) / 100), Math.max(0, limit - this.before.used));
  }
}
