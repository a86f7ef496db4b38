import { cpSync, mkdtempSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_TRIES, retryAfterMs, retryDelayMs } from '../../../electron/core/webhooks/backoff.ts';
import { type DeliveryRow, insertDelivery } from '../../../electron/core/webhooks/delivery-table.ts';
import { json } from '../../support/answering-server.ts';
import { PASSWORD, startTestApp } from '../../support/test-app.ts';
import { withReceiver } from './webhook-app.ts';
import { eventually } from '../../support/eventually.ts';

const DAY_MS = 86_400_000;

test('a delivery that fails is tried again, later each time, under the same id and with a fresh timestamp', async () => {
  const t = await withReceiver((response) => json(response, 503, {}));
  t.add();
  t.happens();
  await t.webhooks.settled();
  const waits: number[] = [];
  for (let tries = 1; tries < 4; tries += 1) {
    const [row] = t.deliveries();
    waits.push(Date.parse(row?.nextTryAt ?? '') - t.clock.now());
    expect(row).toMatchObject({ state: 'waiting', tries });
    t.clock.advance(waits.at(-1) ?? 0);
    await t.came(tries + 1);
    await t.webhooks.settled();
  }
  waits.forEach((wait, at) => {
    expect(wait).toBeGreaterThanOrEqual((5_000 * 4 ** at) / 2);
    expect(wait).toBeLessThanOrEqual(5_000 * 4 ** at);
  });
  expect(new Set(t.received().map(({ id }) => id)).size).toBe(1);
  expect(new Set(t.server.seen.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(4);
  t.answerWith((response) => json(response, 200, {}));
  t.clock.advance(DAY_MS);
  await t.came(5);
  await t.webhooks.settled();
  expect(t.deliveries()).toMatchObject([{ state: 'delivered', tries: 5 }]);
});

test('after the last try it is dead, told once in the inbox, and can be sent again', async () => {
  const t = await withReceiver((response) => json(response, 500, {}));
  t.add();
  t.happens();
  for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
    await t.came(tries);
    await t.webhooks.settled();
    t.clock.advance(6 * 3_600_000);
  }
  expect(t.deliveries()).toMatchObject([{ state: 'dead', deadBecause: 'tries', tries: MAX_TRIES }]);
  expect(t.deliveries()[0]?.log).toHaveLength(10); // the last ones
  t.clock.advance(7 * DAY_MS);
  expect(t.server.seen).toHaveLength(MAX_TRIES);
  const failed = t.app.notifications.inbox
    .list({ view: 'inbox' })
    .notices.filter(({ kind }) => kind === 'webhook.failed');
  expect(failed).toMatchObject([{ title: 'The webhook “ops” could not be delivered.', severity: 'problem' }]);
  t.answerWith((response) => json(response, 200, {}));
  expect(t.webhooks.redeliver({ webhook: 'ops' }, 'cli')).toBe(1);
  await t.webhooks.settled();
  expect(t.deliveries()).toMatchObject([{ state: 'delivered', tries: 1 }]);
  expect(new Set(t.received().map(({ id }) => id)).size).toBe(1);
});

test('410 switches the webhook off and gives up what waits for it', async () => {
  const t = await withReceiver((response) => json(response, 503, {}));
  t.add();
  t.happens();
  t.happens();
  await t.came(2);
  await t.webhooks.settled();
  t.answerWith((response) => json(response, 410, {}));
  t.clock.advance(5_000);
  await t.came(3);
  await t.webhooks.settled();
  expect(t.webhooks.list()).toMatchObject([{ on: false, offBecause: 'gone', waiting: 0, dead: 2 }]);
});

test('a receiver that says when to come back is asked no sooner', async () => {
  const t = await withReceiver((response) => json(response, 503, {}, { 'retry-after': '3600' }));
  t.add();
  t.happens();
  await t.webhooks.settled();
  expect(t.deliveries()).toMatchObject([{ nextTryAt: new Date(t.clock.now() + 3_600_000).toISOString() }]);
});

test('one that fails seven days after it was queued is given up, though it was tried twice only', async () => {
  const t = await withReceiver((response) => json(response, 503, {}));
  t.add();
  t.happens();
  await t.webhooks.settled();
  t.app.vault.lock('asked');
  t.clock.advance(7 * DAY_MS);
  await t.app.vault.unlock(PASSWORD, 'cli');
  await t.came(2);
  await t.webhooks.settled();
  expect(t.deliveries()).toMatchObject([{ state: 'dead', deadBecause: 'age', tries: 2 }]);
});

test('a computer that slept finds out within a quarter of an hour what became due meanwhile', async () => {
  const t = await withReceiver((response) => json(response, 503, {}, { 'retry-after': '20000' }));
  t.add();
  t.happens();
  await t.webhooks.settled();
  t.clock.wallMs += DAY_MS; // its timers stood still
  t.clock.advance(15 * 60_000);
  await t.came(2);
  await t.webhooks.settled();
  expect(t.deliveries()).toMatchObject([{ tries: 2 }]);
});

test('no answer within 10 s is a try that failed', async () => {
  const t = await withReceiver(() => undefined);
  t.add();
  t.happens();
  await t.came(1);
  t.clock.advance(10_000);
  await t.webhooks.settled();
  expect(t.deliveries()).toMatchObject([{ state: 'waiting', log: [{ problem: 'timeout', status: null }] }]);
});

test('a receiver that does not answer holds up no other', async () => {
  const t = await withReceiver((response, { path }) => (path === '/slow' ? undefined : json(response, 200, {})));
  t.add({ url: `${t.server.url}/slow`, label: 'slow' });
  t.add({ url: `${t.server.url}/quick`, label: 'quick' });
  for (let count = 0; count < 5; count += 1) t.happens();
  await t.came(6);
  const paths = t.server.seen.map(({ path }) => path);
  expect(paths.filter((path) => path === '/slow')).toHaveLength(1);
  expect(paths.filter((path) => path === '/quick')).toHaveLength(5);
  t.app.vault.lock('asked');
});

test('five slow receivers: four at once, each one at a time', async () => {
  const open: ServerResponse[] = [];
  let most = 0;
  const t = await withReceiver((response) => {
    open.push(response);
    most = Math.max(most, open.length);
  });
  for (let at = 0; at < 5; at += 1) t.add({ label: `hook ${at}`, url: `${t.server.url}/${at}` });
  t.happens();
  t.happens();
  await t.came(4);
  for (let count = 1; count <= 10; count += 1) {
    await t.came(count);
    await eventually(() => expect(open).not.toEqual([]));
    const response = open.shift();
    if (response !== undefined) json(response, 200, {});
  }
  await t.webhooks.settled();
  expect(most).toBeLessThanOrEqual(4);
  expect(t.deliveries().filter(({ state }) => state === 'delivered')).toHaveLength(10);
});

test('a lock cuts what is under way and nothing leaves until the unlock; then it goes out under the same id', async () => {
  const cut = Promise.withResolvers<void>();
  const t = await withReceiver((response) => void response.once('close', cut.resolve));
  t.add();
  t.happens();
  await t.came(1);
  t.app.vault.lock('asked');
  await cut.promise;
  t.answerWith((response) => json(response, 200, {}));
  t.clock.advance(30 * DAY_MS);
  expect(t.server.seen).toHaveLength(1);
  await t.app.vault.unlock(PASSWORD, 'cli');
  await t.came(2);
  await t.webhooks.settled();
  const [first, second, ...more] = t.received();
  expect([first?.id, more]).toEqual([second?.id, []]);
  expect(t.deliveries()).toMatchObject([{ state: 'delivered', tries: 1 }]);
});

test('an event of the moment before the lock is written down, and sent after the unlock', async () => {
  const t = await withReceiver();
  t.add();
  t.app.clients.create(
    { name: 'late', grants: ['keys:list'], expiresInDays: 1, ratePerSecond: null, test: false },
    'cli',
  );
  t.app.vault.lock('asked');
  t.clock.advance(DAY_MS);
  expect(t.server.seen).toEqual([]);
  await t.app.vault.unlock(PASSWORD, 'cli');
  await t.came(1);
  await t.webhooks.settled();
  expect(t.received()).toMatchObject([{ type: 'client.created', data: { client: { name: 'late' } } }]);
});

test('a queue that is full takes no more, and says so once', async () => {
  const t = await withReceiver((response) => json(response, 503, {}));
  t.add();
  t.webhooks.edit({ webhook: 'ops', on: true }, 'cli');
  const vault = t.app.vault.opened();
  vault.write(() => {
    for (let at = 0; at < 203; at += 1) t.webhooks.enqueue(vault, 'client.created', t.clock.now(), { at });
  });
  expect(t.webhooks.list()).toMatchObject([{ waiting: 200, dead: 3 }]);
  t.happens();
  const { notices } = t.app.notifications.inbox.list({ view: 'inbox' });
  expect(notices.filter(({ kind }) => kind === 'webhook.failed')).toHaveLength(1);
  t.app.vault.lock('asked');
});

test.each([
  ['delivered', 200, null],
  ['dead', 410, 'gone'],
] as const)(
  'the last 500 %s ones are kept: with each new one the oldest goes, and none of another kind',
  async (state, status, because) => {
    const t = await withReceiver((response) => json(response, status, {}));
    t.add();
    const vault = t.app.vault.opened();
    const webhookId = Buffer.from(t.webhooks.list()[0]?.id ?? '', 'hex');
    const finished = (id: string, atMs: number, of: 'delivered' | 'dead'): DeliveryRow => ({
      ...{ id, webhook_id: webhookId, type: 'client.created', body: '{}', created_at_ms: atMs, queued_at_ms: atMs },
      ...{ state: of, tries: 1, log: '[]', next_try_at_ms: null, finished_at_ms: atMs },
      dead_because: of === 'dead' ? 'tries' : null,
    });
    const other = state === 'dead' ? 'delivered' : 'dead';
    vault.write(() => {
      for (let at = 0; at < 500; at += 1) insertDelivery(vault.db, finished(`msg_${999 - at}`, 1000 + at, state));
      insertDelivery(vault.db, finished('msg_other', 1, other));
    });
    t.happens();
    await t.webhooks.settled();
    const kept = t.webhooks.deliveries({ state, limit: 1000 });
    expect(kept).toHaveLength(500);
    expect([kept[0]?.deadBecause, kept.at(-1)?.id]).toEqual([because, 'msg_998']);
    expect(t.webhooks.deliveries({ state: other, limit: 1000 })).toMatchObject([{ id: 'msg_other' }]);
  },
);

test('all dead ones of a webhook are sent again, more than may wait, and neither its tests nor those of another', async () => {
  const t = await withReceiver((response) => json(response, 503, {}));
  t.add();
  t.add({ label: 'other' });
  await t.webhooks.test('ops', 'cli');
  const vault = t.app.vault.opened();
  vault.write(() => {
    for (let at = 0; at < 420; at += 1) t.webhooks.enqueue(vault, 'client.created', t.clock.now(), { at });
  });
  expect(t.webhooks.list()).toMatchObject([
    { label: 'ops', waiting: 200, dead: 220 },
    { label: 'other', waiting: 200, dead: 220 },
  ]);
  expect(t.webhooks.redeliver({ webhook: 'ops' }, 'cli')).toBe(220);
  expect(t.webhooks.list()).toMatchObject([
    { waiting: 420, dead: 0 },
    { waiting: 200, dead: 220 },
  ]);
  // The test that failed stands among all, and is none of those that were given up.
  expect(t.webhooks.deliveries({ webhook: 'ops', state: 'dead', limit: 100 })).toEqual([]);
  const all = t.webhooks.deliveries({ webhook: 'ops', limit: 1000 });
  expect(all.filter(({ state }) => state === 'dead')).toMatchObject([{ type: 'webhook.test', deadBecause: 'test' }]);
  t.app.vault.lock('asked');
});

test('of a storm of events none is lost: each waits, was sent, or is given up', async () => {
  const t = await withReceiver((response) => json(response, 503, {}));
  t.add();
  for (let at = 0; at < 450; at += 1) {
    t.app.clients.create(
      { name: `tool ${at}`, grants: ['keys:list'], expiresInDays: 1, ratePerSecond: null, test: false },
      'cli',
    );
  }
  for (let moments = 0; moments < 5; moments += 1) t.clock.advance(50);
  expect(t.webhooks.list()).toMatchObject([{ waiting: 200, dead: 250 }]);
  const { notices } = t.app.notifications.inbox.list({ view: 'inbox' });
  expect(notices.filter(({ kind }) => kind === 'client.created')).toHaveLength(450);
  t.app.vault.lock('asked');
});

/** What can come while a delivery is under way. `crash`: the receiver has it, and what came of it was never written. */
const INTERRUPTIONS = ['refused', 'no answer', 'lock', 'crash'] as const;

test('whatever interrupts it, each event arrives at least once, always under its own id', async () => {
  const plans = fc.array(fc.constantFrom(...INTERRUPTIONS), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      const t = await withReceiver();
      t.add();
      let { app, clock } = t;
      let asked = 0;
      /** The response to the next request, held until somebody answers it. */
      const nextRequest = async (cause: () => unknown): Promise<ServerResponse> => {
        const held = Promise.withResolvers<ServerResponse>();
        t.answerWith((response) => held.resolve(response));
        asked += 1;
        await cause();
        return held.promise;
      };
      let cause: () => unknown = t.happens;
      const later = () => clock.advance(6 * 3_600_000);
      for (const step of plan) {
        const response = await nextRequest(cause);
        if (step === 'refused') {
          json(response, 500, {});
          await app.notifications.webhooks.settled();
          cause = later;
        } else if (step === 'no answer') {
          clock.advance(10_000);
          await app.notifications.webhooks.settled();
          cause = later;
        } else if (step === 'lock') {
          app.vault.lock('asked');
          cause = () => app.vault.unlock(PASSWORD, 'cli');
        } else {
          const { paths } = app.options;
          const left = mkdtempSync(join(tmpdir(), 'kh-crashed-'));
          cpSync(paths.home, left, { recursive: true }); // what a killed process leaves on the disk
          json(response, 200, {});
          await app.notifications.webhooks.settled();
          await app.close('quit');
          const next = startTestApp('requests', left);
          next.clock.wallMs = clock.wallMs;
          next.app.lockPolicy.close();
          next.app.vault.hold();
          ({ app, clock } = next);
          cause = () => app.vault.unlock(PASSWORD, 'cli');
        }
      }
      json(await nextRequest(cause), 200, {});
      await app.notifications.webhooks.settled();
      expect(app.notifications.webhooks.deliveries({ limit: 100 })).toMatchObject([{ state: 'delivered' }]);
      expect(t.server.seen).toHaveLength(asked);
      expect(new Set(t.received().map(({ id }) => id)).size).toBe(1);
      await app.close('quit');
    }),
    { numRuns: 8, examples: [[[...INTERRUPTIONS]], [['crash', 'crash']]] },
  );
}, 30_000);

test('the wait grows to six hours, lies between half and all of its step, and heeds what the receiver asks', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (tries, random) => {
      const step = Math.min(6 * 3_600_000, 5_000 * 4 ** (tries - 1));
      const wait = retryDelayMs(tries, random, null);
      expect(wait).toBeGreaterThanOrEqual(Math.floor(step / 2));
      expect(wait).toBeLessThanOrEqual(step);
    }),
  );
  expect([retryDelayMs(1, 0, null), retryDelayMs(1, 0.9999, null)]).toEqual([2500, 5000]);
  expect(retryDelayMs(1, 0, 60_000)).toBe(60_000);
  expect(retryDelayMs(1, 0, 365 * DAY_MS)).toBe(6 * 3_600_000);
  const now = Date.UTC(2030, 0, 1);
  expect(retryAfterMs('120', now)).toBe(120_000);
  expect(retryAfterMs(new Date(now + 90_000).toUTCString(), now)).toBe(90_000);
  expect([retryAfterMs(undefined, now), retryAfterMs('soon', now), retryAfterMs('-5', now)]).toEqual([
    null,
    null,
    expect.any(Number),
  ]);
});

test('a result that the disk does not take is written later, and not sent again for that', async () => {
  const t = await withReceiver();
  t.add();
  const { db } = t.app.vault.opened();
  t.answerWith((response) => {
    db.pragma('query_only = ON'); // what a full disk does to a write
    json(response, 200, {});
  });
  t.happens();
  await t.webhooks.settled();
  t.clock.advance(5 * 60_000);
  await t.webhooks.settled();
  expect([t.server.seen.length, t.deliveries()[0]?.state]).toEqual([1, 'waiting']);
  db.pragma('query_only = OFF');
  t.clock.advance(60_000);
  await t.webhooks.settled();
  expect([t.server.seen.length, t.deliveries()[0]?.state]).toEqual([1, 'delivered']);
});
