import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type AuthInfo, fieldValues, parseFieldWord } from '../../../cli/field-values.ts';
import { readTextFile, readTextFileAsItIs, splitValues } from '../../../cli/stdin.ts';

const folder = mkdtempSync(join(tmpdir(), 'kh-input-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const field = (name: string, secret: boolean, more: object = {}): AuthInfo['fields'][number] => ({
  name,
  label: name,
  secret,
  required: true,
  multiline: false,
  ...more,
});
const auth: AuthInfo = {
  kind: 'pair',
  label: 'Pair',
  primary: 'key',
  fields: [field('key', true), field('user', false), field('pem', true, { required: false, multiline: true })],
  environment: [],
  ownAddress: false,
  local: false,
  signIn: null,
  check: null,
};

test.each([
  ['value', 'value'],
  ['value\n', 'value'],
  ['value\r\n', 'value'],
  ['value\n\n', 'value\n'],
  ['two\nlines\n', 'two\nlines'],
  [' spaces stay \n', ' spaces stay '],
])('one value is the whole input less one newline: %j', (input, value) => {
  expect(splitValues(input, ['the key'])).toEqual([value]);
});

test('a byte order mark before a value is no part of it', () => {
  expect(splitValues('\ufeffvalue\r\n', ['the key'])).toEqual(['value']);
  expect(splitValues('\ufeffold\r\nnew\r\n', ['old', 'new'])).toEqual(['old', 'new']);
  const path = join(folder, 'marked.txt');
  writeFileSync(path, '\ufeffA=1');
  expect(readTextFile(path, 'The file')).toBe('A=1');
  expect(readTextFileAsItIs(path, 'The file')).toBe('\ufeffA=1');
});

test('a value that is too long is told by its name, not by its text', () => {
  const long = 'x'.repeat(64 * 1024 + 1);
  expect(splitValues(long.slice(1), ['api_key'])).toEqual([long.slice(1)]);
  expect(() => splitValues(long, ['api_key'])).toThrow(/^On stdin api_key is too long: a value has at most 64 KiB/);
  expect(() => splitValues(`user\n${long}`, ['user', 'password'])).toThrow('On stdin password is too long');
});

test('what is missing on stdin is told', () => {
  expect(() => splitValues('\n', ['the password'])).toThrow('Nothing came on stdin, where the password was expected.');
  const two = ['the old password', 'the new password'];
  expect(() => splitValues('', two)).toThrow('Nothing came on stdin. 2 lines were expected');
  expect(() => splitValues('one\n', two)).toThrow(
    '2 lines were expected on stdin: the old password, the new password. There was 1. Nothing was changed.',
  );
  expect(() => splitValues('a\nb\nc\n', two)).toThrow('There were 3.');
  expect(() => splitValues('a\n\n', two)).toThrow('One of them was empty.');
});

test('several values are a line each', () => {
  expect(splitValues('old\nnew\n', ['old', 'new'])).toEqual(['old', 'new']);
  expect(splitValues('old\r\nnew', ['old', 'new'])).toEqual(['old', 'new']);
});

test.each([
  ['', 1],
  ['\n', 1],
  ['one\n', 2],
  ['one\ntwo\nthree\n', 2],
  ['one\n\n', 2],
])('%j for %i values is refused without being repeated', (input, count) => {
  const names = ['first', 'second'].slice(0, count);
  expect(() => splitValues(input, names)).toThrow(expect.objectContaining({ code: 'invalid_input' }) as Error);
});

test('a field word says where its value comes from', () => {
  expect(parseFieldWord('user=me=you')).toEqual({ from: 'argv', field: 'user', value: 'me=you' });
  expect(parseFieldWord('key=-')).toEqual({ from: 'stdin', field: 'key' });
  expect(parseFieldWord('pem=@/k.pem')).toEqual({ from: 'file', field: 'pem', path: '/k.pem' });
  expect(() => parseFieldWord('novalue')).toThrow(expect.objectContaining({ code: 'invalid_input' }) as Error);
});

async function refusal(...words: string[]): Promise<{ message: string; hint: string; code: string }> {
  const error: unknown = await fieldValues(auth, words.map(parseFieldWord), false).catch((reason: unknown) => reason);
  return error as { message: string; hint: string; code: string };
}

test('a secret on the command line is refused with advice and not repeated', async () => {
  const { code, message, hint } = await refusal('user=me', 'key=hunter2-hunter2');
  expect(code).toBe('invalid_input');
  expect(hint).toContain('--stdin');
  expect(message + hint).not.toContain('hunter2');
});

test('an unknown field names the nearest one; a field given twice is refused', async () => {
  expect((await refusal('usr=me')).hint).toContain('user');
  expect((await refusal('user=a', 'user=b')).message).toContain('twice');
});

test('a file gives a one-line field without its newline and a PEM as it is', async () => {
  const path = join(folder, 'value');
  writeFileSync(path, 'text\n');
  expect(await fieldValues(auth, [parseFieldWord(`key=@${path}`)], false)).toEqual({ key: 'text' });
  expect(await fieldValues(auth, [parseFieldWord(`pem=@${path}`)], false)).toEqual({ pem: 'text\n' });
});

test.each([
  ['missing', () => join(folder, 'nowhere')],
  ['a folder', () => folder],
  [
    'not text',
    () => {
      writeFileSync(join(folder, 'binary'), Buffer.from([0xff, 0xfe, 0x00]));
      return join(folder, 'binary');
    },
  ],
  [
    'too long',
    () => {
      writeFileSync(join(folder, 'long'), Buffer.alloc(3_000_000, 'a'));
      return join(folder, 'long');
    },
  ],
])('a file that is %s is refused, and its path is not repeated', (_, make) => {
  const path = make();
  const read = (): string => readTextFile(path, 'The file');
  expect(read).toThrow(expect.objectContaining({ code: 'invalid_input' }) as Error);
  expect(read).not.toThrow(path);
});
