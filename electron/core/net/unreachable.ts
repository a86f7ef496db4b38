import { ForbiddenAddress } from './address-rules.ts';

/** Why no answer came. `offline`: this computer has no way to the network, or to a name server. */
export type Unreachable = 'address' | 'name' | 'offline' | 'refused' | 'certificate' | 'broken';

/** What is wrong where no encrypted connection came about. */
export type TlsProblem = 'untrusted' | 'other_name' | 'out_of_date' | 'no_tls' | 'too_old';

export function whyUnreachable(error: unknown): Unreachable | 'timeout' {
  if (error instanceof ForbiddenAddress) return 'address';
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  if (cause instanceof ForbiddenAddress) return 'address';
  const name = typeof code === 'string' ? code : '';
  if (/TIMEOUT|ETIMEDOUT/.test(name)) return 'timeout';
  if (name === 'EAI_AGAIN' || name === 'ENETUNREACH' || name === 'ENETDOWN') return 'offline';
  if (name === 'ENOTFOUND' || name.startsWith('EAI_')) return 'name';
  if (/^(ECONNREFUSED|EHOSTUNREACH|EADDRNOTAVAIL)$/.test(name)) return 'refused';
  if (/CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH/.test(name)) return 'certificate';
  return 'broken';
}

/** @param code - of an error of node:tls or OpenSSL. */
export function tlsProblem(code: string): TlsProblem {
  if (/HAS_EXPIRED|NOT_YET_VALID/.test(code)) return 'out_of_date';
  if (/ALTNAME|HOSTNAME/.test(code)) return 'other_name';
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH|HTTP_REQUEST|EPROTO/.test(code)) return 'no_tls';
  if (/UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|NO_PROTOCOLS|LEGACY/.test(code)) return 'too_old';
  return 'untrusted';
}

/** For what `whyUnreachable` calls `certificate`. */
export function tlsProblemOf(error: unknown): TlsProblem {
  return tlsProblem(String((error as { code?: unknown }).code));
}
