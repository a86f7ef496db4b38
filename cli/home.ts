import { accessSync, constants, lstatSync, readFileSync, type Stats, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { AppError } from '../shared/errors.ts';

/** A socket path longer than this does not fit everywhere; then it lies elsewhere and agent.json names it. */
const MAX_SOCKET_PATH_BYTES = 100;

/** The home of the vault as an absolute path (PRODUCT.md, "Where things live"). Nothing is created. */
export function homeFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  if (env.KEYHARBOR_HOME) return resolve(env.KEYHARBOR_HOME);
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Keyharbor');
  if (platform === 'win32') return join(env.APPDATA || join(homedir(), 'AppData', 'Roaming'), 'Keyharbor');
  // The XDG base directory specification: a relative path is ignored.
  const configured = env.XDG_CONFIG_HOME?.startsWith('/') ? env.XDG_CONFIG_HOME : join(homedir(), '.config');
  return join(configured, 'keyharbor');
}

/** Where the agent of this home listens, or null where agent.json would say and is not there. */
export function agentSocket(home: string, platform: NodeJS.Platform = process.platform): string | null {
  const socket = join(home, 'run', 'agent.sock');
  if (platform !== 'win32' && Buffer.byteLength(socket) <= MAX_SOCKET_PATH_BYTES) return socket;
  try {
    const file: unknown = JSON.parse(readFileSync(join(home, 'run', 'agent.json'), 'utf8'));
    const named = typeof file === 'object' && file !== null && 'socket' in file ? file.socket : null;
    return typeof named === 'string' ? named : null;
  } catch {
    return null;
  }
}

/** The process that says it serves this home and is still there, or null. Evidence for a person, nothing to act on. */
export function agentPid(home: string): number | null {
  try {
    const file: unknown = JSON.parse(readFileSync(join(home, 'run', 'agent.json'), 'utf8'));
    const pid = typeof file === 'object' && file !== null && 'pid' in file ? file.pid : null;
    if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid < 1) return null;
    process.kill(pid, 0);
    return pid;
  } catch {
    return null;
  }
}

/**
 * A password goes through this socket: it must be a socket, and ours, not one that another user put there.
 * @throws AppError `security_violation`, `forbidden`. A path where nothing is passes: connecting says so.
 */
export function assertOwnSocket(path: string): void {
  if (process.getuid === undefined) return;
  let found: Stats | undefined;
  try {
    found = lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return;
    throw notReadable(error);
  }
  if (found === undefined || (found.isSocket() && found.uid === process.getuid())) return;
  throw new AppError(
    'security_violation',
    'The agent socket in the home belongs to someone else or is no socket. Nothing was sent.',
    'Check who owns the folder that KEYHARBOR_HOME names, or use another one.',
  );
}

const ANOTHER_HOME = 'Move it away, or set KEYHARBOR_HOME to another folder.';

/**
 * That no vault is there says nothing where none could be made either: then this is what a person has to hear. Nothing is
 * made.
 * @throws AppError `internal`, `forbidden`.
 */
export function assertPossibleHome(home: string): void {
  let folder = home;
  for (;;) {
    const found = seen(folder);
    if (found === 'folder') break;
    if (found === 'other') {
      throw new AppError(
        'internal',
        folder === home
          ? 'Where the home of the vault should be is something that is no folder. There is no vault.'
          : 'A folder above the home of the vault is no folder. There is no vault.',
        ANOTHER_HOME,
      );
    }
    const above = dirname(folder);
    if (above === folder) return;
    folder = above;
  }
  if (folder === home) return;
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new AppError(
      'forbidden',
      'There is no vault, and its home cannot be made: the folder above it cannot be written.',
      'Check that the disk is writable and that the folder above it is yours, or set KEYHARBOR_HOME to another one.',
      { cause: error },
    );
  }
}

/** `nothing`: also below what is no folder. A link that leads nowhere is `other`: no folder can be made in its place. */
function seen(path: string): 'folder' | 'other' | 'nothing' {
  try {
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return 'nothing';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return 'nothing';
    throw notReadable(error);
  }
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? 'folder' : 'other';
}

function notReadable(cause: unknown): AppError {
  return new AppError(
    'forbidden',
    'The home of the vault cannot be read by this user. Nothing was done.',
    'Check who owns the folder that KEYHARBOR_HOME names, or use another one.',
    { cause },
  );
}
