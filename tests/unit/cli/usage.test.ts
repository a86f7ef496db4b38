import { expect, test } from 'vitest';
import { csv } from '../../../shared/csv.ts';
import { dollars } from '../../../cli/money.ts';

test.each([
  [0, '$0.00'],
  [1, '$0.000001'],
  [150, '$0.00015'],
  [1_200_000, '$1.20'],
  [12_345_678_901, '$12345.678901'],
])('%i micro-USD are %s', (microUsd, shown) => expect(dollars(microUsd)).toBe(shown));

test('no cell of a CSV starts a formula, breaks its row or loses a quote', () => {
  const cells = [
    '=1+1',
    '+1',
    '-1',
    '@A1',
    '\t=1',
    '\r=1',
    '\n=1',
    ' =1',
    '\u3000＝1',
    '－1',
    'a=1',
    'say "hi", you',
    'a\nb',
    '',
    'plain-model',
  ];
  const text = csv(
    ['key'],
    cells.map((cell) => [cell]),
  );
  expect(text).toBe(
    [
      '"key"',
      '"\'=1+1"',
      '"\'+1"',
      '"\'-1"',
      '"\'@A1"',
      '"\'\t=1"',
      '"\'\r=1"',
      '"\'\n=1"',
      '"\' =1"',
      '"\'\u3000＝1"',
      '"\'－1"',
      '"a=1"',
      '"say ""hi"", you"',
      '"a\nb"',
      '""',
      '"plain-model"',
      '',
    ].join('\r\n'),
  );
  expect(csv(['a', 'b'], [[-5, null]])).toBe('"a","b"\r\n"-5",""\r\n');
});
