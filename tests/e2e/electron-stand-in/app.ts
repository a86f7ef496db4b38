import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { closeBrowser } from './chromium.ts';

export interface PreventableEvent {
  readonly defaultPrevented: boolean;
  preventDefault(): void;
}

export function preventable<T extends object>(extra: T): T & PreventableEvent {
  let prevented = false;
  return {
    ...extra,
    get defaultPrevented() {
      return prevented;
    },
    preventDefault() {
      prevented = true;
    },
  };
}

class App extends EventEmitter {
  readonly isPackaged = process.env.KEYHARBOR_STAND_IN_PACKAGED === '1';
  sandboxed = false;
  readonly #paths = new Map<string, string>();
  #ending = false;

  getAppPath = () => process.cwd();
  getVersion = () =>
    (JSON.parse(readFileSync(join(process.cwd(), 'package.json'), 'utf8')) as { version: string }).version;
  setName = (_name: string) => undefined;
  setPath = (name: string, path: string) => void this.#paths.set(name, path);
  getPath = (name: string) => this.#paths.get(name) ?? '';
  whenReady = () => new Promise<void>((resolve) => setImmediate(resolve));
  /** Only within one process; two processes meet at the home's socket. */
  requestSingleInstanceLock = () => true;

  enableSandbox(): void {
    this.sandboxed = true;
  }

  quit(): void {
    const event = preventable({});
    this.emit('before-quit', event);
    if (!event.defaultPrevented) this.exit(0);
  }

  exit(code: number): void {
    if (this.#ending) return;
    this.#ending = true;
    void closeBrowser().then(() => process.exit(code));
  }
}

export const app = new App();
