import { expect, test } from 'vitest';
import { bar, knowsBlocks, withBars } from '../../../cli/bars.ts';
import { filterFrom, rangeFrom } from '../../../cli/usage-options.ts';
import { OUTCOMES } from '../../../electron/core/usage/dimensions.ts';
import { OUTCOME_WORDS } from '../../../shared/usage.ts';

const LINES = ['DAY  COST', '1    $9', '2    $1', '3    $0', 'SUM  $10'];
const VALUES = [null, 9, 1, 0, null];

test('the longest bar fills what is left of the line, and what is not nothing shows something', () => {
  expect(withBars(LINES, VALUES, 29, false)).toEqual([
    'DAY  COST',
    `1    $9    ${'#'.repeat(18)}`,
    '2    $1    ##',
    '3    $0',
    'SUM  $10',
  ]);
  expect(bar(0.0001, 10, true)).toBe('▏');
  expect(bar(0.55, 10, true)).toBe('█████▌');
});

test('a narrow terminal, or nothing to show, leaves the table as it is', () => {
  expect(withBars(LINES, VALUES, 18, false)).toEqual(LINES);
  expect(withBars(LINES, [null, 0, 0, 0, null], 100, true)).toEqual(LINES);
});

test('blocks are drawn only where the terminal knows them', () => {
  if (process.platform === 'win32') return expect(knowsBlocks({}, true)).toBe(true);
  expect(knowsBlocks({ LANG: 'de_DE.UTF-8' }, true)).toBe(true);
  expect(knowsBlocks({ LANG: 'de_DE.UTF-8' }, false)).toBe(false);
  expect(knowsBlocks({ LC_ALL: 'C', LANG: 'de_DE.UTF-8' }, true)).toBe(false);
});

test('a key is named as reports name it; words for times go through as they are', () => {
  expect(filterFrom({ credential: ['kh://openai', 'kh://openai/work', 'groq/home'], model: ['m'] })).toEqual({
    filter: { credential: ['openai/default', 'openai/work', 'groq/home'], model: ['m'] },
  });
  const none = { credential: [''], client: [''], project: [''] };
  expect(filterFrom(none)).toEqual({ filter: none }); // calls of which none is known
  expect(filterFrom({})).toEqual({});
  expect(rangeFrom({ from: '7d', to: 'yesterday' })).toEqual({ from: '7d', to: 'yesterday' });
  expect(() => rangeFrom({ from: '0d' })).toThrow(expect.objectContaining({ code: 'invalid_input' }));
});

test('the outcomes that can be asked for are those that are kept', () => expect(OUTCOME_WORDS).toEqual(OUTCOMES));
