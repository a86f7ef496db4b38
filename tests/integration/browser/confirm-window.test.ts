import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { BrowserProcess } from '../../../electron/hosts/browser/browser-process.ts';
import { confirmInWindow, GIVE_UP_AFTER_MS } from '../../../electron/hosts/browser/confirm-window.ts';
import type { PageWindow } from '../../../electron/hosts/browser/page-window.ts';
import { ACCEPT_AFTER_MS } from '../../../shared/approval-panel.ts';
import { PageFiles } from '../../../electron/hosts/common/page-files.ts';
import type { Clock } from '../../../electron/core/seams.ts';
import { openPage, pageFolder, startBrowser } from './support.ts';

const QUESTION = {
  title: 'Create a token?',
  message: '</script><b>demo</b>',
  detail: 'It may read keys.',
  accept: 'Create',
};

class HandClock implements Clock {
  #now = 0;
  readonly #timers = new Set<{ readonly at: number; readonly act: () => void }>();
  now = () => this.#now;
  monotonic = () => this.#now;
  after(ms: number, act: () => void): () => void {
    const timer = { at: this.#now + ms, act };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }
  advance(ms: number): void {
    this.#now += ms;
    for (const timer of [...this.#timers]) if (timer.at <= this.#now) timer.act();
  }
}

describe('the confirmation window', () => {
  const folder = pageFolder({
    'index.html': '<!doctype html><title>Page</title>',
    'confirm.html': '<!doctype html><title>Asks</title><script src="./confirm.js"></script>',
    'confirm.js': 'document.title = JSON.stringify(keyharborConfirm.question);',
  });
  const files = new PageFiles(folder.path);
  let browser: BrowserProcess;
  let clock: HandClock;
  let over: PageWindow;

  beforeAll(async () => {
    browser = startBrowser();
    ({ window: over } = await openPage(browser, folder.path, () => undefined));
  });
  beforeEach(() => {
    clock = new HandClock();
  });
  afterAll(async () => {
    await browser.close();
    folder.remove();
  });

  /** Asks, and gives the session of the window that came up once it is in front. */
  async function ask(signal?: AbortSignal) {
    const attached = Promise.withResolvers<{ sessionId: string; targetId: string }>();
    const inFront = Promise.withResolvers<void>();
    const stop = browser.cdp.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      if (targetInfo.url.includes('Keyharbor asks')) attached.resolve({ sessionId, targetId: targetInfo.targetId });
    });
    const send = browser.cdp.send.bind(browser.cdp);
    browser.cdp.send = async (method, params, sessionId) => {
      const result = await send(method, params, sessionId);
      if (method === 'Page.bringToFront') setImmediate(() => inFront.resolve());
      return result;
    };
    const answer = confirmInWindow({ browser, files, clock, theme: 'dark', over }, QUESTION, signal);
    const { sessionId, targetId } = await attached.promise;
    const session = browser.cdp.session(sessionId);
    await inFront.promise;
    browser.cdp.send = send;
    stop();
    const evaluate = async (expression: string) =>
      (await session.send('Runtime.evaluate', { expression, returnByValue: true })).result.value as unknown;
    return { answer, session, targetId, evaluate };
  }

  test('it shows the question as text, on an origin of its own', async () => {
    const { answer, evaluate } = await ask();
    expect(await evaluate('location.origin')).toBe('https://confirm.keyharbor.invalid');
    expect(await evaluate('typeof window.keyharbor')).toBe('undefined');
    expect(await evaluate('JSON.stringify(keyharborConfirm.question)')).toBe(
      JSON.stringify({ ...QUESTION, theme: 'dark', acceptAfterMs: ACCEPT_AFTER_MS }),
    );
    await evaluate('keyharborConfirm.answer(false)');
    expect(await answer).toBe(false);
  });

  test('accepting is heard once there was time to read', async () => {
    const { answer, evaluate } = await ask();
    clock.advance(ACCEPT_AFTER_MS);
    await evaluate('keyharborConfirm.answer(true)');
    expect(await answer).toBe(true);
  });

  test('accepting too early is not heard', async () => {
    const { answer, evaluate } = await ask();
    clock.advance(ACCEPT_AFTER_MS - 1);
    await evaluate('keyharborConfirm.answer(true)');
    await evaluate('keyharborConfirm.answer(false)');
    expect(await answer).toBe(false);
  });

  test('closing the window is a no', async () => {
    const { answer, targetId } = await ask();
    await browser.cdp.send('Target.closeTarget', { targetId });
    expect(await answer).toBe(false);
  });

  test('after a minute without an answer it is a no, and the window is gone', async () => {
    const { answer, session } = await ask();
    const gone = new Promise<void>((resolve) => session.whenDetached(() => resolve()));
    clock.advance(GIVE_UP_AFTER_MS);
    expect(await answer).toBe(false);
    await gone;
  });

  test('a question that is withdrawn is a no, and the window is gone', async () => {
    const lock = new AbortController();
    const { answer, session } = await ask(lock.signal);
    const gone = new Promise<void>((resolve) => session.whenDetached(() => resolve()));
    lock.abort();
    expect(await answer).toBe(false);
    await gone;
    expect(await confirmInWindow({ browser, files, clock, theme: 'dark', over }, QUESTION, lock.signal)).toBe(false);
  });

  test('a window with that address that was not asked for is closed', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = browser.cdp.on('Target.detachedFromTarget', () => resolve());
    browser.openWindow('data:text/html,<title>Keyharbor asks</title><!--guessed-->');
    await promise;
    stop();
  });
});
