import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import { connect, type ListenOptions, type Server } from 'node:net';
import { dirname } from 'node:path';
import { AppError } from '../../../shared/errors.ts';

const LOOPBACK = '127.0.0.1';
const PRIVATE_UMASK = 0o077;

/**
 * Listens on 127.0.0.1 only, and makes sure of it. Never on another port than the one asked for (0: any).
 * @returns the port. @throws AppError `conflict` where it is taken; `forbidden` where it may not be used.
 */
export async function listenOnLoopback(server: Server, port: number): Promise<number> {
  try {
    await listening(server, { host: LOOPBACK, port, exclusive: true });
  } catch (error) {
    throw portProblem(error);
  }
  const address = server.address();
  if (address === null || typeof address === 'string' || address.address !== LOOPBACK) {
    server.close();
    throw new AppError('security_violation', 'The endpoint did not get a loopback address. It stays off.');
  }
  return address.port;
}

function portProblem(error: unknown): AppError {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EADDRINUSE') {
    return new AppError(
      'conflict',
      'Another program uses this port. The endpoint was not switched on there.',
      'Choose another port: keyharbor endpoint on --port N (0 takes any free one).',
    );
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new AppError(
      'forbidden',
      'This user may not use this port. The endpoint was not switched on there.',
      'Choose a port from 1024 up: keyharbor endpoint on --port N',
    );
  }
  return new AppError('internal', 'The endpoint could not be switched on. Nothing else was affected.', '', {
    cause: error,
  });
}

/**
 * Listens on a socket file (0600, in a 0700 folder of ours) or, on Windows, on a named pipe.
 * @throws AppError `security_violation` where folder or file is not as it must be; `conflict` where somebody answers.
 */
export async function listenOnSocket(server: Server, path: string): Promise<void> {
  if (process.platform === 'win32') {
    await listening(server, { path });
    return;
  }
  assertPrivateFolder(dirname(path));
  await removeStaleSocket(path);
  const umask = process.umask(PRIVATE_UMASK);
  try {
    // Binding a path is done before `listen` returns, so the mask covers it and nothing else.
    const bound = listening(server, { path });
    process.umask(umask);
    await bound;
  } finally {
    process.umask(umask);
  }
  if (!lstatSync(path).isSocket()) {
    server.close();
    throw unsafe('The endpoint socket is not where it was put.');
  }
  chmodSync(path, 0o600);
}

/** @throws AppError `security_violation` unless `folder` is a real folder of ours that nobody else can enter. */
function assertPrivateFolder(folder: string): void {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  if (stats?.isDirectory() !== true) throw unsafe('The folder of the endpoint socket is missing or no folder.');
  if (stats.uid !== process.getuid?.()) throw unsafe('The folder of the endpoint socket belongs to somebody else.');
  if ((stats.mode & 0o077) !== 0) throw unsafe('Others may enter the folder of the endpoint socket.');
}

/** Removes what a killed process left: only a socket, only ours, only if nobody answers on it. */
async function removeStaleSocket(path: string): Promise<void> {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isSocket()) throw unsafe('Something that is not a socket stands where the endpoint socket goes.');
  if (stats.uid !== process.getuid?.()) throw unsafe('The endpoint socket belongs to somebody else.');
  if (await answers(path)) {
    throw new AppError(
      'conflict',
      'Another program answers on the endpoint socket of this home. The endpoint was not switched on.',
      'End the other Keyharbor ("keyharbor stop"), then try again.',
    );
  }
  unlinkSync(path);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // Full backlog or no permission is no proof that nobody is there.
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
}

function listening(server: Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function unsafe(what: string): AppError {
  return new AppError(
    'security_violation',
    `${what} The endpoint was not switched on.`,
    'Stop Keyharbor, move the "run" folder of its home away, and start again.',
  );
}
