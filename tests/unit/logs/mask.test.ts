import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { maskSecrets } from '../../../electron/core/logs/mask.ts';

const samples = path.join(import.meta.dirname, '../../fixtures/samples/fake_keys.json');
const { keys } = JSON.parse(readFileSync(samples, 'utf8')) as {
  keys: readonly { provider: string; format: string; parts: readonly string[] }[];
};

/** Shapes that nobody could tell from a word or a public id; such values are covered only while they are guarded. */
const NOT_SHAPES = /client id|account SID|API key SID/;
const secrets = keys
  .filter((key) => !NOT_SHAPES.test(key.format))
  .map((key) => [`${key.provider}: ${key.format}`, key.parts.join('')] as const);

test.each(secrets)('%s is covered inside a line', (_, key) => {
  for (const text of [`reason: ${key}`, `{"reason":"${key}"}`, `authorization=${key};`, `x ${key} y ${key}`]) {
    expect(maskSecrets(text)).not.toContain(key);
    expect(maskSecrets(text)).not.toContain(key.slice(-12));
  }
});

test.each([`kh_live_${'a1B2c3D4e5'}_${'x'.repeat(43)}abcdef`, `kh_test_${'A'.repeat(10)}_${'0'.repeat(49)}`])(
  'our own client token %# is covered',
  (token) => {
    expect(maskSecrets(`got ${token}.`)).toBe('got [masked].');
  },
);

test('bearer values, JSON web tokens and private keys are covered', () => {
  expect(maskSecrets('authorization: Bearer abcdefgh12')).toBe('authorization: [masked]');
  expect(maskSecrets(`eyJhbGciOi${'J9'}.eyJzdWIiOiIx.c2lnbmF0dXJl`)).toBe('[masked]');
  const pem = `-----BEGIN ${'PRIVATE'} KEY-----\nMIIB\n-----END ${'PRIVATE'} KEY-----`;
  expect(maskSecrets(`a ${pem} b`)).toBe('a [masked] b');
});

test('ordinary words, times, versions and frame names stay readable', () => {
  const line =
    '{"level":"info","time":"2030-01-15T12:00:00.000Z","event":"endpoint.request","method":"credentials.reveal","frames":"Vault.unlock < Object.handle","version":"0.1.0","ms":12}';
  expect(maskSecrets(line)).toBe(line);
});
