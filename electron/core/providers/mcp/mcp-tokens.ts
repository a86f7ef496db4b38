import type { AuthorizationServer, ClientAuth, TokenEndpointResponse } from 'oauth4webapi';
import { z } from 'zod';
import type { TokenDescriptor } from '../../../../shared/provider/token.ts';
import { AppError } from '../../../../shared/errors.ts';
import { type OAuth, endOf, fetchFor, isOutcome, requestTokens } from '../tokens/oauth-request.ts';
import { refusedToken, TOKEN_STEP } from '../tokens/token-failure.ts';
import {
  failed,
  SignInRefused,
  type TokenOptions,
  type TokenOutcome,
  type TokenSubject,
} from '../tokens/token-subject.ts';
import type { Prepared } from '../tokens/sign-in.ts';
import { findMcpAuthorization, type McpPlace } from './mcp-authorization.ts';

export type McpSubject = TokenSubject<Extract<TokenDescriptor, { grant: 'mcp_oauth' }>>;

/** Where the server names another host for its sign-in than the owner agreed to. */
export class UnconfirmedIssuer extends AppError {
  /** What an edit that agrees to it changes. */
  readonly changes: { readonly fields: Readonly<Record<string, string>>; readonly local?: true };

  constructor(issuer: string, field: string, local: boolean) {
    super(
      'conflict',
      `This server lets ${new URL(issuer).host} sign people in, which nobody agreed to yet. Nothing was sent there.`,
      `If that is right: keyharbor edit REF --field ${field}=${issuer}${local ? ' --local' : ''}, then sign in again.`,
    );
    this.changes = { fields: { [field]: issuer }, ...(local ? { local } : {}) };
  }
}

/** What a registration (RFC 7591) brought; kept sealed with the tokens. */
const registered = z.object({
  client_id: z.string().min(1),
  client_secret: z.string().min(1).optional(),
  token_endpoint_auth_method: z.string().optional(),
});
type Registered = z.output<typeof registered>;

function placeOf({ provider, token, value, local }: McpSubject): McpPlace {
  return { provider, url: value(token.url) ?? '', issuer: value(token.issuer) ?? '', local };
}

/** The owner's own client, or the one that was registered at the last sign-in. */
function clientOf({ token, value }: McpSubject): Registered | null {
  const own = value(token.clientId);
  if (own !== undefined) return { client_id: own, client_secret: value(token.clientSecret) };
  const kept = value(token.registration);
  return kept === undefined ? null : registered.parse(JSON.parse(kept));
}

function clientAuth(client: Registered) {
  return (oauth: OAuth): ClientAuth => {
    if (client.client_secret === undefined) return oauth.None();
    return client.token_endpoint_auth_method === 'client_secret_basic'
      ? oauth.ClientSecretBasic(client.client_secret)
      : oauth.ClientSecretPost(client.client_secret);
  };
}

function tokensOf(
  { authKind, token }: McpSubject,
  answer: TokenEndpointResponse,
  askedAtMs: number,
  more: readonly (readonly [string, string])[] = [],
): TokenOutcome {
  const secrets = new Map([[authKind.primary, answer.access_token], ...more]);
  if (answer.refresh_token !== undefined) secrets.set(token.refreshToken, answer.refresh_token);
  return { kind: 'tokens', secrets, expiresAtMs: endOf(answer, askedAtMs) };
}

/** RFC 6749 section 6, for the same server and with the same client as at the sign-in. */
export async function refreshedMcp(subject: McpSubject, options: TokenOptions): Promise<TokenOutcome> {
  const { token, value } = subject;
  const askedAtMs = options.clock.now();
  const found = await findMcpAuthorization(placeOf(subject), options);
  if (found.kind === 'failed') return failed(found.verdict);
  const client = clientOf(subject);
  if (found.kind === 'unconfirmed' || client === null) {
    const why =
      found.kind === 'unconfirmed'
        ? `The server names another host for its sign-in now: ${new URL(found.issuer).host}. Nothing was sent there.`
        : 'The client of this sign-in is not known any more.';
    const hint = 'Sign in again: keyharbor rotate REF.';
    return failed({ result: 'invalid_key', latencyMs: null, detail: why, hint, facts: [TOKEN_STEP] });
  }
  const answer = await requestTokens(
    {
      subject,
      server: found.server,
      clientId: client.client_id,
      clientAuth: clientAuth(client),
      means: 'refresh_token',
      within: '',
      send: (oauth, server, of, auth, sending) =>
        oauth.refreshTokenGrantRequest(server, of, auth, value(token.refreshToken) ?? '', {
          ...sending,
          additionalParameters: { resource: found.resource },
        }),
    },
    options,
  );
  return isOutcome(answer) ? answer : tokensOf(subject, answer, askedAtMs);
}

/** RFC 7591: a public client, or whatever the server makes of it. */
async function register(
  subject: McpSubject,
  server: AuthorizationServer,
  redirectUrl: string,
  options: TokenOptions,
): Promise<Registered> {
  if (server.registration_endpoint === undefined) {
    throw new AppError(
      'unsupported',
      `${new URL(server.issuer).host} registers no clients by itself. Nothing was changed.`,
      `Register one there with the redirect http://127.0.0.1/signed-in and give it: --field ${subject.token.clientId}=ID`,
    );
  }
  const oauth = await import('oauth4webapi');
  const { fetch, failure } = fetchFor(subject, options);
  try {
    const response = await oauth.dynamicClientRegistrationRequest(
      server,
      {
        client_name: 'Keyharbor',
        redirect_uris: [redirectUrl],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      },
      { [oauth.customFetch]: fetch, [oauth.allowInsecureRequests]: subject.local },
    );
    return registered.parse(await oauth.processDynamicClientRegistrationResponse(response));
  } catch (error) {
    options.signal.throwIfAborted();
    if (failure() !== null) throw new SignInRefused(failure() as NonNullable<ReturnType<typeof failure>>);
    const word = error instanceof oauth.ResponseBodyError ? error.error : '';
    throw new SignInRefused({
      ...refusedToken(subject.provider.name, word, 'client', null),
      detail: `${new URL(server.issuer).host} did not register a client. Nothing was changed.`,
      hint: `Register one there by hand and give it: --field ${subject.token.clientId}=ID`,
    });
  }
}

/**
 * Everything before the browser opens: who signs people in, and as which client.
 * @throws UnconfirmedIssuer, SignInRefused, AppError `unsupported`, or the reason of `options.signal`.
 */
export async function prepareMcpSignIn(
  subject: McpSubject,
  whole: () => McpSubject,
  redirectUrl: string,
  options: TokenOptions,
): Promise<Prepared> {
  const { token, value } = subject;
  const found = await findMcpAuthorization(placeOf(subject), options);
  if (found.kind === 'failed') throw new SignInRefused(found.verdict);
  if (found.kind === 'unconfirmed') throw new UnconfirmedIssuer(found.issuer, token.issuer, subject.local);
  const own = value(token.clientId);
  const made = own === undefined ? await register(subject, found.server, redirectUrl, options) : null;
  const scope = value(token.scopes) ?? found.scopes;
  return {
    page: found.server.authorization_endpoint,
    parameters: {
      client_id: made?.client_id ?? own ?? '',
      resource: found.resource,
      ...(scope === '' ? {} : { scope }),
    },
    async exchange({ query, state, verifier, signal }) {
      const askedAtMs = options.clock.now();
      const asking = whole();
      const client = made ?? clientOf(asking);
      if (client === null) throw new Error('the client was there before');
      const answer = await requestTokens(
        {
          subject: asking,
          server: found.server,
          clientId: client.client_id,
          clientAuth: clientAuth(client),
          means: 'code',
          within: '',
          send: (oauth, server, of, auth, sending) => {
            const checked = oauth.validateAuthResponse(server, of, query, state);
            return oauth.authorizationCodeGrantRequest(server, of, auth, checked, redirectUrl, verifier, {
              ...sending,
              additionalParameters: { resource: found.resource },
            });
          },
        },
        { ...options, signal },
      );
      if (isOutcome(answer)) return answer;
      const kept = made === null ? [] : [[token.registration, JSON.stringify(made)] as const];
      return tokensOf(asking, answer, askedAtMs, kept);
    },
  };
}
