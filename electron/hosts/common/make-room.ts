import { AppError } from '../../../shared/errors.ts';
import type { Clock } from '../../core/seams.ts';
import { askRunning } from './ask-running.ts';

/**
 * `window` and `serve` take over from an on-demand agent; an `on-demand` agent leaves whoever is there alone.
 */
export type HostRole = 'window' | 'serve' | 'on-demand';

/** Another process keeps this home and did what was wanted: this one has nothing more to do and exits 0. */
export interface RunsElsewhere {
  readonly kind: 'elsewhere';
  readonly what: 'window-shown' | 'already-running';
}

/** What a starting host found; `free`: the home is its own now. */
export type Room<Lock> = { readonly kind: 'free'; readonly lock: Lock } | RunsElsewhere;

export interface MakeRoomDeps<Lock> {
  readonly role: HostRole;
  readonly clock: Clock;
  /** null: another process holds it. */
  readonly tryLock: () => Lock | null;
  /** Where a process that holds it would listen; asked again each time, as it may just be starting. */
  readonly socketPath: () => string;
}

/** How long a leaving agent may take to let go, and a starting one to listen. */
const PATIENCE_MS = 8000;
const PAUSE_MS = 50;

/**
 * Becomes the one process of this home (PRODUCT.md "Command line"). The writer lock decides; the socket is only asked
 * when somebody else holds it.
 * @throws AppError `conflict` beside a window or `serve` that stays, `unsupported` beside another version.
 */
export async function makeRoom<Lock>(deps: MakeRoomDeps<Lock>): Promise<Room<Lock>> {
  const { role, clock, tryLock, socketPath } = deps;
  const giveUpAtMs = clock.monotonic() + PATIENCE_MS;
  let leaving = false;
  // A clock's timers keep no process alive, and while this one waits it has nothing else.
  const alive = setInterval(() => undefined, 60_000);
  try {
    for (;;) {
      const lock = tryLock();
      if (lock !== null) return { kind: 'free', lock };
      if (!leaving) {
        const answer = await askToLeave(role, socketPath(), clock);
        const what = answer === 'stays' ? await besideIt(role, socketPath(), clock) : null;
        if (what !== null) return { kind: 'elsewhere', what };
        leaving = answer === 'leaves';
      }
      if (clock.monotonic() >= giveUpAtMs) throw stuck();
      await new Promise<void>((resolve) => void clock.after(PAUSE_MS, resolve));
    }
  } finally {
    clearInterval(alive);
  }
}

async function askToLeave(role: HostRole, path: string, clock: Clock): Promise<'leaves' | 'stays' | 'unreachable'> {
  if (role === 'on-demand') {
    return (await askRunning(path, 'endpoint.status', {}, clock)) === null ? 'unreachable' : 'stays';
  }
  try {
    return (await askRunning(path, 'app.handOver', {}, clock)) === null ? 'unreachable' : 'leaves';
  } catch (error) {
    if (error instanceof AppError && error.code === 'conflict') return 'stays';
    throw error;
  }
}

/** @returns null: its window is not there yet, ask again. @throws AppError `conflict` when both cannot be. */
async function besideIt(role: HostRole, path: string, clock: Clock): Promise<RunsElsewhere['what'] | null> {
  if (role === 'on-demand') return 'already-running';
  if (role === 'window') {
    if ((await askRunning(path, 'app.focus', {}, clock))?.shown === true) return 'window-shown';
    const status = await askRunning(path, 'vault.status', {}, clock);
    if (status?.host !== 'headless') return null;
  }
  throw new AppError(
    'conflict',
    'Another Keyharbor already serves this home. Nothing was started.',
    'Use that one, or end it with "keyharbor stop".',
  );
}

function stuck(): AppError {
  return new AppError(
    'conflict',
    'Another process keeps this home and cannot be reached. Nothing was started.',
    'See which with "keyharbor doctor"; end it, then try again.',
  );
}
