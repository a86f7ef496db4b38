import { AppError } from '../../../shared/errors.ts';

/** Failures of the endpoint that say what is missing, how to get it, and when to try again. */

export function missingGrant(grant: string): AppError {
  return new AppError(
    'forbidden',
    `This client lacks the grant ${grant}.`,
    `The owner can make a client that has it: keyharbor client add NAME --grant ${grant}`,
  );
}

/** The gate's no, with the way around it where the gate named none. */
export function withWayOut(error: unknown, grant: string): unknown {
  if (!(error instanceof AppError) || error.code !== 'forbidden' || error.hint !== '') return error;
  return new AppError(error.code, error.message, missingGrant(grant).hint);
}

/** A no of the gate; a vault that locked while the owner was asked is none. */
export function isRefusal(error: unknown): boolean {
  return !(error instanceof AppError) || error.code === 'forbidden';
}

export function unknownPath(): AppError {
  return new AppError(
    'not_found',
    'There is nothing at this path.',
    'Try GET /v1/keys, GET /v1/keys/PROVIDER/LABEL, or /proxy/PROVIDER@LABEL/PATH with the provider’s id in lower case; GET /openapi.json lists all.',
  );
}

/** @param names - what the path takes. What came is not repeated: it may be a secret in the wrong place. */
export function wrongQuery(names: readonly string[]): AppError {
  return new AppError(
    'invalid_input',
    'The query holds a name or a value that this path does not take. Nothing was done.',
    `Names: ${names.join(', ')}; each at most once, as name=value. GET /openapi.json tells their values.`,
  );
}

export function vaultKvIsOff(): AppError {
  return new AppError(
    'not_found',
    'The HashiCorp Vault interface is switched off.',
    'The owner can switch it on: Settings, "Vault KV for clients".',
  );
}

export function clientTooOften(waitMs: number): AppError {
  return new AppError(
    'rate_limited',
    'This client asks too often. The request was not served.',
    'Wait as Retry-After says. The owner sets the rate with "keyharbor client add --rate".',
    { retryAfterMs: waitMs },
  );
}

export function tooManyOpen(): AppError {
  return new AppError(
    'rate_limited',
    'This client has too many requests open. This one was not served.',
    'Wait for some of them to end.',
    { retryAfterMs: 1000 },
  );
}

export function credentialTooOften(waitMs: number): AppError {
  return new AppError(
    'rate_limited',
    'This key is asked for too often, by all clients together. The request was not served.',
    'Wait as Retry-After says, and keep the key in the tool instead of asking each time.',
    { retryAfterMs: waitMs },
  );
}

export function cannotAudit(): AppError {
  return new AppError(
    'internal',
    'The audit log cannot be written, so no key is handed out.',
    'Free some disk space or see "keyharbor doctor"; keys are served again by themselves.',
  );
}

export function localOnly(): AppError {
  return new AppError(
    'forbidden',
    'A kh_test_ token reaches only credentials made with --local.',
    'Use a client made without --test, or add a credential with --base-url and --local.',
  );
}
