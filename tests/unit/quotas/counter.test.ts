import { Prices } from '../../../electron/core/usage/prices/prices.ts';
import { Repricer } from '../../../electron/core/usage/prices/repricer.ts';
import { describe, expect, test } from 'vitest';
import { delayAt } from '../../../electron/core/quotas/throttle.ts';
import { IMPORT_CLIENTS } from '../../../electron/core/usage/imports/imported-call.ts';
import { call, SHIPPED } from '../usage/recording.ts';
import { CLIENT, Counting, daily, OTHER, refusal } from './counting.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('the limit', () => {
  test('calls under way count: the one too many is refused with its arithmetic, and fits when one was given up', () => {
    const counting = new Counting();
    counting.set(daily(3, { name: 'Team' }));
    counting.one();
    const held = [counting.hold(), counting.hold()];
    const { facts, code, message, retryAfterMs } = refusal(() => counting.hold());
    expect(code).toBe('quota_exceeded');
    expect(facts).toMatchObject({ name: 'Team', counts: 'requests', limit: 3, used: 1, reserved: 2, asked: 1 });
    expect(facts.resetsAt).toBe('2030-01-16T00:00:00.000Z');
    expect(retryAfterMs).toBe(12 * HOUR);
    expect(message).toContain('3 requests allowed, 1 request used, 2 requests reserved, 1 request asked.');
    counting.settle(held[0] ?? null, { outcome: 'refused' }); // never sent
    expect(counting.hold()).not.toBeNull();
    expect(counting.named('Team')).toMatchObject({ used: 1, reserved: 2, refused: 1 });
  });

  test('who asks for too much at once is told to ask for less; who comes too late is not', () => {
    const counting = new Counting();
    counting.set(daily(1000, { counts: 'tokens', name: 'Tokens' }));
    const large = Buffer.from(JSON.stringify({ model: 'm', max_tokens: 2000 }));
    expect(refusal(() => counting.hold(CLIENT, large)).hint).toMatch(/^Ask for less in one call \(max_tokens\)/);
    counting.settle(null, {}, { inputTokens: 1000 });
    expect(refusal(() => counting.hold(CLIENT, large)).hint).toMatch(/^Wait until then/);
    const few = new Counting();
    few.set(daily(1));
    few.one();
    expect(refusal(() => few.hold()).hint).toMatch(/^Wait until then/);
    const half = new Counting();
    half.set(daily(2));
    half.one();
    half.hold();
    expect(refusal(() => half.hold()).hint).not.toMatch(/less/);
  });

  test('a limit of nothing lets nothing through and warns of nothing; the largest does not overflow', () => {
    const counting = new Counting();
    const { id } = counting.set(daily(0));
    expect(refusal(() => counting.hold()).facts).toMatchObject({ limit: 0, used: 0 });
    counting.clock.advance(DAY);
    expect(refusal(() => counting.hold()).facts.limit).toBe(0);
    counting.clock.advance(2000);
    expect(counting.warnings()).toEqual([]);
    expect(counting.named('daily')).toMatchObject({ percent: 100, state: 'used-up' });
    counting.set(daily(1e15, { counts: 'tokens' }), id);
    counting.settle(counting.hold(), {}, { inputTokens: 1e12 });
    expect(counting.named('daily')).toMatchObject({ used: 1e12, percent: 0.1 });
    for (let n = 0; n < 1100; n += 1)
      counting.settle(null, {}, { inputTokens: 1e12, cacheReadTokens: 1e12, outputTokens: 8e12 });
    expect(counting.named('daily')).toMatchObject({ used: 1e15, percent: 100, state: 'used-up' });
    counting.usage.flush();
    counting.quotas.locking();
    counting.quotas.unlocked();
    expect(counting.warned).toEqual([]);
    expect(refusal(() => counting.hold()).facts).toMatchObject({ limit: 1e15, used: 1e15 });
  });

  test('one that only warns refuses nothing', () => {
    const counting = new Counting();
    counting.set(daily(1, { atLimit: 'warn' }));
    for (let n = 0; n < 3; n += 1) counting.one();
    expect(counting.named('daily')).toMatchObject({ used: 3, percent: 300, state: 'used-up', refused: 0 });
  });

  test('tokens are estimated before and counted after; what a cache served counts too', () => {
    const counting = new Counting();
    counting.set(daily(10_000, { counts: 'tokens' }));
    const body = Buffer.from(JSON.stringify({ model: 'm', max_tokens: 300, messages: ['x'.repeat(360)] }));
    const held = counting.hold(CLIENT, body);
    expect(counting.named('daily').reserved).toBe(Math.ceil(body.byteLength / 4) + 300);
    counting.settle(held, {}, { inputTokens: 100, cacheReadTokens: 40, cacheWriteTokens: 2, outputTokens: 8 });
    expect(counting.named('daily')).toMatchObject({ used: 150, reserved: 0 });
    // Who says nothing is held for twice what was usual.
    const silent = Buffer.from(JSON.stringify({ model: 'm' }));
    counting.settle(counting.hold(CLIENT, silent), { outcome: 'refused' });
    counting.hold(CLIENT, silent);
    expect(counting.named('daily').reserved).toBe(Math.ceil(silent.byteLength / 4) + 2 * 8);
  });

  test('a cost that is not known adds nothing, and is told', () => {
    const counting = new Counting();
    counting.set(daily(1_000_000, { counts: 'cost' }));
    counting.settle(counting.hold(), {}, { inputTokens: 1_000_000 });
    const { used } = counting.named('daily');
    expect(used).toBeGreaterThan(0);
    const unknown = call({ model: 'nobody-knows-it', tokens: { inputTokens: 10, outputTokens: 1 } });
    counting.settle(null, { result: unknown.result });
    expect(counting.named('daily')).toMatchObject({ used, unpriced: 1 });
  });

  test('a price that is not known is missing in money alone: requests and tokens are counted whole', () => {
    const counting = new Counting();
    counting.set(daily(5, { name: 'calls' }));
    counting.set(daily(500, { name: 'tokens', counts: 'tokens' }));
    const unknown = call({ model: 'nobody-knows-it', tokens: { inputTokens: 10, outputTokens: 1 } });
    counting.settle(null, { result: unknown.result });
    expect(counting.named('calls')).toMatchObject({ used: 1, unpriced: 0 });
    expect(counting.named('tokens')).toMatchObject({ used: 11, unpriced: 0 });
  });

  test('a quota that is taken away while calls are under way lets them end, and a changed one goes on with them', () => {
    const counting = new Counting();
    const { id } = counting.set(daily(5));
    const first = counting.hold();
    const second = counting.hold();
    counting.set(daily(9, { warnAt: [] }), id);
    expect(counting.named('daily')).toMatchObject({ reserved: 2, available: 9 });
    counting.settle(first);
    expect(counting.named('daily')).toMatchObject({ reserved: 1, used: 1 });
    counting.quotas.remove(id, 'cli');
    counting.settle(second);
    expect(counting.quotas.list()).toEqual([]);
    counting.set(daily(5));
    expect(counting.named('daily')).toMatchObject({ used: 2, reserved: 0 });
  });
});

describe('near the limit', () => {
  test('calls wait longer the nearer it is, by each curve up to its ceiling', () => {
    const at = (curve: 'linear' | 'late' | 'early') =>
      [60, 90, 92.5, 95, 100, 120].map((percent) => delayAt({ fromPercent: 90, curve, maxDelayMs: 4000 }, percent));
    expect(at('linear')).toEqual([0, 0, 1000, 2000, 4000, 4000]);
    expect(at('late')).toEqual([0, 0, 250, 1000, 4000, 4000]);
    expect(at('early')).toEqual([0, 0, 2000, 2828, 4000, 4000]);
  });

  test('the wait counts what is under way, and none is asked of critical calls', () => {
    const counting = new Counting();
    const buffer = { percent: 10, clients: [OTHER] };
    counting.set(daily(10, { throttle: { fromPercent: 50, maxDelayMs: 1000 }, buffer }));
    const delays = Array.from({ length: 8 }, () => counting.hold()?.delayMs);
    expect(delays).toEqual([0, 0, 0, 0, 111, 333, 556, 778]); // of the nine that are not kept
    expect(counting.hold(OTHER, 0, true)?.delayMs).toBe(0);
    expect(counting.named('daily').state).toBe('slowed');
  });

  test('one that is switched off holds nobody back and warns of nothing, and says all the same what was used', () => {
    const counting = new Counting();
    counting.set(daily(2, { enabled: false }));
    for (let n = 0; n < 3; n += 1) counting.one();
    counting.clock.advance(1000);
    expect(counting.warnings()).toEqual([]);
    expect(counting.named('daily')).toMatchObject({ state: 'off', used: 3, reserved: 0, refused: 0 });
    expect(counting.hold()).toBeNull();
  });

  test('what is kept for critical calls is for those clients only that may mark one', () => {
    const counting = new Counting();
    counting.set(daily(10, { buffer: { percent: 20, clients: [OTHER] } }));
    for (let n = 0; n < 8; n += 1) counting.one();
    expect(counting.named('daily')).toMatchObject({ available: 10, kept: 2, used: 8, percent: 100 });
    expect(refusal(() => counting.hold()).message).toContain('8 requests allowed');
    expect(refusal(() => counting.hold(CLIENT, 0, true)).message).toContain('kept for critical calls');
    expect(refusal(() => counting.hold(OTHER)).facts.limit).toBe(8);
    expect(counting.hold(OTHER, 0, true)).not.toBeNull();
  });

  test('beside a buffer calls are slowed before they are cut, and all levels are told of what ordinary calls can draw on', () => {
    const counting = new Counting();
    const slow = { throttle: { fromPercent: 90, maxDelayMs: 1000 }, buffer: { percent: 10, clients: [OTHER] } };
    counting.set(daily(100, slow));
    const delays: number[] = [];
    for (let n = 0; n < 90; n += 1) {
      const held = counting.hold();
      delays.push(held?.delayMs ?? 0);
      counting.settle(held);
    }
    expect(delays.filter((delay) => delay > 0)).toHaveLength(9); // from the 82nd on
    expect(delays.at(-1)).toBe(1000);
    expect(counting.named('daily').state).toBe('used-up');
    counting.clock.advance(1000);
    expect(counting.warnings()).toEqual([100]);
    expect(refusal(() => counting.hold()).message).toContain('kept for critical calls');
    expect(counting.hold(OTHER, 0, true)).not.toBeNull();
  });

  test('in a fair pool a client is slowed near the end of what it can draw on, not of the whole', () => {
    const counting = new Counting();
    counting.clock.wallMs = Date.UTC(2030, 0, 15);
    const scope = { kind: 'clients' as const, clients: [CLIENT, OTHER], fair: true };
    counting.set(daily(20, { scope, throttle: { fromPercent: 50, maxDelayMs: 1000 } }));
    const delays = Array.from({ length: 10 }, () => counting.hold()?.delayMs);
    expect(delays).toEqual([0, 0, 0, 0, 0, 200, 400, 600, 800, 1000]);
    expect(counting.hold(OTHER)?.delayMs).toBe(100); // nine of its ten are left: 11 of 20 are taken
  });
});

describe('a pool of clients', () => {
  const pool = { kind: 'clients' as const, clients: [CLIENT, OTHER], fair: true };

  test('each keeps an equal part; what one leaves unused becomes free as the period goes by', () => {
    const counting = new Counting();
    counting.clock.wallMs = Date.UTC(2030, 0, 15);
    counting.set(daily(100, { scope: pool }));
    for (let n = 0; n < 50; n += 1) counting.one();
    expect(refusal(() => counting.hold()).message).toContain('kept for the other clients');
    counting.clock.advance(12 * HOUR); // half of the other's untouched part is free
    for (let n = 0; n < 25; n += 1) counting.one();
    expect(refusal(() => counting.hold()).facts).toMatchObject({ limit: 75, used: 75 });
    for (let n = 0; n < 25; n += 1) counting.one(OTHER);
    expect(refusal(() => counting.hold(OTHER)).facts).toMatchObject({ limit: 100, used: 100 });
    expect(counting.named('daily').clients).toEqual([
      { client: CLIENT, used: 75, reserved: 0, share: 50 },
      { client: OTHER, used: 25, reserved: 0, share: 50 },
    ]);
  });

  test('a client that is revoked keeps nothing: its part is for the others at once, and no part says what is kept for critical calls', () => {
    const counting = new Counting();
    counting.clock.wallMs = Date.UTC(2030, 0, 15);
    counting.set(daily(20, { scope: pool, buffer: { percent: 20, clients: [OTHER] } }));
    expect(counting.named('daily').clients.map(({ share }) => share)).toEqual([8, 8]);
    for (let n = 0; n < 8; n += 1) counting.one();
    expect(refusal(() => counting.hold()).message).toContain('kept for the other clients');
    counting.clients = [CLIENT];
    counting.hub.emit({ event: 'clients.changed', data: {} });
    for (let n = 0; n < 8; n += 1) counting.one();
    expect(refusal(() => counting.hold()).message).toContain('kept for critical calls');
    expect(counting.named('daily').clients.map(({ share }) => share)).toEqual([16, 0]);
  });

  test('first come, first served where the owner says so; a client outside is not counted', () => {
    const counting = new Counting();
    counting.set(daily(10, { scope: { ...pool, fair: false } }));
    for (let n = 0; n < 10; n += 1) counting.one();
    expect(refusal(() => counting.hold(OTHER)).facts.used).toBe(10);
    expect(counting.hold('uvwxyz0123')).toBeNull();
  });
});

describe('calls that were imported', () => {
  const imported = (counting: Counting, tokens: number, requestId: string) => {
    const client = IMPORT_CLIENTS['claude-code'];
    const who = { source: 'import', requestId, client, credential: null } as const;
    counting.usage.record([call({ ...who, atMs: counting.clock.now(), tokens: { inputTokens: tokens } })]);
    counting.usage.flush();
  };

  test('are shown beside what is used, refuse nothing, and are no part of what is brought over', () => {
    const counting = new Counting();
    counting.set(daily(1000, { counts: 'tokens', rollover: { maxPercent: 100 } }));
    imported(counting, 5000, 'one');
    expect(counting.named('daily')).toMatchObject({ used: 0, imported: 5000, state: 'ok', percent: 0 });
    expect(counting.hold(CLIENT, Buffer.from('{"max_tokens":10}'))).not.toBeNull();
    counting.start();
    expect(counting.named('daily')).toMatchObject({ used: 0, imported: 5000 });
    counting.clock.advance(DAY);
    expect(counting.named('daily')).toMatchObject({ imported: 0, carriedOver: 1000 });
  });

  test('use up a quota that counts them, and its refusal says how much of it was theirs', () => {
    const counting = new Counting();
    counting.set(daily(1000, { counts: 'tokens', countImports: true }));
    imported(counting, 990, 'one');
    imported(counting, 990, 'one'); // the same call again
    expect(counting.named('daily')).toMatchObject({ used: 990, imported: 990 });
    const error = refusal(() => counting.hold(CLIENT, Buffer.from('{"max_tokens":100}')));
    expect(error.facts).toMatchObject({ used: 990, imported: 990 });
    expect(error.message).toContain('990 tokens used (of which imported: 990 tokens)');
    counting.start();
    expect(counting.named('daily')).toMatchObject({ used: 990, imported: 990 });
  });
});

describe('from one period to the next', () => {
  test('what was unused is brought over, capped, for one period', () => {
    const counting = new Counting();
    counting.clock.wallMs = Date.UTC(2030, 0, 15);
    counting.set(daily(10, { rollover: { maxPercent: 50 } }));
    expect(counting.named('daily').available).toBe(10); // yesterday there was no quota
    for (let n = 0; n < 8; n += 1) counting.one();
    const late = counting.hold();
    counting.clock.advance(DAY);
    expect(counting.named('daily')).toMatchObject({ carriedOver: 2, available: 12, used: 0, reserved: 0 });
    counting.settle(late); // it began yesterday
    expect(counting.named('daily')).toMatchObject({ carriedOver: 1, used: 0 });
    counting.clock.advance(DAY);
    expect(counting.named('daily')).toMatchObject({ carriedOver: 5, available: 15 });
  });

  test('a clock that is set back finds the day as it was left; one set forward begins a new one', () => {
    const counting = new Counting();
    counting.set(daily(10));
    for (let n = 0; n < 4; n += 1) counting.one();
    counting.clock.wallMs += DAY;
    counting.one();
    expect(counting.named('daily').used).toBe(1);
    counting.clock.wallMs -= DAY;
    expect(counting.named('daily').used).toBe(4);
    counting.clock.wallMs += DAY;
    expect(counting.named('daily').used).toBe(1);
  });

  test('another reporting zone is another day', async () => {
    const counting = new Counting();
    counting.set(daily(10));
    counting.one(); // at noon, UTC
    counting.clock.advance(13 * HOUR);
    expect(counting.named('daily').used).toBe(0);
    await counting.travel('America/Los_Angeles'); // where it is still the 15th
    expect(counting.named('daily')).toMatchObject({ used: 1, startsAt: '2030-01-15T08:00:00.000Z' });
  });

  test('what was used late in a day of one zone is used early in a day of another, at once, behind all upkeep and a lock', async () => {
    const counting = new Counting();
    counting.set(daily(10));
    counting.clock.wallMs = Date.UTC(2030, 0, 15, 21, 20);
    for (let n = 0; n < 3; n += 1) counting.one();
    counting.usage.flush();
    await counting.travel('Asia/Tokyo');
    const tokyo = { used: 3, startsAt: '2030-01-15T15:00:00.000Z' };
    expect(counting.named('daily')).toMatchObject(tokyo);
    while (counting.usage.foldOne());
    counting.usage.locking();
    counting.quotas.locking();
    counting.start();
    expect(counting.named('daily')).toMatchObject(tokyo);
    await counting.travel('UTC');
    while (counting.usage.foldOne());
    expect(counting.named('daily')).toMatchObject({ used: 3, startsAt: '2030-01-15T00:00:00.000Z' });
  });
});

describe('warnings', () => {
  test('each level is told once in a period, also after a restart; the highest of several passed at once', () => {
    const counting = new Counting();
    counting.set(daily(10));
    for (let n = 0; n < 8; n += 1) counting.one();
    counting.clock.advance(1000);
    expect(counting.warnings()).toEqual([75]);
    counting.usage.flush();
    counting.start();
    counting.one();
    counting.one();
    counting.clock.advance(1000);
    expect(counting.warnings()).toEqual([75, 100]);
    counting.clock.advance(DAY);
    for (let n = 0; n < 9; n += 1) counting.one();
    counting.clock.advance(1000);
    expect(counting.warnings()).toEqual([75, 100, 90]);
    expect(counting.heard.findLast(({ event }) => event === 'quota.warning')).toMatchObject({
      event: 'quota.warning',
      data: { name: 'daily', percent: 90, used: 9, limit: 10, resetsAt: '2030-01-17T00:00:00.000Z' },
    });
  });

  test('none is lost where a quota or the settings are changed in the moment before it is told', () => {
    const counting = new Counting();
    counting.set(daily(10));
    for (let n = 0; n < 8; n += 1) counting.one();
    counting.set(daily(99, { name: 'another' }));
    expect(counting.warnings()).toEqual([75]);
    const { id } = counting.named('daily');
    counting.one();
    counting.quotas.set({ id, definition: { ...counting.named('daily').definition, warnAt: [50] } }, 'cli');
    expect(counting.warnings()).toEqual([75, 90]);
    counting.set(daily(11, { name: 'third', warnAt: [1, 95] }));
    counting.clock.advance(DAY);
    counting.one();
    counting.quotas.remove(counting.named('another').id, 'cli');
    counting.clock.advance(1000);
    expect(counting.warnings()).toEqual([75, 90, 1]);
    for (let n = 0; n < 4; n += 1) counting.one();
    counting.set(daily(10, { warnAt: [50] }), id);
    expect(counting.warnings()).toEqual([75, 90, 1, 50]);
  });

  test('none is lost where the settings change in the moment before it is told', () => {
    const counting = new Counting();
    counting.set(daily(10));
    for (let n = 0; n < 8; n += 1) counting.one();
    counting.defaults = { ...counting.defaults, warnAt: [60] };
    counting.hub.emit({ event: 'settings.changed', data: {} as never });
    expect(counting.warnings()).toEqual([75]);
  });

  test('a clock that jumps to the next day and back warns of nothing twice', () => {
    const counting = new Counting();
    counting.set(daily(10));
    for (let n = 0; n < 8; n += 1) counting.one();
    counting.clock.advance(1000);
    counting.clock.wallMs += DAY;
    expect(counting.named('daily')).toMatchObject({ used: 0, warnedAt: null });
    counting.clock.wallMs -= DAY;
    expect(counting.named('daily')).toMatchObject({ used: 8, warnedAt: 75 });
    counting.clock.advance(1000);
    expect(counting.warnings()).toEqual([75]);
  });

  test('one that is due is told before a lock, and not again after it', () => {
    const counting = new Counting();
    counting.set(daily(10));
    for (let n = 0; n < 8; n += 1) counting.one();
    counting.usage.locking();
    counting.quotas.locking();
    expect(counting.warnings()).toEqual([75]);
    counting.usage.unlocked();
    counting.quotas.unlocked();
    counting.clock.advance(1000);
    expect(counting.warnings()).toEqual([75]);
  });

  test('a quota that is set over what is used already warns of nothing that is past', () => {
    const counting = new Counting();
    counting.usage.record([]);
    for (let n = 0; n < 8; n += 1) counting.one();
    expect(counting.set(daily(10)).warnedAt).toBe(75);
    counting.clock.advance(1000);
    expect(counting.warnings()).toEqual([]);
    counting.one();
    counting.clock.advance(1000);
    expect(counting.warnings()).toEqual([90]);
  });

  test('a quota without levels of its own follows the settings, one with levels does not', () => {
    const counting = new Counting();
    const settings = (warnAt: readonly number[]) => {
      counting.defaults = { ...counting.defaults, warnAt };
      counting.hub.emit({ event: 'settings.changed', data: {} as never });
    };
    settings([50]);
    counting.set(daily(10, { name: 'follows' }));
    counting.set(daily(10, { name: 'own', warnAt: [70] }));
    expect(counting.named('follows')).toMatchObject({ definition: { warnAt: null }, inForce: { warnAt: [50] } });
    for (let n = 0; n < 5; n += 1) counting.one();
    counting.clock.advance(1000);
    expect(counting.warnings()).toEqual([50]);
    counting.one();
    settings([60, 80]); // 60 is passed already: nothing new to tell
    counting.clock.advance(1000);
    expect([counting.named('follows').warnedAt, counting.warnings()]).toEqual([60, [50]]);
    for (let n = 0; n < 2; n += 1) counting.one();
    counting.clock.advance(1000);
    expect(counting.warnings()).toEqual([50, 80, 70]);
    counting.start();
    expect(counting.named('follows')).toMatchObject({ inForce: { warnAt: [60, 80] }, warnedAt: 80 });
  });

  test('what slows calls follows the settings too, part by part, and forgets nothing that was refused', () => {
    const counting = new Counting();
    const { throttle } = counting.defaults;
    counting.set(daily(10, { throttle: { maxDelayMs: 1000 } }));
    const delay = () => counting.named('daily').inForce.throttle;
    expect(delay()).toEqual({ fromPercent: 90, curve: 'linear', maxDelayMs: 1000 });
    for (let n = 0; n < 10; n += 1) counting.one();
    refusal(() => counting.hold());
    counting.defaults = { ...counting.defaults, throttle: { ...throttle, fromPercent: 50, maxDelayMs: 60_000 } };
    counting.hub.emit({ event: 'settings.changed', data: {} as never });
    expect(delay()).toEqual({ fromPercent: 50, curve: 'linear', maxDelayMs: 1000 });
    expect(counting.named('daily')).toMatchObject({ used: 10, refused: 1 });
  });

  test('a call that does not fit any more is a warning at 100, though less is used', () => {
    const counting = new Counting();
    counting.set(daily(1000, { counts: 'tokens' }));
    counting.settle(
      counting.hold(CLIENT, Buffer.from('{"max_tokens":10}')),
      {},
      { inputTokens: 800, outputTokens: 101 },
    );
    refusal(() => counting.hold(CLIENT, 4000));
    counting.clock.advance(1000);
    expect(counting.warnings()).toEqual([100]);
    expect(counting.named('daily')).toMatchObject({ used: 901, state: 'used-up', refused: 1 });
  });

  test('a single large call that does not fit is refused, and no warning', () => {
    const counting = new Counting();
    counting.set(daily(2000, { counts: 'tokens' }));
    counting.settle(counting.hold(CLIENT, Buffer.from('{"max_tokens":10}')), {}, { inputTokens: 200, outputTokens: 9 });
    refusal(() => counting.hold(CLIENT, 8000));
    counting.clock.advance(1000);
    expect(counting.warnings()).toEqual([]);
    expect(counting.named('daily').state).toBe('ok');
  });

  test('changes are told at most once a second, and not at all where there is no quota', () => {
    const counting = new Counting();
    counting.one();
    counting.clock.advance(5000);
    expect(counting.heard.some(({ event }) => event === 'quotas.changed')).toBe(false);
    counting.set(daily(1000));
    const before = counting.heard.length;
    for (let n = 0; n < 50; n += 1) counting.one();
    counting.clock.advance(999);
    expect(counting.heard.slice(before).filter(({ event }) => event === 'quotas.changed')).toHaveLength(0);
    counting.clock.advance(1);
    expect(counting.heard.slice(before).filter(({ event }) => event === 'quotas.changed')).toHaveLength(1);
  });

  test('what the owner changes is told at once, also that the last one is gone', () => {
    const counting = new Counting();
    const changes = () => counting.heard.splice(0).filter(({ event }) => event === 'quotas.changed').length;
    const { id } = counting.set(daily(10));
    expect(changes()).toBe(1);
    counting.set(daily(20), id);
    expect(changes()).toBe(1);
    counting.quotas.remove(id, 'cli');
    expect(changes()).toBe(1);
  });
});

test('a quota that does not change goes on with what it refused, whatever becomes of others', () => {
  const counting = new Counting();
  counting.set(daily(1));
  counting.one();
  refusal(() => counting.hold());
  const { id } = counting.set(daily(9, { name: 'another' }));
  counting.quotas.remove(id, 'cli');
  expect(counting.named('daily')).toMatchObject({ used: 1, refused: 1 });
});

test('one that is looked at by its id stands in the period that runs; what is not there is said so', () => {
  const counting = new Counting();
  const { id } = counting.set(daily(10));
  counting.one();
  expect(counting.quotas.get(id).used).toBe(1);
  counting.clock.wallMs += DAY;
  expect(counting.quotas.get(id)).toMatchObject({ used: 0, startsAt: '2030-01-16T00:00:00.000Z' });
  expect(() => counting.quotas.get('0123456789abcdef')).toThrow('no such quota');
});

test('there can be five hundred; each of them can still be changed', () => {
  const counting = new Counting();
  const { id } = counting.set(daily(10));
  const { db } = counting.vault.opened();
  const copy = db.prepare(
    "INSERT INTO quota SELECT ?, json_set(document, '$.name', ?), created_at_ms, updated_at_ms, null, null FROM quota WHERE id = ?",
  );
  for (let n = 1; n < 500; n += 1) copy.run(n.toString(16).padStart(16, '0'), `copy ${n}`, id);
  counting.start();
  expect(() => counting.set(daily(10, { name: 'one more' }))).toThrow('There can be 500 quotas');
  expect(counting.set(daily(20), id).definition.limit).toBe(20);
  counting.quotas.remove('1'.padStart(16, '0'), 'cli');
  expect(counting.set(daily(10, { name: 'one more' })).used).toBe(0);
});

test('names are taken once, a cron expression that cannot be read is refused, and all of it is in the audit log', () => {
  const counting = new Counting();
  const { id } = counting.set(daily(10));
  expect(() => counting.set(daily(20))).toThrow('Another quota has this name');
  const period = { every: 'cron' as const, expression: '61 * * * *', zone: 'UTC' };
  expect(() => counting.set(daily(1, { name: 'x', period }))).toThrow('cron expression');
  expect(() =>
    counting.set(daily(1, { name: 'x', period: { ...period, expression: '* * * * *', zone: 'Mars/Olympus' } })),
  ).toThrow();
  expect(() => counting.set(daily(1, { name: 'x' }), '0123456789abcdef')).toThrow('no such quota');
  counting.quotas.remove(id, 'cli');
  expect(() => counting.quotas.remove(id, 'cli')).toThrow('no such quota');
  const acts = counting.vault.opened().db.prepare("SELECT action FROM audit WHERE action LIKE 'quota.%'").pluck().all();
  expect(acts).toEqual(['quota.set', 'quota.remove']);
});

test('a definition that cannot be read lets no call out', () => {
  const counting = new Counting();
  counting.set(daily(10));
  const { db } = counting.vault.opened();
  const document = db.prepare('SELECT document FROM quota').pluck().get();
  for (const bad of ['{}', '{"name":']) {
    db.prepare('UPDATE quota SET document = ?').run(bad);
    counting.start();
    expect(() => counting.quotas.isOn, bad).toThrow('cannot be read');
  }
  db.prepare('UPDATE quota SET document = ?').run(document); // as a backup has it
  counting.quotas.locking();
  counting.quotas.unlocked();
  expect(counting.quotas.isOn).toBe(true);
});

test('a quota of money follows its calls where they are priced anew', async () => {
  const counting = new Counting();
  const { vault, clock, usage, catalogue, hub } = counting;
  const log = { warn: () => undefined, error: () => undefined } as never;
  const shared = { vault, clock, log, emit: hub.emit };
  const prices = new Prices({ ...shared, catalogue, shipped: SHIPPED, updateKeys: [] });
  prices.unlocked();
  counting.set(daily(10_000, { counts: 'cost' }));
  counting.settle(counting.hold(), { ...call({ model: 'gpt-99', tokens: { inputTokens: 1000 } }), atMs: clock.now() });
  counting.usage.flush();
  expect(counting.named('daily')).toMatchObject({ used: 0, unpriced: 1 });
  prices.set({ per: 'tokens', provider: 'openai', model: 'gpt-99', input: 5e6, output: 5e6 }, 'cli');
  await Promise.resolve(); // whatever the calls themselves have brought about
  expect(counting.named('daily')).toMatchObject({ used: 0, unpriced: 1 });
  await new Repricer({ ...shared, usage, prices, zone: () => 'UTC' }).reprice({ apply: true }, 'cli');
  expect(counting.named('daily')).toMatchObject({ used: 5000, unpriced: 0 });
});

test('where usage.db cannot be read, what is known counts; when it can again, its records do', () => {
  const counting = new Counting();
  counting.set(daily(10));
  counting.one();
  counting.usage.flush();
  const { usageDb } = counting.vault.opened();
  usageDb.exec('ALTER TABLE usage_record RENAME TO away; ALTER TABLE usage_state RENAME TO gone');
  counting.quotas.locking();
  counting.quotas.unlocked();
  expect(counting.warned).toContain('quotas.not-read');
  expect(counting.hold()).not.toBeNull();
  expect(counting.named('daily')).toMatchObject({ used: 0, reserved: 1 });
  usageDb.exec('ALTER TABLE away RENAME TO usage_record; ALTER TABLE gone RENAME TO usage_state');
  counting.quotas.ledger.begun();
  expect(counting.named('daily')).toMatchObject({ used: 1, reserved: 1 });
});
