import { refusedPowers } from '../common/content-policy.ts';
import { notFound } from '../common/page-files.ts';
import type { BrowserProcess } from './browser-process.ts';
import type { CdpSession } from './cdp-pipe.ts';
import { fulfil } from './page-window.ts';

const ORIGIN = 'https://clipboard.keyharbor.invalid';
const POWERS = ['clipboard-read', 'clipboard-write'];

/**
 * The clipboard, reached from an empty hidden page on an origin of its own. The right to read and write it is given
 * to that origin alone, so page script of the window can neither read the clipboard nor see what passes through.
 * The page exists while something of ours lies on the clipboard.
 */
export class BrowserClipboard {
  readonly #browser: BrowserProcess;
  #page: Promise<CdpSession> | null = null;

  constructor(browser: BrowserProcess) {
    this.#browser = browser;
  }

  async write(text: string): Promise<void> {
    await this.#run('function (text) { return navigator.clipboard.writeText(text); }', text);
  }

  /** null when the clipboard holds no text, or the system does not let us read it. */
  async read(): Promise<string | null> {
    const value = await this.#run('function () { return navigator.clipboard.readText(); }').catch(() => null);
    return typeof value === 'string' ? value : null;
  }

  async clear(): Promise<void> {
    await this.write('');
    const page = await this.#page;
    this.#page = null;
    await page?.send('Page.close').catch(() => undefined);
  }

  async #run(functionDeclaration: string, ...values: readonly string[]): Promise<unknown> {
    const session = await (this.#page ??= this.#open());
    const context = await session.send('Runtime.evaluate', { expression: 'globalThis' });
    const { result, exceptionDetails } = await session.send('Runtime.callFunctionOn', {
      functionDeclaration,
      objectId: context.result.objectId ?? '',
      arguments: values.map((value) => ({ value })),
      awaitPromise: true,
      returnByValue: true,
      userGesture: true,
      silent: true,
    });
    if (exceptionDetails !== undefined) throw new Error('the clipboard could not be reached');
    return result.value;
  }

  async #open(): Promise<CdpSession> {
    const { cdp } = this.#browser;
    const attached = Promise.withResolvers<CdpSession>();
    const withdraw = this.#browser.claim((target, session) => {
      if (target.type !== 'other') return false; // what the protocol calls a hidden page
      withdraw();
      attached.resolve(session);
      return true;
    });
    try {
      const created = cdp.send('Target.createTarget', { url: 'about:blank', hidden: true, background: true });
      created.catch(attached.reject);
      const session = await attached.promise;
      session.on('Fetch.requestPaused', ({ requestId, request }) => void serve(session, requestId, request.url));
      session.whenDetached(() => {
        this.#page = null;
      });
      const loaded = new Promise<void>((resolve) => session.on('Page.loadEventFired', () => resolve()));
      await Promise.all([
        session.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] }),
        session.send('Page.enable'),
        session.send('Emulation.setFocusEmulationEnabled', { enabled: true }),
        session.send('Runtime.runIfWaitingForDebugger'),
        created,
        cdp.send('Browser.grantPermissions', {
          origin: ORIGIN,
          permissions: ['clipboardReadWrite', 'clipboardSanitizedWrite'],
        }),
      ]);
      await session.send('Page.navigate', { url: `${ORIGIN}/` });
      await loaded;
      return session;
    } finally {
      withdraw();
    }
  }
}

async function serve(session: CdpSession, requestId: string, url: string): Promise<void> {
  const headers = {
    'content-type': 'text/html',
    'content-security-policy': "default-src 'none'",
    'permissions-policy': refusedPowers(POWERS),
  };
  const answer = url === `${ORIGIN}/` ? { status: 200, headers, body: Buffer.alloc(0) } : notFound();
  await fulfil(session, requestId, answer).catch(() => undefined);
}
