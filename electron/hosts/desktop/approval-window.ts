import { join } from 'node:path';
import { BrowserWindow, ipcMain, type IpcMainInvokeEvent, type Session } from 'electron';
import type { ApprovalPanel } from '../common/approval-desk.ts';
import { APPROVAL_SAYS, APPROVAL_STATE } from './approval-channels.ts';
import { bringToFront, canvasColor, securePreferences } from './main-window.ts';
import { APPROVAL_SITE } from './page-site.ts';

export interface ApprovalWindowOptions {
  readonly session: Session;
  readonly devTools: boolean;
  readonly preload: string;
  readonly icon: string;
}

type Hear = (message: unknown) => void;

/** Serves the panel's one channel; the sender is checked first, as it is for the main page. */
export class ApprovalWindows {
  readonly #options: ApprovalWindowOptions;
  #open: { readonly window: BrowserWindow; readonly hear: Hear } | null = null;

  constructor(options: ApprovalWindowOptions) {
    this.#options = options;
    ipcMain.handle(APPROVAL_SAYS, (event, message: unknown) => {
      if (this.#open !== null && isPanel(event, this.#open.window)) this.#open.hear(message);
    });
  }

  /** Above every other window, and no child of the main one: it is seen when that is minimised or behind others. */
  open(hear: Hear): ApprovalPanel {
    const { session, devTools, preload, icon } = this.#options;
    const window = new BrowserWindow({
      width: 540,
      height: 720,
      minWidth: 340,
      minHeight: 420,
      show: false,
      alwaysOnTop: true,
      minimizable: false,
      maximizable: false,
      fullscreenable: false,
      title: 'Keyharbor asks',
      icon,
      backgroundColor: canvasColor(),
      webPreferences: securePreferences({ session, devTools, preload: join(preload, 'approval-preload.cjs') }),
    });
    window.setContentProtection(true);
    const shown = new Promise<void>((resolve) => {
      window.once('ready-to-show', () => {
        bringToFront(window);
        resolve();
      });
    });
    const open = {
      window,
      // The time to read runs from when the window is there to be read.
      hear: (message: unknown) => void shown.then(() => hear(message)),
    };
    this.#open = open;
    const closed = new Promise<void>((resolve) => {
      window.on('closed', () => {
        if (this.#open === open) this.#open = null;
        resolve();
      });
      // A panel without a page can be neither read nor answered.
      window.webContents.on('render-process-gone', () => window.close());
    });
    void window.loadURL(`${APPROVAL_SITE.origin}/`);
    return {
      deliver: (state) => {
        if (!window.isDestroyed()) window.webContents.send(APPROVAL_STATE, state);
      },
      toFront: () => {
        if (!window.isDestroyed()) bringToFront(window);
      },
      close: () => {
        if (!window.isDestroyed()) window.close();
      },
      closed,
    };
  }
}

function isPanel({ sender, senderFrame }: IpcMainInvokeEvent, window: BrowserWindow): boolean {
  const ours = !window.isDestroyed() && sender === window.webContents;
  return ours && senderFrame !== null && senderFrame.parent === null && senderFrame.origin === APPROVAL_SITE.origin;
}
