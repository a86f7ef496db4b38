import { appendAudits, type NewAuditEntry } from '../audit/audit-log.ts';
import type { Log } from '../logs/log.ts';
import type { Clock } from '../seams.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import type { CredentialSource, VaultGate } from './deps.ts';

const MINUTE_MS = 60_000;

export interface CountedAct {
  /** Id of the client token; "system" where there is none. */
  readonly actor: string;
  readonly action: string;
  /** Credential id, or empty. */
  readonly target: string;
  readonly result: 'ok' | 'refused';
  /** Why it was refused: one fixed word. */
  readonly reason: string;
}

interface Count {
  readonly act: CountedAct;
  readonly minuteMs: number;
  count: number;
}

interface AuditTallyDeps {
  readonly vault: VaultGate;
  readonly clock: Clock;
  readonly log: Pick<Log, 'error'>;
  readonly credentials: Pick<CredentialSource, 'unaffected'>;
  /** How long a count may wait before it is written. */
  readonly delayMs: number;
}

/**
 * Audit entries that come too often to be written one by one: counted by act and minute, written off the hot path in
 * one transaction. Nothing counted is dropped while the vault cannot be written; `isWritable` says so, and who reads
 * keys asks it first (SECURITY-DESIGN.md section 5).
 */
export class AuditTally {
  readonly #deps: AuditTallyDeps;
  readonly #counts = new Map<string, Count>();
  /** What was counted last: mostly it is the same again. */
  #last: Count | null = null;
  #callOff: (() => void) | null = null;
  #writable = true;

  constructor(deps: AuditTallyDeps) {
    this.#deps = deps;
  }

  get isWritable(): boolean {
    return this.#writable;
  }

  get isEmpty(): boolean {
    return this.#counts.size === 0;
  }

  add(act: CountedAct): void {
    const nowMs = this.#deps.clock.now();
    const minuteMs = nowMs - (nowMs % MINUTE_MS);
    if (this.#last?.minuteMs === minuteMs && isSame(this.#last.act, act)) {
      this.#last.count += 1;
      return;
    }
    const key = `${act.actor} ${act.action} ${act.target} ${act.reason} ${minuteMs}`;
    const count = this.#counts.get(key) ?? { act, minuteMs, count: 0 };
    count.count += 1;
    this.#counts.set(key, count);
    this.#last = count;
    this.#wake();
  }

  /** Writes what was counted, if the vault is open. Never throws: a failure shows in `isWritable`. */
  flush(): void {
    this.#callOff?.();
    this.#callOff = null;
    if (this.#counts.size === 0) return;
    const vault = this.#openedOrNull();
    if (vault !== null) this.#write(vault);
    if (this.#counts.size > 0) this.#wake();
  }

  /** Forgets what could not be written, at the end of the program. */
  stop(): void {
    this.#callOff?.();
    this.#callOff = null;
    this.#forget();
  }

  /** Asked for rather than its state: while it is locking the vault can still be written. */
  #openedOrNull(): OpenVault | null {
    try {
      return this.#deps.vault.opened();
    } catch {
      return null; // locked or gone; what was counted waits for the next unlock
    }
  }

  #write(vault: OpenVault): void {
    const { clock, log, credentials } = this.#deps;
    try {
      credentials.unaffected(() => vault.write(() => appendAudits(vault, clock, this.#entries())));
      this.#forget();
      this.#writable = true;
    } catch {
      if (this.#writable) log.error('endpoint.audit-failed', { count: this.#counts.size });
      this.#writable = false;
    }
  }

  *#entries(): Generator<NewAuditEntry> {
    for (const { act, minuteMs, count } of this.#counts.values()) {
      const { actor, action, target, result, reason } = act;
      const meta = { count, minute: new Date(minuteMs).toISOString(), ...(reason === '' ? {} : { reason }) };
      yield { actor, action, target, result, meta };
    }
  }

  #forget(): void {
    this.#counts.clear();
    this.#last = null;
  }

  #wake(): void {
    this.#callOff ??= this.#deps.clock.after(this.#deps.delayMs, () => this.flush());
  }
}

function isSame(one: CountedAct, other: CountedAct): boolean {
  return (
    one.actor === other.actor &&
    one.action === other.action &&
    one.target === other.target &&
    one.result === other.result &&
    one.reason === other.reason
  );
}
