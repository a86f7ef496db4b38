import { parseGrant } from '../../shared/grant.ts';
import type { ProviderInfo } from '../../shared/provider.ts';
import { m } from '../i18n/messages.ts';

/** A grant in plain words; one of a kind this window does not know is shown as it is written. */
export function grantWords(text: string, providers: ReadonlyMap<string, ProviderInfo>): string {
  try {
    const grant = parseGrant(text);
    if (grant.kind === 'keys:list') return m.clients.grantWords.list;
    if (grant.kind !== 'keys:read' || !('provider' in grant)) return text;
    return m.clients.grantWords.read(providers.get(grant.provider)?.name ?? grant.provider, grant.label);
  } catch {
    return text;
  }
}
