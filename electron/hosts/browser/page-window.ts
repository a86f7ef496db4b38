import { notFound, type PageAnswer, type PageFiles, type PageSite } from '../common/page-files.ts';
import type { CdpSession } from './cdp-pipe.ts';
import { BINDING, DELIVER_FUNCTION } from './page-script.ts';

export interface PageWindowOptions {
  readonly session: CdpSession;
  readonly targetId: string;
  readonly site: PageSite;
  readonly files: PageFiles;
  /** Runs before the page's own scripts (page-script.ts). */
  readonly script: string;
  /** Text that our page sent. `reply` reaches only the document that sent it. */
  readonly onMessage: (payload: string, reply: (text: string) => void) => void;
}

/**
 * One window whose page is ours: its requests are answered from the packaged files, its messages are taken only from
 * the top frame of our own origin, and it cannot go anywhere else.
 */
export class PageWindow {
  readonly targetId: string;
  readonly closed: Promise<void>;
  readonly #options: PageWindowOptions;
  readonly #session: CdpSession;
  readonly #contexts = new Map<number, { readonly ours: boolean }>();
  #mainFrame: string;
  /** Whether the top frame shows our origin. */
  #home = false;
  #ourContext: number | null = null;
  #beforeClose: (() => Promise<void>) | null = null;

  constructor(options: PageWindowOptions) {
    this.#options = options;
    this.#session = options.session;
    this.targetId = options.targetId;
    this.#mainFrame = options.targetId; // a page's first top frame has the id of its target
    this.closed = this.#watch();
  }

  /**
   * Sets everything up and shows the page; resolves when it was loaded. The window must have been opened on a `data:`
   * page: a navigation that began before we were attached is not ours to answer.
   */
  async load(): Promise<void> {
    const session = this.#session;
    const loaded = new Promise<void>((resolve) => {
      const stop = session.on('Page.loadEventFired', () => {
        if (!this.#home) return;
        stop();
        resolve();
      });
    });
    await Promise.all([
      session.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] }),
      session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: true, flatten: true }),
      session.send('Inspector.enable'),
      session.send('Page.enable'),
      session.send('Runtime.enable'),
      session.send('Runtime.addBinding', { name: BINDING }),
      session.send('Page.addScriptToEvaluateOnNewDocument', { source: this.#options.script }),
      session.send('Runtime.runIfWaitingForDebugger'),
    ]);
    await this.#navigateHome(); // only now: the script must be known before there is a document
    await Promise.race([loaded, this.closed]);
  }

  /** Hands text to the page that is there now; nothing happens while none is. */
  deliver(text: string): void {
    if (this.#ourContext !== null) this.#deliverTo(this.#ourContext, text);
  }

  /** A new document: everything the old one held is dropped. */
  async reload(): Promise<void> {
    await this.#session.send('Page.reload', { ignoreCache: true });
  }

  async bringToFront(): Promise<void> {
    const { windowId, bounds } = await this.#session.send('Browser.getWindowForTarget');
    if (bounds.windowState === 'minimized') {
      await this.#session.send('Browser.setWindowBounds', { windowId, bounds: { windowState: 'normal' } });
    }
    await this.#session.send('Page.bringToFront');
  }

  /** Gives this window that size, in the middle of `other` where there is one. */
  async placeOver(other: PageWindow | null, size: { readonly width: number; readonly height: number }): Promise<void> {
    const { windowId } = await this.#session.send('Browser.getWindowForTarget');
    const around = await other?.bounds();
    const middle = (start = 0, length = 0, own = 0) => Math.max(0, Math.round(start + (length - own) / 2));
    const place =
      around === undefined
        ? {}
        : {
            left: middle(around.left, around.width, size.width),
            top: middle(around.top, around.height, size.height),
          };
    await this.#session.send('Browser.setWindowBounds', { windowId, bounds: { ...size, ...place } });
  }

  async bounds(): Promise<{ left?: number; top?: number; width?: number; height?: number }> {
    return (await this.#session.send('Browser.getWindowForTarget')).bounds;
  }

  /**
   * Until called again with null, closing the window waits for `act`. Kept in a world that page script cannot reach;
   * the gesture is what a browser asks for before it lets a page delay its closing.
   */
  async holdClosing(act: (() => Promise<void>) | null): Promise<void> {
    this.#beforeClose = act;
    if (act === null) return;
    const { executionContextId } = await this.#session.send('Page.createIsolatedWorld', {
      frameId: this.#mainFrame,
      worldName: 'keyharbor-closing',
    });
    await this.#session.send('Runtime.evaluate', {
      contextId: executionContextId,
      expression: `globalThis.held ??= addEventListener('beforeunload', (event) => event.preventDefault()) ?? true`,
      userGesture: true,
    });
  }

  #watch(): Promise<void> {
    const session = this.#session;
    const { site, onMessage } = this.#options;
    session.on('Fetch.requestPaused', (request) => this.#answer(request));
    session.on('Page.frameNavigated', ({ frame }) => {
      if (frame.parentId !== undefined) return;
      this.#mainFrame = frame.id;
      this.#home = frame.securityOrigin === site.origin;
      if (!this.#home) this.#navigateHome().catch(ignoreGone);
    });
    session.on('Runtime.executionContextCreated', ({ context }) => {
      const { isDefault, frameId } = (context.auxData ?? {}) as { isDefault?: boolean; frameId?: string };
      const ours = isDefault === true && frameId === this.#mainFrame && context.origin === site.origin;
      this.#contexts.set(context.id, { ours });
      if (ours) this.#ourContext = context.id;
    });
    session.on('Runtime.executionContextDestroyed', ({ executionContextId }) => this.#forget(executionContextId));
    session.on('Runtime.executionContextsCleared', () => {
      this.#contexts.clear();
      this.#ourContext = null;
    });
    session.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name !== BINDING || this.#contexts.get(executionContextId)?.ours !== true) return;
      onMessage(payload, (text) => this.#deliverTo(executionContextId, text));
    });
    session.on('Page.javascriptDialogOpening', ({ type }) => {
      const before = type === 'beforeunload' ? this.#beforeClose?.() : undefined;
      void Promise.resolve(before)
        .catch(ignoreGone)
        .then(() => session.send('Page.handleJavaScriptDialog', { accept: type === 'beforeunload' }))
        .catch(ignoreGone);
    });
    session.on('Inspector.targetCrashed', () => void this.#navigateHome().catch(ignoreGone));
    return new Promise((resolve) => session.whenDetached(() => resolve()));
  }

  #forget(contextId: number): void {
    this.#contexts.delete(contextId);
    if (this.#ourContext === contextId) this.#ourContext = null;
  }

  #deliverTo(executionContextId: number, text: string): void {
    this.#session
      .send('Runtime.callFunctionOn', {
        functionDeclaration: DELIVER_FUNCTION,
        executionContextId,
        arguments: [{ value: text }],
        silent: true,
      })
      .catch(ignoreGone);
  }

  async #navigateHome(): Promise<void> {
    await this.#session.send('Page.navigate', { url: `${this.#options.site.origin}/` });
  }

  #answer(paused: { requestId: string; request: { url: string; method: string }; resourceType: string }): void {
    const { requestId, request, resourceType } = paused;
    const { site, files } = this.#options;
    const own = request.url.startsWith(`${site.origin}/`);
    const sent = own
      ? fulfil(this.#session, requestId, files.answer(site, request.method, request.url))
      : // An aborted navigation leaves the page where it is.
        this.#session.send('Fetch.failRequest', {
          requestId,
          errorReason: resourceType === 'Document' ? 'Aborted' : 'BlockedByClient',
        });
    sent.catch(ignoreGone);
  }
}

export async function fulfil(session: CdpSession, requestId: string, answer: PageAnswer = notFound()): Promise<void> {
  await session.send('Fetch.fulfillRequest', {
    requestId,
    responseCode: answer.status,
    responseHeaders: Object.entries(answer.headers).map(([name, value]) => ({ name, value })),
    body: answer.body.toString('base64'),
  });
}

/** A window may go away at any moment; what was meant for it then has nowhere to go. */
function ignoreGone(): void {
  // Nothing is left to do: the window's end is seen by `closed`.
}
