import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Protocol } from 'devtools-protocol/types/protocol.js';
import type { CdpSession } from '../../../electron/hosts/browser/cdp-pipe.ts';
import { preventable } from './app.ts';
import { type FrameLike, invoke } from './ipc-main.ts';
import { toApp, toShown } from './origins.ts';
import { IPC_BINDING, IPC_DELIVER, ISOLATED_WORLD, PAGE_SCRIPT, preloadScript } from './page-worlds.ts';
import type { StandInSession } from './session.ts';

export interface WebPreferences {
  readonly preload: string;
  readonly session: StandInSession;
  readonly [name: string]: unknown;
}

let lastId = 0;

/** The page of one window: requests go to the session's handlers, the preload's messages to ipcMain. */
export class WebContents extends EventEmitter {
  readonly id = ++lastId;
  readonly #preferences: WebPreferences;
  #cdp: CdpSession | null = null;
  #mainFrame = '';
  #preloadContext: number | null = null;
  #url = '';
  /** The next document request of the top frame is one that the host asked for. */
  #asked = false;

  constructor(preferences: WebPreferences) {
    super();
    this.#preferences = preferences;
  }

  readonly setWindowOpenHandler = (handler: (details: { url: string }) => { action: string }) => {
    this.openHandler = handler;
  };
  openHandler: (details: { url: string }) => { action: string } = () => ({ action: 'allow' });

  get session(): StandInSession {
    return this.#preferences.session;
  }

  get mainFrame(): FrameLike {
    return { url: this.#url, origin: /^[a-z]+:\/\/[^/]+/.exec(this.#url)?.[0] ?? 'null', parent: null };
  }

  send(channel: string, ...args: readonly unknown[]): void {
    this.#deliver({ channel, args });
  }

  reload(): void {
    this.#asked = true;
    this.#cdp?.send('Page.reload').catch(() => undefined);
  }

  async attach(cdp: CdpSession, targetId: string, url: string): Promise<void> {
    this.#cdp = cdp;
    this.#mainFrame = targetId;
    this.#listen(cdp);
    await Promise.all([
      cdp.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] }),
      cdp.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: true, flatten: true }),
      cdp.send('Page.enable'),
      cdp.send('Runtime.enable'),
      cdp.send('Runtime.addBinding', { name: IPC_BINDING, executionContextName: ISOLATED_WORLD }),
      cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: PAGE_SCRIPT }),
      cdp.send('Page.addScriptToEvaluateOnNewDocument', {
        source: preloadScript(readFileSync(this.#preferences.preload, 'utf8')),
        worldName: ISOLATED_WORLD,
      }),
      cdp.send('Runtime.runIfWaitingForDebugger'), // every window but the first waits for this
    ]);
    this.#asked = true;
    await cdp.send('Page.navigate', { url: toShown(url) });
  }

  #listen(cdp: CdpSession): void {
    cdp.on('Fetch.requestPaused', (paused) => void this.#answer(cdp, paused).catch(() => undefined));
    cdp.on('Page.frameNavigated', ({ frame }) => {
      if (frame.parentId === undefined) this.#url = toApp(frame.url);
    });
    cdp.on('Page.loadEventFired', () => {
      if (this.#url.startsWith('app:')) this.emit('did-finish-load');
    });
    cdp.on('Runtime.executionContextCreated', ({ context }) => {
      const { frameId } = (context.auxData ?? {}) as { frameId?: string };
      if (context.name === ISOLATED_WORLD && frameId === this.#mainFrame) this.#preloadContext = context.id;
    });
    cdp.on('Runtime.bindingCalled', ({ name, payload }) => {
      if (name === IPC_BINDING) void this.#invoked(payload);
    });
  }

  async #invoked(payload: string): Promise<void> {
    const { id, channel, args } = JSON.parse(payload) as { id: number; channel: string; args: unknown[] };
    const context = this.#preloadContext;
    try {
      const result = await invoke(channel, { sender: this, senderFrame: this.mainFrame }, args);
      this.#deliver({ id, result }, context);
    } catch (error) {
      this.#deliver({ id, error: String(error) }, context);
    }
  }

  #deliver(message: unknown, executionContextId = this.#preloadContext): void {
    if (executionContextId === null) return;
    this.#cdp
      ?.send('Runtime.callFunctionOn', {
        functionDeclaration: `function (text) { globalThis.${IPC_DELIVER}?.(text); }`,
        executionContextId,
        arguments: [{ value: JSON.stringify(message) }],
        silent: true,
      })
      .catch(() => undefined);
  }

  async #answer(cdp: CdpSession, paused: Protocol.Fetch.RequestPausedEvent): Promise<void> {
    const { requestId, request, resourceType, frameId } = paused;
    const url = toApp(request.url);
    const refuse = () => cdp.send('Fetch.failRequest', { requestId, errorReason: 'Aborted' });
    if (resourceType === 'Document') {
      const isMainFrame = frameId === this.#mainFrame;
      const event = preventable({ url, isMainFrame });
      if (!this.#asked) {
        this.emit('will-frame-navigate', event);
        if (isMainFrame) this.emit('will-navigate', event);
      }
      if (isMainFrame) this.#asked = false;
      if (event.defaultPrevented) return void (await refuse());
    }
    if (!(await this.session.allows(url))) return void (await refuse());
    const handler = this.session.schemes.get(url.split(':')[0] ?? '');
    if (handler === undefined) return void (await refuse());
    const response = await handler(new Request(url, { method: request.method }));
    await cdp.send('Fetch.fulfillRequest', {
      requestId,
      responseCode: response.status,
      responseHeaders: [...response.headers].map(([name, value]) => ({ name, value })),
      body: Buffer.from(await response.arrayBuffer()).toString('base64'),
    });
  }
}
