import type { Socket } from 'node:net';
import { type IncomingMessage, type OutgoingHttpHeader, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { AppError, ERROR_OUTCOMES, toErrorBody } from '../../../shared/errors.ts';
import { databaseError } from '../store/sqlite-error.ts';
import { SECURITY_HEADERS } from './header-lists.ts';
import { leaveTogether } from './leave-together.ts';
import { genericProblem, genericVaultProblem, PROBLEM_TYPE, problem, VAULT_TYPE, vaultProblem } from './problem.ts';
import type { Surface } from './route.ts';

type Headers = OutgoingHttpHeaders | OutgoingHttpHeader[];

const closing = new WeakSet<Socket>();

/**
 * Whether the last answer on this connection was or will be given. Node goes on parsing what was sent behind such a
 * request and would hand it to the handler, without sending its answer.
 */
export function isClosing(socket: Socket): boolean {
  return closing.has(socket);
}

/** Puts the security headers on every answer, on those that Node's server writes by itself too (no Host: 400). */
export class GuardedResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
  override writeHead(status: number, messageOrHeaders?: string | Headers, headers?: Headers): this {
    const given = typeof messageOrHeaders === 'string' ? headers : messageOrHeaders;
    const list = Array.isArray(given)
      ? given
      : Object.entries(given ?? {}).flatMap(([name, value]) => [name, value ?? '']);
    if (!this.shouldKeepAlive || list.includes('close')) closing.add(this.req.socket);
    return super.writeHead(status, [...list, ...SECURITY_HEADERS] as OutgoingHttpHeader[]);
  }
}

/** Sends a whole answer. @param extra - further headers: name, value, name, value. */
export function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Buffer,
  extra: readonly string[] = [],
): void {
  const length = String(typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength);
  response.writeHead(status, ['Content-Type', type, 'Content-Length', length, ...extra]);
  leaveTogether(response, body);
}

/** Says no without saying why, and closes the connection: what follows on it is not to be trusted. */
export function sendRefusal(response: ServerResponse, status: number, extra: readonly string[] = []): void {
  send(response, status, PROBLEM_TYPE, genericProblem(status), ['Connection', 'close', ...extra]);
}

/** 401, 423 or 429: the request was well-formed, so the connection may be used again. */
export function sendUnauthorized(
  response: ServerResponse,
  status: 401 | 423 | 429,
  retryAfterMs = 0,
  surface: Surface = 'problem',
): void {
  const extra = status === 401 ? ['WWW-Authenticate', 'Bearer'] : []; // RFC 9110 section 15.5.2
  const isVault = surface === 'vault';
  const body = isVault ? genericVaultProblem(status) : genericProblem(status);
  send(response, status, isVault ? VAULT_TYPE : PROBLEM_TYPE, body, [...extra, ...retryAfter(retryAfterMs)]);
}

/** Any failure after the token check. What is not an AppError becomes `internal`: its text could hold a secret. */
export function sendError(
  response: ServerResponse,
  error: unknown,
  extra: readonly string[] = [],
  surface: Surface = 'problem',
): void {
  const body = toErrorBody(databaseError(error));
  const status = ERROR_OUTCOMES[body.code].http;
  const isVault = surface === 'vault';
  const text = isVault ? vaultProblem(body) : problem(body);
  send(response, status, isVault ? VAULT_TYPE : PROBLEM_TYPE, text, [...extra, ...retryAfter(body.retryAfterMs ?? 0)]);
}

/** A known path and another method. RFC 9110 section 15.5.6 wants the list of those that work. */
export function sendWrongMethod(
  response: ServerResponse,
  allowed: string,
  extra: readonly string[] = [],
  surface: Surface = 'problem',
): void {
  const error = new AppError('invalid_input', 'This path does not take that method.', `It takes: ${allowed}.`);
  const isVault = surface === 'vault';
  const text = isVault ? vaultProblem(error) : problem(error, 405);
  send(response, 405, isVault ? VAULT_TYPE : PROBLEM_TYPE, text, ['Allow', allowed, ...extra]);
}

/** Whole seconds, rounded up (RFC 9110 section 10.2.3). */
function retryAfter(ms: number): readonly string[] {
  return ms > 0 ? ['Retry-After', String(Math.ceil(ms / 1000))] : [];
}
