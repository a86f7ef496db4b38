import { useCallback, useEffect, useRef, useState } from 'react';
import type { AppError } from '../../shared/errors.ts';
import { asAppError } from './client.ts';

export interface Action<Args extends readonly unknown[]> {
  /** Resolves to false if it failed; the failure is then in `error`. A second call while one runs is ignored. */
  readonly run: (...args: Args) => Promise<boolean>;
  readonly pending: boolean;
  readonly error: AppError | null;
  readonly clear: () => void;
}

/** One act of the user: whether it runs, and how it failed. */
export function useAction<Args extends readonly unknown[]>(act: (...args: Args) => Promise<void>): Action<Args> {
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<AppError | null>(null);
  const running = useRef(false);
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  });
  const run = useCallback(async (...args: Args) => {
    if (running.current) return false;
    running.current = true;
    setPending(true);
    setError(null);
    try {
      await latest.current(...args);
      return true;
    } catch (thrown) {
      setError(asAppError(thrown));
      return false;
    } finally {
      running.current = false;
      setPending(false);
    }
  }, []);
  const clear = useCallback(() => setError(null), []);
  return { run, pending, error, clear };
}
