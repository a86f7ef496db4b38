import { ACCEPT_AFTER_MS } from '../../../shared/approval-panel.ts';
import type { AppSettings } from '../../../shared/contract/schemas.ts';
import type { Clock, Question } from '../../core/seams.ts';
import type { PageFiles } from '../common/page-files.ts';
import type { BrowserProcess } from './browser-process.ts';
import { confirmScript } from './page-script.ts';
import type { PageWindow } from './page-window.ts';
import { SideWindow } from './side-window.ts';

const SITE = { origin: 'https://confirm.keyharbor.invalid', start: '/confirm.html' };
const SIZE = { width: 480, height: 360 };
export const GIVE_UP_AFTER_MS = 60_000;

interface Deps {
  readonly browser: BrowserProcess;
  readonly files: PageFiles;
  readonly clock: Clock;
  readonly theme: AppSettings['theme'];
  /** The window in whose middle it comes up. */
  readonly over: PageWindow | null;
}

/**
 * Asks in a window of its own. Closing it, waiting too long or accepting too early is a no.
 * @param signal - withdraws the question: a no, and the window is closed.
 */
export async function confirmInWindow(
  { browser, files, clock, theme, over }: Deps,
  question: Question,
  signal?: AbortSignal,
): Promise<boolean> {
  if (signal?.aborted === true) return false;
  const answer = Promise.withResolvers<boolean>();
  let shownAt = Number.POSITIVE_INFINITY;
  const window = new SideWindow({
    browser,
    files,
    site: SITE,
    title: 'Keyharbor asks',
    size: SIZE,
    over,
    script: confirmScript(SITE.origin, { ...question, theme, acceptAfterMs: ACCEPT_AFTER_MS }),
    onMessage: (text) => {
      const early = clock.monotonic() - shownAt < ACCEPT_AFTER_MS;
      if (text === 'deny') answer.resolve(false);
      else if (text === 'accept' && !early) answer.resolve(true);
    },
  });
  void window.shown.then(() => {
    shownAt = clock.monotonic();
  });
  void window.closed.then(() => answer.resolve(false));
  const cancelTimeout = clock.after(GIVE_UP_AFTER_MS, () => answer.resolve(false));
  const withdrawn = () => answer.resolve(false);
  signal?.addEventListener('abort', withdrawn);
  const accepted = await answer.promise;
  signal?.removeEventListener('abort', withdrawn);
  cancelTimeout();
  window.close();
  return accepted;
}
