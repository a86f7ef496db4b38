import { randomBytes } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, type Stats, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../../../shared/errors.ts';

/** `sun_path` holds 104 bytes on macOS and 108 on Linux, with the final NUL. */
export const MAX_SOCKET_PATH_BYTES = 100;
/** Also the endpoint's, when it makes such a folder for its own socket. */
const TEMP_PREFIX = 'keyharbor-';
const NAME = 'agent.sock';
const WRITABLE_BY_OTHERS = 0o022;
const ANYTHING_FOR_OTHERS = 0o077;

export interface SocketPlace {
  readonly path: string;
  /** A folder made for the socket alone, to be removed at the end; null where it lies in `run/`. */
  readonly tempFolder: string | null;
}

function unsafe(what: string): AppError {
  return new AppError(
    'security_violation',
    `${what} Keyharbor did not start.`,
    'Move it away; Keyharbor makes a new one with the right owner and permissions.',
  );
}

function lstatOrNull(path: string): Stats | null {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null;
}

const isOurs = (stats: Stats): boolean => process.getuid === undefined || stats.uid === process.getuid();

/**
 * Makes sure that `folder` is a real folder of ours which nobody else can enter.
 * @throws AppError `security_violation`
 */
export function prepareSocketFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stats = lstatOrNull(folder);
  if (stats === null || !stats.isDirectory()) throw unsafe('The folder for the sockets is not a folder.');
  if (process.platform === 'win32') return;
  if (!isOurs(stats)) throw unsafe('The folder for the sockets belongs to somebody else.');
  if ((stats.mode & WRITABLE_BY_OTHERS) !== 0) throw unsafe('Others may write into the folder for the sockets.');
  if ((stats.mode & ANYTHING_FOR_OTHERS) !== 0) chmodSync(folder, 0o700);
}

/**
 * Where the agent socket goes: into `run/`, or where that path is too long for a socket into a folder of its own under
 * the system's temporary folder. On Windows: a pipe whose name nobody can guess.
 */
export function chooseSocketPlace(run: string, platform: NodeJS.Platform = process.platform): SocketPlace {
  prepareSocketFolder(run);
  if (platform === 'win32') {
    return { path: `\\\\.\\pipe\\keyharbor-agent-${randomBytes(16).toString('hex')}`, tempFolder: null };
  }
  const path = join(run, NAME);
  if (fits(path)) return { path, tempFolder: null };
  const base = [tmpdir(), '/tmp'].find((folder) => fits(join(folder, `${TEMP_PREFIX}XXXXXX`, NAME)));
  if (base === undefined) {
    throw new AppError(
      'unsupported',
      'No folder here has a path short enough for a socket.',
      'Set TMPDIR to a short path.',
    );
  }
  const tempFolder = mkdtempSync(join(base, TEMP_PREFIX));
  prepareSocketFolder(tempFolder);
  return { path: join(tempFolder, NAME), tempFolder };
}

const fits = (path: string): boolean => Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES;

/**
 * Removes a socket that a killed process left behind. Call it only while holding the writer lock and after connecting
 * failed. @throws AppError `security_violation` when what stands there is no socket of ours.
 */
export function removeStaleSocket(path: string): void {
  const stats = lstatOrNull(path);
  if (stats === null) return;
  if (!stats.isSocket()) throw unsafe('Something that is not a socket stands where the agent socket goes.');
  if (!isOurs(stats)) throw unsafe('The agent socket belongs to somebody else.');
  unlinkSync(path);
}

/**
 * Removes a socket with the folder that was made for it under the temporary folder, also one that a killed process left
 * there. A socket that lies elsewhere stays.
 */
export function removeTempSocket(socket: string): void {
  const folder = dirname(socket);
  if (!basename(folder).startsWith(TEMP_PREFIX) || ![tmpdir(), '/tmp'].includes(dirname(folder))) return;
  const stats = lstatOrNull(folder);
  if (stats === null || !stats.isDirectory() || !isOurs(stats)) return;
  removeStaleSocket(socket);
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}
