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
/**
 * What undici says of a status of 1xx that it does not take. It ends the connection at a 100 to a request without
 * `Expect`, which a client may pass over (RFC 9110 section 15.2); 102, 103 and the like it hands on (attempt.ts).
 */
const UNASKED = /^bad (?:response|upgrade)$/;

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
  const { code, name, message } = error as Readonly<Record<'code' | 'name' | 'message', unknown>>;
  if (name === 'HTTPParserError' || code === 'UND_ERR_HEADERS_OVERFLOW') {
    return unavailable(
      provider,
      'sent something that cannot be read as an answer: no HTTP, or headers beyond 64 KiB.',
      'Check the base URL of the credential: another kind of server may be there, or one that wants https.',
    );
  }
  if (code === 'UND_ERR_SOCKET' && UNASKED.test(String(message))) {
    return unavailable(
      provider,
      'sent a 100 or 101 that nobody asked for, and what stands behind it was not read.',
      'Something may stand between. Tell whoever runs this server; it need not send one.',
    );
  }
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') {
    return unavailable(
      provider,
      'sent an answer against the rules of HTTP: with two lengths that do not agree.',
      'Something may stand between. Tell whoever runs this server.',
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

/** As `withdrawn`, for a client whose token ended. */
export function tokenEnded(): Failure {
  const message = 'The token of this client expired while the call was under way. The call was ended.';
  const hint = 'Make a new client: keyharbor client add. Whether the provider did what was asked is not known.';
  return { error: new AppError('unauthorized', message, hint), outcome: 'aborted' };
}

export function lockedMeanwhile(): AppError {
  return new AppError('vault_locked', 'The vault was locked while this call waited. Nothing was sent.', 'Unlock it.');
}
