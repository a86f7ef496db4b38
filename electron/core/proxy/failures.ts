import { AppError } from '../../../shared/errors.ts';
import { whyUnreachable } from '../net/unreachable.ts';
import type { CallOutcome } from './observers.ts';

/** Why a call did not come to an answer, in words that repeat nothing of the request or of the credential. */
export interface Failure {
  readonly error: unknown;
  readonly outcome: CallOutcome;
}

const WAIT = 'Try again later.';
/** What OpenSSL makes of plain HTTP. */
const NOT_TLS = /^ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|RECORD_LAYER_FAILURE)$/;

function unavailable(provider: string, what: string, hint: string): Failure {
  return { error: new AppError('provider_unavailable', `${provider} ${what}`, hint), outcome: 'upstream_error' };
}

/** Answers that say something about the credential, not about the request (SECURITY-DESIGN.md section 7.1): another may do. */
export const ABOUT_CREDENTIAL: ReadonlySet<number> = new Set([401, 402, 429]);

/** 301, 302, 303, 307, 308: a key is not carried to where an answer points. */
export const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export function redirected(provider: string, status: number): Failure {
  return unavailable(
    provider,
    `sent this request elsewhere (${status}). Redirects are not followed with a key.`,
    'Check the path, and the base URL of the credential.',
  );
}

/** @param error - of the connection, or one of ours. */
export function failureOf(provider: string, error: unknown): Failure {
  if (error instanceof AppError) return { error, outcome: 'refused' };
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  if (name === 'HTTPParserError' || code === 'UND_ERR_HEADERS_OVERFLOW') {
    return unavailable(
      provider,
      'sent something that cannot be read as an answer: no HTTP, or headers beyond 64 KiB.',
      'Check the base URL of the credential: another kind of server may be there, or one that wants https.',
    );
  }
  if (typeof code === 'string' && NOT_TLS.test(code)) {
    return unavailable(
      provider,
      'does not speak TLS at its address. The key was not sent.',
      'Check the base URL of the credential. A local server without TLS has one that begins with http, and --local.',
    );
  }
  switch (whyUnreachable(error)) {
    case 'timeout':
      return timedOut(`${provider} could not be reached in time. Nothing was sent.`);
    case 'address':
      return {
        outcome: 'refused',
        error: new AppError(
          'security_violation',
          `${provider}: the host leads to an address where this key must not go. Nothing was sent.`,
          'A private or loopback server needs a credential made with --local and its exact address.',
        ),
      };
    case 'name':
      return unavailable(
        provider,
        'could not be found: its host name is not known. Nothing was sent.',
        'Check the base URL of the credential, and the network connection.',
      );
    case 'offline':
      return unavailable(
        provider,
        'cannot be reached: this computer has no way to the network now. Nothing was sent.',
        'Check the network connection.',
      );
    case 'refused':
      return unavailable(provider, 'does not answer at its address. Nothing was sent.', WAIT);
    case 'certificate':
      return unavailable(
        provider,
        'showed no certificate that this computer trusts for its name. The key was not sent.',
        'Something may stand between. A company’s own certificate can be named in the settings.',
      );
    case 'broken':
      return unavailable(provider, 'broke the connection before its answer was whole.', WAIT);
  }
}

export function timedOut(message: string): Failure {
  return { error: new AppError('validation_timeout', message, WAIT), outcome: 'timeout' };
}

/** Told where no byte of an answer went to the client yet; else the connection is cut. */
export function withdrawn(provider: string): Failure {
  const message = `This ${provider} key was suspended, revoked or deleted while the call was under way. The call was ended.`;
  const hint =
    'Whether the provider did what was asked is not known. Ask again with another key, or once it is reinstated.';
  return { error: new AppError('key_not_found', message, hint), outcome: 'aborted' };
}

export function lockedMeanwhile(): AppError {
  return new AppError('vault_locked', 'The vault was locked while this call waited. Nothing was sent.', 'Unlock it.');
}
