import { expect, test } from 'vitest';
import { BadLine, LineReader } from '../../../electron/rpc/line-reader.ts';

const isWiped = (bytes: Buffer): boolean => bytes.every((byte) => byte === 0);

test('what was read is overwritten, also where its lines were not all taken or it holds half of one', () => {
  const reader = new LineReader(100);
  const whole = Buffer.from('one\ntwo\nthr');
  expect([...reader.push(whole)]).toEqual(['one', 'two']);
  expect(isWiped(whole)).toBe(true);
  expect([...reader.push(Buffer.from('ee\n'))]).toEqual(['three']);
  const left = Buffer.from('one\ntwo\n');
  for (const line of reader.push(left)) {
    expect(line).toBe('one');
    break;
  }
  expect(isWiped(left)).toBe(true);
});

test.each([
  ['a line that is too long', 'abcde\n'],
  ['the beginning of one', 'abcde'],
  ['bytes that are not UTF-8', Buffer.from([0x61, 0xff, 0x0a])],
  ['a character that is cut off', Buffer.from([0x61, 0xc3, 0x0a])],
])('%s is refused, overwritten, and nothing of it stays', (_what, bytes) => {
  const reader = new LineReader(4);
  const chunk = Buffer.from(bytes);
  expect(() => [...reader.push(chunk)]).toThrow(BadLine);
  expect(isWiped(chunk)).toBe(true);
  expect([...reader.push(Buffer.from('abcd\n'))]).toEqual(['abcd']);
});

test('a byte order mark is not taken away: a line is what was sent', () => {
  expect([...new LineReader(100).push(Buffer.from('\ufeffa\n'))]).toEqual(['\ufeffa']);
});
