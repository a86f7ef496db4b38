import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { OpenedFields, ResolvedCredential } from '../../../electron/core/credentials/types.ts';
import { baseOf } from '../../../electron/core/providers/base-url.ts';
import { Catalogue } from '../../../electron/core/providers/catalogue.ts';
import { inject } from '../../../electron/core/proxy/inject.ts';
import { PlacesBelow } from '../../../electron/core/proxy/places.ts';
import { type Upstream, upstreamOf } from '../../../electron/core/proxy/upstream.ts';

describe('an address below a base', () => {
  const places = new PlacesBelow(baseOf('https://api.example.com/v1'));

  test('is the base with the path, and a query behind it', () => {
    expect(places.of('/chat', '')).toMatchObject({ origin: 'https://api.example.com', target: '/v1/chat' });
    expect(places.of('/chat', 'a=1')).toMatchObject({ target: '/v1/chat?a=1' });
    expect(places.of('/', '')).toMatchObject({ target: '/v1' });
    expect(places.of('/', 'a=1')).toMatchObject({ target: '/v1?a=1' });
  });

  test('is worked out once for a path, and never kept with a query', () => {
    expect(places.of('/chat', '')).toBe(places.of('/chat', ''));
    expect(places.of('/chat', 'a=1')).not.toBe(places.of('/chat', 'a=1'));
  });

  test('that leads elsewhere is refused each time', () => {
    for (let n = 0; n < 2; n += 1) expect(() => places.of('/../v2/chat', '')).toThrow(/leads away/);
  });

  test('is forgotten where there are too many', () => {
    const first = places.of('/0', '');
    for (let n = 0; n < 200; n += 1) places.of(`/${n}`, '');
    expect(places.of('/0', '')).not.toBe(first);
    expect(places.of('/0', '')).toEqual(first);
  });
});

describe('a credential that becomes part of the address', () => {
  const catalogue = Catalogue.load(join(import.meta.dirname, '../../../resources/providers'));

  /** A fake secret in each field of a kind. */
  function opened({ kind }: Upstream, secret: string): OpenedFields {
    const fields = new Map(kind.fields.map(({ name }) => [name, Buffer.from(secret)]));
    return {
      primary: kind.primary,
      fields,
      environment: [],
      dispose: () => undefined,
      [Symbol.dispose]: () => undefined,
    };
  }

  const kinds = catalogue
    .all()
    .flatMap((provider) => provider.auth.map((kind) => ({ provider, kind })))
    .filter(({ kind }) => kind.send.some(({ where }) => where === 'path' || where === 'query'));

  test('there are such', () => expect(kinds.length).toBeGreaterThan(1));

  test.each(kinds)('$provider.id: each request has only its own', ({ provider, kind }) => {
    const credential = { provider: provider.id, authKind: kind.kind, origin: 'https://example.com', local: false };
    const upstream = upstreamOf(catalogue, credential as ResolvedCredential);
    const targetWith = (secret: string) =>
      inject(upstream, opened(upstream, secret), '/things', '', new Map()).place.target;
    const [first, second, again] = [targetWith('FIRST-key'), targetWith('SECOND-key'), targetWith('FIRST-key')];
    expect(first).toContain('FIRST-key');
    expect(second).toContain('SECOND-key');
    expect(second).not.toContain('FIRST-key');
    expect(again).toBe(first);
  });
});
