import { parseGrant } from '../../shared/grant.ts';
import type { ProviderInfo } from '../../shared/provider/info.ts';
import { m } from '../i18n/messages.ts';

const words = m.clients.grantWords;
const PLAIN = {
  'keys:list': words.list,
  'usage:read': words.usageRead,
  'usage:write': words.usageWrite,
  'metrics:read': words.metrics,
} as const;

/** A grant in plain words; one of a kind this window does not know is shown as it is written. */
export function grantWords(text: string, providers: ReadonlyMap<string, ProviderInfo>): string {
  try {
    const grant = parseGrant(text);
    if (!('provider' in grant)) return PLAIN[grant.kind];
    const name = providers.get(grant.provider)?.name ?? grant.provider;
    return grant.kind === 'proxy' ? words.call(name, grant.label) : words.read(name, grant.label);
  } catch {
    return text;
  }
}
