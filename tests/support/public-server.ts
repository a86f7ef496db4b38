import { once } from 'node:events';
import { createServer } from 'node:https';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { selfSigned } from './self-signed.ts';

interface Seen {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/**
 * What stands in the internet under the name `host`: a real server on loopback with a certificate for it that only an owner
 * who trusts it (`cert`) can talk to. A `connectProxy` leads there. Closed when the test is finished.
 */
export async function publicServer(host: string, answer: (response: ServerResponse) => unknown) {
  const seen: Seen[] = [];
  const pem = selfSigned(host);
  const server = createServer(pem, (request, response) => {
    const { url = '', headers } = request;
    void text(request).then((body) => {
      seen.push({ url, headers, body });
      answer(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { seen, cert: pem.cert, port: (server.address() as AddressInfo).port };
}
