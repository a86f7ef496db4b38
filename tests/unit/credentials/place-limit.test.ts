import { expect, test } from 'vitest';
import { PlaceLimit } from '../../../electron/core/credentials/place-limit.ts';

const never = new AbortController().signal;

test('at most so many at one place, in order; another place does not wait', async () => {
  const limit = new PlaceLimit(2);
  const started: string[] = [];
  const gates = new Map<string, () => void>();
  const go = (place: string, name: string) =>
    limit.run(place, never, () => {
      started.push(name);
      return new Promise<void>((resolve) => gates.set(name, resolve));
    });
  const all = [go('a', 'a1'), go('a', 'a2'), go('a', 'a3'), go('a', 'a4'), go('b', 'b1')];
  await expect.poll(() => started).toEqual(['a1', 'a2', 'b1']);
  gates.get('a2')?.();
  await expect.poll(() => started).toEqual(['a1', 'a2', 'b1', 'a3']);
  gates.get('a1')?.();
  await expect.poll(() => started).toHaveLength(5);
  for (const gate of gates.values()) gate();
  await Promise.all(all);
});

test('one that is called off while it waits never runs and does not keep its turn', async () => {
  const limit = new PlaceLimit(1);
  const gate = Promise.withResolvers<void>();
  const first = limit.run('a', never, () => gate.promise);
  const abort = new AbortController();
  let ran = false;
  const second = limit.run('a', abort.signal, () => {
    ran = true;
    return Promise.resolve();
  });
  const third = limit.run('a', never, () => Promise.resolve('third'));
  abort.abort(new Error('called off'));
  await expect(second).rejects.toThrow('called off');
  gate.resolve();
  await first;
  expect([await third, ran]).toEqual(['third', false]);
});

test('a failure gives the turn back', async () => {
  const limit = new PlaceLimit(1);
  await expect(limit.run('a', never, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await limit.run('a', never, () => Promise.resolve(1))).toBe(1);
});
