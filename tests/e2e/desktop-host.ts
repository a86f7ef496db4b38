import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ElectronApplication, _electron as electron } from '@playwright/test';
import { attach, until, watch } from './attach.ts';
import type { RunningHost } from './browser-host.ts';
import type { ControlActs } from './electron-stand-in/control.ts';

const ROOT = join(import.meta.dirname, '../..');
const STAND_IN_ORIGIN = 'https://bundle.app.invalid/';

type Acts = { readonly [A in keyof ControlActs]: (...args: Parameters<ControlActs[A]>) => Promise<Answer<A>> };
type Answer<A extends keyof ControlActs> = Awaited<ReturnType<ControlActs[A]>>;

/** The desktop around the app, as far as real Electron and its stand-in can both be moved by a test. */
export interface DesktopControl {
  /** suspend, resume, lock-screen, user-did-resign-active */
  power(event: string): Promise<void>;
  clipboardText(): Promise<string>;
  setClipboard(text: string): Promise<void>;
  /** Presses that button of the dialog which is open, or of the next one. */
  answerBox(label: string): Promise<void>;
  /** What only the stand-in can do; null on real Electron. */
  readonly standIn: Acts | null;
}

export interface RunningDesktop extends RunningHost {
  readonly desktop: DesktopControl;
}

/** Starts out/main/desktop.js over `home`: on real Electron if KEYHARBOR_E2E_HOST is "electron", else on the stand-in. */
export function startDesktopHost(home: string, env: NodeJS.ProcessEnv = {}): Promise<RunningDesktop> {
  return process.env.KEYHARBOR_E2E_HOST === 'electron' ? startElectron(home, env) : startStandIn(home, env);
}

async function startStandIn(home: string, env: NodeJS.ProcessEnv): Promise<RunningDesktop> {
  const temp = mkdtempSync(join(tmpdir(), 'kh-e2e-'));
  const register = join(import.meta.dirname, 'electron-stand-in/register.mjs');
  const host = spawn(process.execPath, ['--import', register, join(ROOT, 'out/main/desktop.js')], {
    cwd: ROOT,
    env: {
      ...process.env,
      KEYHARBOR_HOME: home,
      TMPDIR: temp,
      KEYHARBOR_BROWSER: join(import.meta.dirname, 'chromium-with-port'),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const watched = watch(host);
  const { browser, page } = await attach(temp, STAND_IN_ORIGIN, watched);
  const standIn = standInActs(host);
  return {
    page,
    process: host,
    browser,
    output: watched.output,
    desktop: {
      power: (event) => standIn.power(event),
      clipboardText: async () => (await standIn.state()).clipboard['text/plain'] ?? '',
      setClipboard: (text) => standIn.setClipboard(text),
      answerBox: async (label) => void (await standIn.answerBox(label)),
      standIn,
    },
    close: async () => {
      if (host.exitCode === null && host.signalCode === null) host.kill('SIGTERM');
      const code = await watched.ended;
      rmSync(temp, { recursive: true, force: true, maxRetries: 5 });
      return code;
    },
  };
}

function standInActs(host: ChildProcess): Acts {
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  host.on('message', ({ id, result, error }: { id: number; result?: unknown; error?: string }) => {
    const { resolve, reject } = waiting.get(id) ?? {};
    waiting.delete(id);
    if (error === undefined) resolve?.(result as never);
    else reject?.(new Error(error));
  });
  const ask = (act: string, args: readonly unknown[]) =>
    new Promise((resolve, reject) => {
      const id = ++lastId;
      waiting.set(id, { resolve, reject });
      host.send({ id, act, args });
    });
  return new Proxy({} as Acts, {
    get:
      (_target, act) =>
      (...args: unknown[]) =>
        ask(String(act), args),
  });
}

async function startElectron(home: string, env: NodeJS.ProcessEnv): Promise<RunningDesktop> {
  const app = await electron.launch({
    args: [ROOT],
    env: definedOnly({ ...process.env, KEYHARBOR_HOME: home, ...env }),
  });
  const host = app.process();
  const { output, ended } = watch(host);
  await holdBoxes(app);
  const page = await app.firstWindow();
  await page.waitForLoadState();
  const browser = page.context().browser();
  if (browser === null) throw new Error('Electron shows no browser');
  return {
    page,
    process: host,
    browser,
    output,
    desktop: {
      power: (event) => app.evaluate(({ powerMonitor }, name) => void powerMonitor.emit(name), event),
      clipboardText: () => app.evaluate(({ clipboard }) => clipboard.readText()),
      setClipboard: (text) => app.evaluate(({ clipboard }, value) => clipboard.writeText(value), text),
      answerBox: (label) => answerHeldBox(app, label),
      standIn: null,
    },
    close: async () => {
      if (host.exitCode === null && host.signalCode === null) {
        await app.evaluate(({ app: running }) => running.quit()).catch(() => undefined);
      }
      return await ended;
    },
  };
}

interface HeldBox {
  readonly buttons: readonly string[];
  readonly answer: (response: number) => void;
}

/** Native dialogs cannot be pressed by a test: in real Electron they are kept open inside the process instead. */
async function holdBoxes(app: ElectronApplication): Promise<void> {
  await app.evaluate(({ dialog }) => {
    const held: HeldBox[] = [];
    Object.assign(globalThis, { heldBoxes: held });
    const hold = (_parent: unknown, { buttons = [] }: { buttons?: string[] }) =>
      new Promise((resolve) => {
        held.push({ buttons, answer: (response) => resolve({ response, checkboxChecked: false }) });
      });
    Object.assign(dialog, { showMessageBox: hold });
  });
}

async function answerHeldBox(app: ElectronApplication, label: string): Promise<void> {
  const answered = () =>
    app.evaluate((_electron, name) => {
      const box = (globalThis as unknown as { heldBoxes: HeldBox[] }).heldBoxes.shift();
      box?.answer(box.buttons.indexOf(name));
      return box !== undefined || null;
    }, label);
  await until(answered, { ended: new Promise(() => undefined), output: () => '' });
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
