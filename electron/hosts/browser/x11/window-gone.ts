import { X11Connection } from './x11-connection.ts';

/** A window manager may put frames around windows, and desktops may nest them once more. */
const DEEPEST = 4;

export interface WindowWatch {
  /** Resolves when the window is destroyed, whoever did it. Never rejects. */
  readonly gone: Promise<void>;
  close(): void;
}

/**
 * Under X11 another program can destroy a window (XDestroyWindow). Chromium does not hear of it: it goes on for a page
 * that nobody can see or close. null where there is no X server here, or no such window on it (Wayland, macOS, Windows).
 * @param pid - of the browser. @param title - what the window's title holds.
 */
export async function watchWindow(env: NodeJS.ProcessEnv, pid: number, title: string): Promise<WindowWatch | null> {
  if (process.platform !== 'linux') return null;
  const connection = await X11Connection.open(env);
  if (connection === null) return null;
  const [pidAtom, nameAtom] = await Promise.all([connection.atom('_NET_WM_PID'), connection.atom('_NET_WM_NAME')]);
  const isOurs = async (window: number): Promise<boolean> => {
    const [owner, name] = await Promise.all([
      connection.property(window, pidAtom),
      connection.property(window, nameAtom),
    ]);
    return owner.length >= 4 && owner.readUInt32LE(0) === pid && name.toString('utf8').includes(title);
  };
  const find = async (window: number, depth: number): Promise<number | null> => {
    if (await isOurs(window)) return window;
    if (depth === DEEPEST) return null;
    for (const child of await connection.children(window)) {
      const found = await find(child, depth + 1);
      if (found !== null) return found;
    }
    return null;
  };
  const found = pidAtom === 0 || nameAtom === 0 ? null : await find(connection.root, 0);
  if (found === null) {
    connection.close();
    return null;
  }
  const { promise, resolve } = Promise.withResolvers<void>();
  connection.onDestroyed((window) => {
    if (window === found) resolve();
  });
  connection.watch(found);
  // It may have gone between the search and the watch.
  if (!(await isOurs(found))) resolve();
  return { gone: promise, close: () => connection.close() };
}
