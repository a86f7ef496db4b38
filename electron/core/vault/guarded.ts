import { AppError } from '../../../shared/errors.ts';
import type { Log } from '../logs/log.ts';

/** For what must not stop the act it goes with: the failure is logged by its code. */
export type Guarded = (step: string, act: () => void) => void;

export function guardedBy(log: Pick<Log, 'error'>): Guarded {
  return (step, act) => {
    try {
      act();
    } catch (error) {
      log.error('vault.step-failed', { step, code: error instanceof AppError ? error.code : 'internal' });
    }
  };
}
