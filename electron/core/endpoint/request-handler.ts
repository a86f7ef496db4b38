import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '../../../shared/errors.ts';
import type { Gate } from '../broker/gate.ts';
import type { LastUsed } from '../usage/last-used.ts';
import { send, sendError, sendRefusal, sendUnauthorized, sendWrongMethod } from './answer.ts';
import type { AuditTally } from './audit-tally.ts';
import type { BadTokenBrake } from './bad-token-brake.ts';
import type { ClientRates } from './client-rates.ts';
import type { ClientToken } from './client-token.ts';
import type { Clients, VerifiedClient } from './clients.ts';
import type { CredentialSource, VaultGate } from './deps.ts';
import { ALLOWED_METHODS, type RefusalStatus, refuse } from './guards.ts';
import type { InFlight } from './in-flight.ts';
import { listKeys, readKey, refuseWithoutGrant } from './key-routes.ts';
import { presentedToken } from './presented-token.ts';
import { requestHead } from './request-head.ts';
import { findRoute, type Route } from './routes.ts';

const JSON_TYPE = 'application/json';

export interface RequestHandlerDeps {
  readonly vault: VaultGate;
  readonly clients: Clients;
  readonly credentials: CredentialSource;
  readonly gate: Pick<Gate, 'admitClient'>;
  readonly lastUsed: Pick<LastUsed, 'note'>;
  readonly reads: AuditTally;
  readonly refusals: AuditTally;
  readonly rates: ClientRates;
  readonly brake: BadTokenBrake;
  readonly inFlight: InFlight;
  readonly version: string;
  readonly activity: () => void;
}

type Refused = (reason: string) => void;

/**
 * One request, through the checks in the order of SECURITY-DESIGN.md section 7: the guards (target, method, Host,
 * browser marks), then token, grant, rate, handler. Connection caps and parser limits were the server's.
 * @returns a listener; `hosts` is what `Host` may say on that server.
 */
export function requestHandler(deps: RequestHandlerDeps) {
  const refused: Refused = (reason) =>
    deps.refusals.add({ actor: 'system', action: 'endpoint.refused', target: '', result: 'refused', reason });

  return (request: IncomingMessage, response: ServerResponse, hosts: ReadonlySet<string>): void => {
    const head = requestHead(request);
    const refusal = refuse(head, hosts);
    if (refusal !== null) {
      refused(GUARD_REASONS[refusal] ?? 'request');
      sendRefusal(response, refusal, refusal === 405 ? ['Allow', ALLOWED_METHODS] : []);
      return;
    }
    const presented = presentedToken(head);
    if (presented.kind === 'in-url' || presented.kind === 'several') {
      refused(presented.kind === 'in-url' ? 'token-in-url' : 'several-tokens');
      if (presented.kind === 'in-url' && presented.token !== null) markExposed(deps, presented.token);
      sendRefusal(response, 400);
      return;
    }
    const route = findRoute(head.target);
    if (route.kind === 'health') {
      health(deps, head.method, response);
      return;
    }
    const client = authenticate(deps, presented.kind === 'token' ? presented.token : presented.kind, response, refused);
    if (client === null) return;
    try {
      serve(deps, client, route, head.method, request, response);
    } catch (error) {
      sendError(response, error, unread(request));
    }
  };
}

const GUARD_REASONS: Readonly<Partial<Record<RefusalStatus, string>>> = { 403: 'browser', 421: 'host' };

/** `GET /healthz`: no token, and nothing that is worth one. */
function health(deps: RequestHandlerDeps, method: string, response: ServerResponse): void {
  if (method !== 'GET') {
    sendRefusal(response, 405, ['Allow', 'GET']);
    return;
  }
  const locked = deps.vault.state !== 'unlocked';
  send(response, 200, JSON_TYPE, JSON.stringify({ status: 'ok', version: deps.version, locked }));
}

/** Answers and gives null where there is no client behind the request. */
function authenticate(
  deps: RequestHandlerDeps,
  token: ClientToken | 'none' | 'malformed',
  response: ServerResponse,
  refused: Refused,
): VerifiedClient | null {
  if (token === 'none') {
    refused('no-token');
    sendUnauthorized(response, 401);
    return null;
  }
  // Before any look-up: while locked nobody learns whether a token exists.
  if (token !== 'malformed' && deps.vault.state !== 'unlocked') {
    refused('locked');
    sendUnauthorized(response, 423);
    return null;
  }
  const client = token === 'malformed' ? null : deps.clients.verify(token);
  if (client !== null) return client;
  refused('bad-token');
  const waitMs = deps.brake.failed();
  sendUnauthorized(response, waitMs > 0 ? 429 : 401, waitMs);
  return null;
}

function serve(
  deps: RequestHandlerDeps,
  client: VerifiedClient,
  route: Exclude<Route, { kind: 'health' }>,
  method: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  deps.activity();
  deps.lastUsed.note('client', client.id, 'endpoint');
  if (route.kind === 'unknown') throw unknownPath();
  if (method !== 'GET') {
    sendWrongMethod(response, 'GET', unread(request));
    return;
  }
  try {
    refuseWithoutGrant(client, route);
  } catch (error) {
    const act = {
      actor: client.id,
      action: 'endpoint.refused',
      target: '',
      result: 'refused',
      reason: 'grant',
    } as const;
    deps.refusals.add(act);
    throw error;
  }
  const waitMs = deps.rates.take(client);
  if (waitMs > 0) throw tooMany(waitMs);
  if (!deps.inFlight.enter(client.id, response)) throw tooMany(1000);
  if (route.kind === 'list-keys') {
    send(response, 200, JSON_TYPE, listKeys(deps.credentials, client));
    return;
  }
  const answer = (body: Buffer) => {
    response.once('close', () => body.fill(0));
    send(response, 200, JSON_TYPE, body);
  };
  // Where it has to wait, the client may go or be revoked meanwhile: then its answer is cut.
  const read = readKey(deps, client, route, () => !response.destroyed);
  if (Buffer.isBuffer(read)) answer(read);
  else read.then(answer).catch((error: unknown) => response.destroyed || sendError(response, error));
}

/** No route takes a body yet: one that came along stays unread, so the connection ends with the answer. */
function unread(request: IncomingMessage): readonly string[] {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  return encoding === undefined && (length ?? '0') === '0' ? [] : ['Connection', 'close'];
}

function markExposed(deps: RequestHandlerDeps, token: ClientToken): void {
  if (deps.vault.state === 'unlocked') deps.clients.markExposed(token);
}

function unknownPath(): AppError {
  return new AppError(
    'not_found',
    'There is nothing at this path.',
    'Try GET /v1/keys or GET /v1/keys/PROVIDER/LABEL.',
  );
}

function tooMany(waitMs: number): AppError {
  return new AppError(
    'rate_limited',
    'This client asks too often. The request was not served.',
    'Wait as Retry-After says. The owner sets the rate with "keyharbor client add --rate".',
    { retryAfterMs: waitMs },
  );
}
