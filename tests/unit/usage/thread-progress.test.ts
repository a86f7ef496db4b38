import { expect, test } from 'vitest';
import { ThreadProgress } from '../../../electron/core/usage/recording/thread-progress.ts';

function told(calls: number, progress = new ThreadProgress()): ThreadProgress {
  for (let n = 0; n < calls; n += 1) progress.telling();
  return progress;
}

test('a thread that takes something now and then is not behind', () => {
  const progress = told(100);
  const behind = [0, 4, 8, 12, 16].map((ms) => progress.isBehind(ms + 1, 1000 + ms));
  expect(behind).toEqual([false, false, false, false, false]);
  expect([progress.told, progress.untaken(17)]).toEqual([100, 83]);
});

test('one that takes nothing for more than five milliseconds is, until it takes something', () => {
  const progress = told(10);
  const at = (taken: number, ms: number) => progress.isBehind(taken, ms);
  expect([at(3, 1000), at(3, 1005), at(3, 1005.1), at(3, 1100), at(4, 1101)]).toEqual([
    false,
    false,
    true,
    true,
    false,
  ]);
});

test('one that has taken all is not, however long nothing comes', () => {
  const progress = told(10);
  expect([progress.isBehind(10, 1000), progress.isBehind(10, 9000)]).toEqual([false, false]);
  told(1, progress);
  expect([progress.isBehind(10, 9004), progress.isBehind(10, 9006)]).toEqual([false, true]);
});
