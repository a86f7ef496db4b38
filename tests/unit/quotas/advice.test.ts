import { expect, test } from 'vitest';
import { QuotaAdvice } from '../../../electron/core/quotas/advice.ts';
import type { UsageReader } from '../../../electron/core/usage/worker/usage-reader.ts';
import { usageQueries } from '../../../electron/core/usage/worker/usage-queries.ts';
import { call } from '../usage/recording.ts';
import { Counting, daily, definition } from './counting.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Ten days with ten calls each are over; the queries run here and not on their thread. */
function advising(provider = 'openai') {
  const counting = new Counting();
  const { clock, quotas, hub, vault } = counting;
  const from = Math.floor(clock.now() / DAY) * DAY;
  counting.usage.record(
    Array.from({ length: 100 }, (_, n) => call({ provider, atMs: from + Math.floor(n / 10) * DAY + n })),
  );
  counting.usage.flush();
  clock.wallMs = from + 10 * DAY + HOUR;
  const asked: string[] = [];
  const meanwhile = { happens: (): void => undefined };
  const query = (name: keyof typeof usageQueries, input: never) => {
    asked.push(name);
    return new Promise((resolve) => {
      const found = usageQueries[name](vault.opened().usageDb, input);
      meanwhile.happens();
      resolve(found);
    });
  };
  const warned: string[] = [];
  const advice = new QuotaAdvice({
    ...{ quotas, clock, emit: hub.emit, zone: () => 'UTC' },
    providers: () => [{ id: 'openai', name: 'OpenAI', category: 'llm' }],
    reader: { query } as unknown as Pick<UsageReader, 'query'>,
    log: { warn: (code) => void warned.push(code) },
  });
  const limits = () => quotas.list().map(({ definition: { name, limit } }) => `${name} ${limit}`);
  const adjusted = () => counting.heard.flatMap((each) => (each.event === 'quota.adjusted' ? [each.data] : []));
  return { counting, clock, advice, asked, warned, meanwhile, limits, adjusted };
}

test('only a limit that its owner lets move is moved, within its bounds, and by no little', async () => {
  const { counting, advice, limits, adjusted } = advising();
  const bounds = { min: 5, max: 50 };
  counting.set(daily(100, { name: 'down', adjust: bounds }));
  counting.set(daily(5, { name: 'up', adjust: bounds }));
  counting.set(daily(100, { name: 'at the least', adjust: { min: 40, max: 200 } }));
  counting.set(daily(1, { name: 'at the most', adjust: { min: 1, max: 4 } }));
  counting.set(daily(40, { name: 'hardly', adjust: { min: 39, max: 200 } }));
  counting.set(daily(100, { name: 'off', enabled: false, adjust: bounds }));
  counting.set(daily(100, { name: 'fixed' }));
  await advice.adjust();
  expect(limits().toSorted()).toEqual(
    ['at the least 40', 'at the most 4', 'down 13', 'fixed 100', 'hardly 40', 'off 100', 'up 13'].toSorted(),
  );
  expect(adjusted().map(({ name, from, to, because }) => [name, from, to, because])).toContainEqual([
    'down',
    100,
    13,
    'The most in 10 periods was 10 requests, usually 10 requests.',
  ]);
  expect(adjusted()).toHaveLength(4);
});

test('it looks five minutes after the unlock, then once a day, and not behind a lock', async () => {
  const { counting, clock, advice, asked, limits } = advising();
  counting.set(daily(100, { adjust: { min: 1, max: 50 } }));
  const looks = async (ms: number) => {
    clock.advance(ms);
    await new Promise(setImmediate);
    return asked.length;
  };
  advice.unlocked();
  expect(await looks(5 * 60_000 - 1)).toBe(0);
  expect(await looks(1)).toBe(1);
  expect(limits()).toEqual(['daily 13']);
  expect(await looks(DAY - 1)).toBe(1);
  expect(await looks(1)).toBe(2);
  advice.locking();
  expect(await looks(3 * DAY)).toBe(2);
});

test('a lock while it reads is no change and no end: it is told to the log, and looked at again the next day', async () => {
  const { counting, clock, advice, asked, warned, meanwhile } = advising();
  counting.set(daily(100, { adjust: { min: 1, max: 50 } }));
  meanwhile.happens = () => {
    throw new Error('the vault was locked');
  };
  advice.unlocked();
  clock.advance(5 * 60_000);
  await new Promise(setImmediate);
  expect(warned).toEqual(['quotas.not-adjusted']);
  clock.advance(DAY);
  expect(asked).toHaveLength(2);
});

test('a limit of an own provider that was removed moves too, and holds up no other', async () => {
  const { counting, advice, limits } = advising('acme');
  const own = { ...counting.catalogue.get('openai'), id: 'acme', own: true as const };
  counting.catalogue.setOwn([{ provider: own, enabled: true }]);
  const adjust = { min: 1, max: 50 };
  counting.set(daily(100, { name: 'acme', scope: { kind: 'provider', provider: 'acme' }, adjust }));
  counting.set(daily(100, { name: 'all', adjust }));
  counting.catalogue.setOwn([]);
  await advice.adjust();
  expect(limits().toSorted()).toEqual(['acme 13', 'all 13']);
});

test('what the owner changed or removed while the records were read stays as it is; the others move', async () => {
  const { counting, clock, advice, meanwhile, limits } = advising();
  const adjust = { min: 1, max: 500_000 };
  const changed = counting.set(daily(100, { name: 'changed', adjust })).id;
  const removed = counting.set(daily(100, { name: 'removed', adjust })).id;
  counting.set(daily(100, { name: 'left alone', adjust }));
  meanwhile.happens = () => {
    meanwhile.happens = () => undefined;
    clock.advance(1);
    counting.set(daily(200_000, { name: 'changed', counts: 'cost', adjust }), changed);
    counting.quotas.remove(removed, 'ui');
  };
  await advice.adjust();
  expect(limits().toSorted()).toEqual(['changed 200000', 'left alone 13']);
});

test('a proposal that is taken changes its own quota, or makes the one that it names', async () => {
  const { counting, advice, limits } = advising();
  counting.set(daily(12, { name: 'near' }));
  const { id } = counting.set(daily(100));
  await expect(advice.apply('change:0:13', 'ui')).rejects.toMatchObject({ code: 'not_found' });
  expect(await advice.apply(`change:${id}:13`, 'ui')).toMatchObject({ id, definition: { name: 'daily', limit: 13 } });
  expect(await advice.apply('new:openai:cost', 'ui')).toMatchObject({ definition: { limit: 20_000_000 } });
  expect(limits().toSorted()).toEqual(['OpenAI: cost a month 20000000', 'daily 13', 'near 12']);
  expect(await advice.proposals()).toEqual([]);
});

test('a what-if refuses a period that cannot be read, as a quota does', async () => {
  const { advice } = advising();
  const period = { every: 'cron' as const, expression: '61 * * * *', zone: 'UTC' };
  await expect(advice.whatIf({ definition: definition(daily(5, { period })) })).rejects.toMatchObject({
    code: 'invalid_input',
  });
});

test('nothing is proposed for a quota that was changed while the records were read', async () => {
  const { counting, clock, advice, meanwhile } = advising();
  const { id } = counting.set(daily(100));
  expect(await advice.proposals()).toMatchObject([{ id: `change:${id}:13`, limitNow: 100 }, { id: 'new:openai:cost' }]);
  meanwhile.happens = () => {
    meanwhile.happens = () => undefined;
    clock.advance(1);
    counting.set(daily(12), id);
  };
  await expect(advice.apply(`change:${id}:13`, 'ui')).rejects.toThrow('does not stand any more');
  expect(counting.quotas.get(id).definition.limit).toBe(12);
});
