import { z } from 'zod';
import type { Emit } from '../../events.ts';
import type { Log } from '../../logs/log.ts';
import type { Clock } from '../../seams.ts';
import type { OpenVault } from '../../vault/open-vault.ts';

/** Ids come from answers: more than these are a mistake, or somebody's joke. */
const MAX_TOLD = 1000;
const toldRow = z.strictObject({ provider: z.string(), model: z.string() });

export interface UnknownModelsDeps {
  readonly vault: { opened(): OpenVault };
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly log: Pick<Log, 'warn'>;
  readonly emit: Emit;
}

/** Tells once of each model whose price is not known. The call that met it does not wait: the disk is written later. */
export class UnknownModels {
  readonly #deps: UnknownModelsDeps;
  #told: Set<string> | null = null;
  readonly #new = new Map<string, z.output<typeof toldRow>>();
  #callOff: (() => void) | null = null;

  constructor(deps: UnknownModelsDeps) {
    this.#deps = deps;
  }

  /** Needs an unlocked vault. */
  met(provider: string, model: string): void {
    const told = (this.#told ??= this.#read());
    const key = `${provider}\n${model}`;
    if (told.has(key) || told.size >= MAX_TOLD) return;
    told.add(key);
    this.#new.set(key, { provider, model });
    this.#callOff ??= this.#deps.clock.after(0, () => this.#tell());
  }

  /** A price is known, or is not any more: the model is told of anew if it comes to that. */
  forget(vault: OpenVault, provider: string, model: string): void {
    vault.db.prepare('DELETE FROM unknown_model WHERE provider = ? AND model = ?').run(provider, model);
    this.#told?.delete(`${provider}\n${model}`);
  }

  locking(): void {
    this.#callOff?.();
    this.#callOff = null;
    this.#new.clear(); // not noted, so told when they are met again
    this.#told = null;
  }

  #tell(): void {
    this.#callOff = null;
    const models = [...this.#new.values()];
    this.#new.clear();
    this.#write(models);
    for (const data of models) this.#deps.emit({ event: 'usage.unknownModel', data });
  }

  #write(models: readonly z.output<typeof toldRow>[]): void {
    try {
      const vault = this.#deps.vault.opened();
      const put = vault.db.prepare('INSERT OR IGNORE INTO unknown_model (provider, model, at_ms) VALUES (?, ?, ?)');
      vault.write(() => {
        for (const { provider, model } of models) put.run(provider, model, this.#deps.clock.now());
      });
    } catch {
      this.#deps.log.warn('prices.unknown-not-noted'); // told again after the next unlock, which does no harm
    }
  }

  #read(): Set<string> {
    try {
      const rows = this.#deps.vault.opened().db.prepare('SELECT provider, model FROM unknown_model').all();
      return new Set(
        z
          .array(toldRow)
          .parse(rows)
          .map(({ provider, model }) => `${provider}\n${model}`),
      );
    } catch {
      return new Set();
    }
  }
}
