import { expect, test } from 'vitest';
import type { Route } from '../../../renderer/state/route.ts';
import { formatRoute, HOME, parseRoute } from '../../../renderer/state/route.ts';

const full: Route = {
  screen: 'providers',
  view: 'list',
  sort: 'expires',
  provider: 'openai',
  state: 'failing',
  id: '0123456789abcdef0123456789abcdef',
  tab: 'grants',
};

test('a route survives the address', () => {
  expect(parseRoute(formatRoute(full))).toEqual(full);
});

test('the usual view leaves the address short', () => {
  expect(formatRoute(HOME)).toBe('#/providers');
});

test('an empty or foreign hash leads home', () => {
  for (const hash of ['', '#', '#/', '#/nowhere', '#/../settings', '#javascript:alert(1)']) {
    expect(parseRoute(hash)).toEqual(HOME);
  }
});

test('what is no id or fixed word does not get in', () => {
  const route = parseRoute('#/providers?id=My%20key&provider=<b>&state=all&sort=up&view=huge&q=secret');
  expect(route).toEqual(HOME);
  expect(formatRoute(route)).not.toContain('secret');
});
