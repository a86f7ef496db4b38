import { describe, expect, test } from 'vitest';
import { answerBinding, pageUntil } from '../../../electron/rpc/page-binding.ts';
import type { Call } from '../../../electron/rpc/caller.ts';
import { methods } from '../../../shared/contract/methods.ts';
import { MAX_MESSAGE_BYTES } from '../../../shared/wire.ts';
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

  test.each(['x', 'é'])('a message may have 1 MiB and not a byte more, in letters like %s', async (letter) => {
    const of = (bytes: number) => {
      const frame = '{"id":1,"method":"vault.status","params":""}';
      const room = bytes - frame.length;
      const text = letter.repeat(room / Buffer.byteLength(letter));
      return frame.replace('""', `"${text}${'x'.repeat(room - Buffer.byteLength(text))}"`);
    };
    expect(Buffer.byteLength(of(MAX_MESSAGE_BYTES))).toBe(MAX_MESSAGE_BYTES);
    expect(await answerBinding(route, PAGE, of(MAX_MESSAGE_BYTES))).not.toBeNull();
    expect(await answerBinding(route, PAGE, of(MAX_MESSAGE_BYTES + 1))).toBeNull();
  });

  test('who waits for the end of a page hears of it, and who stopped waiting does not', async () => {
    const closed = Promise.withResolvers<void>();
    const { onClosed } = pageUntil(closed.promise);
    const heard: string[] = [];
    onClosed(() => heard.push('waits'));
    onClosed(() => heard.push('stopped'))();
    await Promise.resolve();
    expect(heard).toEqual([]);
    closed.resolve();
    await closed.promise;
    expect(heard).toEqual(['waits']);
  });

  test('the bridge offers exactly the methods that a window may call', () => {
    const allowed = Object.entries(methods).flatMap(([name, { callers }]) =>
      (callers as readonly string[]).includes('window') ? [name] : [],
    );
    expect([...WINDOW_METHODS].sort()).toEqual(allowed.sort());
  });
});
