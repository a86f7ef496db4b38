import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import type { TokenDescriptor } from '../../../../shared/provider/token.ts';
import { joinPath } from '../base-url.ts';
import { exchange } from '../http/http-exchange.ts';
import { jsonAt, type Verdict } from '../http/interpret.ts';
import { catalogueServer, endOf, isOutcome, requestTokens } from './oauth-request.ts';
import { isSendableSecret } from '../sendable.ts';
import { failedExchange, TOKEN_STEP } from './token-failure.ts';
import { failed, tokenEndpoint, type TokenOptions, type TokenOutcome, type TokenSubject } from './token-subject.ts';

/** Kinds whose access token is got with a private key: Google service accounts and GitHub apps. */
type ServiceAccount = Extract<TokenDescriptor, { grant: 'google_service_account' }>;
type GitHubApp = Extract<TokenDescriptor, { grant: 'github_app' }>;

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'; // RFC 7523 section 2.1
const MAX_SECONDS = 3600;
/** GitHub takes at most ten minutes, and clocks differ. */
const APP_SECONDS = 540;
const CLOCK_SLACK_SECONDS = 60;

const accountKey = z.object({ client_email: z.string().min(1), private_key: z.string(), private_key_id: z.string() });

function malformed(what: string, hint: string): TokenOutcome {
  const verdict: Verdict = { result: 'invalid_format', latencyMs: null, detail: what, hint, facts: [TOKEN_STEP] };
  return failed(verdict);
}

/** null where the text is no private key. */
async function sign(
  claims: Record<string, string | number>,
  header: Record<string, string>,
  pem: string,
): Promise<string | null> {
  const { SignJWT } = await import('jose');
  try {
    return await new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...header })
      .sign(createPrivateKey(pem));
  } catch {
    return null;
  }
}

function readAccount(text: string) {
  try {
    return accountKey.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** https://developers.google.com/identity/protocols/oauth2/service-account#httprest */
export async function serviceAccountToken(
  subject: TokenSubject<ServiceAccount>,
  options: TokenOptions,
): Promise<TokenOutcome> {
  const { token, value, authKind, provider } = subject;
  const account = readAccount(value(token.key) ?? '');
  if (account === null) {
    return malformed(
      'This is not the JSON key of a service account.',
      'Give the whole file that Google made, with client_email and private_key in it.',
    );
  }
  const nowMs = options.clock.now();
  const seconds = Math.floor(nowMs / 1000);
  const assertion = await sign(
    {
      iss: account.client_email,
      scope: value(token.scopes) ?? '',
      aud: tokenEndpoint(token.tokenUrl, value),
      iat: seconds,
      exp: seconds + MAX_SECONDS,
    },
    { kid: account.private_key_id },
    account.private_key,
  );
  if (assertion === null) {
    return malformed(
      `${provider.name}: the private key in this file cannot be read.`,
      'Make a new key at the provider.',
    );
  }
  const answer = await requestTokens(
    {
      subject,
      server: catalogueServer(subject),
      clientId: account.client_email,
      clientAuth: () => () => undefined, // the assertion says who it is
      means: 'signed_key',
      within: '',
      send: (oauth, server, client, auth, sending) =>
        oauth.genericTokenEndpointRequest(server, client, auth, JWT_BEARER, { assertion }, sending),
    },
    options,
  );
  if (isOutcome(answer)) return answer;
  return {
    kind: 'tokens',
    secrets: new Map([[authKind.primary, answer.access_token]]),
    expiresAtMs: endOf(answer, nowMs),
  };
}

/** https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app */
export async function gitHubAppToken(subject: TokenSubject<GitHubApp>, options: TokenOptions): Promise<TokenOutcome> {
  const { token, value, authKind, provider } = subject;
  const seconds = Math.floor(options.clock.now() / 1000);
  const jwt = await sign(
    { iss: value(token.appId) ?? '', iat: seconds - CLOCK_SLACK_SECONDS, exp: seconds + APP_SECONDS },
    {},
    value(token.key) ?? '',
  );
  if (jwt === null) {
    return malformed('This is not a private key.', 'Give the whole .pem file that GitHub made for the app.');
  }
  const tokens = (text: string, expiresAtMs: number): TokenOutcome => ({
    kind: 'tokens',
    secrets: new Map([[authKind.primary, text]]),
    expiresAtMs,
  });
  const installation = value(token.installation);
  if (installation === undefined) return tokens(jwt, (seconds + APP_SECONDS) * 1000);
  const path = token.path.replace(`{${token.installation}}`, encodeURIComponent(installation));
  const outcome = await exchange(
    {
      method: 'POST',
      url: joinPath(subject.baseUrl, path),
      headers: new Map([
        ['accept', 'application/vnd.github+json'],
        ['authorization', `Bearer ${jwt}`],
        ['user-agent', options.userAgent],
      ]),
      body: null,
    },
    { policy: subject.local ? 'local' : 'public', way: options.way, clock: options.clock, signal: options.signal },
  );
  if (outcome.kind !== 'answer') return failed(failedExchange(provider, outcome));
  const json = readJson(outcome.text);
  const text = jsonAt(json, 'token');
  const end = Date.parse(String(jsonAt(json, 'expires_at')));
  if (outcome.status < 300 && typeof text === 'string' && isSendableSecret(text) && !Number.isNaN(end)) {
    return tokens(text, end);
  }
  const verdict = failedExchange(provider, outcome);
  if (outcome.status === 401) {
    return failed({
      ...verdict,
      detail: `${provider.name} does not accept this key for this app.`,
      hint: 'Check the app ID, the private key and the clock of this computer.',
    });
  }
  if (outcome.status !== 404) return failed(verdict);
  return failed({
    ...verdict,
    result: 'insufficient_permission',
    detail: `${provider.name} knows the app, but not this installation of it.`,
    hint: 'Check the installation ID; the app may have been removed there.',
  });
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
