import { EventEmitter } from 'node:events';
import { app } from './app.ts';
import { closeTarget, openTarget } from './chromium.ts';
import { WebContents, type WebPreferences } from './web-contents.ts';

interface Options {
  readonly width: number;
  readonly height: number;
  readonly title?: string;
  readonly webPreferences: WebPreferences;
  readonly [name: string]: unknown;
}

export const windows = new Set<BrowserWindow>();

export class BrowserWindow extends EventEmitter {
  readonly webContents: WebContents;
  readonly options: Options;
  contentProtection = false;
  visible = false;
  minimized = false;
  timesInFront = 0;
  #targetId: string | null = null;
  #destroyed = false;

  constructor(options: Options) {
    super();
    this.options = options;
    this.visible = options.show !== false;
    this.webContents = new WebContents(options.webPreferences);
    windows.add(this);
    app.emit('web-contents-created', {}, this.webContents);
  }

  async loadURL(url: string): Promise<void> {
    const { session, targetId } = await openTarget(this.options.width, this.options.height);
    this.#targetId = targetId;
    session.whenDetached(() => this.#closed());
    this.webContents.once('did-finish-load', () => this.emit('ready-to-show'));
    await this.webContents.attach(session, targetId, url);
  }

  show = () => void (this.visible = true);
  focus = () => void (this.timesInFront += 1);
  restore = () => void (this.minimized = false);
  isMinimized = () => this.minimized;
  isDestroyed = () => this.#destroyed;
  setContentProtection = (on: boolean) => void (this.contentProtection = on);

  close(): void {
    if (this.#targetId !== null) closeTarget(this.#targetId);
  }

  #closed(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    windows.delete(this);
    this.emit('closed');
    if (windows.size === 0) app.emit('window-all-closed');
  }
}
