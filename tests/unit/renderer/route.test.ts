import { expect, test } from 'vitest';
import type { Route } from '../../../renderer/state/route.ts';
import { formatRoute, HOME, parseRoute } from '../../../renderer/state/route.ts';
import { USAGE_HOME, type UsageRoute } from '../../../renderer/state/usage-route.ts';

const full: Route = {
  screen: 'providers',
  view: 'list',
  sort: 'expires',
  provider: 'openai',
  state: 'failing',
  id: '0123456789abcdef0123456789abcdef',
  tab: 'grants',
  section: 'webhooks',
  usage: USAGE_HOME,
  activity: HOME.activity,
};

const usage: UsageRoute = {
  tab: 'requests',
  range: 'custom',
  from: '2026-11-01T10:00:00.000Z',
  to: '2026-11-01T11:00:00.000Z',
  by: 'model',
  bucket: 'hour',
  metric: 'tokens',
  cumulative: true,
  compare: false,
  table: true,
  filter: { provider: 'openai', client: '0123456789abc' },
  explore: USAGE_HOME.explore,
};

test('a route survives the address', () => {
  expect(parseRoute(formatRoute(full))).toEqual(full);
});

test('what Usage shows survives the address', () => {
  const route: Route = { ...HOME, screen: 'usage', usage };
  expect(parseRoute(formatRoute(route))).toEqual(route);
  expect(formatRoute({ ...HOME, screen: 'usage' })).toBe('#/usage');
});

test('a range of usage that is none is the usual one, and a name never gets into the address', () => {
  for (const query of [
    'range=custom',
    'range=custom&from=2026-11-02&to=2026-11-01',
    'range=custom&from=x&to=y',
    'range=1h',
  ]) {
    expect(parseRoute(`#/usage?${query}`).usage).toEqual(USAGE_HOME);
  }
  expect(parseRoute('#/usage?in-project=/home/me/secret&in-client=my%20tool').usage.filter).toEqual({});
});

test('the usual view leaves the address short', () => {
  expect(formatRoute(HOME)).toBe('#/home');
});

test('an empty or foreign hash leads home', () => {
  for (const hash of ['', '#', '#/', '#/nowhere', '#/../settings', '#javascript:alert(1)']) {
    expect(parseRoute(hash)).toEqual(HOME);
  }
});

test('what is no id or fixed word does not get in', () => {
  const route = parseRoute('#/home?id=My%20key&provider=<b>&state=all&sort=up&view=huge&q=secret');
  expect(route).toEqual(HOME);
  expect(formatRoute(route)).not.toContain('secret');
});
