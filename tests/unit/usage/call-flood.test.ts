import { expect, test } from 'vitest';
import { CallFlood } from '../../../electron/core/usage/recording/call-flood.ts';

const every = (ms: number, calls: number, fromMs = 0) => Array.from({ length: calls }, (_, n) => fromMs + n * ms);
/** How many of calls that ended at these times were part of a flood. */
const inFlood = (...atMs: readonly number[]) => {
  const flood = new CallFlood();
  return atMs.filter((ms) => flood.add(ms)).length;
};

test('calls a millisecond apart are no flood, however long they come', () => {
  expect(inFlood(...every(1, 5000, 7))).toBe(0);
});

test('nor are 99 at once, again and again', () => {
  expect(inFlood(...every(0, 99), ...every(0, 99, 99), ...every(0, 99, 1000))).toBe(0);
});

test('from the 100th at once they are, until they have come slower for a while', () => {
  expect(inFlood(...every(0, 400))).toBe(301);
  const flood = new CallFlood();
  for (const ms of every(0.2, 5000)) flood.add(ms);
  expect([1001, 1030, 1045, 1054, 1055].map((ms) => flood.add(ms))).toEqual([true, true, true, false, false]);
});
