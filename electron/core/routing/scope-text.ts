import type { RoutingScope } from '../../../shared/contract/routing.ts';

/** How a rule is named in its row and in the log. */
export function scopeText(scope: RoutingScope): string {
  return 'provider' in scope ? `provider:${scope.provider}` : `client:${scope.client}`;
}
