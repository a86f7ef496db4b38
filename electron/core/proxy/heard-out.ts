import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';

type Written = (error?: Error | null) => void;

/** A reset under another name: undici takes one within a body that has no other end than its connection's for that end. */
class ConnectionReset extends Error {
  readonly code = 'CONNECTION_RESET'; // none that undici knows: it would send what waits again and again
}

/** The connections of this connector are heard out. */
export function connectsHeardOut(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) => {
    connect(options, (...opened) => {
      if (opened[0] === null) hearOut(opened[1]); // of one that failed undici gives no second argument
      callback(...opened);
    });
  };
}

/**
 * A server may refuse a long request before its end and close (RFC 9112 section 9.6). The next write then fails, and Node
 * drops the connection with the answer still unread. So a write that fails is not told before all was read that came.
 * And where a connection breaks within a body that has no other end than its own, undici takes it for whole: what broke
 * it is told under another name.
 */
function hearOut(socket: Socket): void {
  const write = socket._write.bind(socket);
  const writeAll = socket._writev?.bind(socket);
  let release: (() => void) | null = null;
  const told = (done: Written): Written => {
    return (error) => {
      if (!error || socket.destroyed || socket.readableEnded) done(error);
      else release = () => done(error);
    };
  };
  const over = (): void => {
    release?.();
    release = null;
  };
  socket.on('end', () => process.nextTick(over)); // whoever reads is told first
  socket.on('close', over);
  socket._write = (chunk, encoding, done) => write(chunk, encoding, told(done));
  if (writeAll !== undefined) socket._writev = (chunks, done) => writeAll(chunks, told(done));
  const destroy = socket._destroy.bind(socket);
  socket._destroy = (error, done) =>
    destroy(isReset(error) ? new ConnectionReset('reset', { cause: error }) : error, done);
}

function isReset(error: Error | null): boolean {
  return error !== null && 'code' in error && error.code === 'ECONNRESET';
}
