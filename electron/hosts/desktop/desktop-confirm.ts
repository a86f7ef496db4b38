import { type BrowserWindow, dialog } from 'electron';
import type { Clock, Question } from '../../core/seams.ts';
import { bringToFront } from './main-window.ts';

export const ACCEPT_AFTER_MS = 700;
export const GIVE_UP_AFTER_MS = 60_000;
const CANCEL = 0;
const ACCEPT = 1;

/**
 * The system's own dialog, which no page can draw or answer. No is the default, and the answer after a minute. A
 * native button cannot be disabled for a moment: a yes that came too fast to have been read is asked again.
 * @param withdrawn - a no, and the dialog is closed.
 */
export async function confirmInDialog(
  window: BrowserWindow,
  clock: Clock,
  question: Question,
  withdrawn?: AbortSignal,
): Promise<boolean> {
  if (withdrawn?.aborted === true) return false;
  const giveUp = new AbortController();
  const signal = withdrawn === undefined ? giveUp.signal : AbortSignal.any([giveUp.signal, withdrawn]);
  const cancelTimeout = clock.after(GIVE_UP_AFTER_MS, () => giveUp.abort());
  try {
    bringToFront(window);
    while (!signal.aborted) {
      const shownAt = clock.monotonic();
      const { response } = await dialog.showMessageBox(window, {
        type: 'question',
        title: question.title,
        message: question.message,
        detail: question.detail,
        buttons: ['Cancel', question.accept],
        defaultId: CANCEL,
        cancelId: CANCEL,
        noLink: true,
        signal,
      });
      if (response !== ACCEPT) return false;
      if (clock.monotonic() - shownAt >= ACCEPT_AFTER_MS) return !signal.aborted;
    }
    return false;
  } finally {
    cancelTimeout();
  }
}
