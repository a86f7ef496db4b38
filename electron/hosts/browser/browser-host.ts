import { basename, join } from 'node:path';
import type { AppSettings } from '../../../shared/contract/schemas.ts';
import { AppError, toErrorBody } from '../../../shared/errors.ts';
import { systemClock } from '../../core/clock.ts';
import { answerBinding, pageUntil } from '../../rpc/page-binding.ts';
import { ApprovalDesk } from '../common/approval-desk.ts';
import { hardenProcess, IS_PRODUCTION, refusedSwitch, startSwitches } from '../common/harden.ts';
import { PageFiles } from '../common/page-files.ts';
import { findProjectFiles } from '../common/project-files.ts';
import { type RunningCore, startCore } from '../common/start-core.ts';
import { openApprovalWindow } from './approval-window.ts';
import { BrowserClipboard } from './browser-clipboard.ts';
import { BrowserProcess } from './browser-process.ts';
import { browserShell } from './browser-shell.ts';
import { confirmInWindow } from './confirm-window.ts';
import { type FoundBrowser, findBrowser } from './find-browser.ts';
import { bridgeScript } from './page-script.ts';
import { PageWindow } from './page-window.ts';
import { watchWindow } from './x11/window-gone.ts';

const SITE = { origin: 'https://app.keyharbor.invalid', start: '/index.html' };
/** Seen for a moment only; follows the desktop's light or dark. */
const BEFORE_PAGE = 'data:text/html,<meta name="color-scheme" content="light dark"><title>Keyharbor</title>';
const WINDOW = { width: 1180, height: 820 };
const IDLE_MS = 10 * 60_000;

const say = (line: string) => void process.stdout.write(`${line}\n`);
const complain = (line: string) => void process.stderr.write(`${line}\n`);

/** The app with an installed browser as its window. @returns the exit code. */
export async function runBrowserHost(env: NodeJS.ProcessEnv): Promise<number> {
  hardenProcess();
  const refused = IS_PRODUCTION
    ? refusedSwitch([...startSwitches(process.execArgv, env.NODE_OPTIONS), ...process.argv.slice(2)])
    : null;
  if (refused !== null) return fail(`Keyharbor does not start with ${refused}. Leave it out.`);
  const found = findBrowser(env, process.platform);
  if (found === null) {
    return fail(
      env.KEYHARBOR_BROWSER
        ? 'KEYHARBOR_BROWSER does not name a program. Nothing was started.'
        : 'No Chromium, Chrome or Edge was found (Debian: apt install chromium). "keyharbor serve" works without one.',
    );
  }
  const host = new BrowserHost(env, found);
  try {
    return await host.run();
  } catch (error) {
    await host.abandon();
    const { message, hint } = toErrorBody(error);
    return fail(`${message} ${hint}`.trim());
  }
}

function fail(line: string): number {
  complain(line);
  return 1;
}

function noWindow(cause: unknown): AppError {
  return new AppError(
    'unsupported',
    'The browser ended before it showed a window. Nothing was changed.',
    'Is there a display? KEYHARBOR_BROWSER names another browser; "keyharbor serve" needs none.',
    { cause },
  );
}

class BrowserHost {
  readonly #env: NodeJS.ProcessEnv;
  readonly #found: FoundBrowser;
  readonly #project = findProjectFiles(import.meta.dirname);
  readonly #files = new PageFiles(join(this.#project.root, 'out/renderer'));
  #browser: BrowserProcess | null = null;
  #window: PageWindow | null = null;
  #core: RunningCore | null = null;
  #desk: ApprovalDesk | null = null;

  constructor(env: NodeJS.ProcessEnv, found: FoundBrowser) {
    this.#env = env;
    this.#found = found;
  }

  async run(): Promise<number> {
    const core = await this.#startCore();
    if (core === null) return 0;
    this.#core = core;
    core.warnings.forEach(complain);
    const browser = this.#browser;
    if (browser === null) throw new Error('the browser was not started');
    let weEnded = false;
    let wentByItself = false;
    void core.closed.then(() => {
      weEnded = true;
      return browser.close();
    });
    void browser.cdp.closed.then(() => {
      wentByItself = !weEnded;
      return core.close(); // at once: no window, no open vault
    });
    await this.#showWindow(core, browser).catch((error: unknown) => {
      throw weEnded ? error : noWindow(error);
    });
    say(`The window is ${basename(this.#found.executable)}: ${this.#found.why}.`);
    const exitCode = await browser.ended;
    await core.close();
    const crashed = wentByItself && exitCode !== 0;
    return crashed ? fail('The browser ended unexpectedly. The vault is locked; nothing was lost. Start again.') : 0;
  }

  /** After a failed start: nothing stays behind. */
  async abandon(): Promise<void> {
    await this.#core?.close();
    await this.#browser?.close();
  }

  async #startCore(): Promise<RunningCore | null> {
    const core = await startCore({
      role: 'window',
      env: this.#env,
      version: this.#project.version,
      resourcesDir: this.#project.resourcesDir,
      idle: { source: 'window', defaultMs: IDLE_MS },
      focus: () => this.#focus(),
      shell: () => this.#makeShell(),
    });
    if (core.kind === 'running') return core;
    say('Keyharbor runs already; its window is in front now.');
    return null;
  }

  /** Called once this process owns the home: the browser starts while the core does. */
  #makeShell() {
    const { executable } = this.#found;
    const browser = new BrowserProcess({ executable, env: this.#env, url: BEFORE_PAGE, ...WINDOW });
    this.#browser = browser;
    const shell = browserShell({
      env: this.#env,
      clipboard: new BrowserClipboard(browser),
      window: () => this.#window,
      confirm: (question, options) =>
        confirmInWindow(
          { browser, files: this.#files, clock: systemClock, theme: this.#theme(), over: this.#window },
          question,
          options?.signal,
        ),
      approvals: (notify) => {
        this.#desk = new ApprovalDesk({
          clock: systemClock,
          theme: () => this.#theme(),
          notify,
          open: (hear) => openApprovalWindow({ browser, files: this.#files, over: this.#window }, hear),
        });
        return this.#desk;
      },
      clearClipboard: async () => this.#core?.app.clipboard.clear(),
    });
    void browser.ended.then(() => shell.stop());
    return shell;
  }

  async #showWindow(core: RunningCore, browser: BrowserProcess): Promise<void> {
    const shown = Promise.withResolvers<PageWindow>();
    void browser.ended.then(() => shown.reject(new Error('the browser did not start')));
    const withdraw = browser.claim((target, session) => {
      if (target.type !== 'page' || target.url !== BEFORE_PAGE) return false;
      withdraw();
      const window = new PageWindow({
        session,
        targetId: target.targetId,
        site: SITE,
        files: this.#files,
        script: bridgeScript(SITE.origin),
        onMessage: (payload, reply) => {
          void answerBinding(core.route, pageUntil(window.closed), payload).then((text) => {
            if (text !== null) reply(text);
          });
        },
      });
      window.load().then(() => shown.resolve(window), shown.reject);
      return true;
    });
    const [window] = await Promise.all([shown.promise, browser.watch()]);
    this.#window = window;
    void window.closed.then(() => browser.close());
    await this.#endWithWindow(browser).catch(() => undefined); // it is the rarest way to lose a window
    core.app.onEvent((event) => {
      if (event.event === 'settings.changed') this.#desk?.restyle();
    });
    core.app.onWindowEvent((event) => {
      window.deliver(JSON.stringify(event));
      // A new document holds nothing of what the old one showed.
      if (event.event === 'vault.locked') window.reload().catch(() => undefined);
    });
  }

  /** A window that another program destroys ends this as one that is closed by hand; the browser itself hears nothing. */
  async #endWithWindow(browser: BrowserProcess): Promise<void> {
    const { processInfo } = await browser.cdp.send('SystemInfo.getProcessInfo');
    const pid = processInfo.find(({ type }) => type === 'browser')?.id;
    const watch = pid === undefined ? null : await watchWindow(this.#env, pid, 'Keyharbor');
    if (watch === null) return;
    void browser.ended.then(() => watch.close());
    void watch.gone.then(() => browser.close());
  }

  #theme(): AppSettings['theme'] {
    return this.#core?.app.settings.app().theme ?? 'system';
  }

  #focus(): boolean {
    if (this.#window === null) return false;
    this.#window.bringToFront().catch(() => undefined);
    return true;
  }
}
