import { describe, expect, test } from 'vitest';
import { call } from '../usage/recording.ts';
import { CLIENT, Counting, daily, KEY, OPENAI, OTHER, refusal } from './counting.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A call that asks for so many tokens. */
const asking = (tokens: number): Buffer => {
  const body = (allowed: number) => Buffer.from(JSON.stringify({ max_tokens: allowed }).padEnd(40));
  return body(tokens - 10);
};

function settled(counting: Counting, tokens: number): void {
  counting.usage.record([call({ atMs: counting.clock.now(), tokens: { inputTokens: tokens } })]);
}

describe('nearly at its end', () => {
  const told = (counting: Counting) => {
    counting.clock.advance(1000);
    return [counting.named('daily').state, counting.warnings().at(-1)];
  };

  test('a refusal alone says that a quota is used up, and warns of it', () => {
    const counting = new Counting();
    counting.set(daily(1000, { counts: 'tokens' }));
    settled(counting, 950);
    expect(told(counting)).toEqual(['warned', 90]);
    refusal(() => counting.hold(CLIENT, asking(60)));
    expect(told(counting)).toEqual(['used-up', 100]);
  });

  test('one for want of room that calls under way hold, or that others keep for themselves, does not', () => {
    const held = new Counting();
    held.set(daily(1000, { counts: 'tokens' }));
    settled(held, 950);
    held.hold(CLIENT, asking(40));
    refusal(() => held.hold(CLIENT, asking(30)));
    expect(told(held)).toEqual(['warned', 90]);
    const pool = new Counting();
    pool.clock.wallMs = Date.UTC(2030, 0, 15);
    pool.set(daily(20, { scope: { kind: 'clients', clients: [CLIENT, OTHER] } }));
    for (let n = 0; n < 10; n += 1) pool.one();
    for (let n = 0; n < 8; n += 1) pool.one(OTHER);
    refusal(() => pool.hold());
    expect(told(pool)).toEqual(['warned', 90]);
  });

  test('nor does one of a critical call; and only an ordinary one that fits ends it', () => {
    const counting = new Counting();
    counting.set(daily(1000, { counts: 'tokens', buffer: { percent: 10, clients: [OTHER] } }));
    settled(counting, 850);
    refusal(() => counting.hold(OTHER, asking(200), true));
    expect(told(counting)).toEqual(['warned', 90]);
    refusal(() => counting.hold(CLIENT, asking(60)));
    expect(told(counting)).toEqual(['used-up', 100]);
    counting.hold(OTHER, asking(20), true);
    expect(told(counting)[0]).toBe('used-up');
    counting.hold(CLIENT, asking(20), true); // it may not mark one: an ordinary call
    expect(told(counting)[0]).toBe('warned');
    refusal(() => counting.hold(CLIENT, asking(60)));
    counting.hold(OTHER, asking(10)); // not marked
    expect(told(counting)[0]).toBe('warned');
  });
});

test('a call that came before midnight and goes out after it holds nothing of the new day, and takes nothing from it', () => {
  const counting = new Counting();
  counting.set(daily(5));
  counting.clock.wallMs = Date.UTC(2030, 0, 16);
  const subject = { provider: 'openai', credential: KEY, client: CLIENT, project: '' };
  const size = { provider: OPENAI, method: 'POST', path: 'x', body: null };
  const late = counting.quotas.ledger.reserve(subject, size, counting.clock.now() - 1, () => false);
  expect(counting.named('daily')).toMatchObject({ used: 0, reserved: 0 });
  counting.settle(late);
  expect(counting.named('daily')).toMatchObject({ used: 0, reserved: 0 });
});

test('a quota that is used up is so for its period only, also where no call comes', () => {
  const counting = new Counting();
  counting.set(daily(1));
  counting.one();
  const subject = { provider: 'openai', credential: KEY, client: CLIENT, project: '' };
  const usedUp = () => counting.quotas.ledger.isUsedUp(subject, () => true) !== null;
  expect(usedUp()).toBe(true);
  counting.clock.wallMs += DAY;
  expect(usedUp()).toBe(false);
});

test('behind a restart each quota has what it is about, and brings over what was left of just that', () => {
  const counting = new Counting();
  const ours = { kind: 'clients' as const, clients: [CLIENT] };
  counting.set(daily(10, { name: 'all' }));
  counting.set(daily(10, { name: 'ours', scope: ours, rollover: { maxPercent: 50 } }));
  counting.set(daily(10, { name: 'groq', scope: { kind: 'provider', provider: 'groq' } }));
  for (let n = 0; n < 7; n += 1) counting.one();
  for (let n = 0; n < 3; n += 1) counting.one(OTHER);
  counting.clock.advance(DAY);
  counting.one();
  counting.one(OTHER);
  const figures = () =>
    counting.quotas.list().map(({ definition, used, carriedOver }) => [definition.name, used, carriedOver]);
  const before = figures().toSorted();
  expect(before).toEqual([
    ['all', 2, 0],
    ['groq', 0, 0],
    ['ours', 1, 3],
  ]);
  counting.usage.flush();
  counting.start();
  expect(figures().toSorted()).toEqual(before);
});

test('behind a lock nothing is held for the calls that it ended, and a revoked client keeps no part of a pool', () => {
  const counting = new Counting();
  counting.clock.wallMs = Date.UTC(2030, 0, 15);
  counting.set(daily(10, { scope: { kind: 'clients', clients: [CLIENT, OTHER] } }));
  for (let n = 0; n < 4; n += 1) counting.one();
  counting.hold();
  counting.quotas.locking();
  counting.clients = [CLIENT];
  counting.quotas.unlocked();
  expect(counting.named('daily')).toMatchObject({ used: 4, reserved: 0 });
  for (let n = 0; n < 6; n += 1) counting.one();
  expect(counting.named('daily')).toMatchObject({ used: 10, refused: 0 });
});
