import { useEffect, useRef, useState } from 'react';
import type { Input, Output } from '../../shared/contract/methods.ts';
import type { AppError } from '../../shared/errors.ts';
import { ask, questionKey, type UsageMethod, useUsage } from '../state/usage.ts';

export interface Question<T> {
  /** The answer; while another question is under way, the answer to the one before it. */
  readonly data: T | null;
  readonly error: AppError | null;
  /** `data` answers an earlier question. */
  readonly isStale: boolean;
  readonly retry: () => void;
}

interface Options {
  /** Calls that are counted meanwhile are in the answer at most so many milliseconds later. */
  readonly everyMs?: number;
}

/** Asks the core, again whenever calls are counted; what is shown stays until the next answer is there. null: do not ask. */
export function useQuestion<M extends UsageMethod>(
  method: M,
  input: Input<M> | null,
  { everyMs = 0 }: Options = {},
): Question<Output<M>> {
  const key = input === null ? null : questionKey(method, input);
  const answer = useUsage((state) => (key === null ? undefined : state.answers.get(key)));
  const tick = useUsage((state) => state.tick);
  const turn = useUsage((state) => state.turn);
  const latest = useRef(input);
  const askedMs = useRef(0);
  const [last, setLast] = useState<Output<M> | null>(null);
  useEffect(() => {
    latest.current = input;
  });
  useEffect(() => {
    if (key === null || latest.current === null) return;
    askedMs.current = performance.now();
    void ask(method, latest.current);
  }, [method, key, turn]);
  useEffect(() => {
    if (tick === 0) return undefined;
    const timer = setTimeout(
      () => {
        if (latest.current === null) return;
        askedMs.current = performance.now();
        void ask(method, latest.current);
      },
      Math.max(0, askedMs.current + everyMs - performance.now()),
    );
    return () => clearTimeout(timer);
  }, [method, tick, everyMs]);
  const data = (answer?.data ?? null) as Output<M> | null;
  if (data !== null && data !== last) setLast(data);
  const retry = (): void => {
    if (latest.current !== null) void ask(method, latest.current);
  };
  return {
    data: data ?? last,
    error: answer?.error ?? null,
    isStale: data === null,
    retry,
  };
}
