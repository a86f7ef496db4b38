import { expect, test } from 'vitest';
import {
  formatReference,
  isBareReference,
  isReference,
  parseReference,
  type Reference,
} from '../../../shared/reference.ts';

const PUT_BEFORE = 'Write kh:// before it, as in kh://openai/work.';

test.each<[string, Reference]>([
  ['kh://openai/work', { provider: 'openai', label: 'work', field: null, version: null }],
  ['kh://aws/main/secret_access_key', { provider: 'aws', label: 'main', field: 'secret_access_key', version: null }],
  ['kh://openai/work?version=2', { provider: 'openai', label: 'work', field: null, version: 2 }],
  ['kh://aws/main/token?version=999999999', { provider: 'aws', label: 'main', field: 'token', version: 999_999_999 }],
  [
    `kh://${'p'.repeat(32)}/${'9'.repeat(64)}`,
    { provider: 'p'.repeat(32), label: '9'.repeat(64), field: null, version: null },
  ],
])('%s is read, and written the same again', (text, reference) => {
  expect(parseReference(text)).toEqual(reference);
  expect(formatReference(reference)).toBe(text);
});

test('a label that is left out is "default", also beside a version', () => {
  expect(parseReference('kh://openai')).toMatchObject({ label: 'default', version: null });
  expect(parseReference('kh://openai?version=3')).toMatchObject({ label: 'default', version: 3 });
});

test('where a reference stands for a secret it begins with its scheme, and not somewhere in the text', () => {
  expect(['kh://openai', 'KH://openai', ' kh://openai', 'see kh://openai', 'kh:/openai', ''].map(isReference)).toEqual([
    true,
    false,
    false,
    false,
    false,
    false,
  ]);
});

test.each([
  ['openai/work', 'does not start with kh://'],
  ['x kh://openai/work', 'does not start with kh://'],
  ['kh://', 'the provider'],
  ['kh:///work', 'the provider'],
  ['kh://OpenAI/work', 'the provider'],
  ['kh://1ai/work', 'the provider'],
  ['kh://openai\n/work', 'the provider'],
  [`kh://${'p'.repeat(33)}/work`, 'the provider'],
  ['kh://openai/', 'a label'],
  ['kh://openai/Work', 'a label'],
  ['kh://openai/-work', 'a label'],
  ['kh://openai/work\n', 'a label'],
  [`kh://openai/${'x'.repeat(65)}`, 'a label'],
  ['kh://openai/work/', 'the field name'],
  ['kh://openai/work/API_KEY', 'the field name'],
  ['kh://openai/work/1key', 'the field name'],
  ['kh://openai/work/key\n', 'the field name'],
  [`kh://openai/work/${'x'.repeat(33)}`, 'the field name'],
  ['kh://openai/work/api_key/more', 'too many parts'],
  ['kh://openai/work?version=1?version=2', 'too many parts'],
  ['kh://openai/work?', 'version=N'],
  ['kh://openai/work?version=', 'version=N'],
  ['kh://openai/work?version=0', 'version=N'],
  ['kh://openai/work?version=01', 'version=N'],
  ['kh://openai/work?version=1.5', 'version=N'],
  ['kh://openai/work?version=1000000000', 'version=N'],
  ['kh://openai/work?version=2&version=3', 'version=N'],
  ['kh://openai/work?x=1version=2', 'version=N'],
  ['kh://openai/work?version=2\n', 'version=N'],
])('%j is refused: %s', (text, words) => {
  const refused = { code: 'invalid_input', message: expect.stringContaining(words) as string };
  expect(() => parseReference(text)).toThrow(expect.objectContaining(refused));
});

test('the refusal repeats nothing of the text, which may be a secret put in the wrong place', () => {
  const text = `kh://openai/${'S3CRET'.repeat(20)}`;
  const refused = { message: expect.not.stringContaining('S3CRET') as string };
  expect(() => parseReference(text)).toThrow(expect.objectContaining(refused));
});

test('where only the scheme is missing, that is the advice', () => {
  const missing = ['openai/work', 'aws/main/token', 'openai/work?version=2'];
  for (const text of missing)
    expect(() => parseReference(text)).toThrow(expect.objectContaining({ hint: PUT_BEFORE }) as Error);
  expect(missing.map(isBareReference)).toEqual([true, true, true]);
  for (const text of ['openai', 'sk-abc', 'OpenAI/work', 'a/b/c/d', './a', 'kh:/openai/work', 'kh://openai/work']) {
    expect(isBareReference(text), text).toBe(false);
  }
  expect(() => parseReference('OpenAI/work')).not.toThrow(expect.objectContaining({ hint: PUT_BEFORE }) as Error);
});
