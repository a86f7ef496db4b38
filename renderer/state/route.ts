import { useSyncExternalStore } from 'react';
import { PROVIDER_ID_PATTERN } from '../../shared/reference.ts';
import { type ActivityRoute, NO_FILTERS, parseActivity, writeActivity } from './activity-route.ts';
import { parseUsage, USAGE_HOME, type UsageRoute, writeUsage } from './usage-route.ts';

/** Where the user is. Lives in location.hash, so it holds ids and fixed words only: never a secret, a label or a name. */
export const SCREENS = ['home', 'providers', 'bin', 'usage', 'quotas', 'clients', 'activity', 'settings'] as const;
export type Screen = (typeof SCREENS)[number];
export const VIEWS = ['grid', 'list'] as const;
export const SORTS = ['name', 'state', 'tested', 'used', 'expires', 'created'] as const;
export type Sort = (typeof SORTS)[number];
export const HEALTH_FILTERS = ['healthy', 'expiring', 'failing', 'unknown', 'untested', 'disabled'] as const;
export type HealthFilter = (typeof HEALTH_FILTERS)[number];

export const CLIENT_TABS = ['list', 'grants', 'connect', 'routing'] as const;
export type ClientTab = (typeof CLIENT_TABS)[number];

export const SECTIONS = ['backups', 'notifications', 'webhooks'] as const;
export type SectionLink = (typeof SECTIONS)[number];

export interface Route {
  readonly screen: Screen;
  readonly view: (typeof VIEWS)[number];
  readonly sort: Sort;
  readonly provider: string | null;
  readonly state: HealthFilter | null;
  /** Selected credential or quota, by its random id. */
  readonly id: string | null;
  /** Which part of Clients is shown. */
  readonly tab: ClientTab;
  /** The part of Settings to begin at. */
  readonly section: SectionLink | null;
  /** What Usage shows. Only there in the address. */
  readonly usage: UsageRoute;
  /** What Activity is narrowed to, likewise. */
  readonly activity: ActivityRoute;
}

export const HOME: Route = {
  screen: 'home',
  view: 'grid',
  sort: 'name',
  provider: null,
  state: null,
  id: null,
  tab: 'list',
  section: null,
  usage: USAGE_HOME,
  activity: NO_FILTERS,
};

const oneOf = <T extends string>(allowed: readonly T[], given: string | null): T | null =>
  allowed.find((word) => word === given) ?? null;
const matching = (pattern: RegExp, given: string | null): string | null =>
  given !== null && pattern.test(given) ? given : null;

/** Anything that is not known is left out: a hand-typed hash can do no harm. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const params = new URLSearchParams(query);
  const screen = oneOf(SCREENS, path) ?? HOME.screen;
  return {
    screen,
    view: oneOf(VIEWS, params.get('view')) ?? HOME.view,
    sort: oneOf(SORTS, params.get('sort')) ?? HOME.sort,
    provider: matching(PROVIDER_ID_PATTERN, params.get('provider')),
    state: oneOf(HEALTH_FILTERS, params.get('state')),
    id: matching(/^(?:[0-9a-f]{16}){1,2}$/, params.get('id')),
    tab: (screen === 'usage' ? null : oneOf(CLIENT_TABS, params.get('tab'))) ?? HOME.tab,
    section: oneOf(SECTIONS, params.get('section')),
    usage: screen === 'usage' ? parseUsage(params) : HOME.usage,
    activity: screen === 'activity' ? parseActivity(params) : HOME.activity,
  };
}

export function formatRoute(route: Route): string {
  const params = new URLSearchParams();
  if (route.screen === 'usage') writeUsage(route.usage, params);
  if (route.screen === 'activity') writeActivity(route.activity, params);
  for (const key of ['view', 'sort', 'provider', 'state', 'id', 'tab', 'section'] as const) {
    const value = route[key];
    if (value !== null && value !== HOME[key]) params.set(key, value);
  }
  const query = params.toString();
  return `#/${route.screen}${query === '' ? '' : `?${query}`}`;
}

/** Changes parts of what Usage shows; from another screen it opens it. */
export function navigateUsage(change: Partial<UsageRoute>, how: 'push' | 'replace' = 'push'): void {
  const { screen, usage } = parseRoute(location.hash);
  navigate({ screen: 'usage', usage: { ...(screen === 'usage' ? usage : USAGE_HOME), ...change } }, how);
}

/** Goes to another screen (its filters start afresh) or changes parts of the present one. */
export function navigate(change: Partial<Route>, how: 'push' | 'replace' = 'push'): void {
  const now = parseRoute(location.hash);
  const leaves = change.screen !== undefined && change.screen !== now.screen;
  const next = formatRoute({ ...now, ...(leaves ? { ...HOME, view: now.view, sort: now.sort } : {}), ...change });
  if (next === location.hash) return;
  if (how === 'push') location.hash = next;
  else {
    history.replaceState(history.state, '', next);
    dispatchEvent(new HashChangeEvent('hashchange'));
  }
}

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}

let cached: { readonly hash: string; readonly route: Route } = { hash: '', route: HOME };
function current(): Route {
  if (cached.hash !== location.hash) cached = { hash: location.hash, route: parseRoute(location.hash) };
  return cached.route;
}

export function useRoute(): Route {
  return useSyncExternalStore(subscribe, current);
}
