import { randomBytes } from 'node:crypto';
import type { Clock, Question } from '../../core/seams.ts';
import type { PageFiles } from '../common/page-files.ts';
import type { BrowserProcess } from './browser-process.ts';
import type { CdpSession } from './cdp-pipe.ts';
import { confirmScript } from './page-script.ts';
import { PageWindow } from './page-window.ts';

const ORIGIN = 'https://confirm.keyharbor.invalid';
const BEFORE_PAGE = 'data:text/html,<meta name="color-scheme" content="light dark"><title>Keyharbor asks</title>';
const SIZE = { width: 480, height: 360 };
/** Time to read: a click or key press meant for something else must not accept. */
export const ACCEPT_AFTER_MS = 700;
export const GIVE_UP_AFTER_MS = 60_000;

interface Deps {
  readonly browser: BrowserProcess;
  readonly files: PageFiles;
  readonly clock: Clock;
  /** The window in whose middle it comes up. */
  readonly over: PageWindow | null;
}

/**
 * Asks in a second window, on an origin and with a binding of its own, so that the main page can neither draw over
 * it nor answer. Closing it, waiting too long or accepting too early is a no.
 * @param signal - withdraws the question: a no, and the window is closed.
 */
export async function confirmInWindow(
  { browser, files, clock, over }: Deps,
  question: Question,
  signal?: AbortSignal,
): Promise<boolean> {
  if (signal?.aborted === true) return false;
  const answer = Promise.withResolvers<boolean>();
  const site = { origin: ORIGIN, start: '/confirm.html' };
  const url = `${BEFORE_PAGE}<!--${randomBytes(16).toString('hex')}-->`; // nobody else can ask for this window
  let shownAt = Number.POSITIVE_INFINITY;
  const open = (session: CdpSession, targetId: string) => {
    const onMessage = (text: string) => {
      const early = clock.monotonic() - shownAt < ACCEPT_AFTER_MS;
      if (text === 'deny') answer.resolve(false);
      else if (text === 'accept' && !early) answer.resolve(true);
    };
    const script = confirmScript(ORIGIN, { ...question, acceptAfterMs: ACCEPT_AFTER_MS });
    const window = new PageWindow({ session, targetId, site, files, script, onMessage });
    void window.closed.then(() => answer.resolve(false));
    window
      .load()
      .then(() => window.placeOver(over, SIZE))
      .then(() => window.bringToFront())
      .then(() => {
        shownAt = clock.monotonic();
      })
      .catch(() => answer.resolve(false));
    void answer.promise.then(() => browser.closeTarget(targetId));
  };
  const withdraw = browser.claim((target, session) => {
    if (target.type !== 'page' || target.url !== url) return false;
    withdraw();
    open(session, target.targetId);
    return true;
  });
  const cancelTimeout = clock.after(GIVE_UP_AFTER_MS, () => answer.resolve(false));
  const withdrawn = () => answer.resolve(false);
  signal?.addEventListener('abort', withdrawn);
  browser.openWindow(url);
  const accepted = await answer.promise;
  signal?.removeEventListener('abort', withdrawn);
  cancelTimeout();
  withdraw();
  return accepted;
}
