import type { ValidationResult } from '../../../../shared/provider/answer.ts';
import type { HttpCheckDescriptor } from '../../../../shared/provider/check.ts';
import type { ProviderDescriptor } from '../../../../shared/provider/descriptor.ts';
import type { Exchange } from '../http/http-exchange.ts';
import { interpret, type Verdict } from '../http/interpret.ts';

/** Marks a test result as one of a refresh, so that the next good token takes it away. */
export const TOKEN_STEP = { label: 'Step', value: 'Getting an access token' } as const;

/** RFC 6749 section 5.2 and what Slack, GitHub and Microsoft say instead. */
const RESULTS: Readonly<Record<string, ValidationResult>> = {
  invalid_client: 'invalid_key',
  incorrect_client_credentials: 'invalid_key',
  bad_client_secret: 'invalid_key',
  bad_client_id: 'invalid_key',
  invalid_client_id: 'invalid_key',
  unauthorized_client: 'insufficient_permission',
  access_denied: 'insufficient_permission',
  invalid_scope: 'insufficient_permission',
  temporarily_unavailable: 'provider_unavailable',
  server_error: 'provider_unavailable',
  slow_down: 'rate_limited',
  ratelimited: 'rate_limited',
};
/** What was given is known no more. */
const GRANT_ERRORS = new Set([
  'invalid_grant',
  'bad_refresh_token',
  'invalid_refresh_token',
  'token_expired',
  'token_revoked',
  'bad_verification_code',
  'invalid_code',
]);

/** What it was that the token endpoint was shown. */
export type TokenMeans = 'refresh_token' | 'code' | 'client' | 'signed_key' | 'aws_keys';

const GRANT_WORDS: Readonly<Record<TokenMeans, { readonly result: ValidationResult; what: string; hint: string }>> = {
  refresh_token: {
    result: 'expired',
    what: 'does not accept the refresh token any more: it has expired or was revoked',
    hint: 'Sign in again (keyharbor rotate REF), or put a new refresh token in.',
  },
  code: {
    result: 'invalid_key',
    what: 'does not accept this sign-in any more',
    hint: 'Sign in again, and do not wait too long on the page.',
  },
  client: { result: 'invalid_key', what: 'does not accept these client data', hint: 'Check client ID and secret.' },
  signed_key: {
    result: 'invalid_key',
    what: 'does not accept what this key signed: it was deleted, or the clock of this computer is wrong',
    hint: 'Check the clock, or make a new key at the provider.',
  },
  aws_keys: {
    result: 'invalid_key',
    what: 'does not accept these keys',
    hint: 'Make a new access key at the provider.',
  },
};

function verdict(result: ValidationResult, latencyMs: number | null, detail: string, hint: string): Verdict {
  return { result, latencyMs, detail, hint, facts: [TOKEN_STEP] };
}

/** What an error word of a token endpoint means. The word is one of a known list, so that nothing is echoed. */
export function refusedToken(name: string, error: string, means: TokenMeans, latencyMs: number | null): Verdict {
  if (GRANT_ERRORS.has(error)) {
    const { result, what, hint } = GRANT_WORDS[means];
    return verdict(result, latencyMs, `${name} ${what} (${error}).`, hint);
  }
  const result = RESULTS[error];
  if (result === 'invalid_key') {
    const detail = `${name} does not accept client ID and secret (${error}).`;
    return verdict(result, latencyMs, detail, 'Check both at the provider.');
  }
  if (result === 'insufficient_permission') {
    const detail = `${name} gives no access token for these scopes or this client (${error}).`;
    return verdict(result, latencyMs, detail, 'Look at the scopes and at what the app is allowed to do.');
  }
  if (result === 'rate_limited') {
    return verdict(result, latencyMs, `${name} answers too many requests for now.`, 'Try again in a few minutes.');
  }
  const detail = `${name} gave no access token. This says nothing about the key.`;
  return verdict('provider_unavailable', latencyMs, detail, 'Try again later.');
}

/** What an error means that the browser brought back from the provider's page (RFC 6749 section 4.1.2.1). */
export function refusedSignIn(name: string, error: string): Verdict {
  if (error !== 'access_denied') return refusedToken(name, error, 'code', null);
  return verdict(
    'insufficient_permission',
    null,
    `The sign-in was declined on the page of ${name} (${error}). Nothing was changed.`,
    'Start it again and agree there; in an organization somebody may have to allow this app first.',
  );
}

/** What an exchange means that brought no usable answer of a token endpoint: no network, a page, a 500, a 429. */
export function failedExchange(provider: ProviderDescriptor, outcome: Exchange): Verdict {
  const found = interpret({ ...provider, interpret: [] }, BARE_CHECK, outcome, []);
  if (outcome.kind === 'answer' && found.result === 'valid') {
    return refusedToken(provider.name, '', 'client', outcome.latencyMs);
  }
  return { ...found, facts: [TOKEN_STEP] };
}

const BARE_CHECK: HttpCheckDescriptor = {
  protocol: 'http',
  id: 'token',
  for: [],
  costMicroUsd: 0,
  proves: 'It gives tokens.',
  method: 'POST',
  path: '/',
  headers: {},
  needs: [],
  facts: [],
};
