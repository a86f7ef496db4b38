import { expect, test } from 'vitest';
import { CallForms } from '../../../electron/core/usage/call-form.ts';
import { CallOrigins } from '../../../electron/core/usage/call-origins.ts';

const provider = { id: 'openai', usage: { kind: 'openai', unit: 'tokens', includeUsage: true } } as Parameters<
  CallForms['of']
>[0]['provider'];
const client = {
  id: 'abcdefghij',
  name: 'editor',
  kind: 'live',
  grants: [],
  ratePerSecond: null,
  expiresAtMs: 1,
} as const;
const credential = { id: 'c'.repeat(32), version: 3, label: 'work' };

/** Gives the form and the origin of a call to a path. */
function known() {
  const [forms, origins] = [new CallForms(), new CallOrigins()];
  return (path: string) => {
    const form = forms.of({ provider, method: 'POST', path, headers: new Map() });
    return { form, origin: origins.of(form, client, credential) };
  };
}

test('calls of one kind share what is known of them, also where kinds take turns: none is told anew each time', () => {
  const of = known();
  const [one, other] = [of('embeddings'), of('responses')];
  for (const path of ['embeddings', 'embeddings', 'responses', 'responses', 'embeddings']) {
    const { form, origin } = of(path);
    const is = path === 'embeddings' ? one : other;
    expect([form === is.form, origin === is.origin]).toEqual([true, true]);
  }
});

test('paths that each have an id of their own fill no memory: after a thousand what is known begins anew', () => {
  const of = known();
  const path = (n: number) => `files/file-${n}`;
  const first = of(path(0));
  for (let n = 1; n < 1000; n += 1) of(path(n));
  expect([of(path(0)).form === first.form, of(path(0)).origin === first.origin]).toEqual([true, true]);
  of(path(1000));
  const again = of(path(0));
  expect([again.form === first.form, again.origin === first.origin]).toEqual([false, false]);
  expect(again).toEqual(first);
});
