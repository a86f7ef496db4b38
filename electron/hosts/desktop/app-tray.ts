import { join } from 'node:path';
import { Menu, type MenuItemConstructorOptions, Tray } from 'electron';
import { panicItem } from './app-menu.ts';

export interface TrayState {
  readonly locked: boolean;
  /** The endpoint's base URL; null while it is off. */
  readonly endpoint: string | null;
}

export interface TrayActs {
  readonly open: () => void;
  readonly lock: () => void;
  readonly panic: () => void;
  readonly switchEndpoint: (on: boolean) => void;
  readonly copyBaseUrl: (url: string) => void;
  readonly quit: () => void;
}

/** The icon in the system's tray with the few acts that need no window. It never names a key. */
export class AppTray {
  readonly #tray: Tray;
  readonly #icons: string;
  readonly #acts: TrayActs;

  /** Throws where the desktop has no tray; the app works without one. */
  constructor(icons: string, acts: TrayActs) {
    this.#icons = icons;
    this.#acts = acts;
    this.#tray = new Tray(join(icons, 'tray-locked.png'));
    this.#tray.on('click', acts.open);
    this.show({ locked: true, endpoint: null });
  }

  show({ locked, endpoint }: TrayState): void {
    const { open, lock, panic, switchEndpoint, copyBaseUrl, quit } = this.#acts;
    const state = `${locked ? 'Locked' : 'Unlocked'}, endpoint ${endpoint === null ? 'off' : 'on'}`;
    const items: MenuItemConstructorOptions[] = [
      { label: state, enabled: false },
      { type: 'separator' },
      { label: 'Open Keyharbor', click: open },
      { label: 'Lock', enabled: !locked, click: lock },
      panicItem(panic),
      { type: 'separator' },
      endpoint === null
        ? { label: 'Switch endpoint on', enabled: !locked, click: () => switchEndpoint(true) }
        : { label: 'Switch endpoint off', click: () => switchEndpoint(false) },
      { label: 'Copy base URL', enabled: endpoint !== null, click: () => endpoint !== null && copyBaseUrl(endpoint) },
      { type: 'separator' },
      { label: 'Quit Keyharbor', click: quit },
    ];
    this.#tray.setImage(join(this.#icons, locked ? 'tray-locked.png' : 'tray-unlocked.png'));
    this.#tray.setToolTip(`Keyharbor: ${state}`);
    this.#tray.setContextMenu(Menu.buildFromTemplate(items));
  }

  destroy(): void {
    this.#tray.destroy();
  }
}
