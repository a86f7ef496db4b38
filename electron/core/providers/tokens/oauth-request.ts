import type * as oauth4webapi from 'oauth4webapi';
import type { AuthorizationServer, Client, ClientAuth, TokenEndpointResponse } from 'oauth4webapi';
import type { TokenDescriptor } from '../../../../shared/provider/token.ts';
import { exchange, type Exchange } from '../http/http-exchange.ts';
import { jsonAt, type Verdict } from '../http/interpret.ts';
import { isSendableSecret } from '../sendable.ts';
import { failedExchange, refusedToken, type TokenMeans } from './token-failure.ts';
import { failed, tokenEndpoint, type TokenOptions, type TokenOutcome, type TokenSubject } from './token-subject.ts';

export type OAuth = typeof oauth4webapi;
export type WithTokenUrl = Extract<TokenDescriptor, { tokenUrl: unknown }>;

/** Where a request of the library ended that brought nothing it could read. */
class NoAnswer extends Error {
  readonly outcome: Exchange;

  constructor(outcome: Exchange) {
    super('no answer');
    this.outcome = outcome;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The answer as the specification has it. Slack and GitHub tell errors with status 200, Slack keeps a person's tokens
 * apart and has token types of its own; nobody's ID token is asked for.
 */
function normalised(outcome: Exchange, within: string): Response {
  const whole = outcome.kind === 'answer' ? parsed(outcome.text) : undefined;
  if (outcome.kind !== 'answer' || outcome.status >= 500 || outcome.status === 429) throw new NoAnswer(outcome);
  const error = jsonAt(whole, 'error');
  const tokens = jsonAt(whole, within) ?? whole;
  const headers = { 'content-type': 'application/json' };
  const access = jsonAt(tokens, 'access_token');
  // RFC 6749 appendix A.12; a space could not stand in a header of ours.
  if (typeof access === 'string' && isSendableSecret(access) && outcome.status < 300) {
    const kept = ['access_token', 'expires_in', 'refresh_token'].flatMap((name) => {
      const value = jsonAt(tokens, name);
      return value === undefined || value === null ? [] : [[name, value] as const];
    });
    return new Response(JSON.stringify({ token_type: 'bearer', ...Object.fromEntries(kept) }), {
      status: 200,
      headers,
    });
  }
  if (typeof error !== 'string') throw new NoAnswer(outcome);
  return new Response(JSON.stringify({ error }), { status: 400, headers });
}

/** The server whose token endpoint the catalogue names. */
export function catalogueServer({ token, value }: TokenSubject<WithTokenUrl>): AuthorizationServer {
  const endpoint = tokenEndpoint(token.tokenUrl, value);
  return { issuer: new URL(endpoint).origin, token_endpoint: endpoint };
}

export interface OAuthRequest {
  readonly subject: Pick<TokenSubject, 'provider' | 'local'>;
  /** Whose token endpoint is asked. */
  readonly server: AuthorizationServer;
  readonly clientId: string;
  readonly clientAuth: (oauth: OAuth) => ClientAuth;
  readonly means: TokenMeans;
  readonly within: string;
  readonly send: (
    oauth: OAuth,
    server: AuthorizationServer,
    client: Client,
    auth: ClientAuth,
    options: object,
  ) => Promise<Response>;
}

type LibraryFetch = (
  url: string,
  init: { headers: Record<string, string>; body: { toString(): string } | string },
) => Promise<Response>;

/** What the library takes for a fetch: under the address rules, with no redirect and 10 s in all. */
function fetchThrough(
  { local }: Pick<TokenSubject, 'local'>,
  options: TokenOptions,
  read: (outcome: Exchange) => Response,
): LibraryFetch {
  return async (url, init) => {
    const headers = new Map([...Object.entries(init.headers), ['user-agent', options.userAgent]] as const);
    const outcome = await exchange(
      { method: 'POST', url: new URL(url), headers, body: init.body.toString() },
      { policy: local ? 'local' : 'public', way: options.way, clock: options.clock, signal: options.signal },
    );
    return read(outcome);
  };
}

/** The same for what is no token endpoint; `failure` is what stood in the way where it brought no answer to read. */
export function fetchFor(
  subject: Pick<TokenSubject, 'provider' | 'local'>,
  options: TokenOptions,
): { readonly fetch: LibraryFetch; readonly failure: () => Verdict | null } {
  let verdict: Verdict | null = null;
  const fetch = fetchThrough(subject, options, (outcome) => {
    if (outcome.kind !== 'answer' || outcome.status >= 500 || outcome.status === 429) {
      verdict = failedExchange(subject.provider, outcome);
      throw new NoAnswer(outcome);
    }
    return new Response(outcome.text, {
      status: outcome.status,
      headers: { 'content-type': outcome.headers.get('content-type') ?? '' },
    });
  });
  return { fetch, failure: () => verdict };
}

/**
 * One request to a token endpoint, under the address rules, with no redirect and 10 s in all.
 * Rejects only with the reason of `signal`.
 */
export async function requestTokens(
  request: OAuthRequest,
  options: TokenOptions,
): Promise<TokenEndpointResponse | TokenOutcome> {
  const oauth = await import('oauth4webapi');
  const { subject, server } = request;
  const { provider, local } = subject;
  let latencyMs: number | null = null;
  const fetch = fetchThrough(subject, options, (outcome) => {
    latencyMs = outcome.kind === 'answer' ? outcome.latencyMs : null;
    return normalised(outcome, request.within);
  });
  const client: Client = { client_id: request.clientId };
  const sending = { [oauth.customFetch]: fetch, [oauth.allowInsecureRequests]: local };
  try {
    const response = await request.send(oauth, server, client, request.clientAuth(oauth), sending);
    return await oauth.processGenericTokenEndpointResponse(server, client, response);
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof NoAnswer) return failed(failedExchange(provider, error.outcome));
    const word = error instanceof oauth.ResponseBodyError ? error.error : '';
    return failed(refusedToken(provider.name, word, request.means, latencyMs));
  }
}

export function isOutcome(answer: TokenEndpointResponse | TokenOutcome): answer is TokenOutcome {
  return 'kind' in answer && (answer.kind === 'failed' || answer.kind === 'tokens');
}

/** UTC epoch milliseconds at which an answer's token ends, counted from when it was asked for. */
export function endOf(answer: TokenEndpointResponse, askedAtMs: number): number | null {
  return answer.expires_in === undefined ? null : askedAtMs + Math.floor(answer.expires_in * 1000);
}
