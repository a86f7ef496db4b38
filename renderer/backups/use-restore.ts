import { useState } from 'react';
import { asAppError, call } from '../contract/client.ts';
import { type Action, useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { useDelay } from '../unlock/use-delay.ts';

interface Restore extends Pick<Action<[]>, 'pending' | 'error'> {
  readonly run: (name: string | null, secret: string) => Promise<void>;
  /** What is wrong with what was typed. */
  readonly problem: string | null;
  /** Until the next try is taken. */
  readonly secondsLeft: number;
}

/** Puts a backup back. @param done - called when it is in place, where the page still stands then. */
export function useRestore(done: () => void): Restore {
  const [problem, setProblem] = useState<string | null>(null);
  const { secondsLeft, wait } = useDelay();
  const act = useAction(async (name: string | null, secret: string) => {
    try {
      await call('vault.restoreBackup', { name, password: secret, lock: true });
    } catch (thrown) {
      const error = asAppError(thrown);
      if (error.code !== 'wrong_password' && error.code !== 'throttled') throw error;
      if (error.retryAfterMs !== undefined) wait(error.retryAfterMs);
      if (error.code === 'wrong_password') setProblem(m.backups.secretWrong);
      return;
    }
    done();
  });
  const run = async (name: string | null, secret: string): Promise<void> => {
    if (secondsLeft > 0) return;
    setProblem(secret === '' ? m.backups.secretNeeded : null);
    if (secret !== '') await act.run(name, secret);
  };
  return { run, problem, secondsLeft, pending: act.pending, error: act.error };
}
