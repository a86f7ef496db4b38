import { randomBytes } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, type Stats, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../../../shared/errors.ts';

/** `sun_path` holds 104 bytes on macOS and 108 on Linux, with the final NUL. */
export const MAX_SOCKET_PATH_BYTES = 100;
const TEMP_PREFIX = 'keyharbor-run-';
const WRITABLE_BY_OTHERS = 0o022;
const ANYTHING_FOR_OTHERS = 0o077;

export interface SocketPlace {
  readonly path: string;
  /** Beside it: the endpoint's socket, once it is on. */
  readonly endpointPath: string;
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
 * Where the sockets go: into `run/`, or where that path is too long for a socket into a folder of their own under the
 * system's temporary folder. On Windows: pipes whose names nobody can guess.
 */
export function chooseSocketPlace(run: string, platform: NodeJS.Platform = process.platform): SocketPlace {
  prepareSocketFolder(run);
  if (platform === 'win32') {
    const pipe = (name: string) => `\\\\.\\pipe\\keyharbor-${name}-${randomBytes(16).toString('hex')}`;
    return { path: pipe('agent'), endpointPath: pipe('endpoint') };
  }
  if (fits(run)) return inside(run);
  const base = [tmpdir(), '/tmp'].find((folder) => fits(join(folder, `${TEMP_PREFIX}XXXXXX`)));
  if (base === undefined) {
    throw new AppError(
      'unsupported',
      'No folder here has a path short enough for a socket.',
      'Set TMPDIR to a short path.',
    );
  }
  return inside(mkdtempSync(join(base, TEMP_PREFIX)));
}

const inside = (folder: string): SocketPlace => ({
  path: join(folder, 'agent.sock'),
  endpointPath: join(folder, 'endpoint.sock'),
});
const fits = (folder: string): boolean => Buffer.byteLength(inside(folder).endpointPath) <= MAX_SOCKET_PATH_BYTES;

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
