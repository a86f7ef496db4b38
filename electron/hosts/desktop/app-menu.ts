import { Menu, type MenuItemConstructorOptions } from 'electron';
import { PANIC_DOES } from '../../../shared/panic-words.ts';

interface Acts {
  readonly lock: () => void;
  readonly panic: () => void;
  readonly quit: () => void;
}

/** One item down, so that a slip of the hand does not do it. Used in the tray as well. */
export function panicItem(panic: () => void): MenuItemConstructorOptions {
  return {
    label: 'Panic',
    submenu: [{ label: `${PANIC_DOES.charAt(0).toUpperCase()}${PANIC_DOES.slice(1)}`, click: panic }],
  };
}

/** The window's menu. Keys that only make sense inside a screen are the page's own. */
export function setAppMenu(
  acts: Acts,
  options: { readonly devTools: boolean; readonly platform: NodeJS.Platform },
): void {
  const quit: MenuItemConstructorOptions = { label: 'Quit Keyharbor', accelerator: 'CmdOrCtrl+Q', click: acts.quit };
  const template: MenuItemConstructorOptions[] = [
    {
      label: options.platform === 'darwin' ? 'Keyharbor' : '&File',
      submenu: [
        { label: 'Lock', accelerator: 'CmdOrCtrl+L', click: acts.lock },
        panicItem(acts.panic),
        { type: 'separator' },
        ...(options.platform === 'darwin' ? HIDE : []),
        quit,
      ],
    },
    {
      label: '&Edit',
      submenu: [
        { role: 'undo' },
        { role: 'redo' },
        { type: 'separator' },
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll' },
      ],
    },
    {
      label: '&View',
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        ...(options.devTools ? DEVELOPMENT : []),
      ],
    },
    { label: '&Window', submenu: [{ role: 'minimize' }, { role: 'close' }] },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

const HIDE: MenuItemConstructorOptions[] = [
  { role: 'hide' },
  { role: 'hideOthers' },
  { role: 'unhide' },
  { type: 'separator' },
];
const DEVELOPMENT: MenuItemConstructorOptions[] = [{ type: 'separator' }, { role: 'toggleDevTools' }];
