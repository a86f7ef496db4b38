import { expect, test } from 'vitest';
import {
  EMPTY_PROVIDER,
  formOfTyped,
  idFromName,
  idOf,
  providerErrors,
  typedOfForm,
} from '../../../renderer/own-providers/provider-form.ts';
import { descriptorFromForm, formFromDescriptor } from '../../../shared/own-provider-form.ts';
import { documentPiecesOf } from '../../../shared/document-pieces.ts';

test.each([
  ['Acme Search!', 'acme_search'],
  ['  9 Lives  ', 'lives'],
  ['Ünïcode', 'u_ni_code'],
  ['日本', ''],
  ['x'.repeat(60), 'x'.repeat(32)],
])('the id of %j is proposed as %j', (name, id) => {
  expect(idFromName(name)).toBe(id);
});

test('a typed id stays when the name changes', () => {
  expect(idOf({ ...EMPTY_PROVIDER, id: 'mine', name: 'Other' })).toBe('mine');
});

test('what is missing is said by field', () => {
  expect(Object.keys(providerErrors({ ...EMPTY_PROVIDER, expected: '9' }))).toEqual([
    'name',
    'id',
    'baseUrl',
    'expected',
  ]);
  expect(providerErrors({ ...EMPTY_PROVIDER, name: 'Acme', baseUrl: 'https://api.acme.com' })).toEqual({});
});

test('the way that is chosen decides what goes into the form, and empty versions do not', () => {
  const typed = { ...EMPTY_PROVIDER, name: 'Acme', versions: [{ name: ' ', path: '', enabled: true }] };
  expect(formOfTyped(typed)).toMatchObject({ id: 'acme', auth: { how: 'bearer' }, versions: [], expectedStatus: 200 });
  expect(formOfTyped({ ...typed, way: 'header' }).auth).toEqual({
    how: 'header',
    header: 'X-API-Key',
    template: '{api_key}',
  });
  expect(formOfTyped({ ...typed, way: 'query' }).auth).toEqual({ how: 'query', parameter: 'key' });
});

test.each([0, 1, 15_999, 16_000, 16_001, 48_000])(
  'a text of %i characters comes together again from its pieces',
  (size) => {
    const text = '🙂a'.repeat(Math.ceil(size / 3)).slice(0, size);
    const pieces = documentPiecesOf(text);
    expect(pieces.join('')).toBe(text);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(16_384);
    expect(pieces.slice(0, -1).every((piece) => piece.isWellFormed())).toBe(true);
  },
);

test.each(['bearer', 'header', 'query', 'basic', 'none'] as const)(
  'a provider whose key is sent by %s is the same form again when it is opened',
  (way) => {
    const typed = {
      ...EMPTY_PROVIDER,
      way,
      id: 'acme',
      name: 'Acme & Söhne',
      baseUrl: 'https://api.acme.com',
      checkPath: '/me',
      expected: '204',
      versions: [
        { name: 'v1', path: '/v1', enabled: false },
        { name: 'v2', path: '/v2', enabled: true },
      ],
    };
    const descriptor: unknown = JSON.parse(JSON.stringify(descriptorFromForm(formOfTyped(typed))));
    const form = formFromDescriptor(descriptor);
    expect(form && typedOfForm(form)).toEqual(typed);
    const withoutCheck = formOfTyped({ ...typed, checkPath: '', expected: '200', versions: [], local: true });
    expect(formFromDescriptor(JSON.parse(JSON.stringify(descriptorFromForm(withoutCheck))))).toEqual(withoutCheck);
  },
);

test('a file that says more than the form can hold is no form', () => {
  const form = formOfTyped({ ...EMPTY_PROVIDER, name: 'Acme', baseUrl: 'https://api.acme.com', checkPath: '/me' });
  const made = JSON.parse(JSON.stringify(descriptorFromForm(form))) as Record<string, unknown>;
  expect(formFromDescriptor(made)).not.toBeNull();
  for (const more of [{ links: { docs: 'https://acme.com' } }, { category: 'llm' }, { rateLimits: [] }, { auth: [] }]) {
    expect(formFromDescriptor({ ...made, ...more })).toBeNull();
  }
  expect(formFromDescriptor(null)).toBeNull();
});
