import { expect, test } from 'vitest';
import { Counter } from '../../../electron/core/quotas/counter.ts';
import { IMPORT_CLIENTS } from '../../../electron/core/usage/imports/imported-call.ts';
import { CLIENT, daily, heldBy, OTHER } from './counting.ts';

const BEFORE = { startMs: 1000, endMs: 2000 };
const NOW = { startMs: 2500, endMs: 3500 };
const IMPORTED = IMPORT_CLIENTS.codex.id;
const made = (given: Parameters<typeof daily>[1] = {}) =>
  new Counter('q', heldBy(daily(1000, { counts: 'tokens', rollover: { maxPercent: 50 }, ...given })), 0);
const some = (tokens: number, unpriced = 0) => ({ requests: 1, tokens, cost: 0, unpriced });
const pool = { scope: { kind: 'clients' as const, clients: [CLIENT, OTHER], fair: true } };

test('a period begins with nothing in it, whatever the one before had', () => {
  const counter = made(pool);
  counter.turn(BEFORE, null);
  counter.add(CLIENT, some(300, 1), 1500);
  counter.reserve(OTHER, 20);
  Object.assign(counter, { refused: 3, toldLevel: 80, isFull: true, imported: 5 });
  counter.turn(NOW, null);
  const fresh = made(pool);
  fresh.turn(NOW, null);
  expect({ ...counter }).toEqual({ ...fresh });
  expect(counter.shares()).toEqual(fresh.shares());
  expect(counter).toMatchObject({ used: 0, reserved: 0, unpriced: 0, refused: 0, imported: 0, carriedOver: 0 });
  expect(counter).toMatchObject({ toldLevel: null, isFull: false, before: null });
});

test('what was used goes to the period that it lies in; of the one before it lessens what is brought over', () => {
  const counter = made();
  counter.turn(NOW, BEFORE);
  expect(counter).toMatchObject({ carriedOver: 500, available: 1500 });
  const told = (atMs: number, tokens: number) => {
    counter.add(CLIENT, some(tokens), atMs);
    return [counter.used, counter.before?.used, counter.carriedOver];
  };
  expect(told(999, 900)).toEqual([0, 0, 500]);
  expect(told(1000, 100)).toEqual([0, 100, 500]);
  expect(told(1999, 500)).toEqual([0, 600, 400]);
  expect(told(2000, 100)).toEqual([0, 600, 400]);
  expect(told(2499, 100)).toEqual([0, 600, 400]);
  expect(told(2500, 7)).toEqual([7, 600, 400]);
  expect(told(3499, 7)).toEqual([14, 600, 400]);
  expect(told(3500, 7)).toEqual([14, 600, 400]);
  expect(told(1500, 900)).toEqual([14, 1500, 0]);
});

test('imported calls lessen what is brought over only where the quota counts them', () => {
  for (const countImports of [false, true]) {
    const counter = made({ countImports });
    counter.turn(NOW, BEFORE);
    counter.add(IMPORTED, some(800), 1500);
    counter.add(CLIENT, some(10), 1500);
    expect([countImports, counter.carriedOver]).toEqual([countImports, countImports ? 190 : 500]);
    counter.add(IMPORTED, some(30, 1), 3000);
    expect([counter.imported, counter.used, counter.unpriced]).toEqual(countImports ? [30, 30, 1] : [30, 0, 0]);
  }
});

test('where nothing is brought over, what the period before used is no matter', () => {
  const counter = made();
  counter.turn(NOW, null);
  counter.add(CLIENT, some(10), 1500);
  counter.addBefore(CLIENT, 10);
  expect(counter).toMatchObject({ used: 0, before: null, carriedOver: 0 });
});
