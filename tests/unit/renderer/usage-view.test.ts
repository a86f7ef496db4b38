import { describe, expect, test } from 'vitest';
import { busiestHour, dayAfter, weekGrid, yearGrid } from '../../../renderer/usage/calendar-view.ts';
import { change, exactMoney, markText, money, shareText, shortCount } from '../../../renderer/usage/figures.ts';
import { barNames } from '../../../renderer/usage/moments.ts';
import {
  chartSeries,
  chartSlots,
  OTHER,
  peakOf,
  rankedNames,
  roomOf,
  valuesBefore,
} from '../../../renderer/usage/overview-view.ts';
import {
  EMPTY_PRICE,
  priceErrors,
  priceOf,
  priceStart,
  providerOptions,
  unpricedStart,
} from '../../../renderer/usage/price-form.ts';
import { priceLines } from '../../../renderer/usage/price-view.ts';
import type { PriceEntry } from '../../../shared/contract/prices.ts';
import { dayIn, holds, spanOf, uncollectedBars } from '../../../renderer/usage/ranges.ts';
import { canNarrow, routeName } from '../../../renderer/usage/use-filter.ts';
import { withNewer } from '../../../renderer/usage/use-requests.ts';
import { markName, markOf, nameOfMark, dropNameMarks } from '../../../renderer/state/name-marks.ts';
import type { UsageRecord } from '../../../shared/contract/usage-records.ts';
import { bucketValues, type BucketValues, type UsageOverview } from '../../../shared/contract/usage.ts';

const NAMES = Object.keys(bucketValues.shape) as (keyof BucketValues)[];
const values = (given: Partial<BucketValues>, bars = 2): BucketValues =>
  Object.fromEntries(NAMES.map((name) => [name, given[name] ?? Array<number>(bars).fill(0)])) as BucketValues;
const sums = (of: BucketValues) =>
  Object.fromEntries(NAMES.map((name) => [name, of[name].reduce((sum, value) => sum + value, 0)])) as Record<
    keyof BucketValues,
    number
  >;
const totals = (of: BucketValues) => ({ ...sums(of), errorRate: 0, latency: null, cacheSavedMicroUsd: null });
const series = (key: string, of: BucketValues) => ({ key, values: of, totals: totals(of) });

const dear = values({ requests: [1, 1], knownCostMicroUsd: [50, 30], inputTokens: [5, 5] });
const busy = values({ requests: [9, 9], knownCostMicroUsd: [10, 0], inputTokens: [40, 50] });
const rest = values({ requests: [0, 1], knownCostMicroUsd: [0, 10] });
const all = values({ requests: [10, 11], knownCostMicroUsd: [60, 40], inputTokens: [45, 55] });
const overview: UsageOverview = {
  by: 'provider',
  bucket: 'day',
  zone: 'Europe/Berlin',
  from: '2026-11-19',
  to: '2026-11-20',
  buckets: [
    { from: '2026-11-19', to: '2026-11-19', partial: false },
    { from: '2026-11-20', to: '2026-11-20', partial: true },
  ],
  totals: totals(all),
  values: all,
  series: [series('dear', dear), series('busy', busy)],
  other: { names: 3, values: rest, totals: sums(rest) },
  previous: null,
  collectedSince: '2026-11-19T22:59:00.000Z',
  remarks: [],
};

describe('the series of an overview', () => {
  test('are ranked by what is shown, the rest last, and keep their colour', () => {
    const spend = rankedNames(overview, 'spend').map(({ key, color, share }) => [key, color, share]);
    expect(spend).toEqual([
      ['dear', 0, 0.8],
      ['busy', 1, 0.1],
      [OTHER, 'other', 0.1],
    ]);
    expect(rankedNames(overview, 'tokens').map(({ key, color }) => [key, color])).toEqual([
      ['busy', 1],
      ['dear', 0],
      [OTHER, 'other'],
    ]);
  });
  test('add up to the whole in every bar', () => {
    for (const metric of ['spend', 'requests', 'tokens'] as const) {
      const stacked = chartSeries(rankedNames(overview, metric), String, false);
      const whole = { spend: all.knownCostMicroUsd, requests: all.requests, tokens: all.inputTokens }[metric];
      expect(whole.map((_, at) => stacked.reduce((sum, one) => sum + (one.values[at] ?? 0), 0))).toEqual(whole);
    }
  });
  test('as running totals end at the total', () => {
    expect(chartSeries(rankedNames(overview, 'spend'), String, true)[0]?.values).toEqual([50, 80]);
  });
  test('a bar carries what was out of the usual on its day', () => {
    const anomaly = {
      id: 'x',
      kind: 'spend',
      at: '2026-11-20T09:00:00.000Z',
      day: '2026-11-20',
      subject: 'dear',
      dimension: 'provider',
      ...{ key: 'dear', from: '2026-11-20T09:00:00Z', to: '2026-11-20T10:00:00Z' },
      value: 1,
      usual: null,
      text: 'Much.',
    } as const;
    expect(chartSlots(overview, [anomaly]).map(({ notes }) => notes)).toEqual([[], ['Much.']]);
  });
  test('a period before without anything is not compared with, nor one that was collected in part', () => {
    const before = { from: '2026-11-17', to: '2026-11-18', totals: totals(all), values: values({}) };
    const whole = { ...overview, collectedSince: '2026-11-16T23:00:00.000Z' };
    expect(valuesBefore(whole, 'spend', false)).toBeNull();
    expect(valuesBefore({ ...whole, previous: before }, 'spend', false)).toBeNull();
    const full = { ...before, values: all };
    expect(valuesBefore({ ...whole, previous: full }, 'spend', true)).toEqual([60, 100]);
    expect(valuesBefore({ ...whole, collectedSince: '2026-11-17T23:00:00.000Z', previous: full }, 'spend', true)).toBe(
      null,
    );
  });
  test('the highest bar is named only where there is one', () => {
    expect(peakOf([1, 5, 2])).toBe(1);
    expect(peakOf([0, 0])).toBeNull();
  });
});

describe('an axis', () => {
  const marks = (metric: 'spend' | 'requests', step: number, count: number) =>
    Array.from({ length: count }, (_, n) => markText(metric, n * step, step));
  test('has as many digits at each mark', () => {
    expect(marks('spend', 50_000, 4)).toEqual(['$0', '$0.05', '$0.10', '$0.15']);
    expect(marks('spend', 500_000, 4)).toEqual(['$0', '$0.50', '$1.00', '$1.50']);
    expect(marks('spend', 20_000_000, 3)).toEqual(['$0', '$20', '$40']);
    expect(marks('spend', 500_000_000, 4)).toEqual(['$0', '$500', '$1.0K', '$1.5K']);
    expect(marks('spend', 200, 2)).toEqual(['$0', '$0.0002']);
    expect(marks('requests', 500_000, 4)).toEqual(['0', '500K', '1.0M', '1.5M']);
    expect(marks('requests', 2, 3)).toEqual(['0', '2', '4']);
  });
  test('and a column of shares too', () => {
    expect([0, 0.03, 0.042, 1].map(shareText)).toEqual(['0\u00a0%', '3.0\u00a0%', '4.2\u00a0%', '100\u00a0%']);
  });
});

describe('a narrowed list', () => {
  test('may be of calls without a key, client, model or folder, but not without a provider', () => {
    const can = (['provider', 'model', 'client', 'credential', 'project', 'outcome'] as const).filter((dimension) =>
      canNarrow(dimension, ''),
    );
    expect(can).toEqual(['model', 'client', 'credential', 'project']);
    expect(canNarrow('provider', 'openai')).toBe(true);
    expect(nameOfMark(routeName('credential', ''))).toBe('');
  });
});

describe('ranges', () => {
  test('all time waits until it is known when collecting began', () => {
    const route = { range: 'all', from: null, to: null } as const;
    expect(spanOf(route, null)).toBeNull();
    expect(spanOf(route, '2026-05-12T10:00:00.000Z')).toEqual({ from: '2026-05-12' });
  });
  test('last month ends with itself, other words end now', () => {
    expect(spanOf({ range: 'last-month', from: null, to: null }, null)).toEqual({
      from: 'last-month',
      to: 'last-month',
    });
    expect(spanOf({ range: '7d', from: null, to: null }, null)).toEqual({ from: '7d' });
  });
  test('an hour holds its beginning and not its end; a day is a day of the zone', () => {
    const hour = { from: '2026-11-20T10:00:00.000Z', to: '2026-11-20T11:00:00.000Z' };
    expect(holds(hour, hour.from, '2026-11-20')).toBe(true);
    expect(holds(hour, hour.to, '2026-11-20')).toBe(false);
    expect(dayIn('Europe/Berlin', '2026-11-19T23:30:00.000Z')).toBe('2026-11-20');
  });
  test('bars that end before collecting began are told apart', () => {
    expect(uncollectedBars(overview.buckets, overview.collectedSince, 'Europe/Berlin')).toBe(0);
    expect(uncollectedBars(overview.buckets, '2026-11-19T23:01:00.000Z', 'Europe/Berlin')).toBe(1);
    expect(uncollectedBars(overview.buckets, '2026-12-01T00:00:00.000Z', 'Europe/Berlin')).toBe(2);
    expect(uncollectedBars(overview.buckets, null, 'Europe/Berlin')).toBe(0);
  });
  test('an hour is named in the zone', () => {
    const names = barNames(
      { from: '2026-11-20T22:00:00.000Z', to: '2026-11-20T23:00:00.000Z' },
      'hour',
      'Europe/Berlin',
    );
    expect(names.name).toBe('23:00');
    expect(names.title).toMatch(/20.*23:00–00:00$/);
  });
});

describe('the calendar', () => {
  const days = 371 - 2;
  const heat = (count: number, at: number) => {
    const list = Array<number>(count).fill(0).with(at, 5_000_000);
    const none = Array<number>(count).fill(0);
    return { requests: list, failed: none, unpriced: none, incomplete: none, knownCostMicroUsd: list, tokens: list };
  };
  const map = {
    zone: 'UTC',
    from: '2025-11-17',
    to: dayAfter('2025-11-17', days - 1),
    days: heat(days, 8),
    hoursOfWeek: heat(168, 25),
    collectedSince: '2025-11-25T00:00:00.000Z',
    remarks: [],
  };
  test('has Mondays at the top, blanks after the last day, and marks what was not collected', () => {
    const { rows, columns } = yearGrid(map, 'spend');
    expect(columns).toHaveLength(53);
    expect(rows.map(({ cells }) => cells.length)).toEqual(Array(7).fill(53));
    expect(rows[1]?.cells[1]).toMatchObject({
      key: '2025-11-25',
      step: 1,
      text: expect.stringContaining('$5.00') as string,
    });
    expect(rows[0]?.cells[1]?.unknown).toBe(true);
    expect(rows.filter(({ cells }) => cells.at(-1)?.blank === true)).toHaveLength(2);
  });
  test('finds the busiest hour of the week', () => {
    expect(busiestHour(map.hoursOfWeek.requests)).toEqual({ weekday: 'Tuesday', hour: '01:00' });
    expect(busiestHour([0, 0])).toBeNull();
    expect(weekGrid(map.hoursOfWeek, 'spend').rows[1]?.cells[1]?.step).toBe(1);
  });
});

describe('figures', () => {
  test('less than a cent is not nothing, and tables round nothing away', () => {
    expect(money(1_200)).toBe('$0.0012');
    expect(money(0)).toBe('$0.00');
    expect(money(12_345_678)).toBe('$12.35');
    expect(exactMoney(12_345_678)).toBe('$12.345678');
  });
  test('counts are shortened from a hundred thousand on', () => {
    expect(shortCount(99_999)).toBe('99,999');
    expect(shortCount(1_234_567)).toBe('1.2M');
  });
  test('against nothing there is no change', () => {
    expect(change(5, 0)).toBeNull();
    expect(change(112, 100)).toBe('+12\u00a0%');
  });
});

test('new rows come first, and no row comes twice', () => {
  const record = (id: number) => ({ id }) as UsageRecord;
  const old = [record(2), record(1)];
  expect(withNewer(old, [record(4), record(3), record(2)]).map(({ id }) => id)).toEqual([4, 3, 2, 1]);
  expect(withNewer(old, [record(2)])).toBe(old);
});

test('a mark tells nothing of the name it stands for, and finds it again until the lock', () => {
  const mark = markName('/home/me/secret project');
  expect(mark).toMatch(/^[0-9a-f]{13}$/);
  expect(nameOfMark(mark)).toBe('/home/me/secret project');
  dropNameMarks();
  expect(nameOfMark(mark)).toBeUndefined();
  expect(new Set(Array.from({ length: 5_000 }, (_, n) => markOf(`client ${n}`))).size).toBe(5_000);
});

test('a typed price becomes whole micro-dollars; what is left empty is left out', () => {
  const typed = {
    ...EMPTY_PRICE,
    provider: 'openai',
    model: 'gpt-x',
    input: '2.50',
    output: '$10',
    cacheRead: '0.0375',
  };
  expect(priceErrors(typed)).toEqual({});
  expect(priceOf(typed)).toEqual({
    per: 'tokens',
    provider: 'openai',
    model: 'gpt-x',
    input: 2_500_000,
    output: 10_000_000,
    cacheRead: 37_500,
  });
  expect(Object.keys(priceErrors({ ...typed, model: 'two words', output: '', cacheRead: 'cheap' }))).toEqual([
    'model',
    'output',
    'cacheRead',
  ]);
});

const figures = { input: 1_000_000, output: 5_000_000, cacheRead: 100_000, cacheWrite: 125_000, cacheWriteLong: null };
const listed: PriceEntry = {
  ...{ per: 'tokens', provider: 'anthropic', model: 'claude-x', source: 'book', origin: 'a list', note: 'of the list' },
  ...{ unverified: false, overridden: false, aliases: [], kind: 'chat', status: 'current', today: 1 },
  prices: [
    { ...figures, from: null, longPrompt: null, peak: null },
    {
      ...{ ...figures, from: '2026-11-01', peak: { ...figures, input: 37_500 } },
      longPrompt: { ...figures, input: 2_000_000, cacheWriteLong: 4_000_000, overTokens: 200_000 },
    },
  ],
};

test('a listed price that is saved as it stands is the same price: long prompts and peak hours stay', () => {
  const typed = priceStart(listed);
  expect(priceErrors(typed)).toEqual({});
  const plain = { input: 1_000_000, output: 5_000_000, cacheRead: 100_000, cacheWrite: 125_000 };
  expect(priceOf(typed)).toEqual({
    ...{ per: 'tokens', provider: 'anthropic', model: 'claude-x', ...plain },
    longPrompt: { ...plain, input: 2_000_000, cacheWriteLong: 4_000_000, overTokens: 200_000 },
    peak: { ...plain, input: 37_500 },
  });
  const half = { ...typed, overTokens: 'many', long: { ...typed.long, output: '' } };
  expect(Object.keys(priceErrors(half))).toEqual(['overTokens', 'long']);
});

test("the price of a call of a provider that is not in the list is not shown as another one's", () => {
  const listed = [
    { id: 'anthropic', name: 'Anthropic' },
    { id: 'openai', name: 'OpenAI' },
  ];
  const names = (chosen: string) => providerOptions(listed, chosen).map(({ label }) => label);
  expect(names('')).toEqual(['Anthropic', 'OpenAI']);
  expect(names('openai')).toEqual(['Anthropic', 'OpenAI']);
  expect(names('house-gateway')).toEqual(['house-gateway', 'Anthropic', 'OpenAI']);
});

test('what is not counted in tokens is priced as a person says it, of any model', () => {
  const typed = { ...unpricedStart('deepgram', ''), per: 'seconds' as const, unit: '0.0043' };
  expect(priceErrors(typed)).toEqual({});
  const price = priceOf(typed);
  expect(price).toEqual({ per: 'seconds', provider: 'deepgram', price: 71_666_667 });
  expect(Object.keys(priceErrors({ ...typed, unit: '' }))).toEqual(['unit']);
  const { source, origin, note, unverified, overridden } = listed;
  const kept: PriceEntry = {
    ...{ provider: 'deepgram', source, origin, note, unverified, overridden, per: 'seconds', model: null, today: 0 },
    prices: [{ from: null, price: 71_666_667 }],
  };
  expect(priceOf(priceStart(kept))).toEqual(price);
});

test('the list shows every digit of a price, and what long prompts and peak hours cost', () => {
  const [line] = priceLines([listed]);
  expect(line).toMatchObject({ cacheWrite: '$0.125', cacheWriteLong: '–' });
  expect(line?.tiers).toMatchObject([
    { name: 'over 200,000 tokens', input: '$2.00', cacheWriteLong: '$4.00' },
    { name: 'In peak hours', input: '$0.0375' },
  ]);
});

test('hours of several days are named with their day, those of one by their time alone', () => {
  const hours = (count: number): UsageOverview => {
    const at = (hour: number) => new Date(Date.UTC(2026, 10, 19) + hour * 3_600_000).toISOString();
    const buckets = Array.from({ length: count }, (_, hour) => ({ from: at(hour), to: at(hour + 1), partial: false }));
    return { ...overview, bucket: 'hour', zone: 'UTC', buckets };
  };
  expect(chartSlots(hours(24), []).at(-1)?.name).toBe('23:00');
  expect(chartSlots(hours(72), []).at(-1)?.name).toBe('21 Nov, 23:00');
  expect(roomOf(hours(72))).toBeGreaterThan(roomOf(hours(24)));
});
