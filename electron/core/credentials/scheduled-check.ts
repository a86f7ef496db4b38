import { AppError } from '../../../shared/errors.ts';
import type { CheckResult, CredentialSummary } from '../../../shared/contract/schemas.ts';
import type { ValidationResult } from '../../../shared/provider/answer.ts';
import type { Emit } from '../events.ts';
import type { Log } from '../logs/log.ts';
import { type Catalogue, dearestCheck } from '../providers/catalogue.ts';
import type { Clock } from '../seams.ts';
import { putSetting, readSettings } from '../settings/setting-table.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import { saysRefused } from './finding.ts';
import type { VaultAccess } from './vault-access.ts';

const DAY_MS = 24 * 60 * 60_000;
/** How often it is looked whether a day has passed: the computer may have slept. */
const LOOK_MS = 15 * 60_000;
const AT_ONCE = 4;
/** After a round in which nobody answered at all: the network is away, as after a sleep. */
const AGAIN_MS = 60 * 60_000;
/** When the last one was, UTC epoch milliseconds: a row of the settings that nobody sets. */
const LAST = 'dailyCheckLastMs';

export interface ScheduledCheckDeps {
  readonly vault: Pick<VaultAccess, 'opened'>;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
  readonly catalogue: Catalogue;
  readonly settings: Pick<SettingsStore, 'vault'>;
  readonly credentials: {
    list(filter: { readonly state?: 'active' }): CredentialSummary[];
    test(target: { readonly id: string }, force: boolean, actor: string): Promise<CheckResult>;
  };
  readonly emit: Emit;
}

/** Once a day, if the owner wants it and while the vault is open, every active key with a free check is tested. */
export class ScheduledCheck {
  readonly #deps: ScheduledCheckDeps;
  #stop = (): void => undefined;
  #running: Promise<void> | null = null;

  constructor(deps: ScheduledCheckDeps) {
    this.#deps = deps;
  }

  unlocked(): void {
    this.#stop();
    this.#stop = this.#deps.clock.after(LOOK_MS, () => this.unlocked());
    if (!this.#isDue()) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
  }

  locking(): void {
    this.#stop();
  }

  /** Resolves when the one that is under way is over. */
  async settled(): Promise<void> {
    await this.#running;
  }

  #isDue(): boolean {
    try {
      if (!this.#deps.settings.vault().dailyCheck) return false;
      const last = Number(readSettings(this.#deps.vault.opened().db).get(LAST) ?? 0);
      // A clock that was set back must not put it off for ever.
      return Math.abs(this.#deps.clock.now() - last) >= DAY_MS;
    } catch {
      return false;
    }
  }

  async #run(): Promise<void> {
    const { vault, clock, catalogue, credentials, log, emit } = this.#deps;
    try {
      const opened = vault.opened();
      opened.write(() => putSetting(opened.db, LAST, String(clock.now())));
      const due = credentials.list({ state: 'active' }).filter(({ provider, authKind }) => {
        const known = catalogue.find(provider);
        return known !== undefined && catalogue.isEnabled(provider) && dearestCheck(known, authKind) === 0;
      });
      const died: string[] = [];
      let unheard = 0;
      let next = 0;
      const worker = async (): Promise<void> => {
        for (let one = due[next++]; one !== undefined; one = due[next++]) {
          const result = await this.#test(one);
          if (result === 'provider_unavailable' || result === 'timeout') unheard += 1;
          else if (saysRefused(result ?? undefined) && !saysRefused(one.lastTest?.result)) died.push(one.id);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      if (due.length > 0 && unheard === due.length) {
        opened.write(() => putSetting(opened.db, LAST, String(clock.now() - DAY_MS + AGAIN_MS)));
      }
      if (died.length > 0) emit({ event: 'credentials.died', data: { ids: died } });
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'vault_locked')) log.warn('credentials.daily-check-failed');
    }
  }

  /** null: it cannot be tested now, and is left for the next day. */
  async #test(one: CredentialSummary): Promise<ValidationResult | null> {
    try {
      return (await this.#deps.credentials.test({ id: one.id }, true, 'system')).result;
    } catch (error) {
      if (error instanceof AppError && error.code !== 'vault_locked') return null;
      throw error;
    }
  }
}
