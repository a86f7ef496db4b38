import { describe, expect, test } from 'vitest';
import { answerBinding, pageUntil } from '../../../electron/rpc/page-binding.ts';
import type { Call } from '../../../electron/rpc/caller.ts';
import { methods } from '../../../shared/contract/methods.ts';
import { WINDOW_METHODS } from '../../../shared/contract/window-methods.ts';

const PAGE = pageUntil(new Promise(() => undefined));

describe('what a page sends over its binding', () => {
  const calls: Call[] = [];
  const route = (call: Call) => {
    calls.push(call);
    return Promise.resolve({ fine: true });
  };

  test('a call is routed as a window, and its answer carries its number', async () => {
    const text = await answerBinding(route, PAGE, '{"id":7,"method":"vault.status","params":{"a":1}}');
    expect(JSON.parse(text ?? '')).toEqual({ id: 7, answer: { ok: true, result: { fine: true } } });
    expect(calls).toMatchObject([{ caller: 'window', connection: 'window', method: 'vault.status', params: { a: 1 } }]);
  });

  test.each([
    '',
    'null',
    '[]',
    '{"id":"1","method":"vault.status","params":{}}',
    '{"id":1,"method":"vault.status","params":{},"caller":"socket"}',
    '{"id":0,"method":"vault.status","params":{}}',
    `{"id":1,"method":"${'x'.repeat(65)}","params":{}}`,
    `{"id":1,"method":"vault.status","params":"${'x'.repeat(1024 * 1024)}"}`,
  ])('what is no call is not answered: %.60s', async (payload) => {
    const before = calls.length;
    expect(await answerBinding(route, PAGE, payload)).toBeNull();
    expect(calls.length).toBe(before);
  });

  test('the bridge offers exactly the methods that a window may call', () => {
    const allowed = Object.entries(methods).flatMap(([name, { callers }]) =>
      (callers as readonly string[]).includes('window') ? [name] : [],
    );
    expect([...WINDOW_METHODS].sort()).toEqual(allowed.sort());
  });
});
