import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '../../../../shared/errors.ts';

/** Where the browser comes back to after a sign-in: one listener on loopback, for one answer (RFC 8252 section 7.3). */
export interface LoopbackRedirect {
  readonly url: string;
  /** The query of the first request that `isOurs`; rejects with the reason of `signal`. */
  readonly answered: Promise<URLSearchParams>;
  close(): void;
}

const PATH = '/signed-in';
const HEADERS = {
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; sandbox",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  connection: 'close',
};

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', () =>
      reject(
        new AppError(
          'conflict',
          'The port for the way back from the browser is taken. Nothing was changed.',
          'Close the program that uses it, or give another port.',
        ),
      ),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
}

/**
 * @param isOurs - tells the answer that was waited for (by its state) from whatever else a page in the browser sends:
 *   that is answered with 404 and changes nothing.
 * @throws AppError `conflict` where `port` is taken, or the reason of `signal`.
 */
export async function listenForRedirect(
  port: number,
  isOurs: (query: URLSearchParams) => boolean,
  signal: AbortSignal,
): Promise<LoopbackRedirect> {
  const server = createServer({ maxHeaderSize: 16 * 1024, requestTimeout: 10_000, headersTimeout: 5_000 });
  server.maxConnections = 16;
  await listen(server, port);
  const { port: bound, address } = server.address() as AddressInfo;
  if (address !== '127.0.0.1') throw new Error('not on loopback');
  const host = `127.0.0.1:${bound}`;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  // An event that was before we listened does not come again.
  if (signal.aborted) {
    close();
    throw signal.reason as Error;
  }
  const answered = new Promise<URLSearchParams>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    server.on('request', (request, response) => {
      const url = URL.parse(request.url ?? '', `http://${host}`);
      const known = request.method === 'GET' && request.headers.host === host && url?.pathname === PATH;
      if (!known || url.host !== host || !isOurs(url.searchParams)) {
        response.writeHead(404, HEADERS).end('There is nothing here.\n');
        return;
      }
      const text = url.searchParams.has('error')
        ? 'The sign-in was declined. You can close this page and go back to Keyharbor.\n'
        : 'Keyharbor has got the answer. You can close this page and go back to it.\n';
      response.writeHead(200, HEADERS).end(text);
      resolve(url.searchParams);
    });
  });
  answered.catch(() => undefined); // whoever waits for it hears of it
  return { url: `http://${host}${PATH}`, answered, close };
}
