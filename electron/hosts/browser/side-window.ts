import { randomBytes } from 'node:crypto';
import type { PageFiles, PageSite } from '../common/page-files.ts';
import type { BrowserProcess } from './browser-process.ts';
import { PageWindow } from './page-window.ts';

export interface SideWindowOptions {
  readonly browser: BrowserProcess;
  readonly files: PageFiles;
  readonly site: PageSite;
  readonly title: string;
  readonly size: { readonly width: number; readonly height: number };
  /** The window in whose middle it comes up. */
  readonly over: PageWindow | null;
  /** Runs before the page's own scripts (page-script.ts). */
  readonly script: string;
  readonly onMessage: (text: string) => void;
}

/**
 * A second window of the same browser for a question: its page has an origin and a binding of its own, so that the
 * main page can neither draw over it nor answer.
 */
export class SideWindow {
  /** Resolves once it is in front. */
  readonly shown: Promise<void>;
  /** Resolves when it is gone, whoever closed it, and when it could not be shown. */
  readonly closed: Promise<void>;
  readonly #browser: BrowserProcess;
  readonly #ended = Promise.withResolvers<void>();
  #window: PageWindow | null = null;
  #targetId: string | null = null;

  constructor(options: SideWindowOptions) {
    const { browser, files, site, title, size, over, script, onMessage } = options;
    this.#browser = browser;
    this.closed = this.#ended.promise;
    const shown = Promise.withResolvers<void>();
    this.shown = shown.promise;
    const before = `<meta name="color-scheme" content="light dark"><title>${title}</title>`;
    const url = `data:text/html,${before}<!--${randomBytes(16).toString('hex')}-->`; // nobody else can ask for this one
    const withdraw = browser.claim((target, session) => {
      if (target.type !== 'page' || target.url !== url) return false;
      withdraw();
      this.#targetId = target.targetId;
      const window = new PageWindow({ session, targetId: target.targetId, site, files, script, onMessage });
      this.#window = window;
      void window.closed.then(() => this.#ended.resolve());
      window
        .load()
        .then(() => window.placeOver(over, size))
        .then(() => window.bringToFront())
        .then(shown.resolve, () => this.close());
      return true;
    });
    void this.closed.then(withdraw);
    browser.openWindow(url);
  }

  deliver(text: string): void {
    this.#window?.deliver(text);
  }

  toFront(): void {
    this.#window?.bringToFront().catch(() => undefined); // gone: `closed` tells
  }

  close(): void {
    if (this.#targetId !== null) this.#browser.closeTarget(this.#targetId);
    this.#ended.resolve();
  }
}
