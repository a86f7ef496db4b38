import { DEFAULT_LABEL, LABEL_PATTERN, PROVIDER_ID_PATTERN } from '../../../shared/reference.ts';

export type Route =
  | { readonly kind: 'health' }
  | { readonly kind: 'list-keys' }
  | { readonly kind: 'read-key'; readonly provider: string; readonly label: string }
  | { readonly kind: 'unknown' };

const HEALTH: Route = { kind: 'health' };
const LIST: Route = { kind: 'list-keys' };
const UNKNOWN: Route = { kind: 'unknown' };
const KEYS = '/v1/keys/';

/**
 * Finds the route of a raw target. Nothing is decoded: provider ids and labels need no escapes, so a target with
 * one, or with a query, is another path than any of ours.
 */
export function findRoute(target: string): Route {
  if (target === '/healthz') return HEALTH;
  if (target === '/v1/keys') return LIST;
  if (!target.startsWith(KEYS)) return UNKNOWN;
  const [provider = '', label = DEFAULT_LABEL, ...more] = target.slice(KEYS.length).split('/');
  if (more.length > 0 || !PROVIDER_ID_PATTERN.test(provider) || !LABEL_PATTERN.test(label)) return UNKNOWN;
  return { kind: 'read-key', provider, label };
}
