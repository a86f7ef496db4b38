import { describe, expect, test } from 'vitest';
import type { PoolRule } from '../../../shared/contract/routing.ts';
import { CredentialPool } from '../../../electron/core/routing/credential-pool.ts';
import { ABOUT_CREDENTIAL } from '../../../electron/core/proxy/failures.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const all = () => true;
const rule = (strategy: PoolRule['strategy'], costs: readonly number[] = [1, 1, 1]): PoolRule => ({
  strategy,
  members: ['a', 'b', 'c'].map((label, at) => ({ label, cost: costs[at] ?? 1 })),
});

function setUp() {
  const clock = new FakeClock();
  return { clock, pool: new CredentialPool(clock) };
}

describe('the order in which credentials are tried', () => {
  test('priority: as the owner wrote it', () => {
    const { pool } = setUp();
    for (let time = 0; time < 3; time += 1)
      expect(pool.order('openai', rule('priority'), all)).toEqual(['a', 'b', 'c']);
  });

  test('round-robin: each in turn, and each provider by itself', () => {
    const { pool } = setUp();
    const first = () => pool.order('openai', rule('round-robin'), all)[0];
    expect([first(), first(), first(), first()]).toEqual(['a', 'b', 'c', 'a']);
    expect(pool.order('mistral', rule('round-robin'), all)[0]).toBe('a');
  });

  test('least used: the one with the fewest calls, and the owner’s order among equals', () => {
    const { pool } = setUp();
    const take = () => {
      const [label = ''] = pool.order('openai', rule('least-used'), all);
      pool.begin('openai', label);
      return label;
    };
    pool.begin('openai', 'a');
    expect([take(), take(), take()]).toEqual(['b', 'c', 'a']);
  });

  test('cheapest: by the cost that the owner gave', () => {
    expect(setUp().pool.order('openai', rule('cheapest', [3, 1, 2]), all)).toEqual(['b', 'c', 'a']);
  });

  test('only what the client may use', () => {
    expect(setUp().pool.order('openai', rule('priority'), (label) => label === 'c')).toEqual(['c']);
  });
});

describe('a credential that was exhausted or refused', () => {
  test.each([401, 402, 429])('rests after %s, and comes last meanwhile', (status) => {
    const { pool } = setUp();
    pool.begin('openai', 'a');
    pool.answered('openai', 'a', status, null);
    expect(pool.order('openai', rule('priority'), all)).toEqual(['b', 'c', 'a']);
    expect(pool.state('openai', rule('priority'))[0]).toMatchObject({ label: 'a', state: 'resting', because: status });
  });

  test.each([200, 400, 403, 404, 500, 503])('is not one that answered %s', (status) => {
    const { pool } = setUp();
    pool.answered('openai', 'a', status, null);
    expect(ABOUT_CREDENTIAL.has(status)).toBe(false);
    expect(pool.order('openai', rule('priority'), all)[0]).toBe('a');
  });

  test('rests as long as the provider asks for after 429', () => {
    const { clock, pool } = setUp();
    pool.answered('openai', 'a', 429, 3_000);
    clock.advance(2_999);
    expect(pool.order('openai', rule('priority'), all)[0]).toBe('b');
    clock.advance(1);
    expect(pool.order('openai', rule('priority'), all)[0]).toBe('a');
  });

  test('gets one probe when its time is over; the next call goes elsewhere until it is answered', () => {
    const { clock, pool } = setUp();
    pool.answered('openai', 'a', 402, null);
    clock.advance(300_000);
    expect(pool.order('openai', rule('priority'), all)[0]).toBe('a');
    pool.begin('openai', 'a');
    expect(pool.order('openai', rule('priority'), all)[0]).toBe('b');
    pool.answered('openai', 'a', 200, null);
    expect(pool.order('openai', rule('priority'), all)[0]).toBe('a');
    expect(pool.state('openai', rule('priority'))[0]?.state).toBe('healthy');
  });

  test('rests twice as long after a failed probe, at most an hour', () => {
    const { clock, pool } = setUp();
    pool.answered('openai', 'a', 402, null);
    for (const restMs of [300_000, 600_000, 1_200_000, 2_400_000, 3_600_000, 3_600_000]) {
      clock.advance(restMs - 1);
      expect(pool.order('openai', rule('priority'), all)[0]).toBe('b');
      clock.advance(1);
      expect(pool.order('openai', rule('priority'), all)[0]).toBe('a');
      pool.begin('openai', 'a');
      pool.answered('openai', 'a', 402, null);
    }
  });

  test('is probed again where the probe never came back', () => {
    const { clock, pool } = setUp();
    pool.answered('openai', 'a', 429, null);
    clock.advance(20_000);
    pool.begin('openai', 'a');
    clock.advance(59_999);
    expect(pool.order('openai', rule('priority'), all)[0]).toBe('b');
    clock.advance(1);
    expect(pool.order('openai', rule('priority'), all)[0]).toBe('a');
  });

  test.each([500, 503])('stays one to probe where the provider itself is broken meanwhile (%s)', (status) => {
    const { clock, pool } = setUp();
    pool.answered('openai', 'a', 401, null);
    clock.advance(300_000);
    pool.begin('openai', 'a');
    pool.answered('openai', 'a', status, null);
    expect(pool.state('openai', rule('priority'))[0]?.because).toBe(401);
    expect(pool.order('openai', rule('priority'), all)[0]).toBe('a');
  });

  test('is probed again at once where the probe broke off', () => {
    const { clock, pool } = setUp();
    pool.answered('openai', 'a', 402, null);
    clock.advance(300_000);
    pool.begin('openai', 'a');
    pool.unanswered('openai', 'a');
    pool.unanswered('openai', 'b');
    expect(pool.order('openai', rule('priority'), all)).toEqual(['a', 'b', 'c']);
  });

  test.each([
    [401, 300_000],
    [402, 300_000],
    [429, 20_000],
  ])('rests after %s for %s ms, and it is told until when', (status, restMs) => {
    const { clock, pool } = setUp();
    pool.answered('openai', 'b', status, null);
    const told = () => pool.state('openai', rule('priority'))[1];
    const until = new Date(clock.now() + restMs).toISOString();
    expect(told()).toMatchObject({ state: 'resting', until, told: 'answer' });
    clock.advance(restMs - 1);
    expect([told()?.state, pool.order('openai', rule('priority'), all)]).toEqual(['resting', ['a', 'c', 'b']]);
    clock.advance(1);
    expect([told()?.state, pool.order('openai', rule('priority'), all)]).toEqual(['probing', ['a', 'b', 'c']]);
    clock.advance(60_000);
    expect(told()?.until).toBe(new Date(clock.now()).toISOString());
  });

  test('rests a day at most, whatever the provider asks for, and only after 429 is it asked', () => {
    const { clock, pool } = setUp();
    pool.answered('openai', 'a', 429, 7 * 24 * 3_600_000);
    pool.answered('openai', 'b', 402, 7 * 24 * 3_600_000);
    const until = (ms: number) => new Date(clock.now() + ms).toISOString();
    expect(pool.state('openai', rule('priority'))).toMatchObject([
      { until: until(24 * 3_600_000) },
      { until: until(300_000) },
      { until: null },
    ]);
  });

  test('does not rest longer because several calls that were under way are refused together', () => {
    const { clock, pool } = setUp();
    for (let call = 0; call < 3; call += 1) pool.begin('openai', 'a');
    for (let call = 0; call < 3; call += 1) pool.answered('openai', 'a', 402, null);
    clock.advance(300_000);
    expect(pool.order('openai', rule('priority'), all)[0]).toBe('a');
  });

  test('is tried all the same where all rest: the one that rests shortest first', () => {
    const { pool } = setUp();
    pool.answered('openai', 'a', 429, 30_000);
    pool.answered('openai', 'b', 429, 10_000);
    pool.answered('openai', 'c', 429, 20_000);
    expect(pool.order('openai', rule('priority'), all)).toEqual(['b', 'c', 'a']);
  });

  test('is forgotten at a lock, and where another credential takes its name', () => {
    const { pool } = setUp();
    pool.answered('openai', 'a', 401, null);
    pool.answered('mistral', 'a', 401, null);
    pool.forgetMember('openai', 'a');
    expect(pool.order('openai', rule('priority'), all)[0]).toBe('a');
    expect(pool.order('mistral', rule('priority'), all)[0]).toBe('b');
    pool.forget();
    expect(pool.order('mistral', rule('priority'), all)[0]).toBe('a');
  });
});

describe('what a tool or a test found', () => {
  const first = (pool: CredentialPool) => pool.order('openai', rule('priority'), all)[0];

  test.each(['refused', 'exhausted'] as const)('%s: it rests, until a probe goes well', (says) => {
    const { pool, clock } = setUp();
    pool.found('openai', 'a', { says, by: 'tool' });
    expect(first(pool)).toBe('b');
    const [told] = pool.state('openai', rule('priority'));
    expect(told).toMatchObject({ state: 'resting', because: null, told: 'tool' });
    clock.advance(300_000);
    expect(first(pool)).toBe('a');
    pool.begin('openai', 'a');
    pool.answered('openai', 'a', 200, null);
    expect(pool.state('openai', rule('priority'))[0]?.state).toBe('healthy');
  });

  test('a test that went well ends a rest that a tool, a test or a 401 began', () => {
    const { pool } = setUp();
    for (const by of ['tool', 'test'] as const) {
      pool.found('openai', 'a', { says: 'exhausted', by });
      pool.found('openai', 'a', { says: 'works', by: 'test' });
      expect(first(pool)).toBe('a');
    }
    pool.answered('openai', 'a', 401, null);
    pool.found('openai', 'a', { says: 'works', by: 'test' });
    expect(first(pool)).toBe('a');
  });

  test.each([402, 429])('it says nothing of credit and rate: a rest after %s goes on', (status) => {
    const { pool } = setUp();
    pool.answered('openai', 'a', status, null);
    pool.found('openai', 'a', { says: 'works', by: 'test' });
    expect(first(pool)).toBe('b');
  });

  test('that it is unclear changes nothing', () => {
    const { pool } = setUp();
    pool.found('openai', 'a', { says: 'unclear', by: 'test' });
    expect(first(pool)).toBe('a');
    pool.found('openai', 'a', { says: 'refused', by: 'tool' });
    pool.found('openai', 'a', { says: 'unclear', by: 'test' });
    expect(first(pool)).toBe('b');
  });

  test('does not make a rest shorter that has begun', () => {
    const { pool, clock } = setUp();
    pool.answered('openai', 'a', 429, 3_600_000);
    pool.found('openai', 'a', { says: 'refused', by: 'tool' });
    clock.advance(3_000_000);
    expect(first(pool)).toBe('b');
  });
});
