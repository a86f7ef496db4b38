import { expect, test } from 'vitest';
import { CallEnds } from '../../../electron/core/usage/recording/call-ends.ts';

/** Which of calls that ended at these times were alone. */
const alone = (...atMs: readonly number[]) => {
  const ends = new CallEnds();
  return atMs.filter((ms) => ends.isAlone(ms));
};

test('calls that end a millisecond apart are alone, each of them', () => {
  const apart = Array.from({ length: 40 }, (_, n) => 5 + n);
  expect(alone(...apart)).toEqual(apart);
});

test('of calls that end closer together only the first is alone', () => {
  expect(alone(100, 100.2, 100.9, 101.8, 102.7)).toEqual([100]);
});

test('a pause between many calls makes none of them alone, a longer one does', () => {
  const many = Array.from({ length: 8 }, (_, n) => 100 + n / 10);
  expect(alone(...many, 102, 103.5)).toEqual([100]);
  expect(alone(...many, 109)).toEqual([100, 109]);
});
