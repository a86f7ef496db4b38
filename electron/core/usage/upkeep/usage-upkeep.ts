import type { VaultAccess } from '../../credentials/vault-access.ts';
import type { Log } from '../../logs/log.ts';
import type { Clock } from '../../seams.ts';
import { giveBack } from '../../store/give-back.ts';
import { takeOverWeek } from '../name-days.ts';
import { pruneRecords } from '../record-table.ts';
import { reportingDays } from '../reporting-days.ts';
import { readUsageState } from '../state-table.ts';

const DAY_MS = 24 * 3_600_000;
/** After unlock: first the owner gets what was asked for. */
const FIRST_MS = 10_000;
/** Between two steps the endpoint works. A step takes a few milliseconds. */
const PAUSE_MS = 25;
const LOOK_MS = 3_600_000;
export const PRUNED_AT_ONCE = 500;
export const PAGES_AT_ONCE = 64;

export interface UsageUpkeepDeps {
  readonly vault: Pick<VaultAccess, 'opened'>;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
  /** Adds the next day that is over to its week and month; false: none is left. */
  readonly foldOne: () => boolean;
  /** How long single calls are kept; 0: for ever. */
  readonly keepDays: () => number;
}

/**
 * Keeps usage.db small and quick while the vault is open: days that are over are added to their weeks and months and
 * laid side by side, records
 * older than the owner wants go, and the space they had is given back. In small steps, on the connection that writes.
 */
export class UsageUpkeep {
  readonly #deps: UsageUpkeepDeps;
  #callOff: () => void = () => undefined;

  constructor(deps: UsageUpkeepDeps) {
    this.#deps = deps;
  }

  unlocked(): void {
    this.#after(FIRST_MS);
  }

  locking(): void {
    this.#callOff();
  }

  /** The owner changed how long records are kept. */
  settingsChanged(): void {
    this.#after(PAUSE_MS);
  }

  #after(ms: number): void {
    this.#callOff();
    this.#callOff = this.#deps.clock.after(ms, () => {
      let isMore = false;
      try {
        isMore = this.#step();
      } catch {
        this.#deps.log.warn('usage.upkeep-failed'); // a full disk, say: looked at again later
      }
      this.#after(isMore ? PAUSE_MS : LOOK_MS);
    });
  }

  /** @returns whether there is more to do. */
  #step(): boolean {
    const { vault, clock, foldOne, keepDays } = this.#deps;
    if (foldOne()) return true;
    const db = vault.opened().usageDb;
    const state = readUsageState(db);
    const isSummed = state !== null && state.resumFrom === null;
    if (isSummed && takeOverWeek(db, reportingDays(state.zone).dayOf(clock.now()))) return true;
    const days = keepDays();
    if (days > 0 && pruneRecords(db, clock.now() - days * DAY_MS, PRUNED_AT_ONCE) > 0) return true;
    return giveBack(db, PAGES_AT_ONCE);
  }
}
