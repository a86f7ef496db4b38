import { expect, test } from 'vitest';
import { plainPath, plainText } from '../../../renderer/approval/plain-text.ts';

test.each([
  ['a right-to-left override', 'git\u202egpj.exe', 'git\ufffdgpj.exe'],
  ['an isolate', '\u2066name\u2069', '\ufffdname\ufffd'],
  ['a zero-width space', 'op\u200benai', 'op\ufffdenai'],
  ['a line break', 'one\r\ntwo', 'one two'],
  ['a line separator', 'one\u2028two', 'one\ufffdtwo'],
  ['an escape sequence', '\u001b[2J', '\ufffd[2J'],
  ['a tag character', 'a\u{e0041}b', 'a\ufffdb'],
  ['half a surrogate pair', 'a\ud800b', 'a\ufffdb'],
  ['markup', '<b>x</b>', '<b>x</b>'],
])('%s in what a caller says is shown as a sign, not obeyed', (_name, given, shown) => {
  expect(plainText(given, 64)).toBe(shown);
});

test('marks that pile up on a letter are cut', () => {
  expect(plainText(`a${'\u0301'.repeat(40)}b`, 64)).toBe(`a${'\u0301'.repeat(3)}b`);
});

test('a long text ends in an ellipsis, counted in characters', () => {
  expect(plainText('x'.repeat(200), 10)).toBe(`${'x'.repeat(9)}…`);
  expect([...plainText('🔑'.repeat(20), 10)]).toHaveLength(10);
});

test('a long path keeps its end', () => {
  const shown = plainPath(`/home/${'deep/'.repeat(40)}project`, 40);
  expect(shown).toHaveLength(40);
  expect(shown.startsWith('/home/') && shown.endsWith('/project') && shown.includes('…')).toBe(true);
});
