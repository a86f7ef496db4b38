import { AppError } from '../../../shared/errors.ts';
import type { Log } from '../logs/log.ts';
import type { WayOut } from '../net/way-out.ts';
import type { Clock } from '../seams.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { MAX_AGE_MS, MAX_TRIES, retryDelayMs } from './backoff.ts';
import {
  deliveryLog,
  type DeliveryRow,
  dueDeliveries,
  nextDueMs,
  pruneDeliveries,
  updateDelivery,
} from './delivery-table.ts';
import { GONE, receiverGone } from './receiver-gone.ts';
import { type Sent, sendOnce } from './send.ts';
import { findWebhookRow, noteDelivered, type WebhookRow } from './webhook-table.ts';

/** Over all webhooks; each has one at a time, so that a slow receiver holds up nobody but itself. */
const AT_ONCE = 4;
/** Tries of a delivery that are remembered. */
const MAX_LOG = 10;
/** The longest timer: a computer that slept finds out what is due. */
const LOOK_MS = 15 * 60_000;
/** After a result that could not be written down: the disk is full, say. */
const REST_MS = 60_000;

interface Settled {
  readonly webhook: WebhookRow;
  /** As it is after the try. */
  readonly row: DeliveryRow;
}

export interface DeliveryQueueDeps {
  readonly vault: { opened(): OpenVault };
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
  readonly version: string;
  /** As the owner has it now. Not asked while the vault is locked. */
  readonly way: () => WayOut;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** A delivery was given up. */
  readonly gaveUp: (webhook: WebhookRow, row: DeliveryRow) => void;
  readonly changed: () => void;
}

/**
 * Sends what waits, at least once: a delivery is settled only after its answer came, so a crash or a lock in between
 * sends it again under the same id. It runs while the vault is open and touches nothing else.
 */
export class DeliveryQueue {
  readonly #deps: DeliveryQueueDeps;
  readonly #busy = new Map<string, Promise<void>>();
  /** Results that the disk did not take yet, by delivery: they are written before anything else is sent. */
  readonly #unwritten = new Map<string, Settled>();
  #untilLock: AbortController | null = null;
  #callOff = (): void => undefined;

  constructor(deps: DeliveryQueueDeps) {
    this.#deps = deps;
  }

  unlocked(): void {
    this.locking();
    this.#untilLock = new AbortController();
    this.wake();
  }

  /** What is under way is cut; it stays in the queue as it was. */
  locking(): void {
    this.#callOff();
    this.#untilLock?.abort();
    this.#untilLock = null;
    this.#busy.clear();
    this.#unwritten.clear();
  }

  /** Looks what is due. Call it after the queue was written to. */
  wake(): void {
    const signal = this.#untilLock?.signal;
    if (signal === undefined) return;
    this.#callOff();
    try {
      const { vault, clock } = this.#deps;
      const opened = vault.opened();
      const nowMs = clock.now();
      for (const settled of this.#unwritten.values()) this.#keep(opened, settled);
      for (const row of dueDeliveries(opened.db, nowMs)) {
        const key = row.webhook_id.toString('hex');
        if (this.#busy.size >= AT_ONCE) break;
        const webhook = this.#busy.has(key) ? undefined : findWebhookRow(opened.db, row.webhook_id);
        if (webhook !== undefined) this.#busy.set(key, this.#deliver(opened, webhook, row, signal));
      }
      const nextMs = nextDueMs(opened.db, nowMs);
      if (nextMs !== null) this.#lookIn(Math.min(LOOK_MS, Math.max(1, nextMs - nowMs)));
    } catch (error) {
      this.#rest(error);
    }
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.#busy.size > 0) await Promise.all(this.#busy.values());
  }

  #lookIn(ms: number): void {
    this.#callOff = this.#deps.clock.after(ms, () => this.wake());
  }

  #rest(error: unknown): void {
    if (this.#untilLock === null) return;
    this.#deps.log.warn('webhooks.not-written', { code: error instanceof AppError ? error.code : 'internal' });
    this.#lookIn(REST_MS);
  }

  async #deliver(opened: OpenVault, webhook: WebhookRow, row: DeliveryRow, signal: AbortSignal): Promise<void> {
    const { clock, version, way } = this.#deps;
    let failure: unknown = null;
    try {
      const sent = await sendOnce(opened, webhook, row, { clock, version, way: way(), signal });
      if (!signal.aborted) this.#keep(opened, { webhook, row: this.#after(row, sent) });
    } catch (error) {
      failure = error;
    } finally {
      // After a lock the map is the next session's.
      if (!signal.aborted) {
        this.#busy.delete(webhook.id.toString('hex'));
        if (failure === null) this.wake();
        else this.#rest(failure);
      }
    }
  }

  /** The row after this try: delivered, dead, or due again later. */
  #after(row: DeliveryRow, sent: Sent): DeliveryRow {
    const { clock, random } = this.#deps;
    const nowMs = clock.now();
    const tries = row.tries + 1;
    const log = JSON.stringify([sent.try, ...deliveryLog.parse(JSON.parse(row.log))].slice(0, MAX_LOG));
    const tried = { ...row, tries, log };
    const finished = { next_try_at_ms: null, finished_at_ms: nowMs };
    if (sent.try.problem === null) return { ...tried, ...finished, state: 'delivered', dead_because: null };
    if (sent.try.status === GONE) return { ...tried, ...finished, state: 'dead', dead_because: 'gone' };
    if (tries >= MAX_TRIES) return { ...tried, ...finished, state: 'dead', dead_because: 'tries' };
    if (nowMs - row.queued_at_ms >= MAX_AGE_MS) return { ...tried, ...finished, state: 'dead', dead_because: 'age' };
    return { ...tried, next_try_at_ms: nowMs + retryDelayMs(tries, random(), sent.retryAfterMs) };
  }

  /** @throws where it cannot be written: then it is remembered, and not sent again for that. */
  #keep(opened: OpenVault, settled: Settled): void {
    const { clock, gaveUp, changed } = this.#deps;
    const { webhook, row } = settled;
    this.#unwritten.set(row.id, settled);
    opened.write(() => {
      updateDelivery(opened.db, row);
      if (row.state === 'delivered') noteDelivered(opened.db, webhook.id, clock.now());
      if (row.dead_because === 'gone') receiverGone(opened, clock, webhook.id);
      if (row.state !== 'waiting') pruneDeliveries(opened.db);
    });
    this.#unwritten.delete(row.id);
    if (row.state === 'dead') gaveUp(webhook, row);
    changed();
  }
}
