import { ForbiddenAddress } from './address-rules.ts';

/** Why no answer came. */
export type Unreachable = 'address' | 'name' | 'refused' | 'certificate' | 'broken';

export function whyUnreachable(error: unknown): Unreachable | 'timeout' {
  if (error instanceof ForbiddenAddress) return 'address';
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  if (cause instanceof ForbiddenAddress) return 'address';
  const name = typeof code === 'string' ? code : '';
  if (/TIMEOUT|ETIMEDOUT/.test(name)) return 'timeout';
  if (name === 'ENOTFOUND' || name === 'EAI_AGAIN') return 'name';
  if (/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/.test(name)) return 'refused';
  if (/CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH/.test(name)) return 'certificate';
  return 'broken';
}
