import { AppError, type ErrorCode } from '../../../shared/errors.ts';
import type { ValidationResult } from '../../../shared/provider/answer.ts';
import type { AuthKindDescriptor } from '../../../shared/provider/auth-kind.ts';
import type { ProviderDescriptor } from '../../../shared/provider/descriptor.ts';
import { formatReference } from '../../../shared/reference.ts';
import { signInField } from '../providers/catalogue.ts';
import type { Verdict } from '../providers/http/interpret.ts';
import { rootField } from '../providers/tokens/live-token.ts';
import { TOKEN_STEP } from '../providers/tokens/token-failure.ts';
import type { CredentialRow } from './rows.ts';

export type RefreshableKind = AuthKindDescriptor & { readonly token: NonNullable<AuthKindDescriptor['token']> };

const CODES: Readonly<Partial<Record<ValidationResult, ErrorCode>>> = {
  invalid_format: 'invalid_key',
  invalid_key: 'invalid_key',
  expired: 'expired_key',
  insufficient_permission: 'insufficient_permission',
  quota_exceeded: 'quota_exceeded',
  rate_limited: 'rate_limited',
  timeout: 'validation_timeout',
};

export function asError(verdict: Verdict, credential: Named): AppError {
  const hint = hintFor(verdict.hint, credential);
  return new AppError(CODES[verdict.result] ?? 'provider_unavailable', verdict.detail, hint);
}

type Named = Pick<CredentialRow, 'provider' | 'label'>;

/** A hint names a command for REF; here it becomes one that can be copied. Kept without it: labels change. */
export function hintFor(hint: string, credential: Named): string {
  return hint.replace(/\bREF\b/g, formatReference(credential));
}

/** Whether the provider was heard: after a silence nobody knows what it did. */
export function isAnswer({ result }: Verdict): boolean {
  return result !== 'timeout' && result !== 'provider_unavailable';
}

/** A request that nobody waited for to the end. */
export function cutShort({ name }: ProviderDescriptor): Verdict {
  return {
    result: 'timeout',
    latencyMs: null,
    detail:
      `${name} was asked for a new access token, and its answer could not be kept: the vault was locked, or Keyharbor ` +
      'ended. If the refresh token was replaced with it, the new one is lost.',
    hint: 'The next use asks again. If that is refused, sign in again: keyharbor rotate REF.',
    facts: [TOKEN_STEP],
  };
}

/** A refusal after a request whose answer was lost. @param askedAtMs - when that one went out, UTC epoch milliseconds. */
export function lost({ name }: ProviderDescriptor, verdict: Verdict, askedAtMs: number): Verdict {
  const when = new Date(askedAtMs).toISOString();
  return {
    ...verdict,
    detail:
      `${name} does not accept the refresh token any more. Its answer to the request of ${when} never got here: ` +
      'the vault was locked, or the connection broke. Most likely a new refresh token was lost with it.',
  };
}

/** There is neither an access token nor what one is got with. */
export function missing(provider: ProviderDescriptor, kind: RefreshableKind): Verdict {
  const root = rootField(kind.token);
  const signIn = signInField(kind) !== null;
  return {
    result: 'invalid_key',
    latencyMs: null,
    detail: `${provider.name} was not signed in to yet. Nothing was sent.`,
    hint: `${signIn ? 'Sign in with "keyharbor rotate REF", or put' : 'Put'} a value in: --field ${root}=-`,
    facts: [],
  };
}
