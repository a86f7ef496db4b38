import type { VaultAccess } from '../credentials/vault-access.ts';
import type { Emit, EventHub } from '../events.ts';
import type { Log } from '../logs/log.ts';
import type { Clock } from '../seams.ts';
import type { UsageReader } from './worker/usage-reader.ts';

/** A look reads weeks of rollups on the worker thread: not more often than that, and only after calls. */
const EVERY_MS = 60_000;
/** What was told is remembered for so long; it is only ever looked for on its day. */
const REMEMBERED_MS = 60 * 24 * 3_600_000;

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

/** Looks for what is out of the usual today, after calls were counted, and tells each once (usage.db remembers). */
export class AnomalyWatch {
  readonly #deps: AnomalyWatchDeps;
  #callOff: (() => void) | null = null;
  #isLooking = false;

  constructor(deps: AnomalyWatchDeps) {
    this.#deps = deps;
    deps.onEvent(({ event }) => {
      if (event === 'usage.recorded') this.#soon();
    });
  }

  locking(): void {
    this.#callOff?.();
    this.#callOff = null;
  }

  #soon(): void {
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
      const asked = { from: 'today', reportingZone: zone(), nowMs: clock.now() };
      const { anomalies } = await reader.last('anomalies', asked);
      for (const { id, kind, at, subject, text } of anomalies) {
        if (this.#isNew(id)) emit({ event: 'usage.anomaly', data: { kind, at, subject, text } });
      }
    } catch {
      log.warn('usage.anomalies-not-looked-for');
    } finally {
      this.#isLooking = false;
    }
  }

  #isNew(id: string): boolean {
    const { usageDb } = this.#deps.vault.opened();
    const now = this.#deps.clock.now();
    usageDb.prepare('DELETE FROM usage_told WHERE at_ms < ?').run(now - REMEMBERED_MS);
    return usageDb.prepare('INSERT OR IGNORE INTO usage_told (id, at_ms) VALUES (?, ?)').run(id, now).changes === 1;
  }
}
