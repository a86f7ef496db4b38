import { join } from 'node:path';
import type { BrowserWindow } from 'electron';
import { app, clipboard, globalShortcut, ipcMain } from 'electron';
import { methods, type MethodName, type Output } from '../../../shared/contract/methods.ts';
import { systemClock } from '../../core/clock.ts';
import type { Shell } from '../../core/seams.ts';
import { serveElectronIpc } from '../../rpc/electron-ipc.ts';
import { ApprovalDesk } from '../common/approval-desk.ts';
import { PageFiles } from '../common/page-files.ts';
import { type RunningCore, startCore } from '../common/start-core.ts';
import { setAppMenu } from './app-menu.ts';
import { AppTray } from './app-tray.ts';
import { ApprovalWindows } from './approval-window.ts';
import { desktopShell } from './desktop-shell.ts';
import { bringToFront, openMainWindow, showEvent } from './main-window.ts';
import { pageSession } from './page-session.ts';
import { APPROVAL_SITE, SITE } from './page-site.ts';

const IDLE_MS = 10 * 60_000;
const LOCK_SHORTCUT = 'CommandOrControl+Shift+L';
/** After these the tray may have to say something else. */
const TRAY_EVENTS = new Set(['vault.unlocked', 'vault.locked', 'endpoint.changed']);

export interface DesktopFiles {
  /** The build's folder: renderer/ and preload/ lie in it. */
  readonly out: string;
  readonly resourcesDir: string;
  readonly version: string;
}

/** The desktop app once Electron is ready: the core, one window, menu and tray. */
export class DesktopApp {
  readonly #files: DesktopFiles;
  readonly #devTools = !app.isPackaged;
  #core: RunningCore | null = null;
  #window: BrowserWindow | null = null;
  #tray: AppTray | null = null;
  #desk: ApprovalDesk | null = null;

  constructor(files: DesktopFiles) {
    this.#files = files;
  }

  /** @returns false when another process keeps this home and its window was shown. */
  async start(env: NodeJS.ProcessEnv): Promise<boolean> {
    const { out, resourcesDir, version } = this.#files;
    const missing = [...this.#makeTray(), ...this.#registerShortcut()];
    const pages = new PageFiles(join(out, 'renderer'));
    const preload = join(out, 'preload');
    const icon = join(resourcesDir, 'icons', 'icon.png');
    const core = await startCore({
      role: 'window',
      env,
      version,
      resourcesDir,
      idle: { source: 'system', defaultMs: IDLE_MS },
      focus: () => this.focus(),
      shell: () =>
        desktopShell({
          clock: systemClock,
          platform: process.platform,
          missing,
          window: () => this.#window,
          approvals: (notify) => this.#makeDesk({ pages, preload, icon }, notify),
        }),
    });
    if (core.kind === 'elsewhere') return false;
    this.#core = core;
    for (const warning of core.warnings) process.stderr.write(`${warning}\n`);
    serveElectronIpc({
      ipcMain,
      route: core.route,
      origin: SITE.origin,
      isOurs: (sender) => this.#window !== null && this.#window.webContents === sender,
    });
    const session = pageSession(pages, SITE, { partition: 'keyharbor', devTools: this.#devTools });
    const window = openMainWindow({ session, devTools: this.#devTools, preload, icon });
    this.#window = window;
    window.on('closed', () => {
      this.#window = null;
      this.#desk?.close(); // a panel alone would keep the app running
    });
    setAppMenu(
      { lock: () => void this.#lock(), panic: () => void this.#panic(), quit: () => app.quit() },
      { devTools: this.#devTools, platform: process.platform },
    );
    core.app.onWindowEvent((event) => {
      if (this.#window !== null) showEvent(this.#window, event);
    });
    core.app.onEvent((event) => {
      if (event.event === 'settings.changed') this.#desk?.restyle();
      if (TRAY_EVENTS.has(event.event)) void this.#updateTray();
    });
    void this.#updateTray();
    void core.closed.then(() => this.#end());
    return true;
  }

  focus(): boolean {
    if (this.#window === null) return false;
    bringToFront(this.#window);
    return true;
  }

  /** Locks and lets go of the home, then ends the process. Called again, it waits for the same end. */
  async close(): Promise<void> {
    if (this.#core === null) this.#end();
    else await this.#core.close(); // `closed` ends the process
  }

  #end(): void {
    globalShortcut.unregisterAll();
    this.#tray?.destroy();
    app.exit(0);
  }

  /** Tray and menu speak the same contract as the page. null when it was refused: the window shows why. */
  async #ask<M extends MethodName>(method: M): Promise<Output<M> | null> {
    try {
      const answer = await this.#core?.route({ caller: 'window', connection: 'desktop', method, params: {} });
      return methods[method].output.parse(answer) as Output<M>;
    } catch {
      this.focus();
      return null;
    }
  }

  async #lock(): Promise<void> {
    await this.#ask('vault.lock');
  }

  /** The window may be hidden: what was done is told by a notification. */
  async #panic(): Promise<void> {
    const done = await this.#ask('app.panic');
    if (done === null) return;
    const { grants, clients } = done;
    const dropped =
      grants === null || clients === null
        ? 'All grants are dropped and all client tokens revoked.'
        : `Grants dropped: ${grants}. Client tokens revoked: ${clients}.`;
    const shell = this.#core?.app.options.shell;
    shell?.notify('Keyharbor is locked', `The endpoint and all webhooks are off. ${dropped}`);
  }

  #makeTray(): readonly string[] {
    try {
      this.#tray = new AppTray(join(this.#files.resourcesDir, 'icons'), {
        open: () => void this.focus(),
        lock: () => void this.#lock(),
        panic: () => void this.#panic(),
        switchEndpoint: (on) => void this.#ask(on ? 'endpoint.on' : 'endpoint.off'),
        copyBaseUrl: (url) => void clipboard.writeText(url),
        quit: () => app.quit(),
      });
      return [];
    } catch {
      return ['tray icon'];
    }
  }

  #makeDesk(
    { pages, preload, icon }: { readonly pages: PageFiles; readonly preload: string; readonly icon: string },
    notify: Shell['notify'],
  ): ApprovalDesk {
    const devTools = this.#devTools;
    const session = pageSession(pages, APPROVAL_SITE, { partition: 'keyharbor-approval', devTools });
    const windows = new ApprovalWindows({ session, devTools, preload, icon });
    this.#desk = new ApprovalDesk({
      clock: systemClock,
      theme: () => this.#core?.app.settings.app().theme ?? 'system',
      notify,
      open: (hear) => windows.open(hear),
    });
    return this.#desk;
  }

  #registerShortcut(): readonly string[] {
    return globalShortcut.register(LOCK_SHORTCUT, () => void this.#lock()) ? [] : ['global shortcut'];
  }

  async #updateTray(): Promise<void> {
    const [vault, endpoint] = await Promise.all([this.#ask('vault.status'), this.#ask('endpoint.status')]);
    if (vault === null || endpoint === null) return;
    this.#tray?.show({
      locked: vault.state !== 'unlocked',
      endpoint: endpoint.on && endpoint.port !== null ? `http://127.0.0.1:${endpoint.port}` : null,
    });
  }
}
