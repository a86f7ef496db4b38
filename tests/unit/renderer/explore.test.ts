import { describe, expect, test } from 'vitest';
import { dashOf, patternOf } from '../../../renderer/charts/patterns.ts';
import { SERIES_COLORS } from '../../../renderer/charts/colors.ts';
import {
  barsOf,
  isSameView,
  namesOfKey,
  questionOf,
  routeOfView,
  viewOfRoute,
} from '../../../renderer/usage/explore-view.ts';
import { metricValues } from '../../../renderer/usage/figures.ts';
import { barLengths, OTHER, rankedNames } from '../../../renderer/usage/overview-view.ts';
import { formatRoute, HOME, parseRoute } from '../../../renderer/state/route.ts';
import { TOP_OF_CHARTS, USAGE_HOME, type UsageRoute } from '../../../renderer/state/usage-route.ts';
import { breakdownQuery, exploredView, type UsageBreakdown } from '../../../shared/contract/usage-explore.ts';
import { SUM_NAMES, type UsageSums } from '../../../shared/usage.ts';

const ROUTE: UsageRoute = {
  ...USAGE_HOME,
  tab: 'explore',
  range: '90d',
  by: 'client',
  bucket: 'week',
  explore: { figure: 'output', then: 'outcome', top: 12, picture: 'lines', saved: '0123456789abcdef' },
};
const through = (usage: UsageRoute): UsageRoute => parseRoute(formatRoute({ ...HOME, screen: 'usage', usage })).usage;

describe('what Explore shows', () => {
  test('stands in the address and comes back from it', () => {
    expect(through(ROUTE)).toEqual(ROUTE);
    expect(formatRoute({ ...HOME, screen: 'usage', usage: USAGE_HOME })).toBe('#/usage');
  });
  test('is left as usual where the address says something that there is not', () => {
    const { explore } = parseRoute('#/usage?tab=explore&of=secrets&then=day&top=7&as=pie&saved=../x').usage;
    expect(explore).toEqual(USAGE_HOME.explore);
  });
  test.each([
    ['a usual range', { range: '7d' }],
    ['last month', { range: 'last-month' }],
    ['all time', { range: 'all' }],
    ['two days', { range: 'custom', from: '2026-11-01', to: '2026-11-09' }],
  ] as const)('becomes a view and the same again: %s', (_, range) => {
    const route = { ...ROUTE, ...range };
    const view = viewOfRoute(route, { model: ['gpt-5'] });
    expect(exploredView.parse(view)).toEqual(view);
    expect(breakdownQuery.safeParse(questionOf(view)).success).toBe(true);
    const { filter, ...again } = routeOfView(view, ROUTE.explore.saved);
    expect({ ...route, ...again, filter: {} }).toEqual(route);
    expect(Object.keys(filter ?? {})).toEqual(['model']);
    expect(isSameView(viewOfRoute({ ...route, ...again }, { model: ['gpt-5'] }), view)).toBe(true);
    expect(isSameView({ ...view, top: 3 }, view)).toBe(false);
    expect(isSameView({ ...view, filter: {} }, view)).toBe(false);
  });
  test('divides nothing by itself, and a chart has no more series than can be told apart', () => {
    const explore = { ...ROUTE.explore, then: 'client', top: 50 } as const;
    expect(viewOfRoute({ ...ROUTE, explore }, undefined)).toMatchObject({ then: null, top: TOP_OF_CHARTS });
    expect(viewOfRoute({ ...ROUTE, explore: { ...explore, picture: 'ranking' } }, undefined).top).toBe(50);
  });
});

describe('series of a breakdown', () => {
  const sums = (given: Partial<UsageSums>): UsageSums =>
    Object.fromEntries(SUM_NAMES.map((name) => [name, given[name] ?? 0])) as UsageSums;
  const one = (key: string, then: string | null, outputTokens: number) => {
    const totals = sums({ requests: 1, outputTokens });
    const values = Object.fromEntries(SUM_NAMES.map((name) => [name, [totals[name]]]));
    return { key, then, totals, values: values as UsageBreakdown['values'] };
  };
  const series = [one('openai', 'ok', 60), one('openai', 'cut', 30)];
  const rest = one('', null, 10);
  const breakdown: UsageBreakdown = {
    ...{ by: 'provider', then: 'outcome', bucket: 'day', zone: 'UTC', from: '2026-11-20', to: '2026-11-20' },
    buckets: [{ from: '2026-11-20', to: '2026-11-20', partial: false }],
    totals: sums({ requests: 3, outputTokens: 100 }),
    values: one('', null, 100).values,
    series,
    other: { names: 2, values: rest.values, totals: rest.totals },
    collectedSince: '2026-11-01T00:00:00.000Z',
    remarks: [],
  };

  test('have both names in their key, and a share of any figure', () => {
    const ranked = rankedNames(barsOf(breakdown), 'output');
    expect(ranked.map(({ key }) => namesOfKey(key))).toEqual([['openai', 'ok'], ['openai', 'cut'], null]);
    expect(ranked.map(({ share }) => share)).toEqual([0.6, 0.3, 0.1]);
    expect(metricValues('output', breakdown.values)).toEqual([100]);
    expect(metricValues('tokens', breakdown.values)).toEqual([100]);
  });
  test('the bars of a ranking are measured by its longest; the rest have none', () => {
    const [first, second] = rankedNames(barsOf(breakdown), 'output');
    const many = { ...first, key: OTHER, share: 0.9 };
    expect(barLengths([first, second, many] as Parameters<typeof barLengths>[0])).toEqual([1, 0.5, 0]);
  });
});

test('no two series of a chart look alike, nor do two that lie beside each other differ by hue alone', () => {
  const all = Array.from({ length: TOP_OF_CHARTS }, (_, index) => index);
  const areas = all.map((index) => `${index % SERIES_COLORS} ${patternOf(index)?.path ?? 'plain'}`);
  const lines = all.map((index) => `${index % SERIES_COLORS} ${dashOf(index).join(' ')}`);
  expect(new Set(areas).size).toBe(TOP_OF_CHARTS);
  expect(new Set(lines).size).toBe(TOP_OF_CHARTS);
  for (const index of all.slice(1)) {
    expect(patternOf(index), `area ${index}`).not.toBe(patternOf(index - 1));
    expect(dashOf(index), `line ${index}`).not.toBe(dashOf(index - 1));
  }
});
