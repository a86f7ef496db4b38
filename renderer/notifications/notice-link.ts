import type { NoticeLink } from '../../shared/contract/notifications.ts';
import type { Route } from '../state/route.ts';
import { USAGE_HOME, type UsageRoute } from '../state/usage-route.ts';

/** Where a line of the inbox leads. */
export function routeOfLink(link: NoticeLink): Partial<Route> {
  switch (link.to) {
    case 'credential':
      return { screen: 'providers', id: link.id };
    case 'provider':
      return { screen: 'providers', provider: link.id };
    case 'credentials':
      return { screen: 'providers', view: 'list', sort: 'state' };
    case 'quota':
      return { screen: 'quotas', id: link.id };
    case 'client':
    case 'clients':
      return { screen: 'clients', tab: 'list' };
    case 'usage':
      return { screen: 'usage', usage: { ...USAGE_HOME, ...hourOf(link.at), tab: 'requests' } };
    case 'prices':
      return { screen: 'usage', usage: { ...USAGE_HOME, tab: 'prices' } };
    case 'webhook':
      return { screen: 'settings', section: 'webhooks' };
  }
}

const HOUR_MS = 3_600_000;

function hourOf(at: string): Pick<UsageRoute, 'range' | 'from' | 'to'> {
  const fromMs = Math.floor(Date.parse(at) / HOUR_MS) * HOUR_MS;
  return { range: 'custom', from: new Date(fromMs).toISOString(), to: new Date(fromMs + HOUR_MS).toISOString() };
}
