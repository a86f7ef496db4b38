import { chmodSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { AppError, toErrorBody } from '../../shared/errors.ts';
import { type SocketConnectionDeps, SocketConnection } from './socket-connection.ts';

export const MAX_CONNECTIONS = 64;
const DRAIN_MS = 3000;

export interface SocketServer {
  readonly path: string;
  /** Takes no more, answers what runs (at most 3 s), ends every connection. The socket file is gone afterwards. */
  close(): Promise<void>;
}

/**
 * Serves the contract to the owner's command line. The file system is the only gate: `path` must lie in a folder of ours
 * with mode 0700 (hosts/common/run-folder.ts) where nothing stands in the way; a path that begins with `\\.\pipe\` is a
 * named pipe.
 * @throws AppError `conflict` when the path is in use, `internal` when it cannot be bound.
 */
export async function serveOnSocket(path: string, deps: SocketConnectionDeps): Promise<SocketServer> {
  const connections = new Set<SocketConnection>();
  let count = 0;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    if (connections.size >= MAX_CONNECTIONS) return turnAway(socket);
    const connection = new SocketConnection(socket, `socket-${++count}`, deps);
    connections.add(connection);
    socket.once('close', () => connections.delete(connection));
    void connection.serve();
  });
  await listen(server, path);
  // An accept that failed (out of descriptors, say) must not end the agent.
  server.on('error', () => undefined);

  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    const late = deps.clock.after(DRAIN_MS, () => {
      for (const connection of connections) connection.destroy();
    });
    for (const connection of connections) void connection.finish();
    await closed;
    late();
  };
  return { path, close };
}

function turnAway(socket: Socket): void {
  socket.on('error', () => socket.destroy());
  const error = toErrorBody(
    new AppError('rate_limited', 'Too many programs are connected. Nothing was done.', 'Close some, then try again.'),
  );
  socket.end(`${JSON.stringify({ id: null, error })}\n`, () => socket.destroy());
}

async function listen(server: Server, path: string): Promise<void> {
  const isPipe = path.startsWith('\\\\.\\pipe\\');
  try {
    const listening = new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.once('listening', () => {
        server.removeListener('error', reject);
        resolve();
      });
    });
    // The path is bound before `listen` returns: 0600 from its first moment, whatever the umask of who started us.
    const umask = isPipe ? null : process.umask(0o177);
    try {
      server.listen(path);
    } finally {
      if (umask !== null) process.umask(umask);
    }
    await listening;
    if (!isPipe) chmodSync(path, 0o600);
  } catch (error) {
    const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    throw inUse
      ? new AppError('conflict', 'Another program listens where Keyharbor would.', 'See "keyharbor doctor".')
      : new AppError(
          'internal',
          'The agent socket could not be made. Nothing was changed.',
          'See "keyharbor doctor".',
          {
            cause: error,
          },
        );
  }
}
