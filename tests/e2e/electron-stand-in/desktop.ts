import { EventEmitter } from 'node:events';

/** What the desktop around Electron would show, open or report. */
export const notifications: { title: string; body: string }[] = [];
export const openedLinks: string[] = [];
export const shortcuts = new Map<string, () => void>();
export const idle = { seconds: 0 };

export class Notification extends EventEmitter {
  readonly #options: { title: string; body: string };
  constructor(options: { title: string; body: string }) {
    super();
    this.#options = options;
  }
  static isSupported(): boolean {
    return true;
  }
  show(): void {
    notifications.push({ title: this.#options.title, body: this.#options.body });
  }
}

export const shell = {
  openExternal(url: string): Promise<void> {
    openedLinks.push(url);
    return Promise.resolve();
  },
};

export const globalShortcut = {
  register(accelerator: string, act: () => void): boolean {
    shortcuts.set(accelerator, act);
    return true;
  },
  unregisterAll: () => shortcuts.clear(),
};

export const powerMonitor = Object.assign(new EventEmitter(), { getSystemIdleTime: () => idle.seconds });

interface BoxOptions {
  readonly message: string;
  readonly detail: string;
  readonly buttons: readonly string[];
  readonly defaultId: number;
  readonly cancelId: number;
  readonly signal?: AbortSignal;
}

interface OpenBox {
  readonly options: BoxOptions;
  readonly answer: (response: number) => void;
}

const waiting: ((box: OpenBox) => void)[] = [];
const open: OpenBox[] = [];
export const openBoxes = (): number => open.length;

/** The box that is open now, or the next one. */
export function nextBox(): Promise<OpenBox> {
  const first = open[0];
  return first === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(first);
}

export const dialog = {
  showErrorBox: (title: string, text: string) => void process.stderr.write(`${title}: ${text}\n`),
  showMessageBox(_parent: unknown, options: BoxOptions): Promise<{ response: number }> {
    return new Promise((resolve) => {
      const box: OpenBox = {
        options,
        answer: (response) => {
          if (open.includes(box)) open.splice(open.indexOf(box), 1);
          resolve({ response });
        },
      };
      open.push(box);
      options.signal?.addEventListener('abort', () => box.answer(options.cancelId), { once: true });
      for (const hear of waiting.splice(0)) hear(box);
    });
  },
};
