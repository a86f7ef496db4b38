import { AppError } from '../../../shared/errors.ts';

const soon = (): never => {
  throw new AppError('unsupported', 'Not there yet.');
};

/** Signatures first; the bodies follow. */
export class LockPolicy {
  /** The owner did something in a window, or a request came (headless): starts the idle time anew. */
  activity(): void {
    soon();
  }
  /** UTC epoch milliseconds, or null while nothing is going to lock. */
  autoLockAt(): number | null {
    return soon();
  }
}
