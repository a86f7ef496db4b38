import { expect, test } from 'vitest';
import { whileConnected } from '../../../electron/rpc/while-connected.ts';

function connection() {
  const waiting = new Set<() => void>();
  const onClosed = (act: () => void) => {
    waiting.add(act);
    return () => void waiting.delete(act);
  };
  return { waiting, onClosed, hangUp: () => waiting.forEach((act) => act()) };
}

test('a caller that goes away raises the signal of what runs for him', async () => {
  const { onClosed, hangUp } = connection();
  const refused = whileConnected({ onClosed }, (signal) => {
    hangUp();
    return signal.aborted ? Promise.reject(new Error('gone')) : Promise.resolve('done');
  });
  await expect(refused).rejects.toThrow('gone');
});

test.each([
  ['done', () => Promise.resolve()],
  ['failed', () => Promise.reject(new Error('failed'))],
])('what is %s waits for nobody any more', async (_how, act) => {
  const { onClosed, waiting } = connection();
  await whileConnected({ onClosed }, (signal) => {
    expect([waiting.size, signal.aborted]).toEqual([1, false]);
    return act();
  }).catch(() => undefined);
  expect(waiting.size).toBe(0);
});
