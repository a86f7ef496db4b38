import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface BasicSite {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** "user:password" of each request that had a login. */
  readonly logins: readonly string[];
  readonly close: () => Promise<void>;
}

/** A site on loopback that asks everybody for user and password, and lets one login in. */
export async function basicSite(
  login: { readonly user: string; readonly password: string },
  serve: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<BasicSite> {
  const logins: string[] = [];
  const server = createServer((request, response) => {
    const [, encoded] = /^Basic (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    const given = encoded === undefined ? null : Buffer.from(encoded, 'base64').toString();
    if (given !== null) logins.push(given);
    if (given === `${login.user}:${login.password}`) return serve(request, response);
    response.writeHead(401, { 'www-authenticate': 'Basic realm="stand-in"' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    logins,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
