/**
 * Stands in for Electron in tests: the same names, as far as the desktop host uses them, with a real Chromium as the
 * window. main.ts and preload.ts run as they were built. What Electron would show or be told by the system is kept
 * in records that a test reads and moves over the control channel (control.ts).
 */
import { serveControl } from './control.ts';

export { app } from './app.ts';
export { BrowserWindow } from './browser-window.ts';
export { clipboard, ClipboardItem } from './clipboard.ts';
export { dialog, globalShortcut, Notification, powerMonitor, shell } from './desktop.ts';
export { ipcMain } from './ipc-main.ts';
export { Menu, nativeTheme, Tray } from './menus.ts';
export { protocol, session } from './session.ts';

serveControl();
