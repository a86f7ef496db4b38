import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { OAuthServerProvider } from '@modelcontextprotocol/sdk/server/auth/provider.js';
import {
  mcpAuthMetadataRouter,
  mcpAuthRouter,
  createOAuthMetadata,
} from '@modelcontextprotocol/sdk/server/auth/router.js';
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import { InvalidGrantError, InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { OAuthClientInformationFull, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js';
import { atEnd } from './checked.ts';

/** The SDK's own web framework, of which this needs little. */
interface WebApp {
  use: (handler: unknown) => void;
  all: (path: string, ...handlers: unknown[]) => void;
}
const express = createRequire(import.meta.resolve('@modelcontextprotocol/sdk/server/mcp.js'))('express') as {
  (): WebApp & RequestListener;
  json: () => unknown;
};

export interface Seen {
  readonly method: string;
  readonly path: string;
}

async function listening(app: RequestListener) {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    seen.push({ method: request.method ?? '', path: (request.url ?? '').replace(/\?.*/, '') });
    app(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

/** An authorization server by the official SDK's rules: codes with PKCE, refresh tokens that are good once. */
class Authorization implements OAuthServerProvider {
  readonly clients = new Map<string, OAuthClientInformationFull>();
  readonly codes = new Map<string, { challenge: string; client: string; resource: string }>();
  readonly live = new Map<string, string>();
  /** What each token was asked for. */
  readonly resources: string[] = [];
  refreshToken = '';
  #count = 0;

  readonly clientsStore = {
    getClient: (id: string) => this.clients.get(id),
    registerClient: (client: OAuthClientInformationFull) => {
      this.clients.set(client.client_id, client);
      return client;
    },
  };

  authorize: OAuthServerProvider['authorize'] = (client, { state, codeChallenge, redirectUri, resource }, response) => {
    const code = randomUUID();
    this.codes.set(code, { challenge: codeChallenge, client: client.client_id, resource: resource?.href ?? '' });
    const back = new URL(redirectUri);
    back.searchParams.set('code', code);
    back.searchParams.set('state', state ?? '');
    (response as unknown as { redirect: (to: string) => void }).redirect(back.href);
    return Promise.resolve();
  };

  challengeForAuthorizationCode: OAuthServerProvider['challengeForAuthorizationCode'] = (_client, code) => {
    const found = this.codes.get(code);
    return found === undefined ? Promise.reject(new InvalidGrantError('no')) : Promise.resolve(found.challenge);
  };

  exchangeAuthorizationCode: OAuthServerProvider['exchangeAuthorizationCode'] = (
    client,
    code,
    _verifier,
    _redirect,
    resource,
  ) => {
    const found = this.codes.get(code);
    this.codes.delete(code);
    if (found?.client !== client.client_id || found.resource !== resource?.href) {
      return Promise.reject(new InvalidGrantError('no'));
    }
    return Promise.resolve(this.#tokens(client, resource.href));
  };

  exchangeRefreshToken: OAuthServerProvider['exchangeRefreshToken'] = (client, token, _scopes, resource) =>
    token === this.refreshToken
      ? Promise.resolve(this.#tokens(client, resource?.href ?? ''))
      : Promise.reject(new InvalidGrantError('used'));

  verifyAccessToken: OAuthServerProvider['verifyAccessToken'] = (token) => {
    const clientId = this.live.get(token);
    if (clientId === undefined) return Promise.reject(new InvalidTokenError('unknown'));
    return Promise.resolve({ token, clientId, scopes: [], expiresAt: Math.floor(Date.now() / 1000) + 3600 });
  };

  #tokens(client: OAuthClientInformationFull, resource: string): OAuthTokens {
    this.#count += 1;
    this.resources.push(resource);
    this.live.clear();
    this.live.set(`FAKE-access-${this.#count}`, client.client_id);
    this.refreshToken = `FAKE-refresh-${this.#count}`;
    return {
      access_token: `FAKE-access-${this.#count}`,
      refresh_token: this.refreshToken,
      token_type: 'bearer',
      expires_in: 3600,
    };
  }
}

async function answerMcp(request: IncomingMessage & { readonly body?: unknown }, response: unknown): Promise<void> {
  const server = new McpServer({ name: 'guarded', version: '1.0.0' });
  server.registerTool('one', { description: 'first' }, () => ({ content: [] }));
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
  await server.connect(transport);
  await transport.handleRequest(request, response as Parameters<typeof transport.handleRequest>[1], request.body);
}

/**
 * A guarded MCP server made with the official SDK, and its authorization server.
 * @param apart - the authorization server is on another host (here: another port).
 * @param told - where the metadata lie instead of the well-known place, named in `WWW-Authenticate`.
 */
export async function guardedMcp({ apart = false, told = '' } = {}) {
  const authorization = new Authorization();
  const app = express();
  const { origin, seen } = await listening(app);
  const resourceServerUrl = new URL('/mcp', origin);
  let issuer = { origin, seen };
  if (told !== '') {
    const issuerUrl = new URL(origin);
    const metadata = { resource: resourceServerUrl.href, authorization_servers: [origin], scopes_supported: ['told'] };
    // The router names itself at the well-known place of the host, as another resource than this one.
    app.all('/told', (_request: unknown, response: { json: (body: object) => void }) => response.json(metadata));
    app.use(mcpAuthRouter({ provider: authorization, issuerUrl, resourceServerUrl: new URL('/other', origin) }));
  } else if (apart) {
    const other = express();
    issuer = await listening(other);
    other.use(mcpAuthRouter({ provider: authorization, issuerUrl: new URL(issuer.origin) }));
    const oauthMetadata = createOAuthMetadata({ provider: authorization, issuerUrl: new URL(issuer.origin) });
    app.use(mcpAuthMetadataRouter({ oauthMetadata, resourceServerUrl, scopesSupported: ['tools'] }));
  } else {
    const issuerUrl = new URL(origin);
    app.use(mcpAuthRouter({ provider: authorization, issuerUrl, resourceServerUrl, scopesSupported: ['tools'] }));
  }
  app.use(express.json());
  const bearer = { verifier: authorization };
  const metadata = told === '' ? {} : { resourceMetadataUrl: new URL(told, origin).href };
  app.all('/mcp', requireBearerAuth({ ...bearer, ...metadata }), answerMcp);
  return { url: resourceServerUrl.href, origin, seen, issuer, authorization };
}
