import { AppError } from '../../../shared/errors.ts';

/** Signatures first; the bodies follow. */
export class ClipboardGuard {
  /** @returns milliseconds until it is cleared. @throws AppError `unsupported` where the host has no clipboard. */
  copy(_text: string): Promise<number> {
    throw new AppError('unsupported', 'Not there yet.');
  }
  /** Clears the clipboard if it still holds what `copy` put there. */
  clear(): Promise<void> {
    throw new AppError('unsupported', 'Not there yet.');
  }
}
