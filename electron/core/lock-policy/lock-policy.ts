import { toTimestamp } from '../credentials/expiry.ts';
import type { Emit } from '../events.ts';
import type { Clock, Shell, SystemEvent } from '../seams.ts';
import type { LockReason } from '../vault/vault.ts';

const WARN_BEFORE_MS = 20_000; // WCAG 2.2.1: the user can extend the time
const TICK_MS = 5000;
/** A wall clock this far ahead of the timer means that the computer slept. */
const SLEPT_MS = 30_000;

/** Whose idleness counts. `system`: the session's; `window`: input in our window; `requests`: calls on sockets or TCP. */
export type IdleSource = 'system' | 'window' | 'requests';

export interface LockPolicyDeps {
  readonly vault: {
    readonly state: string;
    lock(reason: LockReason): void;
    onUnlocked(listener: () => void): () => void;
    onLocking(listener: () => void): () => void;
  };
  readonly clock: Clock;
  readonly shell: Pick<Shell, 'systemIdleMs' | 'onSystemEvent'>;
  readonly source: IdleSource;
  /** Asked on each tick, so that a changed setting counts at once. */
  readonly idleMs: () => number;
  /**
   * How long granted clients may work on behind a locked window, since the owner's last act; 0: the vault locks with the
   * window. Also 0 while there is no endpoint that they could use.
   */
  readonly behindLockMs: () => number;
  /** The window alone was locked: what belongs to the owner, not to clients, ends. */
  readonly windowLocking: () => void;
  readonly emit: Emit;
}

/** Only these leave the vault open behind a locked window; everything else locks it (SECURITY-DESIGN.md section 3). */
type WindowReason = Extract<LockReason, 'idle' | 'asked' | 'screen-lock'>;

const REASONS: Readonly<Record<SystemEvent, LockReason | null>> = {
  suspend: 'suspend',
  'screen-lock': 'screen-lock',
  'user-switch': 'screen-lock',
  resume: null,
};

/**
 * When an unlocked vault locks by itself, and when only its window does (SECURITY-DESIGN.md section 3). Runs only while
 * the vault is unlocked.
 */
export class LockPolicy {
  readonly #deps: LockPolicyDeps;
  readonly #stop: readonly (() => void)[];
  #activityAt = 0;
  #tickAt = { wall: 0, monotonic: 0 };
  #callOff: (() => void) | null = null;
  #warned = false;
  #windowLocked = false;
  #clientAt = 0;

  constructor(deps: LockPolicyDeps) {
    this.#deps = deps;
    this.#stop = [
      deps.vault.onUnlocked(() => this.#start()),
      deps.vault.onLocking(() => this.#rest()),
      deps.shell.onSystemEvent((event) => this.#onSystemEvent(event)),
    ];
  }

  /** The owner did something in a window, or a request came (headless): starts the idle time anew. */
  activity(): void {
    if (this.#windowLocked) return; // nobody has said yet that it is the owner
    this.#activityAt = this.#deps.clock.monotonic();
    if (this.#warned) this.#callWarningOff();
  }

  /** A granted client did something: behind a locked window only that keeps the vault open. */
  clientActivity(): void {
    this.#clientAt = this.#deps.clock.monotonic();
  }

  get windowLocked(): boolean {
    return this.#windowLocked;
  }

  /** The owner locks from a window: where clients may work on only the window locks, and the second time the vault. */
  lockFromWindow(): void {
    this.#lock('asked');
  }

  /** The owner proved to be there: screens may be filled again. */
  unlockWindow(): void {
    if (!this.#windowLocked || this.#deps.vault.state !== 'unlocked') return;
    this.#start();
    this.#deps.emit({ event: 'vault.unlocked', data: {} });
  }

  /** UTC epoch milliseconds, or null while nothing is going to lock. */
  autoLockAt(): number | null {
    return this.#callOff === null || this.#windowLocked ? null : this.#deps.clock.now() + Math.max(0, this.#leftMs());
  }

  close(): void {
    this.#rest();
    for (const stop of this.#stop) stop();
  }

  #start(): void {
    this.#rest();
    this.#activityAt = this.#deps.clock.monotonic();
    this.#next();
  }

  #rest(): void {
    this.#callOff?.();
    this.#callOff = null;
    this.#warned = false;
    this.#windowLocked = false;
  }

  #lock(reason: WindowReason): void {
    const { clock, vault, behindLockMs, windowLocking, emit } = this.#deps;
    const mayWorkOn = vault.state === 'unlocked' && !this.#windowLocked;
    if (!mayWorkOn || behindLockMs() <= this.#idleMs()) return vault.lock(reason);
    this.#callOff?.();
    // From here on the clock runs from the owner's last act, wherever it was.
    this.#activityAt = clock.monotonic() - this.#idleMs();
    this.#clientAt = clock.monotonic();
    this.#windowLocked = true;
    windowLocking();
    emit({ event: 'vault.locked', data: { reason } });
    this.#next();
  }

  #onSystemEvent(event: SystemEvent): void {
    const reason = REASONS[event];
    if (reason === null || this.#deps.vault.state !== 'unlocked') return;
    if (event === 'screen-lock') {
      if (!this.#windowLocked) this.#lock('screen-lock');
    } else this.#deps.vault.lock(reason);
  }

  /** The system's own idle time where it is known; never longer ago than the last act in our own hands. */
  #idleMs(): number {
    const ours = this.#deps.clock.monotonic() - this.#activityAt;
    const system = this.#deps.source === 'system' ? this.#deps.shell.systemIdleMs() : null;
    return system === null ? ours : Math.min(system, ours);
  }

  #leftMs(): number {
    const { clock, idleMs, behindLockMs } = this.#deps;
    if (!this.#windowLocked) return idleMs() - this.#idleMs();
    const nowMs = clock.monotonic();
    // Behind a locked window: until its clients have been quiet, and never past the limit since the owner's last act.
    return Math.min(idleMs() - (nowMs - this.#clientAt), behindLockMs() - (nowMs - this.#activityAt));
  }

  #next(): void {
    const { clock } = this.#deps;
    this.#callOff?.();
    this.#tickAt = { wall: clock.now(), monotonic: clock.monotonic() };
    const left = this.#leftMs();
    const untilChange = left > WARN_BEFORE_MS ? left - WARN_BEFORE_MS : left;
    this.#callOff = clock.after(Math.max(1, Math.min(TICK_MS, untilChange)), () => this.#tick());
  }

  #tick(): void {
    const { clock, vault } = this.#deps;
    if (vault.state !== 'unlocked') return this.#rest();
    const wallMs = clock.now() - this.#tickAt.wall;
    const awakeMs = clock.monotonic() - this.#tickAt.monotonic;
    if (wallMs - awakeMs > SLEPT_MS || awakeMs > TICK_MS + SLEPT_MS) return vault.lock('suspend');
    const left = this.#leftMs();
    if (left <= 0) return this.#lock('idle');
    if (this.#windowLocked) return this.#next();
    if (left <= WARN_BEFORE_MS) this.#warn(left);
    else if (this.#warned) this.#callWarningOff();
    this.#next();
  }

  #warn(leftMs: number): void {
    if (this.#warned) return;
    this.#warned = true;
    const locksAt = toTimestamp(this.#deps.clock.now() + leftMs);
    this.#deps.emit({ event: 'vault.lockWarning', data: { locksAt } });
  }

  #callWarningOff(): void {
    this.#warned = false;
    this.#deps.emit({ event: 'vault.lockWarningOver', data: {} });
  }
}
