import { expect, test } from 'vitest';
import { Counting, CLIENT, daily, OTHER, refusal } from './counting.ts';

const slow = (maxDelayMs: number) => ({ throttle: { fromPercent: 1, curve: 'linear' as const, maxDelayMs } });
const forOther = { buffer: { percent: 10, clients: [OTHER] } };
const asking = (tokens: number) => Buffer.from(JSON.stringify({ max_tokens: tokens }));

test('a mark as critical saves only those clients from waiting that may set it', () => {
  const counting = new Counting();
  counting.set(daily(10, { ...slow(1000), ...forOther }));
  const waits = (client: string, isCritical: boolean) => {
    const held = counting.hold(client, 400, isCritical);
    if (held !== null) counting.quotas.ledger.release(held);
    return held?.delayMs;
  };
  expect(waits(OTHER, true)).toBe(0);
  for (const delayMs of [waits(OTHER, false), waits(CLIENT, true), waits(CLIENT, false)])
    expect(delayMs).toBeGreaterThan(0);
});

test('of several quotas the one that lets it wait longest says how long, in either order', () => {
  for (const delays of [
    [1000, 60_000],
    [60_000, 1000],
  ]) {
    const counting = new Counting();
    for (const [at, delay] of delays.entries()) counting.set(daily(2, { name: `n${at}`, ...slow(delay) }));
    expect(counting.hold()?.delayMs).toBe(Math.round((60_000 * (50 - 1)) / 99));
  }
});

test('a quota is used up when an ordinary call did not fit any more, until one does', () => {
  const counting = new Counting();
  counting.set(daily(1000, { counts: 'tokens' }));
  const state = () => counting.named('daily').state;
  const use = (tokens: number) => counting.settle(counting.hold(CLIENT, asking(1)), {}, { outputTokens: tokens });
  use(899);
  refusal(() => counting.hold(CLIENT, asking(200)));
  expect(state()).not.toBe('used-up'); // a large call says nothing of others
  use(1);
  expect(state()).not.toBe('used-up');
  refusal(() => counting.hold(CLIENT, asking(200)));
  expect(state()).toBe('used-up');
  const small = counting.hold(CLIENT, asking(1));
  expect(state()).not.toBe('used-up');
  if (small !== null) counting.quotas.ledger.release(small);
});

test('where a limit only warns, or is about something else, nothing is used up for a call', () => {
  const counting = new Counting();
  counting.set(daily(1, { name: 'warns', atLimit: 'warn' }));
  counting.set(daily(1, { name: 'blocks', scope: { kind: 'clients', clients: [OTHER] } }));
  const subject = { provider: 'openai', credential: '', client: OTHER, project: '' };
  const found = (client = OTHER, about = true) =>
    counting.quotas.ledger.isUsedUp({ ...subject, client }, () => about)?.definition.name;
  expect(found()).toBeUndefined();
  counting.one(OTHER);
  expect([found(), found(CLIENT), found(OTHER, false)]).toEqual(['blocks', undefined, undefined]);
});

test('a lock leaves nothing behind', () => {
  const counting = new Counting();
  counting.set(daily(5));
  counting.hold();
  expect(counting.quotas.ledger.hears).toBe(true);
  counting.quotas.locking();
  expect([counting.quotas.ledger.hears, counting.quotas.ledger.all, counting.hold()]).toEqual([false, [], null]);
});
