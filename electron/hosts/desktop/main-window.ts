import { join } from 'node:path';
import { BrowserWindow, nativeTheme, type Session, type WebPreferences } from 'electron';
import type { ContractEvent } from '../../../shared/contract/handlers.ts';
import { HOME } from './page-site.ts';

/** --color-canvas of renderer/styles/tokens.css, for the moment before the page is painted. */
const CANVAS = { light: '#f4f6f8', dark: '#0f1419' };

export const canvasColor = (): string => (nativeTheme.shouldUseDarkColors ? CANVAS.dark : CANVAS.light);

/** What every page of ours runs with, whichever window it is in (SECURITY-DESIGN.md section 8). */
export function securePreferences(
  own: Required<Pick<WebPreferences, 'preload' | 'session' | 'devTools'>>,
): WebPreferences {
  return {
    ...own,
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    webviewTag: false,
    spellcheck: false,
    navigateOnDragDrop: false,
    safeDialogs: true,
  };
}

export interface WindowOptions {
  readonly session: Session;
  readonly devTools: boolean;
  /** Folder of the preload script's build. */
  readonly preload: string;
  readonly icon: string;
}

/** The one window. Shown once it has something to show; excluded from screen capture where the system can do that. */
export function openMainWindow({ session, devTools, preload, icon }: WindowOptions): BrowserWindow {
  const window = new BrowserWindow({
    width: 1180,
    height: 820,
    minWidth: 720,
    minHeight: 480,
    show: false,
    title: 'Keyharbor',
    icon,
    backgroundColor: canvasColor(),
    webPreferences: securePreferences({ session, devTools, preload: join(preload, 'preload.cjs') }),
  });
  window.setContentProtection(true);
  window.once('ready-to-show', () => window.show());
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason !== 'clean-exit') window.webContents.reload();
  });
  void window.loadURL(HOME);
  return window;
}

export function showEvent(window: BrowserWindow, event: ContractEvent): void {
  if (window.isDestroyed()) return;
  window.webContents.send('keyharbor:event', event);
  // A new document holds nothing of what the old one showed.
  if (event.event === 'vault.locked') window.webContents.reload();
}

export function bringToFront(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}
