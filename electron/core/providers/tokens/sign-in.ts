import { timingSafeEqual } from 'node:crypto';
import { AppError } from '../../../../shared/errors.ts';
import type { TokenDescriptor } from '../../../../shared/provider/token.ts';
import { clientAuth } from './live-token.ts';
import { listenForRedirect } from './loopback-redirect.ts';
import type { McpSubject } from '../mcp/mcp-tokens.ts';
import { catalogueServer, endOf, isOutcome, requestTokens } from './oauth-request.ts';
import { refusedSignIn } from './token-failure.ts';
import { failed, type TokenOptions, type TokenOutcome, type TokenSubject } from './token-subject.ts';

/** Long enough for a second factor and a look at what is asked for. */
export const SIGN_IN_TIMEOUT_MS = 10 * 60_000;

type Catalogued = TokenSubject<Extract<TokenDescriptor, { grant: 'refresh_token' }>>;
export type SignInSubject = TokenSubject<Catalogued['token'] | McpSubject['token']>;

/** A sign-in whose page can be opened. */
export interface Prepared {
  /** The authorization endpoint. */
  readonly page: string;
  /** What goes into its query beside what every sign-in has. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Redeems the code that came back (RFC 6749 section 4.1.3). */
  readonly exchange: (back: {
    readonly query: URLSearchParams;
    readonly state: string;
    readonly verifier: string;
    readonly signal: AbortSignal;
  }) => Promise<TokenOutcome>;
}

export interface SignIn {
  /** The page of the provider that the owner opens. Holds no secret. */
  readonly url: string;
  /** What came of it; rejects with the reason of the signal, or with AppError `validation_timeout`. */
  readonly outcome: Promise<TokenOutcome>;
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8')];
  return left.byteLength === right.byteLength && timingSafeEqual(left, right);
}

/** A provider whose endpoints the catalogue knows. @throws AppError `unsupported` where it knows no sign-in. */
function prepareCatalogued(
  subject: Catalogued,
  whole: () => Catalogued,
  redirectUrl: string,
  options: TokenOptions,
): Prepared {
  const { token, value, provider } = subject;
  const { signIn } = token;
  if (signIn === undefined) {
    throw new AppError(
      'unsupported',
      `${provider.name} has no sign-in for this kind. Nothing was changed.`,
      `Give the refresh token itself: --field ${token.refreshToken}=-`,
    );
  }
  const clientId = value(token.clientId) ?? '';
  const scopes = token.scopes === undefined ? undefined : value(token.scopes);
  return {
    page: signIn.url,
    parameters: {
      client_id: clientId,
      ...(scopes === undefined ? {} : { [signIn.scopeParameter]: scopes }),
      ...signIn.parameters,
    },
    async exchange({ query, state, verifier, signal }) {
      const askedAtMs = options.clock.now();
      const asking = whole();
      const answer = await requestTokens(
        {
          subject: asking,
          server: catalogueServer(asking),
          clientId,
          clientAuth: clientAuth(asking),
          means: 'code',
          within: token.within,
          send: (library, server, client, auth, sending) => {
            // An issuer is only told by servers of RFC 9207; which server this is says the catalogue.
            query.delete('iss');
            const checked = library.validateAuthResponse(server, client, query, state);
            return library.authorizationCodeGrantRequest(server, client, auth, checked, redirectUrl, verifier, sending);
          },
        },
        { ...options, signal },
      );
      if (isOutcome(answer)) return answer;
      const secrets = new Map([[subject.authKind.primary, answer.access_token]]);
      if (answer.refresh_token !== undefined) secrets.set(token.refreshToken, answer.refresh_token);
      return { kind: 'tokens', secrets, expiresAtMs: endOf(answer, askedAtMs) };
    },
  };
}

async function prepare(
  subject: SignInSubject,
  whole: () => TokenSubject,
  redirectUrl: string,
  options: TokenOptions,
): Promise<Prepared> {
  const { token } = subject;
  if (token.grant === 'refresh_token') {
    return prepareCatalogued({ ...subject, token }, () => ({ ...whole(), token }), redirectUrl, options);
  }
  const { prepareMcpSignIn } = await import('../mcp/mcp-tokens.ts');
  return prepareMcpSignIn({ ...subject, token }, () => ({ ...whole(), token }), redirectUrl, options);
}

function registeredPort({ token, value }: SignInSubject): number {
  const field = token.grant === 'refresh_token' ? token.signIn?.port : undefined;
  return field === undefined ? 0 : Number(value(field) ?? 0);
}

/**
 * Starts an authorization-code sign-in with PKCE S256 (RFC 6749 section 4.1, RFC 7636) and a redirect to loopback. The
 * listener is closed when `outcome` settles, and where this throws.
 * @param subject - its public fields are enough. @param whole - gives the secrets too, asked when the browser came back.
 * @throws AppError `unsupported` where the catalogue knows no sign-in; `conflict` where the port is taken;
 *   SignInRefused and what `prepareMcpSignIn` throws.
 */
export async function startSignIn(
  subject: SignInSubject,
  whole: () => TokenSubject,
  options: TokenOptions,
): Promise<SignIn> {
  const oauth = await import('oauth4webapi');
  options.signal.throwIfAborted();
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const end = new AbortController();
  const signal = AbortSignal.any([options.signal, end.signal]);
  const isOurs = (query: URLSearchParams) => sameText(query.get('state') ?? '', state);
  const redirect = await listenForRedirect(registeredPort(subject), isOurs, signal);
  const callOff = options.clock.after(SIGN_IN_TIMEOUT_MS, () =>
    end.abort(
      new AppError('validation_timeout', 'Nobody signed in within 10 minutes. Nothing was changed.', 'Start it again.'),
    ),
  );
  const close = () => {
    callOff();
    redirect.close();
  };
  try {
    const prepared = await prepare(subject, whole, redirect.url, { ...options, signal });
    const url = new URL(prepared.page);
    const parameters = {
      response_type: 'code',
      redirect_uri: redirect.url,
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...prepared.parameters,
    };
    for (const [name, text] of Object.entries(parameters)) url.searchParams.set(name, text);
    const finish = async (): Promise<TokenOutcome> => {
      const query = await redirect.answered;
      const refusal = query.get('error');
      if (refusal !== null) return failed(refusedSignIn(subject.provider.name, refusal));
      return prepared.exchange({ query, state, verifier, signal });
    };
    const outcome = finish().finally(close);
    outcome.catch(() => undefined); // whoever waits for it hears of it
    return { url: url.href, outcome };
  } catch (error) {
    close();
    throw error;
  }
}
