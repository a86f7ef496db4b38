import type { AuthKindDescriptor } from '../../../../shared/provider/auth-kind.ts';
import type { TokenDescriptor } from '../../../../shared/provider/token.ts';
import { catalogueServer, endOf, isOutcome, type OAuth, requestTokens } from './oauth-request.ts';
import type { TokenOptions, TokenOutcome, TokenSubject } from './token-subject.ts';

type Of<G extends TokenDescriptor['grant']> = TokenSubject<Extract<TokenDescriptor, { grant: G }>>;

/** The secret without which no new token can be got; it is also what tells two such credentials apart. */
export function rootField(token: TokenDescriptor): string {
  switch (token.grant) {
    case 'refresh_token':
    case 'mcp_oauth':
      return token.refreshToken;
    case 'client_credentials':
      return token.clientSecret;
    case 'google_service_account':
    case 'github_app':
      return token.key;
    case 'aws_session':
      return token.secretAccessKey;
  }
}

/** Fields that the provider gave and that may be replaced by newer ones within one version. */
export function tokenFields(kind: AuthKindDescriptor): readonly string[] {
  if (kind.token === undefined) return [];
  const obtained = kind.fields.filter((field) => field.obtained).map((field) => field.name);
  return [...new Set([kind.primary, kind.token.expiresAt, ...obtained])];
}

async function refreshed(subject: Of<'refresh_token'>, options: TokenOptions): Promise<TokenOutcome> {
  const { token, value, authKind } = subject;
  const askedAtMs = options.clock.now();
  const before = value(token.refreshToken) ?? '';
  const answer = await requestTokens(
    {
      subject,
      server: catalogueServer(subject),
      clientId: value(token.clientId) ?? '',
      clientAuth: clientAuth(subject),
      means: 'refresh_token',
      within: token.within,
      send: (oauth, server, client, auth, sending) =>
        oauth.refreshTokenGrantRequest(server, client, auth, before, sending),
    },
    options,
  );
  if (isOutcome(answer)) return answer;
  const secrets = new Map([[authKind.primary, answer.access_token]]);
  if (answer.refresh_token !== undefined) secrets.set(token.refreshToken, answer.refresh_token);
  return { kind: 'tokens', secrets, expiresAtMs: endOf(answer, askedAtMs) };
}

async function ofClient(subject: Of<'client_credentials'>, options: TokenOptions): Promise<TokenOutcome> {
  const { token, value, authKind } = subject;
  const askedAtMs = options.clock.now();
  const scope = token.scopes === undefined ? undefined : value(token.scopes);
  const answer = await requestTokens(
    {
      subject,
      server: catalogueServer(subject),
      clientId: value(token.clientId) ?? '',
      clientAuth: clientAuth(subject),
      means: 'client',
      within: '',
      send: (oauth, server, client, auth, sending) =>
        oauth.clientCredentialsGrantRequest(
          server,
          client,
          auth,
          new URLSearchParams(scope === undefined ? {} : { scope }),
          sending,
        ),
    },
    options,
  );
  if (isOutcome(answer)) return answer;
  const secrets = new Map([[authKind.primary, answer.access_token]]);
  return { kind: 'tokens', secrets, expiresAtMs: endOf(answer, askedAtMs) };
}

/** A client without a secret (RFC 8252 section 8.5) says only its name. */
export function clientAuth({ token, value }: Of<'refresh_token' | 'client_credentials'>) {
  return (oauth: OAuth) => {
    const secret = value(token.clientSecret);
    if (secret === undefined) return oauth.None();
    return token.clientAuth === 'basic' ? oauth.ClientSecretBasic(secret) : oauth.ClientSecretPost(secret);
  };
}

/**
 * Gets a new access token with what is kept. Nothing is stored here. Rejects only with the reason of `signal`.
 * @returns the fields to keep, or what went wrong as the result of a test, without anything that was sent.
 */
export async function obtainToken(subject: TokenSubject, options: TokenOptions): Promise<TokenOutcome> {
  const { token } = subject;
  switch (token.grant) {
    case 'refresh_token':
      return refreshed({ ...subject, token }, options);
    case 'client_credentials':
      return ofClient({ ...subject, token }, options);
    case 'mcp_oauth': {
      const { refreshedMcp } = await import('../mcp/mcp-tokens.ts');
      return refreshedMcp({ ...subject, token }, options);
    }
    case 'google_service_account': {
      const { serviceAccountToken } = await import('./signed-token.ts');
      return serviceAccountToken({ ...subject, token }, options);
    }
    case 'github_app': {
      const { gitHubAppToken } = await import('./signed-token.ts');
      return gitHubAppToken({ ...subject, token }, options);
    }
    case 'aws_session': {
      const { awsSession } = await import('./aws-session.ts');
      return awsSession({ ...subject, token }, options);
    }
  }
}
