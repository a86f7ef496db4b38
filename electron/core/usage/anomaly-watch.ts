import { z } from 'zod';
import type { VaultAccess } from '../credentials/vault-access.ts';
import type { Emit, EventHub } from '../events.ts';
import type { Log } from '../logs/log.ts';
import type { Clock } from '../seams.ts';
import { calendarOf } from './analysis/calendar.ts';
import { dateOfDay } from './reporting-days.ts';
import type { UsageReader } from './worker/usage-reader.ts';

const DAY_MS = 24 * 3_600_000;
/** A look reads weeks of rollups on the worker thread: not more often than that, and only after calls. */
const EVERY_MS = 60_000;
/** What was told is remembered for so long. */
const REMEMBERED_MS = 60 * DAY_MS;
/** The row of usage_told that says until when all was looked at: ids of what is told have a colon. */
const LOOKED = 'looked';
/** So far back a look goes at most: what is older is no news any more. */
const MOST_BACK_MS = 31 * DAY_MS;
/** A call is counted when it has ended, under the time at which it began. */
const LONGEST_CALL_MS = 3_600_000;

export interface AnomalyWatchDeps {
  readonly vault: Pick<VaultAccess, 'opened'>;
  readonly reader: Pick<UsageReader, 'last'>;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
  readonly emit: Emit;
  readonly onEvent: EventHub['onEvent'];
  /** The reporting zone. */
  readonly zone: () => string;
}

/**
 * Looks for what is out of the usual, after calls were counted, and tells each once (usage.db remembers). Each look begins
 * with the day of the one before it, so what happened right before midnight, a lock or the end of the program is told too.
 */
export class AnomalyWatch {
  readonly #deps: AnomalyWatchDeps;
  #callOff: (() => void) | null = null;
  #isLooking = false;
  #isOpen = false;

  constructor(deps: AnomalyWatchDeps) {
    this.#deps = deps;
    deps.onEvent(({ event }) => {
      if (event === 'usage.recorded') this.#soon();
    });
  }

  /** Looks at what was counted after the last look: a lock came in between. */
  unlocked(): void {
    this.#isOpen = true;
    try {
      const sinceMs = this.#lookedMs();
      if (sinceMs === null) return;
      const { usageDb } = this.#deps.vault.opened();
      const more = usageDb.prepare('SELECT 1 FROM usage_record WHERE at_ms >= ? LIMIT 1');
      if (more.get(sinceMs - LONGEST_CALL_MS) !== undefined) this.#soon();
    } catch {
      this.#deps.log.warn('usage.anomalies-not-looked-for'); // an unlock goes on without it; the next call looks again
    }
  }

  locking(): void {
    this.#isOpen = false;
    this.#callOff?.();
    this.#callOff = null;
  }

  #soon(): void {
    if (!this.#isOpen) return;
    this.#callOff ??= this.#deps.clock.after(EVERY_MS, () => {
      this.#callOff = null;
      void this.look();
    });
  }

  /** Never throws: a lock may come in between. */
  async look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const { reader, clock, zone, emit, log } = this.#deps;
    try {
      const nowMs = clock.now();
      const asked = { from: this.#firstDay(nowMs), reportingZone: zone(), nowMs };
      const { anomalies } = await reader.last('anomalies', asked);
      for (const { id, kind, at, subject, text } of anomalies) {
        if (this.#isNew(id)) emit({ event: 'usage.anomaly', data: { kind, at, subject, text } });
      }
      this.#noteLook(nowMs);
    } catch {
      log.warn('usage.anomalies-not-looked-for');
    } finally {
      this.#isLooking = false;
    }
  }

  /** The day (reporting zone) of the last look; before the first one today, so that nothing old is told as new. */
  #firstDay(nowMs: number): string {
    const sinceMs = this.#lookedMs();
    if (sinceMs === null || sinceMs > nowMs) return 'today';
    const calendar = calendarOf(this.#deps.zone());
    return dateOfDay(calendar.dayOfMs(Math.max(sinceMs, nowMs - MOST_BACK_MS)));
  }

  #lookedMs(): number | null {
    const { usageDb } = this.#deps.vault.opened();
    const found = usageDb.prepare('SELECT at_ms FROM usage_told WHERE id = ?').pluck().get(LOOKED);
    return z.int().optional().parse(found) ?? null;
  }

  #noteLook(nowMs: number): void {
    const { usageDb } = this.#deps.vault.opened();
    usageDb
      .prepare('INSERT INTO usage_told (id, at_ms) VALUES (?, ?) ON CONFLICT DO UPDATE SET at_ms = excluded.at_ms')
      .run(LOOKED, nowMs);
  }

  #isNew(id: string): boolean {
    const { usageDb } = this.#deps.vault.opened();
    const now = this.#deps.clock.now();
    usageDb.prepare('DELETE FROM usage_told WHERE at_ms < ? AND id <> ?').run(now - REMEMBERED_MS, LOOKED);
    return usageDb.prepare('INSERT OR IGNORE INTO usage_told (id, at_ms) VALUES (?, ?)').run(id, now).changes === 1;
  }
}
