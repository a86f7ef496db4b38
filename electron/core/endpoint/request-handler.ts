import type { IncomingMessage, ServerResponse } from 'node:http';
import { grantCovers } from '../../../shared/grant.ts';
import { sendError, sendRefusal, sendUnauthorized, sendWrongMethod } from './answer.ts';
import type { ClientToken } from './client-token.ts';
import type { VerifiedClient } from './clients.ts';
import { ALLOWED_METHODS, type RefusalStatus, refuse } from './guards.ts';
import type { ProxyAsked } from '../proxy/call-deps.ts';
import { proxyTarget } from '../proxy/target.ts';
import { readJsonBody } from './json-body.ts';
import { countRefusal } from './opened-key.ts';
import { presentedToken } from './presented-token.ts';
import { clientTooOften, missingGrant, tooManyOpen, unknownPath, wrongQuery } from './refusals.ts';
import type { RequestDeps } from './request-deps.ts';
import { requestHead } from './request-head.ts';
import type { ClientAsked, ClientRoute, Params, Surface } from './route.ts';
import type { Found, RouteTable } from './route-table.ts';

type Refused = (reason: string) => void;

/**
 * One request, through the checks in the order of SECURITY-DESIGN.md section 7: the guards (target, method, Host,
 * browser marks), then token, grant, rate, consent, handler. Connection caps and parser limits were the server's.
 * @returns a listener; `hosts` is what `Host` may say on that server.
 */
export function requestHandler(deps: RequestDeps, table: RouteTable) {
  const { metrics } = deps;
  const refused: Refused = (reason) =>
    deps.refusals.add({ actor: 'system', action: 'endpoint.refused', target: '', result: 'refused', reason });

  return (request: IncomingMessage, response: ServerResponse, hosts: ReadonlySet<string>): void => {
    const head = requestHead(request);
    const refusal = refuse(head, hosts);
    if (refusal !== null) {
      const reason = GUARD_REASONS[refusal] ?? 'request';
      refused(reason);
      metrics.refused.inc({ reason });
      sendRefusal(response, refusal, refusal === 405 ? ['Allow', ALLOWED_METHODS] : []);
      return;
    }
    const presented = presentedToken(head);
    if (presented.kind === 'in-url' || presented.kind === 'several') {
      const reason = presented.kind === 'in-url' ? 'token-in-url' : 'several-tokens';
      refused(reason);
      metrics.refused.inc({ reason });
      if (presented.kind === 'in-url' && presented.token !== null) markExposed(deps, presented.token);
      sendRefusal(response, 400);
      return;
    }
    const token = presented.kind === 'token' ? presented.token : presented.kind;
    const target = deps.proxy === null ? null : proxyTarget(head.target);
    if (target !== null) {
      const client = authenticate(deps, token, response, 'problem', refused);
      if (client !== null) serveProxied(deps, client, { target, head, request, response });
      return;
    }
    const found = table.find(head.method, head.target);
    if (isPublic(found)) {
      servePublic(found, request, response);
      return;
    }
    const client = authenticate(deps, token, response, surfaceOf(found), refused);
    if (client !== null) serve(deps, client, found, request, response);
  };
}

const GUARD_REASONS: Readonly<Partial<Record<RefusalStatus, string>>> = { 403: 'browser', 421: 'host' };

const surfaceOf = (found: Found): Surface =>
  found.kind === 'route' ? (found.route.surface ?? 'problem') : found.surface;

function isPublic(found: Found): found is Exclude<Found, { kind: 'unknown' | 'wrong-query' }> {
  if (found.kind === 'wrong-method') return found.isPublic;
  return found.kind === 'route' && found.route.access.kind === 'public';
}

/** No token, and nothing that is worth one. */
function servePublic(
  found: Exclude<Found, { kind: 'unknown' | 'wrong-query' }>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (found.kind === 'wrong-method') {
    sendRefusal(response, 405, ['Allow', found.allow]);
    return;
  }
  const { route, params, query } = found;
  if (route.access.kind === 'public')
    (route as Extract<typeof route, { access: { kind: 'public' } }>).handle({ params, query, request, response });
}

/** Answers and gives null where there is no client behind the request. */
function authenticate(
  deps: RequestDeps,
  token: ClientToken | 'none' | 'malformed',
  response: ServerResponse,
  surface: Surface,
  refused: Refused,
): VerifiedClient | null {
  const failed = (reason: 'no-token' | 'locked' | 'bad-token'): null => {
    refused(reason);
    deps.metrics.authFailures.inc({ reason });
    return null;
  };
  if (token === 'none') {
    sendUnauthorized(response, 401, 0, surface);
    return failed('no-token');
  }
  // Before any look-up: while locked nobody learns whether a token exists.
  if (token !== 'malformed' && deps.vault.state !== 'unlocked') {
    sendUnauthorized(response, 423, 0, surface);
    return failed('locked');
  }
  const client = token === 'malformed' ? null : (deps.loans.verify(token) ?? deps.clients.verify(token));
  if (client !== null) return client;
  const waitMs = deps.brake.failed();
  sendUnauthorized(response, waitMs > 0 ? 429 : 401, waitMs, surface);
  return failed('bad-token');
}

/** Of a known client. Whatever goes wrong from here on is told in full. */
function serve(
  deps: RequestDeps,
  client: VerifiedClient,
  found: Found,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  deps.activity();
  deps.lastUsed.note('client', client.id, 'endpoint');
  if (found.kind === 'wrong-method') {
    sendWrongMethod(response, found.allow, unread(request), found.surface);
    return;
  }
  const surface = surfaceOf(found);
  const failed = (error: unknown): void => {
    if (!response.destroyed && !response.headersSent) sendError(response, error, unread(request), surface);
    else response.destroy(); // an answer that broke off must not look whole
  };
  try {
    if (found.kind === 'unknown') throw unknownPath();
    if (found.kind === 'wrong-query') throw wrongQuery(found.names);
    const route = found.route as ClientRoute;
    const asked = new Request(client, found.params, found.query, request, response, route);
    if (!asked.granted && !(route.access.kind === 'credential' && route.access.asks)) {
      countRefusal(deps, asked);
      throw missingGrant(neededGrant(route, found.params));
    }
    letIn(deps, client, response);
    const handled = route.body === undefined ? route.handle(asked) : withBody(deps, route.body.schema, route, asked);
    handled?.catch(failed);
  } catch (error) {
    failed(error);
  }
}

/** @throws AppError `rate_limited` where the client asks too often or has too much open. */
function letIn(deps: RequestDeps, client: VerifiedClient, response: ServerResponse): void {
  const waitMs = deps.rates.take(client);
  if (waitMs > 0) {
    deps.metrics.denied.inc({ reason: 'rate' });
    throw clientTooOften(waitMs);
  }
  if (!deps.inFlight.enter(client.id, response)) {
    deps.metrics.denied.inc({ reason: 'in-flight' });
    throw tooManyOpen();
  }
}

/** Any method, path, query and body behind a provider's name: the proxy has rules of its own. */
function serveProxied(deps: RequestDeps, client: VerifiedClient, asked: Omit<ProxyAsked, 'client'>): void {
  deps.activity();
  deps.lastUsed.note('client', client.id, 'endpoint');
  try {
    letIn(deps, client, asked.response);
  } catch (error) {
    sendError(asked.response, error, unread(asked.request));
    return;
  }
  deps.proxy?.serve({ ...asked, client });
}

async function withBody(
  deps: RequestDeps,
  schema: NonNullable<ClientRoute['body']>['schema'],
  route: ClientRoute,
  asked: Request,
): Promise<void> {
  asked.body = await readJsonBody(asked.request, asked.response, schema, deps.clock);
  // While the body came the client may have been revoked and the vault locked: then the answer was cut.
  if (!asked.response.destroyed) await route.handle(asked);
}

class Request implements ClientAsked {
  readonly client: VerifiedClient;
  readonly params: Params;
  readonly query: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly granted: boolean;
  body: unknown = undefined;
  #abort: AbortController | null = null;

  constructor(
    client: VerifiedClient,
    params: Params,
    query: string,
    request: IncomingMessage,
    response: ServerResponse,
    route: ClientRoute,
  ) {
    this.client = client;
    this.params = params;
    this.query = query;
    this.request = request;
    this.response = response;
    this.granted = isGranted(client, route, params);
  }

  /** Made when first asked for: most requests are over before anybody could wait. */
  get signal(): AbortSignal {
    if (this.#abort === null) {
      const abort = new AbortController();
      this.#abort = abort;
      if (this.response.destroyed) abort.abort();
      else this.response.once('close', () => abort.abort());
    }
    return this.#abort.signal;
  }
}

function isGranted(client: VerifiedClient, { access }: ClientRoute, { provider, label }: Params): boolean {
  if (access.kind === 'client') return true;
  const { grant } = access;
  return access.kind === 'credential'
    ? client.grants.some((held) => grantCovers(held, access.grant, provider, label))
    : client.grants.some((held) => held.kind === grant);
}

function neededGrant({ access }: ClientRoute, { provider, label }: Params): string {
  if (access.kind === 'client') return '';
  return access.kind === 'credential' ? `${access.grant}:${provider}/${label}` : access.grant;
}

/** A body that came along and was not read to its end: the connection ends with the answer. */
function unread(request: IncomingMessage): readonly string[] {
  if (request.readableEnded) return [];
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  return encoding === undefined && (length ?? '0') === '0' ? [] : ['Connection', 'close'];
}

function markExposed(deps: RequestDeps, token: ClientToken): void {
  if (deps.vault.state === 'unlocked') deps.clients.markExposed(token);
}
