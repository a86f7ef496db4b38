import { STATUS_CODES } from 'node:http';
import type { QuotaExceeded } from '../quotas/refusal.ts';
import { ERROR_OUTCOMES, type ErrorBody, type ErrorCode } from '../../../shared/errors.ts';

/** RFC 9457 problem details, with our `code` and `hint` as extension members (section 3.2). */
export const PROBLEM_TYPE = 'application/problem+json';
/** How HashiCorp Vault tells errors; its clients show the first text. */
export const VAULT_TYPE = 'application/json';

const GENERIC_CODES: Readonly<Record<number, ErrorCode>> = {
  401: 'unauthorized',
  403: 'forbidden',
  421: 'forbidden',
  423: 'vault_locked',
  429: 'rate_limited',
};

const generic = new Map<number, string>();

/**
 * The body of every refusal up to and including the token check: the same for all reasons behind one status, so
 * that it tells a page or a guesser nothing.
 */
export function genericProblem(status: number): string {
  let body = generic.get(status);
  if (body === undefined) {
    const code = GENERIC_CODES[status] ?? 'invalid_input';
    body = JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status] ?? '', status, code, hint: '' });
    generic.set(status, body);
  }
  return body;
}

/** After a valid token: says what is missing and how to get it. */
export function problem(
  error: Pick<ErrorBody, 'code' | 'message' | 'hint'>,
  status = ERROR_OUTCOMES[error.code].http,
): string {
  return JSON.stringify({
    type: 'about:blank',
    title: STATUS_CODES[status] ?? '',
    status,
    detail: error.message,
    code: error.code,
    hint: error.hint,
  });
}

/**
 * A refusal by a quota, with its arithmetic. `error` is where the SDKs of OpenAI, Anthropic and others look for words.
 */
export function quotaProblem({ message, hint, facts }: QuotaExceeded): string {
  const code: ErrorCode = 'quota_exceeded';
  const status = ERROR_OUTCOMES[code].http;
  return JSON.stringify({
    type: 'about:blank',
    title: STATUS_CODES[status] ?? '',
    status,
    detail: message,
    code,
    hint,
    quota: facts,
    error: { type: code, code, message },
  });
}

/** The same two for a client that was written for HashiCorp Vault. */
export function genericVaultProblem(status: number): string {
  const text = status === 423 ? 'Vault is sealed' : status === 401 ? 'permission denied' : (STATUS_CODES[status] ?? '');
  return JSON.stringify({ errors: [text] });
}

export function vaultProblem({ code, message, hint }: Pick<ErrorBody, 'code' | 'message' | 'hint'>): string {
  // Vault says nothing at all of what is not there, and its clients look for just that.
  return JSON.stringify({ errors: code === 'key_not_found' ? [] : [`${message} ${hint}`.trim()] });
}
