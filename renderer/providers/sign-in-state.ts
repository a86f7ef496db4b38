import type { CredentialSummary } from '../../shared/contract/schemas.ts';
import type { ProviderInfo } from '../../shared/provider/info.ts';

/** Whether a credential is one that is signed in to in the browser, and whether that was done. */
export function signInState(
  { authKind, fields }: Pick<CredentialSummary, 'authKind' | 'fields'>,
  provider: ProviderInfo | undefined,
): 'none' | 'missing' | 'done' {
  const wanted = provider?.auth.find(({ kind }) => kind === authKind)?.signIn ?? null;
  if (wanted === null) return 'none';
  return fields.some(({ name, shown }) => name === wanted && shown !== '') ? 'done' : 'missing';
}
