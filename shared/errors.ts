/**
 * The closed set of failures that a user, a script or a tool can meet, and the one table that turns
 * a code into an exit status (command line) and an HTTP status (endpoint).
 */
export const ERROR_CODES = [
  'key_not_found',
  'decryption_failed',
  'quota_exceeded',
  'provider_unavailable',
  'invalid_key_format',
  'invalid_key',
  'expired_key',
  'insufficient_permission',
  'validation_timeout',
  'validation_cooldown',
  'security_violation',
  'vault_locked',
  'vault_not_found',
  'wrong_password',
  'throttled',
  'rate_limited',
  'unauthorized',
  'forbidden',
  'not_found',
  'conflict',
  'invalid_input',
  'integrity_failure',
  'unsupported',
  'internal',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

interface Outcome {
  readonly exit: number;
  readonly http: number;
}

/** Exit codes: 1 failed, 2 usage, 3 locked, 4 not found, 5 refused, 6 the provider says no. */
export const ERROR_OUTCOMES: Readonly<Record<ErrorCode, Outcome>> = {
  vault_locked: { exit: 3, http: 423 },
  key_not_found: { exit: 4, http: 404 },
  vault_not_found: { exit: 4, http: 404 },
  not_found: { exit: 4, http: 404 },
  invalid_input: { exit: 2, http: 400 },
  invalid_key_format: { exit: 2, http: 400 },
  unauthorized: { exit: 5, http: 401 },
  forbidden: { exit: 5, http: 403 },
  security_violation: { exit: 5, http: 403 },
  quota_exceeded: { exit: 5, http: 429 },
  rate_limited: { exit: 5, http: 429 },
  throttled: { exit: 5, http: 429 },
  provider_unavailable: { exit: 6, http: 502 },
  invalid_key: { exit: 6, http: 502 },
  expired_key: { exit: 6, http: 502 },
  insufficient_permission: { exit: 6, http: 502 },
  validation_timeout: { exit: 6, http: 504 },
  validation_cooldown: { exit: 6, http: 502 },
  conflict: { exit: 1, http: 409 },
  unsupported: { exit: 1, http: 501 },
  wrong_password: { exit: 1, http: 403 },
  decryption_failed: { exit: 1, http: 500 },
  integrity_failure: { exit: 1, http: 500 },
  internal: { exit: 1, http: 500 },
};

/** What crosses a transport when a call fails. Never holds a secret, a path or a stack. */
export interface ErrorBody {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
  /** How long to wait before trying again, where waiting helps (back-off, rate limit, cool-down). */
  readonly retryAfterMs?: number;
}

interface AppErrorOptions extends ErrorOptions {
  readonly retryAfterMs?: number;
}

/** A failure with a code from the closed list, a message for people and a hint of what to do. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, hint = '', options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.hint = hint;
    this.retryAfterMs = options.retryAfterMs;
  }
}

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && (ERROR_CODES as readonly string[]).includes(value);
}

/** Anything thrown that is not an AppError becomes `internal`: its own text could hold a secret. */
export function toErrorBody(error: unknown): ErrorBody {
  if (error instanceof AppError) {
    const { code, message, hint, retryAfterMs } = error;
    return retryAfterMs === undefined ? { code, message, hint } : { code, message, hint, retryAfterMs };
  }
  return {
    code: 'internal',
    message: 'Something went wrong inside Keyharbor. Nothing was changed.',
    hint: 'Try again; if it happens again, run "keyharbor doctor" and report what it prints.',
  };
}
