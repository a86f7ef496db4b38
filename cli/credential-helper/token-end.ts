import type { CredentialDetail } from '../../shared/contract/schemas.ts';

/**
 * When what was just handed out ends (RFC 3339), or null: an access token that was got from the provider ends before the
 * credential that it was got with. Read the credential after its value.
 */
export function tokenEnd({ fields, expiresAt }: Pick<CredentialDetail, 'fields' | 'expiresAt'>): string | null {
  const shown = fields.find(({ name, secret }) => name === 'expires_at' && !secret)?.shown;
  const end = new Date(shown ?? '');
  if (Number.isNaN(end.getTime())) return expiresAt;
  const told = end.toISOString();
  return expiresAt === null || told < expiresAt ? told : expiresAt;
}
