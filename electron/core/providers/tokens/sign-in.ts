import { timingSafeEqual } from 'node:crypto';
import { AppError } from '../../../../shared/errors.ts';
import type { TokenDescriptor } from '../../../../shared/provider.ts';
import { clientAuth } from './live-token.ts';
import { listenForRedirect } from './loopback-redirect.ts';
import { endOf, isOutcome, requestTokens } from './oauth-request.ts';
import { refusedToken } from './token-failure.ts';
import { failed, type TokenOptions, type TokenOutcome, type TokenSubject } from './token-subject.ts';

/** Long enough for a second factor and a look at what is asked for. */
export const SIGN_IN_TIMEOUT_MS = 10 * 60_000;

export type SignInSubject = TokenSubject<Extract<TokenDescriptor, { grant: 'refresh_token' }>>;

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

/**
 * Starts an authorization-code sign-in with PKCE S256 (RFC 6749 section 4.1, RFC 7636) and a redirect to loopback. The
 * listener is closed when `outcome` settles.
 * @param subject - its public fields are enough. @param whole - gives the secrets too, asked when the browser came back.
 * @throws AppError `unsupported` where the catalogue knows no sign-in; `conflict` where the port is taken.
 */
export async function startSignIn(
  subject: SignInSubject,
  whole: () => SignInSubject,
  options: TokenOptions,
): Promise<SignIn> {
  const { token, value, provider } = subject;
  const { signIn } = token;
  if (signIn === undefined) {
    throw new AppError(
      'unsupported',
      `${provider.name} has no sign-in for this kind. Nothing was changed.`,
      `Give the refresh token itself: --field ${token.refreshToken}=-`,
    );
  }
  const oauth = await import('oauth4webapi');
  options.signal.throwIfAborted();
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const clientId = value(token.clientId) ?? '';
  const end = new AbortController();
  const signal = AbortSignal.any([options.signal, end.signal]);
  const port = signIn.port === undefined ? 0 : Number(value(signIn.port) ?? 0);
  const redirect = await listenForRedirect(port, (query) => sameText(query.get('state') ?? '', state), signal);
  const callOff = options.clock.after(SIGN_IN_TIMEOUT_MS, () =>
    end.abort(
      new AppError('validation_timeout', 'Nobody signed in within 10 minutes. Nothing was changed.', 'Start it again.'),
    ),
  );
  const url = new URL(signIn.url);
  const scopes = token.scopes === undefined ? undefined : value(token.scopes);
  const parameters = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirect.url,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(scopes === undefined ? {} : { [signIn.scopeParameter]: scopes }),
    ...signIn.parameters,
  };
  for (const [name, text] of Object.entries(parameters)) url.searchParams.set(name, text);

  const finish = async (): Promise<TokenOutcome> => {
    const query = await redirect.answered;
    const askedAtMs = options.clock.now();
    const refusal = query.get('error');
    if (refusal !== null) return failed(refusedToken(provider.name, refusal, 'code', null));
    const asking = whole();
    const answer = await requestTokens(
      {
        subject: asking,
        clientId,
        clientAuth: clientAuth(asking),
        means: 'code',
        within: token.within,
        send: (library, server, client, auth, sending) => {
          // An issuer is only told by servers of RFC 9207; which server this is says the catalogue.
          query.delete('iss');
          const checked = library.validateAuthResponse(server, client, query, state);
          return library.authorizationCodeGrantRequest(server, client, auth, checked, redirect.url, verifier, sending);
        },
      },
      { ...options, signal },
    );
    if (isOutcome(answer)) return answer;
    const secrets = new Map([[subject.authKind.primary, answer.access_token]]);
    if (answer.refresh_token !== undefined) secrets.set(token.refreshToken, answer.refresh_token);
    return { kind: 'tokens', secrets, expiresAtMs: endOf(answer, askedAtMs) };
  };
  const outcome = finish().finally(() => {
    callOff();
    redirect.close();
  });
  outcome.catch(() => undefined); // whoever waits for it hears of it
  return { url: url.href, outcome };
}
