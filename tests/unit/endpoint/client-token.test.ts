import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  findClientToken,
  formatClientToken,
  newClientToken,
  parseClientToken,
} from '../../../electron/core/endpoint/client-token.ts';
import { presentedToken } from '../../../electron/core/endpoint/presented-token.ts';

const text = () => formatClientToken(newClientToken('live'));

describe('client token', () => {
  test('has the published form and reads back', () => {
    for (const kind of ['live', 'test'] as const) {
      const token = newClientToken(kind);
      const written = formatClientToken(token);
      expect(written).toMatch(new RegExp(`^kh_${kind}_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}$`));
      expect(parseClientToken(written)).toEqual(token);
    }
  });

  test('the checksum is CRC-32 of all before it, in base62', () => {
    // Computed with another implementation (Python's zlib): CRC-32 is 0x52036cf9.
    const token = { kind: 'live', id: '0123456789', secret: 'A'.repeat(43) } as const;
    expect(formatClientToken(token)).toBe(`kh_live_0123456789_${'A'.repeat(43)}1V7N4D`);
  });

  test('one changed character is noticed without a look-up', () => {
    const whole = text();
    fc.assert(
      fc.property(fc.integer({ min: 8, max: whole.length - 1 }), fc.constantFrom(...'0Az9'), (at, other) => {
        fc.pre(whole[at] !== other);
        expect(parseClientToken(whole.slice(0, at) + other + whole.slice(at + 1))).toBeNull();
      }),
    );
  });

  test.each(['', 'kh_live_', 'Bearer x', ' ', 'kh_prod_0123456789_', 'x'.repeat(100_000)])('is not %j', (other) => {
    expect(parseClientToken(other)).toBeNull();
    expect(parseClientToken(`${text()}${other} `)).toBeNull();
  });

  test('two are never alike', () => {
    const made = new Set(Array.from({ length: 500 }, text));
    expect(made.size).toBe(500);
  });

  test('is found in a URL, percent-encoded or not', () => {
    const whole = text();
    const token = parseClientToken(whole);
    expect(findClientToken(`/v1/keys?key=${whole}&a=b`)).toEqual(token);
    expect(findClientToken(`/v1/keys?key=${whole.replaceAll('_', '%5F')}`)).toEqual(token);
    expect(findClientToken(`/v1/keys/kh_live_short`)).toBe('token-like');
    expect(findClientToken('/v1/keys/openai?x=kh%ZZ')).toBeNull();
  });
});

describe('presented token', () => {
  const whole = text();
  const token = parseClientToken(whole);
  const present = (headers: readonly (readonly [string, string])[], target = '/v1/keys') =>
    presentedToken({
      method: 'GET',
      target,
      httpVersion: '1.1',
      headers: headers.map(([name, value]) => ({ name, value })),
    });

  test.each(['authorization', 'x-api-key', 'api-key', 'x-goog-api-key', 'xi-api-key', 'private-token'])(
    'is taken from %s',
    (name) => {
      expect(present([[name, whole]])).toEqual({ kind: 'token', token });
    },
  );

  test.each(['Bearer', 'bearer', 'BEARER', 'Token', 'Bot'])('is taken after the word %s', (word) => {
    expect(present([['authorization', `${word} ${whole}`]])).toEqual({ kind: 'token', token });
  });

  test.each([
    ['nothing', [], 'none'],
    ['Basic credentials', [['authorization', 'Basic a2V5OmtleQ==']], 'malformed'],
    ['a token under Basic', [['authorization', `Basic ${whole}`]], 'malformed'],
    ["a provider's own key", [['x-api-key', 'sk-something']], 'malformed'],
    ['a typo', [['authorization', `Bearer ${whole.slice(0, -1)}`]], 'malformed'],
    ['two blanks', [['authorization', `Bearer  ${whole}`]], 'malformed'],
    [
      'the same token in two headers',
      [
        ['authorization', `Bearer ${whole}`],
        ['x-api-key', whole],
      ],
      'several',
    ],
    ['a token in some other header', [['x-token', whole]], 'none'],
  ] as const)('%s', (_name, headers, kind) => {
    expect(present(headers).kind).toBe(kind);
  });

  test("an SDK's other credential beside it does not matter", () => {
    expect(
      present([
        ['authorization', 'Bearer other'],
        ['x-api-key', whole],
      ]),
    ).toEqual({ kind: 'token', token });
  });

  test('in the URL is told even when a header has one too', () => {
    expect(present([['authorization', `Bearer ${whole}`]], `/v1/keys?token=${whole}`)).toEqual({
      kind: 'in-url',
      token,
    });
  });
});
