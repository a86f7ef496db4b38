import { create } from 'zustand';
import type { Input, MethodName } from '../../shared/contract/methods.ts';
import type { WindowMethod } from '../../shared/contract/bridge.ts';
import type { AppError } from '../../shared/errors.ts';
import { asAppError, call } from '../contract/client.ts';
import { dropNameMarks } from './name-marks.ts';

/** Questions about usage. Their answers change with every call that is counted. */
export type UsageMethod = Extract<WindowMethod, `usage.${string}` | `prices.${string}`>;

export interface Answered {
  readonly data: unknown;
  readonly error: AppError | null;
}

interface UsageState {
  /** Grows with every "calls were counted" of the core. */
  readonly tick: number;
  /** Grows when prices change or something out of the usual was found. */
  readonly turn: number;
  readonly answers: ReadonlyMap<string, Answered>;
}

/** So many answers are kept, so that going back and forth shows something at once. */
const KEPT = 24;
const EMPTY: UsageState = { tick: 0, turn: 0, answers: new Map() };

export const useUsage = create<UsageState>()(() => EMPTY);

export function dropUsage(): void {
  running.clear();
  dropNameMarks();
  useUsage.setState(EMPTY, true);
}

export const noteUsage = (): void => useUsage.setState(({ tick }) => ({ tick: tick + 1 }));
export const noteUsageTurn = (): void => useUsage.setState(({ turn }) => ({ turn: turn + 1 }));

export const questionKey = (method: MethodName, input: unknown): string => `${method} ${JSON.stringify(input)}`;

const running = new Map<string, { again: boolean }>();

/** Asks, and keeps the answer under its question. Asked again while it is under way, it asks once more afterwards. */
export async function ask<M extends UsageMethod>(method: M, input: Input<M>): Promise<void> {
  const key = questionKey(method, input);
  const present = running.get(key);
  if (present !== undefined) {
    present.again = true;
    return;
  }
  const mine = { again: false };
  running.set(key, mine);
  const answer = await call(method, input).then(
    (data): Answered => ({ data, error: null }),
    (thrown: unknown): Answered => ({ data: null, error: asAppError(thrown) }),
  );
  if (running.get(key) !== mine) return; // locked meanwhile
  running.delete(key);
  keep(key, answer);
  if (mine.again) await ask(method, input);
}

function keep(key: string, answer: Answered): void {
  useUsage.setState(({ answers }) => {
    const next = new Map(answers);
    const before = next.get(key);
    next.delete(key);
    // A failed refresh leaves the last good answer on the screen, beside what failed.
    next.set(key, answer.error === null ? answer : { data: before?.data ?? null, error: answer.error });
    for (const old of next.keys()) {
      if (next.size <= KEPT) break;
      next.delete(old);
    }
    return { answers: next };
  });
}
