import { z } from 'zod';
import type { VaultAccess } from '../credentials/vault-access.ts';
import type { Log } from '../logs/log.ts';
import type { Clock } from '../seams.ts';
import type { OpenVault } from '../vault/open-vault.ts';

const FLUSH_MS = 1000; // SECURITY-DESIGN.md section 4: usage.db is written in batches of at most a second

export type UsedKind = 'credential' | 'client';
export interface LastUse {
  readonly atMs: number;
  readonly usedBy: string;
}

const lastUsedRow = z.strictObject({ id: z.string(), at_ms: z.int(), used_by: z.string() });

/**
 * When and by whom a credential or a client token was last used. Noting costs the hot path a map entry;
 * usage.db is written within a second, and by `flush` before the vault locks.
 */
export class LastUsed {
  readonly #vault: Pick<VaultAccess, 'opened'>;
  readonly #clock: Clock;
  readonly #log: Pick<Log, 'warn'>;
  readonly #pending: Readonly<Record<UsedKind, Map<string, LastUse>>> = { credential: new Map(), client: new Map() };
  readonly #written: (kind: UsedKind, ids: readonly string[]) => void;
  #callOff: (() => void) | null = null;

  constructor(deps: {
    readonly vault: Pick<VaultAccess, 'opened'>;
    readonly clock: Clock;
    readonly log: Pick<Log, 'warn'>;
    /** Told after a timed write, so that open cards can follow. */
    readonly written: (kind: UsedKind, ids: readonly string[]) => void;
  }) {
    this.#vault = deps.vault;
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#written = deps.written;
  }

  /** @param id - credential id in hex, or client id. */
  note(kind: UsedKind, id: string, usedBy: string): void {
    this.#pending[kind].set(id, { atMs: this.#clock.now(), usedBy });
    this.#callOff ??= this.#clock.after(FLUSH_MS, () => this.#flushLater());
  }

  /** Writes what is noted. Safe to call when nothing is. */
  flush(): void {
    this.#callOff?.();
    this.#callOff = null;
    if (this.#pending.credential.size + this.#pending.client.size === 0) return;
    const { usageDb } = this.#vault.opened();
    const put = usageDb.prepare('INSERT OR REPLACE INTO last_used (kind, id, at_ms, used_by) VALUES (?, ?, ?, ?)');
    usageDb
      .transaction(() => {
        for (const kind of ['credential', 'client'] as const) {
          for (const [id, use] of this.#pending[kind]) put.run(kind, id, use.atMs, use.usedBy);
        }
      })
      .immediate();
    this.drop();
  }

  /** A full disk must not end the program for a date; what could not be written is tried again with the next note. */
  #flushLater(): void {
    const ids = { credential: [...this.#pending.credential.keys()], client: [...this.#pending.client.keys()] };
    try {
      this.flush();
    } catch {
      this.#callOff = null;
      this.#log.warn('last-used.not-written');
      return;
    }
    for (const kind of ['credential', 'client'] as const) if (ids[kind].length > 0) this.#written(kind, ids[kind]);
  }

  /** Forgets what is noted; the vault is gone. */
  drop(): void {
    this.#callOff?.();
    this.#callOff = null;
    this.#pending.credential.clear();
    this.#pending.client.clear();
  }

  /** A purged credential leaves no trace of its use. */
  forget(kind: UsedKind, id: string): void {
    this.#pending[kind].delete(id);
    this.#vault.opened().usageDb.prepare('DELETE FROM last_used WHERE kind = ? AND id = ?').run(kind, id);
  }

  all(kind: UsedKind): Map<string, LastUse> {
    const vault: OpenVault = this.#vault.opened();
    const rows = vault.usageDb.prepare('SELECT id, at_ms, used_by FROM last_used WHERE kind = ?').all(kind);
    const uses = new Map<string, LastUse>();
    for (const row of z.array(lastUsedRow).parse(rows)) uses.set(row.id, { atMs: row.at_ms, usedBy: row.used_by });
    for (const [id, use] of this.#pending[kind]) uses.set(id, use);
    return uses;
  }

  of(kind: UsedKind, id: string): LastUse | null {
    const pending = this.#pending[kind].get(id);
    if (pending !== undefined) return pending;
    const row = this.#vault
      .opened()
      .usageDb.prepare('SELECT id, at_ms, used_by FROM last_used WHERE kind = ? AND id = ?')
      .get(kind, id);
    if (row === undefined) return null;
    const parsed = lastUsedRow.parse(row);
    return { atMs: parsed.at_ms, usedBy: parsed.used_by };
  }
}
