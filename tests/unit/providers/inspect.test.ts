import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Catalogue } from '../../../electron/core/providers/catalogue.ts';
import { checksumMatches } from '../../../electron/core/providers/checksums.ts';
import { formatWarnings, inspect, recognise } from '../../../electron/core/providers/inspect.ts';
import { fakeKey } from '../../support/fake-keys.ts';

const root = join(import.meta.dirname, '../../..');
const catalogue = Catalogue.load(join(root, 'resources/providers'));

interface Sample {
  readonly provider: string;
  readonly format: string;
  readonly parts: readonly string[];
  readonly checksum?: string;
}
const samples = (
  JSON.parse(readFileSync(join(root, 'tests/fixtures/samples/fake_keys.json'), 'utf8')) as { keys: Sample[] }
).keys.filter((key) => ['openai', 'anthropic', 'github'].includes(key.provider));

test.each(samples)('$provider: $format (checksum $checksum) is recognised', ({ provider, parts, checksum }) => {
  const found = recognise(catalogue, parts.join(''));
  expect(found?.known.provider.id).toBe(provider);
  expect(found?.whole).toBe(true);
  const wanted = checksum === undefined ? null : checksum === 'wrong' ? 'wrong' : 'right';
  expect(found?.checksum).toBe(wanted);
});

test('the reason is in words and names the start', () => {
  const value = fakeKey('anthropic', 'API key');
  expect(inspect(catalogue, { value }).recognised).toEqual({
    provider: 'anthropic',
    providerName: 'Anthropic',
    authKind: 'api_key',
    what: 'Anthropic API key',
    reason: 'starts with sk-ant-api03-, an Anthropic API key',
  });
});

test('a key that is still being typed is recognised by its start', () => {
  expect(inspect(catalogue, { value: 'ghp_abc' }).recognised?.reason).toBe(
    'starts with ghp_, a GitHub classic personal access token, but is not complete',
  );
});

test('a shape that many vendors share is not proposed', () => {
  expect(recognise(catalogue, 'deadbeef'.repeat(5))).toBeNull();
  expect(recognise(catalogue, 'deadbeef'.repeat(4))).toBeNull();
});

const warn = (provider: string, value: string, authKind?: string) =>
  formatWarnings(catalogue, { provider, authKind, field: undefined }, value).map((each) => each.code);

test('a wrong one warns, with the likely reason', () => {
  const github = fakeKey('github', 'classic PAT');
  expect(warn('github', github)).toEqual([]);
  expect(warn('github', `${github.slice(0, -1)}${github.endsWith('0') ? '1' : '0'}`)).toEqual(['checksum']);
  expect(warn('openai', github)).toEqual(['other_provider']);
  expect(warn('openai', fakeKey('openai', 'admin key'))).toEqual(['other_auth_kind']);
  expect(warn('openai', fakeKey('openai', 'admin key'), 'admin_key')).toEqual(['note']);
  expect(warn('openai', 'sk-proj-short')).toEqual(['unusual_format']);
  expect(warn('openai', 'two words')).toEqual(['not_sendable', 'unusual_format']);
  expect(warn('http', fakeKey('openai', 'project'))).toEqual([]);
  expect(warn('github', 'deadbeef'.repeat(5))).toEqual([]);
});

test('GitLab’s checksum covers all before the last seven characters', () => {
  expect(checksumMatches('crc32-base36-tail7', fakeKey('gitlab', 'routable'))).toBe(true);
  expect(checksumMatches('crc32-base36-tail7', `${fakeKey('gitlab', 'routable').slice(0, -1)}x`)).toBe(false);
});

test('what was copied along with a key is named', () => {
  const key = fakeKey('openai', 'project');
  for (const value of [`"${key}"`, `'${key}'`, `OPENAI_API_KEY=${key}`, `export OPENAI_API_KEY="${key}"`]) {
    expect(warn('openai', value).at(-1)).toBe('copied_along');
    expect(warn('http', value).at(-1)).toBe('copied_along');
  }
  const where = { provider: 'openai', authKind: undefined, field: undefined };
  expect(formatWarnings(catalogue, where, `OPENAI_API_KEY=${key}`).map(({ message }) => message)).toEqual([
    'This begins with OPENAI_API_KEY=, as in a .env file: that is not part of the key. Take it away.',
  ]);
  // A password may well have such a shape: only around something that is a key it is said.
  expect(warn('http', '"open sesame"', 'basic')).toEqual(['not_sendable']);
  expect(warn('http', 'A=b', 'basic')).toEqual([]);
});

test('the ID of a key in the field of its secret is told as that', () => {
  const id = `AKIA${'A2B3'.repeat(4)}`;
  const where = { provider: 'aws', authKind: 'access_key', field: 'secret_access_key' };
  expect(formatWarnings(catalogue, where, id)).toEqual([
    {
      code: 'other_field',
      message: expect.stringMatching(/starts with AKIA.*into the field “Access key ID”\.$/) as string,
    },
  ]);
});
