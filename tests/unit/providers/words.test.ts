import { describe, expect, it } from 'vitest';
import { parseEnvironment, splitWords } from '../../../electron/core/providers/words.ts';

describe('arguments', () => {
  it.each([
    ['', []],
    ['  -y   @scope/server ', ['-y', '@scope/server']],
    ['--name "two words" \'and "marks"\'', ['--name', 'two words', 'and "marks"']],
    ['a"b c"d', ['ab cd']],
    ['""', ['']],
    ['C:\\Users\\me\\server.js', ['C:\\Users\\me\\server.js']],
    ['say\\"it\\" \\\\', ['say"it"', '\\']],
    ["'\\'", ['\\']],
    ['$HOME `id` *.txt', ['$HOME', '`id`', '*.txt']],
    ['["-y", "two words", ""]', ['-y', 'two words', '']],
  ])('%s are %o', (text, words) => {
    expect(splitWords(text)).toEqual(words);
  });

  it.each(['"open', "it's", '["a"', '[1]', '[["a"]]', '["a\\u0000"]'])('%s cannot be read', (text) => {
    expect(splitWords(text)).toBeNull();
  });
});

describe('an environment', () => {
  it.each([
    ['', []],
    [
      'A=1\r\n\n# B=2\nexport C= three \n',
      [
        ['A', '1'],
        ['C', ' three'],
      ],
    ],
    [
      'A="two words"\nB=\'single\'\nC=a"b"',
      [
        ['A', 'two words'],
        ['B', 'single'],
        ['C', 'a"b"'],
      ],
    ],
    ['A=x=y==', [['A', 'x=y==']]],
    [
      '{"A":"1","b_2":""}',
      [
        ['A', '1'],
        ['b_2', ''],
      ],
    ],
  ])('%j is %j', (text, variables) => {
    expect([...(parseEnvironment(text) ?? [])]).toEqual(variables);
  });

  it.each(['no sign', '1A=2', 'A B=3', '{"A":1}', '{"A-B":"1"}', '{"A"', '{"A":"FAKE\\u0000"}'])(
    '%s cannot be read',
    (text) => {
      expect(parseEnvironment(text)).toBeNull();
    },
  );
});
