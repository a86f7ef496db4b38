import { createServer, IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { GuardedResponse, isClosing } from './answer.ts';
import { MAX_HEADER_BYTES } from './guards.ts';
import { leaveNow } from './leave-together.ts';

/** Limits of SECURITY-DESIGN.md section 7. */
const HEADERS_TIMEOUT_MS = 10_000;
const CHECK_TIMEOUTS_EVERY_MS = 2_000;
const BODY_IDLE_MS = 120_000;
const KEEP_ALIVE_MS = 5_000;
export const MAX_CONNECTIONS = 512;

/** The open connections of all listeners together. */
export class Connections {
  readonly #open = new Set<Socket>();

  /** False where there are too many: the connection was ended at once. */
  enter(socket: Socket): boolean {
    if (this.#open.size >= MAX_CONNECTIONS) {
      socket.destroy();
      return false;
    }
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    return true;
  }

  get size(): number {
    return this.#open.size;
  }

  cutAll(): void {
    for (const socket of this.#open) socket.destroy();
  }
}

/**
 * An HTTP server that is not listening yet. What its parser dislikes, and every CONNECT and upgrade, is cut without
 * an answer; all else goes to `handle`, which checks again what the parser lets through.
 */
export function guardedServer(
  connections: Connections,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const server = createServer({
    IncomingMessage,
    ServerResponse: GuardedResponse,
    insecureHTTPParser: false,
    requireHostHeader: true,
    joinDuplicateHeaders: false,
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: 0, // a slow body has the idle limit below; a whole one may take long (streams)
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: CHECK_TIMEOUTS_EVERY_MS,
    noDelay: true,
  });
  server.maxHeadersCount = 0; // Node would silently drop what is over; the guard counts and refuses
  server.timeout = BODY_IDLE_MS;
  server.on('connection', (socket) => connections.enter(socket));
  const handleNext: typeof handle = (request, response) => {
    if (!isClosing(request.socket)) handle(request, response);
  };
  server.on('request', handleNext);
  // `Expect: 100-continue` is answered after the guards, by the final answer; any other expectation by the guard.
  server.on('checkContinue', handleNext);
  server.on('checkExpectation', handleNext);
  server.on('clientError', (_error, socket) => cut(socket));
  server.on('connect', (_request, socket) => cut(socket));
  server.on('upgrade', (_request, socket) => cut(socket));
  return server;
}

/** What was answered before it on the same connection still leaves. */
function cut(socket: Duplex): void {
  leaveNow();
  socket.destroy();
}
