import type { Unreachable } from '../../net/unreachable.ts';
import type { MailAddress } from '../own-address.ts';

/** How a login at a mail server went, before it is put into words. */
export type MailOutcome =
  | { readonly kind: 'accepted'; readonly facts: readonly { readonly label: string; readonly value: string }[] }
  /** SMTP: the reply code; `atLogin` tells a refused login from a server that never got that far. */
  | { readonly kind: 'smtp_reply'; readonly code: number; readonly text: string; readonly atLogin: boolean }
  /** IMAP: NO or BAD, and the response code of RFC 5530 where there is one. */
  | {
      readonly kind: 'imap_reply';
      readonly status: 'NO' | 'BAD' | 'BYE';
      readonly word: string | null;
      readonly text: string;
    }
  /** The server offers no login of this kind; nothing secret was sent. */
  | { readonly kind: 'no_mechanism' }
  | { readonly kind: 'no_starttls' }
  | { readonly kind: 'no_login_needed' }
  | { readonly kind: 'unreachable'; readonly why: Unreachable; readonly tls: TlsProblem | null }
  | { readonly kind: 'timeout' };

export type TlsProblem = 'untrusted' | 'other_name' | 'out_of_date' | 'no_tls' | 'too_old';

export interface MailLogin {
  readonly user: string;
  readonly secret: string;
  readonly how: 'password' | 'token';
}

export interface MailOptions {
  readonly address: MailAddress;
  readonly login: MailLogin;
  readonly local: boolean;
  /** The only certificates to trust, as PEM; undefined: those that Node trusts. */
  readonly ca: string | undefined;
  /** Aborted: everything that was opened is closed. */
  readonly signal: AbortSignal;
  readonly version: string;
}

/** @param code - of an error of node:tls or OpenSSL. */
export function tlsProblem(code: string): TlsProblem {
  if (/HAS_EXPIRED|NOT_YET_VALID/.test(code)) return 'out_of_date';
  if (/ALTNAME|HOSTNAME/.test(code)) return 'other_name';
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH|HTTP_REQUEST|EPROTO/.test(code)) return 'no_tls';
  if (/UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|NO_PROTOCOLS|LEGACY/.test(code)) return 'too_old';
  return 'untrusted';
}
