import { app } from './app.ts';
import { windows } from './browser-window.ts';
import { clipboardContent } from './clipboard.ts';
import { idle, nextBox, notifications, openBoxes, openedLinks, powerMonitor, shortcuts } from './desktop.ts';
import { type FrameLike, handledChannels, invoke } from './ipc-main.ts';
import { clickItem, type Item, Menu, Tray } from './menus.ts';
import { privilegedSchemes, sessions } from './session.ts';

/** A test moves the desktop and reads its records over the IPC channel that it started this process with. */
const window = () => [...windows][0];

const acts = {
  state: async () => ({
    sandboxed: app.sandboxed,
    userData: app.getPath('userData'),
    schemes: privilegedSchemes,
    channels: handledChannels(),
    notifications,
    openedLinks,
    boxes: openBoxes(),
    shortcuts: [...shortcuts.keys()],
    menu: Menu.application?.items.map(describeItem) ?? [],
    tray: [...Tray.all].map((tray) => ({
      image: tray.image.split(/[\\/]/).at(-1) ?? '',
      toolTip: tray.toolTip,
      items: tray.menu?.items.map(describeItem) ?? [],
    })),
    windows: [...windows].map((one) => ({
      visible: one.visible,
      timesInFront: one.timesInFront,
      contentProtection: one.contentProtection,
      alwaysOnTop: one.options.alwaysOnTop === true,
      minWidth: one.options.minWidth,
      minHeight: one.options.minHeight,
      webPreferences: { ...one.options.webPreferences, session: undefined, preload: undefined },
      openHandler: one.webContents.openHandler({ url: 'https://example.com/' }),
    })),
    sessions: [...sessions.values()].map(({ partition, options, spellChecker }) => ({
      partition,
      options,
      spellChecker,
    })),
    clipboard: await describeClipboard(),
  }),
  power: (event: string) => void powerMonitor.emit(event),
  idle: (seconds: number) => void (idle.seconds = seconds),
  shortcut: (accelerator: string) => shortcuts.get(accelerator)?.(),
  clickMenu: (label: string) => clickItem(Menu.application?.items ?? [], label),
  clickTray: (label: string) => clickItem([...Tray.all][0]?.menu?.items ?? [], label),
  minimize: () => {
    const one = window();
    if (one !== undefined) one.minimized = true;
  },
  closeWindow: () => window()?.close(),
  quit: () => app.quit(),
  secondInstance: () => void app.emit('second-instance', {}, ['--lock'], '/'),
  setClipboard: (text: string) => {
    clipboardContent.clear();
    clipboardContent.set('text/plain', text);
  },
  permission: async (permission: string) => await sessions.get('keyharbor')?.ask(permission),
  allows: async (url: string) => await sessions.get('keyharbor')?.allows(url),
  /** Answers the open box, or the next one; what it showed. */
  answerBox: async (label: string) => {
    const { options, answer } = await nextBox();
    const { message, detail, buttons, defaultId, cancelId } = options;
    answer(buttons.indexOf(label));
    return { message, detail, buttons, defaultId, cancelId };
  },
  /** A message as another frame or page would send it. */
  invoke: async (channel: string, params: unknown, frame: FrameLike | null, foreignSender: boolean) =>
    await invoke(channel, { sender: foreignSender ? {} : window()?.webContents, senderFrame: frame }, [params]),
};

export type ControlActs = typeof acts;

function describeItem(item: Item): unknown {
  const { label, role, type, accelerator, enabled, submenu } = item;
  return { label, role, type, accelerator, enabled, submenu: submenu?.map(describeItem) };
}

async function describeClipboard(): Promise<Readonly<Record<string, string>>> {
  const all = [...clipboardContent].map(
    async ([type, value]) => [type, typeof value === 'string' ? value : await value.text()] as const,
  );
  return Object.fromEntries(await Promise.all(all));
}

interface Asked {
  readonly id: number;
  readonly act: keyof ControlActs;
  readonly args: readonly unknown[];
}

export function serveControl(): void {
  if (process.send === undefined) return;
  process.on('message', ({ id, act, args }: Asked) => {
    Promise.resolve()
      .then(() => (acts[act] as (...given: readonly unknown[]) => unknown)(...args))
      .then(
        (result) => process.send?.({ id, result }),
        (error: unknown) => process.send?.({ id, error: String(error) }),
      );
  });
  process.channel?.unref(); // a test that went away must not keep the app alive
}
