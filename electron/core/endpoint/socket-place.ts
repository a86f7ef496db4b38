import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../../shared/errors.ts';

const MAX_PATH_BYTES = 100; // macOS has room for 104, Linux for 108, with the final NUL
const NAME = 'endpoint.sock';

export interface SocketPlace {
  readonly path: string;
  /** Removes the folder if it was made for this socket alone. */
  release(): void;
}

const fits = (path: string): boolean => Buffer.byteLength(path) <= MAX_PATH_BYTES;

/**
 * `run/endpoint.sock`; where that path is too long, in a new 0700 folder under the temporary folder. On Windows a pipe
 * whose name nobody can guess.
 */
export function socketPlace(run: string, platform: NodeJS.Platform = process.platform): SocketPlace {
  if (platform === 'win32') {
    const name = `keyharbor-endpoint-${randomBytes(16).toString('hex')}`;
    return { path: `\\\\.\\pipe\\${name}`, release: () => undefined };
  }
  const path = join(run, NAME);
  if (fits(path)) {
    mkdirSync(run, { recursive: true, mode: 0o700 });
    return { path, release: () => undefined };
  }
  const base = [tmpdir(), '/tmp'].find((folder) => fits(join(folder, 'keyharbor-XXXXXX', NAME)));
  if (base === undefined) {
    throw new AppError('unsupported', 'No folder here is short enough for a socket.', 'Set TMPDIR to a short path.');
  }
  const folder = mkdtempSync(join(base, 'keyharbor-'));
  return { path: join(folder, NAME), release: () => rmSync(folder, { recursive: true, force: true }) };
}
