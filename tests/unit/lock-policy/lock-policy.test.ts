import { expect, test } from 'vitest';
import type { ContractEvent } from '../../../shared/contract/handlers.ts';
import { LockPolicy, type IdleSource } from '../../../electron/core/lock-policy/lock-policy.ts';
import type { SystemEvent } from '../../../electron/core/seams.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const MINUTE = 60_000;

class FakeVault {
  state = 'locked';
  readonly locks: string[] = [];
  #unlocked = () => {};
  #locking = () => {};
  onUnlocked(listener: () => void): () => void {
    this.#unlocked = listener;
    return () => {
      this.#unlocked = () => {};
    };
  }
  onLocking(listener: () => void): () => void {
    this.#locking = listener;
    return () => {
      this.#locking = () => {};
    };
  }
  unlock(): void {
    this.state = 'unlocked';
    this.#unlocked();
  }
  lock(reason: string): void {
    this.#locking();
    this.state = 'locked';
    this.locks.push(reason);
  }
}

function policy(source: IdleSource, idleMs = 10 * MINUTE, behindLockMs = 0) {
  const clock = new FakeClock();
  const vault = new FakeVault();
  const heard: ContractEvent[] = [];
  const listeners = new Set<(event: SystemEvent) => void>();
  const system = { idleMs: null as number | null };
  const set = { idleMs, behindLockMs };
  const windowLocks = { count: 0 };
  const lockPolicy = new LockPolicy({
    vault,
    clock,
    shell: {
      systemIdleMs: () => system.idleMs,
      onSystemEvent: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    source,
    idleMs: () => set.idleMs,
    behindLockMs: () => set.behindLockMs,
    windowLocking: () => {
      windowLocks.count += 1;
    },
    emit: (event) => heard.push(event),
  });
  vault.unlock();
  const say = (event: SystemEvent) => {
    for (const listener of listeners) listener(event);
  };
  return { clock, vault, heard, system, set, lockPolicy, say, windowLocks };
}

const names = (heard: readonly ContractEvent[]) => heard.map((each) => each.event);

test.each(['window', 'requests'] as const)('without activity (%s) it warns 20 s before and locks on time', (source) => {
  const { clock, vault, heard, lockPolicy } = policy(source);
  const due = clock.now() + 10 * MINUTE;
  expect(lockPolicy.autoLockAt()).toBe(due);
  clock.advance(10 * MINUTE - 20_001);
  expect(heard).toEqual([]);
  clock.advance(1);
  expect(heard).toEqual([{ event: 'vault.lockWarning', data: { locksAt: new Date(due).toISOString() } }]);
  clock.advance(19_999);
  expect(vault.locks).toEqual([]);
  clock.advance(1);
  expect(vault.locks).toEqual(['idle']);
  expect(lockPolicy.autoLockAt()).toBeNull();
});

test('warning and lock are on time also where the idle time is no whole number of looks at it', () => {
  const { clock, vault, heard } = policy('window', 63_001);
  clock.advance(43_000);
  expect(heard).toEqual([]);
  clock.advance(1);
  expect(names(heard)).toEqual(['vault.lockWarning']);
  clock.advance(19_999);
  expect(vault.locks).toEqual([]);
  clock.advance(1);
  expect(vault.locks).toEqual(['idle']);
});

test('activity calls the warning off and starts the time anew', () => {
  const { clock, vault, heard, lockPolicy } = policy('window');
  clock.advance(10 * MINUTE - 5000);
  lockPolicy.activity();
  expect(names(heard)).toEqual(['vault.lockWarning', 'vault.lockWarningOver']);
  clock.advance(10 * MINUTE - 1);
  expect(vault.locks).toEqual([]);
  clock.advance(1);
  expect(vault.locks).toEqual(['idle']);
});

test('the system’s idle time counts where the source is the system, from unlock at the earliest', () => {
  const { clock, vault, heard, system } = policy('system');
  system.idleMs = 60 * MINUTE;
  clock.advance(9 * MINUTE);
  expect(vault.locks).toEqual([]);
  system.idleMs = 0;
  clock.advance(5 * MINUTE);
  expect(vault.locks).toEqual([]);
  system.idleMs = 10 * MINUTE - 10_000;
  clock.advance(5000);
  expect(names(heard)).toEqual(['vault.lockWarning']);
  system.idleMs = 0;
  clock.advance(10_000);
  expect(names(heard)).toEqual(['vault.lockWarning', 'vault.lockWarningOver']);
  system.idleMs = 10 * MINUTE;
  clock.advance(5000);
  expect(vault.locks).toEqual(['idle']);
});

test('where the system does not tell, activity in the window counts', () => {
  const { clock, vault } = policy('system');
  clock.advance(10 * MINUTE);
  expect(vault.locks).toEqual(['idle']);
});

test.each([
  ['suspend', 'suspend'],
  ['screen-lock', 'screen-lock'],
  ['user-switch', 'screen-lock'],
] as const)('%s locks at once', (event, reason) => {
  const { vault, say } = policy('system');
  say('resume');
  expect(vault.locks).toEqual([]);
  say(event);
  expect(vault.locks).toEqual([reason]);
  say(event);
  expect(vault.locks).toEqual([reason]);
});

test('a wall clock that ran while no timer did means that the computer slept', () => {
  const { clock, vault } = policy('window');
  clock.wallMs += 31_000;
  clock.advance(5000);
  expect(vault.locks).toEqual(['suspend']);
});

test('a clock that is set back, or a little forward, locks nothing early and nothing late', () => {
  const { clock, vault } = policy('window');
  clock.wallMs -= 86_400_000;
  clock.advance(5000);
  clock.wallMs += 20_000;
  clock.advance(5000);
  expect(vault.locks).toEqual([]);
  clock.advance(10 * MINUTE - 10_000);
  expect(vault.locks).toEqual(['idle']);
});

test('a shorter time counts at once', () => {
  const { clock, vault, set } = policy('window');
  clock.advance(2 * MINUTE);
  set.idleMs = MINUTE;
  clock.advance(5000);
  expect(vault.locks).toEqual(['idle']);
});

test('while locked nothing runs, and after the next unlock the time starts anew', () => {
  const { clock, vault, lockPolicy } = policy('window');
  clock.advance(9 * MINUTE);
  vault.lock('asked');
  clock.advance(60 * MINUTE);
  expect(vault.locks).toEqual(['asked']);
  vault.unlock();
  expect(lockPolicy.autoLockAt()).toBe(clock.now() + 10 * MINUTE);
});

const HOUR = 60 * MINUTE;

test('behind a locked window clients work on, until they have been quiet for the idle time', () => {
  const { clock, vault, heard, lockPolicy, windowLocks } = policy('window', 10 * MINUTE, 2 * HOUR);
  clock.advance(10 * MINUTE);
  expect([lockPolicy.windowLocked, vault.locks, windowLocks.count]).toEqual([true, [], 1]);
  expect(heard.at(-1)).toEqual({ event: 'vault.locked', data: { reason: 'idle' } });
  for (let i = 0; i < 5; i += 1) {
    clock.advance(9 * MINUTE);
    lockPolicy.clientActivity();
  }
  expect(vault.locks).toEqual([]);
  clock.advance(9 * MINUTE);
  expect(vault.locks).toEqual([]);
  clock.advance(MINUTE);
  expect(vault.locks).toEqual(['idle']);
  expect(lockPolicy.windowLocked).toBe(false);
});

test('busy clients do not keep the vault open past the limit since the owner’s last act', () => {
  const { clock, vault, lockPolicy } = policy('window', 10 * MINUTE, HOUR);
  lockPolicy.activity();
  for (let minutes = 0; minutes < 59; minutes += 1) {
    lockPolicy.clientActivity();
    clock.advance(MINUTE);
  }
  expect(vault.locks).toEqual([]);
  lockPolicy.clientActivity();
  clock.advance(MINUTE);
  expect(vault.locks).toEqual(['idle']);
});

test('input in a locked window is nobody’s act until the password was given', () => {
  const { clock, vault, lockPolicy } = policy('window', 10 * MINUTE, HOUR);
  lockPolicy.lockFromWindow();
  for (let i = 0; i < 3; i += 1) {
    clock.advance(3 * MINUTE);
    lockPolicy.activity();
  }
  clock.advance(MINUTE);
  expect(vault.locks).toEqual(['idle']);
});

test('nor does it keep the vault open for clients past the limit', () => {
  const { clock, vault, lockPolicy } = policy('window', 10 * MINUTE, HOUR);
  lockPolicy.lockFromWindow();
  for (let minutes = 0; minutes < 60; minutes += 1) {
    expect(vault.locks).toEqual([]);
    lockPolicy.clientActivity();
    lockPolicy.activity();
    clock.advance(MINUTE);
  }
  expect(vault.locks).toEqual(['idle']);
});

test('unlocking the window starts the owner’s time anew', () => {
  const { clock, vault, heard, lockPolicy } = policy('window', 10 * MINUTE, HOUR);
  lockPolicy.lockFromWindow();
  clock.advance(5 * MINUTE);
  lockPolicy.unlockWindow();
  expect(lockPolicy.windowLocked).toBe(false);
  expect(heard.at(-1)).toEqual({ event: 'vault.unlocked', data: {} });
  clock.advance(9 * MINUTE);
  expect([lockPolicy.windowLocked, vault.locks]).toEqual([false, []]);
});

test.each(['suspend', 'user-switch'] as const)('%s locks the vault, also where clients may work on', (event) => {
  const { vault, lockPolicy, say } = policy('window', 10 * MINUTE, HOUR);
  say(event);
  expect(vault.locks).toHaveLength(1);
  expect(lockPolicy.windowLocked).toBe(false);
});

test('suspend behind a locked window locks the vault; so does a computer that slept unnoticed', () => {
  const first = policy('window', 10 * MINUTE, HOUR);
  first.lockPolicy.lockFromWindow();
  first.say('suspend');
  expect(first.vault.locks).toEqual(['suspend']);
  const second = policy('window', 10 * MINUTE, HOUR);
  second.lockPolicy.lockFromWindow();
  second.clock.wallMs += HOUR;
  second.clock.advance(5000);
  expect(second.vault.locks).toEqual(['suspend']);
});

test('the screen’s lock locks the window once; locking from the locked window locks the vault', () => {
  const { vault, lockPolicy, say, windowLocks } = policy('window', 10 * MINUTE, HOUR);
  say('screen-lock');
  say('screen-lock');
  expect([lockPolicy.windowLocked, vault.locks, windowLocks.count]).toEqual([true, [], 1]);
  lockPolicy.lockFromWindow();
  expect(vault.locks).toEqual(['asked']);
});

test('without the setting window and vault lock together', () => {
  const { vault, lockPolicy, windowLocks } = policy('window');
  lockPolicy.lockFromWindow();
  expect([vault.locks, windowLocks.count, lockPolicy.windowLocked]).toEqual([['asked'], 0, false]);
});

test('of the time that is left nothing is said behind a locked window, and never less than none', () => {
  const { clock, vault, set, lockPolicy } = policy('window', 10 * MINUTE, HOUR);
  clock.advance(2 * MINUTE);
  set.idleMs = MINUTE;
  expect(lockPolicy.autoLockAt()).toBe(clock.now());
  lockPolicy.lockFromWindow();
  expect([lockPolicy.windowLocked, lockPolicy.autoLockAt(), vault.locks]).toEqual([true, null, []]);
});

test('a warning is given once; after activity the next one is on time', () => {
  const { clock, vault, heard, lockPolicy } = policy('window');
  clock.advance(10 * MINUTE - 1);
  expect(names(heard)).toEqual(['vault.lockWarning']);
  lockPolicy.activity();
  lockPolicy.activity();
  expect(names(heard)).toEqual(['vault.lockWarning', 'vault.lockWarningOver']);
  clock.advance(10 * MINUTE - 20_001);
  expect(names(heard)).toHaveLength(2);
  clock.advance(1);
  expect(names(heard).at(-1)).toBe('vault.lockWarning');
  expect(vault.locks).toEqual([]);
});

test('nobody unlocks a window that is not locked, nor one whose vault is', () => {
  const { clock, vault, heard, lockPolicy } = policy('window', 10 * MINUTE, HOUR);
  clock.advance(5 * MINUTE);
  lockPolicy.unlockWindow();
  expect([heard, lockPolicy.autoLockAt()]).toEqual([[], clock.now() + 5 * MINUTE]);
  lockPolicy.lockFromWindow();
  vault.state = 'unlocking';
  lockPolicy.unlockWindow();
  expect(names(heard)).toEqual(['vault.locked']);
  expect(lockPolicy.windowLocked).toBe(true);
});

test('the limit behind a locked window counts from the owner’s last act, not from the lock', () => {
  const { clock, vault, lockPolicy } = policy('window', 10 * MINUTE, HOUR);
  clock.advance(8 * MINUTE);
  lockPolicy.lockFromWindow();
  for (let minutes = 8; minutes < 59; minutes += 1) {
    lockPolicy.clientActivity();
    clock.advance(MINUTE);
  }
  expect(vault.locks).toEqual([]);
  lockPolicy.clientActivity();
  clock.advance(MINUTE);
  expect(vault.locks).toEqual(['idle']);
});

test('an act anywhere on the computer is an act of the owner, where the system tells of it', () => {
  const { clock, vault, system, lockPolicy } = policy('system', 10 * MINUTE, HOUR);
  system.idleMs = 0;
  clock.advance(50 * MINUTE);
  lockPolicy.lockFromWindow();
  for (let minutes = 0; minutes < 59; minutes += 1) {
    lockPolicy.clientActivity();
    clock.advance(MINUTE);
  }
  expect(vault.locks).toEqual([]);
  lockPolicy.clientActivity();
  clock.advance(MINUTE);
  expect(vault.locks).toEqual(['idle']);
});

test('a lock from the window of a vault that is being opened reaches the vault', () => {
  const { vault, lockPolicy, windowLocks } = policy('window', 10 * MINUTE, HOUR);
  vault.state = 'unlocking';
  lockPolicy.lockFromWindow();
  expect([vault.locks, lockPolicy.windowLocked, windowLocks.count]).toEqual([['asked'], false, 0]);
});

test('a warning that stood when the window was locked is not called off later', () => {
  const { clock, heard, lockPolicy } = policy('window', 10 * MINUTE, HOUR);
  clock.advance(10 * MINUTE - 10_000);
  lockPolicy.lockFromWindow();
  lockPolicy.unlockWindow();
  lockPolicy.activity();
  clock.advance(5000);
  expect(names(heard)).toEqual(['vault.lockWarning', 'vault.locked', 'vault.unlocked']);
});

test('a vault that locks while it warned begins the next time without a warning', () => {
  const { clock, vault, heard, lockPolicy } = policy('window');
  clock.advance(10 * MINUTE - 10_000);
  vault.lock('asked');
  vault.unlock();
  lockPolicy.activity();
  expect(names(heard)).toEqual(['vault.lockWarning']);
});

test('what is over is over: a closed policy locks nothing and listens to nothing', () => {
  const { clock, vault, lockPolicy, say } = policy('window');
  lockPolicy.close();
  clock.advance(20 * MINUTE);
  say('suspend');
  vault.unlock();
  clock.advance(20 * MINUTE);
  expect(vault.locks).toEqual([]);
});

test('of two timers one runs: a lock, an unlock and activity leave one tick each', () => {
  const { clock, vault, lockPolicy } = policy('window', 10 * MINUTE, HOUR);
  vault.lock('asked');
  vault.unlock();
  clock.advance(10 * MINUTE - 10_000);
  lockPolicy.activity();
  lockPolicy.lockFromWindow();
  expect(clock.waiting).toBe(1);
  vault.lock('asked');
  expect(clock.waiting).toBe(0);
});

test('a computer that slept while neither clock ran ahead of the other is found by the timer that came late', () => {
  const { clock, vault } = policy('window');
  clock.wallMs += 36_000;
  clock.monotonicMs += 36_000;
  clock.advance(0);
  expect(vault.locks).toEqual(['suspend']);
});
