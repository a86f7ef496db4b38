import type { TlsProblem, Unreachable } from '../../net/unreachable.ts';
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
