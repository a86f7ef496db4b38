import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { WayOut } from '../../electron/core/net/way-out.ts';

/** As it is where the owner set nothing. */
export const STRAIGHT: WayOut = { outboundProxy: '', caCertificates: '' };

export interface ConnectProxy {
  readonly url: string;
  /** Each CONNECT: `host:port`, and what stood beside it. */
  readonly asked: { readonly to: string; readonly headers: IncomingHttpHeaders }[];
}

/**
 * A real proxy on loopback that knows CONNECT and nothing else (RFC 9110, section 9.3.6). Whatever host it is asked for, it
 * leads to `port` of this computer; null: it lets nothing through. Closed when the test is finished.
 */
export async function connectProxy(port: number | null): Promise<ConnectProxy> {
  const asked: ConnectProxy['asked'] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on('connect', ({ url, headers }, client) => {
    asked.push({ to: url ?? '', headers });
    client.on('error', () => undefined);
    if (port === null) return client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const onward = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      client.pipe(onward).pipe(client);
    });
    onward.on('error', () => client.destroy());
    sockets.add(onward);
  });
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}
