import { expect, test } from 'vitest';
import { quotaHistory } from '../../../electron/core/quotas/history.ts';
import { proposalsOf } from '../../../electron/core/quotas/proposals.ts';
import { quotaWhatIf } from '../../../electron/core/quotas/what-if.ts';
import { IMPORT_CLIENTS } from '../../../electron/core/usage/imports/imported-call.ts';
import { call } from '../usage/recording.ts';
import { CLIENT, daily, definition, OTHER, heldBy } from './counting.ts';
import { around, DAY, db, FROM, HOUR, record, used } from './used-daily.ts';

test('what a quota would have refused is counted call by call, and said in a sentence', () => {
  const counting = used([5, 12, 3, 20]);
  const told = quotaWhatIf(db(counting), {
    definition: heldBy(daily(10)),
    fromMs: FROM + 5,
    toMs: FROM + 30 * DAY,
    ...around,
  });
  expect(told).toMatchObject({
    calls: 40,
    wanted: 40,
    refused: 12,
    refusedAmount: 12,
    slowed: 0,
    from: '2030-01-01T00:00:00.000Z',
  });
  expect(told.firstRefusedAt).toBe('2030-01-02T10:00:00.000Z');
  expect(told.periods.map(({ wanted, used: through, refused }) => [wanted, through, refused])).toEqual([
    [12, 10, 2],
    [20, 10, 10],
  ]);
  expect(told.text).toBe(
    'Of 40 calls since 1 January 2030, it would have refused 12 times (first on 2 January 2030, 10:00).',
  );
});

test('every kind of token is counted, from the first millisecond to before the last, and what has no price is told', () => {
  const tokens = { inputTokens: 1, cacheReadTokens: 20, cacheWriteTokens: 300, cacheWriteLongTokens: 4000 };
  const counting = used([1], { tokens: { ...tokens, outputTokens: 50_000 } });
  const calls = [{ atMs: FROM + DAY }, { atMs: FROM + 1, model: 'nobody-knows' }, { atMs: FROM + 2, told: 7 }];
  counting.usage.record(calls.map((given) => call(given)));
  counting.usage.flush();
  const whatIf = (limit: number, counts: 'tokens' | 'cost') =>
    quotaWhatIf(db(counting), {
      definition: heldBy(daily(limit, { counts })),
      ...{ fromMs: FROM, toMs: FROM + DAY, ...around },
    });
  expect(whatIf(54_321, 'tokens')).toMatchObject({ calls: 3, wanted: 54_321, refused: 0, unpriced: 0 });
  expect(whatIf(54_320, 'tokens')).toMatchObject({ refused: 1, refusedAmount: 54_321 });
  expect(whatIf(1e9, 'cost')).toMatchObject({ calls: 3, refused: 0, unpriced: 1 });
});

test('a month is named, and where single calls reach back less far, that is said', () => {
  const counting = used([5, 12]);
  const text = (fromMs: number, toMs: number, given: Parameters<typeof daily>[1] = {}) =>
    quotaWhatIf(db(counting), { definition: heldBy(daily(10, given)), fromMs, toMs, ...around }).text;
  const month = { period: { every: 'month' as const, day: 1 } };
  const first = 'Single calls are known from 1 January 2030 on.';
  expect(text(FROM + DAY, FROM + 3 * DAY, month)).toMatch(
    /^Of 17 calls in January 2030, it would have refused 7 times/,
  );
  expect(text(FROM - DAY, FROM + 3 * DAY, month)).toContain('Of 17 calls in December 2029 and January 2030, it would');
  expect(text(FROM - 40 * DAY, FROM + 3 * DAY, month)).toContain('from November 2029 to January 2030, it would');
  expect(text(FROM - DAY, FROM + 3 * DAY)).toMatch(new RegExp(`^Of 17 calls since 31 December 2029, .* ${first}$`));
  expect(text(FROM - 9 * DAY, FROM - DAY)).toBe(`No call since 23 December 2029 would have been counted. ${first}`);
});

test('it meets the same counter as real calls: rollover, slowing, pools, and what only warns', () => {
  const counting = used([5, 12]);
  const whatIf = (given: Partial<Parameters<typeof daily>[1]>) =>
    quotaWhatIf(db(counting), {
      definition: heldBy(daily(10, given)),
      fromMs: FROM,
      toMs: FROM + 2 * DAY,
      ...around,
    });
  expect(whatIf({ rollover: { maxPercent: 50 } }).refused).toBe(0);
  expect(whatIf({ throttle: { fromPercent: 50, maxDelayMs: 1000 } })).toMatchObject({
    slowed: 5,
    delayMs: 3000,
    refused: 2,
  });
  expect(whatIf({ atLimit: 'warn' })).toMatchObject({ refused: 0, wanted: 17 });
  expect(whatIf({ scope: { kind: 'clients', clients: [OTHER] } })).toMatchObject({ calls: 0, refused: 0 });
  // Half of the day belongs to the other: it becomes free hour by hour.
  expect(whatIf({ scope: { kind: 'clients', clients: [CLIENT, OTHER] } }).refused).toBeGreaterThan(2);
});

test('history sums whole periods, from rollups and single records alike', () => {
  const counting = used([5, 12, 3, 20]);
  counting.usage.record([call({ atMs: FROM + DAY, outcome: 'refused' }), call({ atMs: FROM + DAY, outcome: 'cut' })]);
  counting.usage.flush();
  const nowMs = FROM + 3 * DAY + HOUR;
  const days = quotaHistory(db(counting), { definition: definition(daily(10)), periods: 4, nowMs, ...around });
  expect(days.map(({ used: amount, percent, current }) => [amount, percent, current])).toEqual([
    [5, 50, false],
    [13, 130, false],
    [3, 30, false],
    [20, 200, true],
  ]);
  const month = definition(daily(10, { counts: 'tokens', period: { every: 'month', day: 1 } }));
  expect(quotaHistory(db(counting), { definition: month, periods: 2, nowMs, ...around })).toMatchObject([
    { used: 0, requests: 0 },
    { used: 4000, requests: 41 },
  ]);
});

test('history tells what has no price where money is counted, and all of nothing is all', () => {
  const counting = used([2], { told: 300 });
  record(counting, [FROM, FROM + 1], { model: 'nobody-knows' });
  const look = (limit: number, counts: 'cost' | 'requests') =>
    quotaHistory(db(counting), {
      ...{ definition: definition(daily(limit, { counts })), periods: 2, nowMs: FROM + 5 * HOUR, ...around },
    });
  expect(look(1200, 'cost')).toMatchObject([
    { used: 0, requests: 0, unpriced: 0, percent: 0 },
    { used: 600, requests: 4, unpriced: 2, percent: 50 },
  ]);
  expect(look(8, 'requests')).toMatchObject([{}, { used: 4, unpriced: 0, percent: 50 }]);
  expect(look(0, 'requests')).toMatchObject([{ percent: 100 }, { used: 4, percent: 100 }]);
});

test('what was imported is looked back on only by a quota that counts it, and nobody could have refused it', () => {
  const client = IMPORT_CLIENTS.codex;
  const counting = used([4], { source: 'import', client, credential: null });
  counting.usage.record(Array.from({ length: 9 }, () => call({ atMs: FROM + 12 * HOUR })));
  counting.usage.flush();
  const look = (countImports: boolean) => {
    const quota = { ...daily(10), countImports };
    const { calls, wanted, refused, periods } = quotaWhatIf(db(counting), {
      ...{ definition: heldBy(quota), fromMs: FROM, toMs: FROM + DAY, ...around },
    });
    const nowMs = FROM + 13 * HOUR;
    const [now] = quotaHistory(db(counting), { definition: definition(quota), periods: 1, nowMs, ...around });
    return { calls, wanted, refused, through: periods[0]?.used, used: now?.used };
  };
  expect(look(false)).toEqual({ calls: 9, wanted: 9, refused: 0, through: 9, used: 9 });
  expect(look(true)).toEqual({ calls: 9, wanted: 9, refused: 3, through: 10, used: 13 });
});

test('proposed are what fits better, what the providers allow or may cost, and the demo quota', () => {
  const quotas = [
    { id: 'a'.repeat(16), definition: definition(daily(1000, { scope: { kind: 'provider', provider: 'groq' } })) },
  ];
  const fit = { id: 'a'.repeat(16), limit: 30, fromMs: FROM, toMs: FROM + DAY, periods: 7, typical: 10, highest: 24 };
  const fitting = [fit];
  const providers = [
    { id: 'openai', name: 'OpenAI', category: 'llm' as const },
    { id: 'groq', name: 'Groq', category: 'llm' as const },
    { id: 'github', name: 'GitHub', category: 'devops' as const },
    { id: 'npm', name: 'npm', category: 'devops' as const },
  ];
  const told = proposalsOf({ quotas, fitting, providers, hasSystem: true });
  expect(told.map(({ id, definition: { limit } }) => [id, limit])).toEqual([
    [`change:${'a'.repeat(16)}:30`, 30],
    ['new:openai:cost', 20_000_000],
    // What Groq costs is not limited by a number of requests.
    ['new:groq:cost', 20_000_000],
    ['new:github:requests', 5000],
    ['new:system:requests', 100],
    ['new:system:tokens', 1_000_000],
  ]);
  expect(told[0]).toMatchObject({ limitNow: 1000, seen: { periods: 7, typical: 10 } });
  expect(told[0]?.because).toMatch(/^The most in 7 periods was 24 requests, usually 10 requests: a limit of 1,000/);
  const more = [{ ...fit, id: 'b'.repeat(16), limit: 2000 }];
  const [higher] = proposalsOf({
    ...{ quotas: [...quotas, { ...quotas[0]!, id: 'b'.repeat(16) }], fitting: more, providers, hasSystem: false },
  });
  expect(higher).toMatchObject({ quota: 'b'.repeat(16), definition: { limit: 2000 } });
  expect(higher?.because).toMatch(/usually 10 requests; the limit is 1,000 requests a day\.$/);
  const costs = [{ id: fit.id, definition: definition(daily(1000, { counts: 'cost' })) }];
  const seen = [{ ...fit, highest: 255_881, typical: 9_871 }];
  const [inCents] = proposalsOf({ quotas: costs, fitting: seen, providers: [], hasSystem: false });
  expect(inCents?.because).toMatch(/^The most in 7 periods was \$0\.26, usually \$0\.009871[:;]/);
  const [alone] = proposalsOf({ quotas, fitting: [{ ...fit, periods: 1 }], providers, hasSystem: false });
  expect(alone?.because).toMatch(/^The one period that is over took 24 requests: a limit of 1,000/);
  const all = { id: 'b'.repeat(16), definition: definition(daily(1, { name: 'all', counts: 'cost' })) };
  const covered = proposalsOf({ quotas: [...quotas, all], fitting: [], providers, hasSystem: false });
  expect(covered.map(({ id }) => id)).toEqual(['new:github:requests']);
  const requests = { id: 'f'.repeat(16), definition: definition(daily(1, { name: 'all requests' })) };
  const groq = daily(1, { counts: 'cost', scope: { kind: 'provider', provider: 'groq' } });
  const some = [requests, { id: '1'.repeat(16), definition: definition(groq) }];
  const uncovered = proposalsOf({ quotas: some, fitting: [], providers, hasSystem: false });
  expect(uncovered.map(({ id }) => id)).toEqual(['new:openai:cost', 'new:github:requests']);
  const system = { scope: { kind: 'system' as const } };
  const known = [
    { id: 'c'.repeat(16), definition: definition(daily(100, system)) },
    { id: 'd'.repeat(16), definition: definition(daily(9, { scope: { kind: 'provider', provider: 'github' } })) },
    { id: 'e'.repeat(16), definition: definition(daily(9, { ...system, counts: 'tokens', enabled: false })) },
  ];
  const left = proposalsOf({ quotas: known, fitting: [], providers, hasSystem: true }).map(({ id }) => id);
  expect(left).toEqual(['new:openai:cost', 'new:groq:cost', 'new:system:tokens']);
});
