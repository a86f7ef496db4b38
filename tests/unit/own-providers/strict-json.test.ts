import { expect, test } from 'vitest';
import { parseStrictJson } from '../../../electron/core/providers/strict-json.ts';

test.each([
  ['a member twice', '{"a":1,"a":2}'],
  ['a member twice, once written with an escape', '{"a":1,"\\u0061":2}'],
  ['a member twice, deep inside', '{"x":[{"a":1,"b":{"a":1},"a":2}]}'],
  ['a member twice, far from its colon', `{"a":1,"a"${' '.repeat(500)}:2}`],
  ['__proto__', '{"__proto__":{}}'],
  ['__proto__ with an escape', '{"__pro\\u0074o__":{}}'],
  ['constructor', '[{"constructor":1}]'],
  ['a control character', '{"a":"\\u0007"}'],
  ['a character that turns the text around', '{"a":"\\u202e"}'],
  ['33 levels', `${'['.repeat(33)}${']'.repeat(33)}`],
  ['no JSON', '{"a":}'],
  ['two values', '{} {}'],
  ['a comment', '{} // x'],
  ['nothing', ''],
])('refuses %s and repeats none of it', (_, text) => {
  expect(() => parseStrictJson(text)).toThrow(expect.objectContaining({ code: 'invalid_input' }) as Error);
});

test('reads what is plain, the same as JSON.parse does', () => {
  const text = '{"a":[1,{"b":"{\\"a\\":1}","a":null}],"b":{"c":"__proto__"},"c":["x","x"]}';
  expect(parseStrictJson(text)).toEqual(JSON.parse(text));
});
