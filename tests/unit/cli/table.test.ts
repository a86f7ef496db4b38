import { expect, test } from 'vitest';
import { fittingTable, pairs, table } from '../../../cli/table.ts';

/** The one row that is under the heading, by its columns. */
const row = (cells: readonly string[], columns: number, narrow = {}) =>
  fittingTable(
    cells.map(() => 'X'),
    [cells],
    columns,
    narrow,
  )
    .text.split('\n')[1]
    ?.split(/ {2,}/);

const WORDS = 'one two three four five';
const NAME = 'insufficient_permissions'; // 24 letters: the longest that counts as a word

test('the widest free text is cut first, and none of it further than to 8 columns', () => {
  expect(row(['k', WORDS, 'seven of them'], 40)).toEqual(['k', 'one two three four f..', 'seven of them']);
  expect(row(['k', 'seven of them', WORDS], 40)).toEqual(['k', 'seven of them', 'one two three four f..']);
  expect(row(['k', WORDS, 'seven of them'], 30)).toEqual(['k', 'one two th..', 'seven of them']);
  expect(row(['k', WORDS, 'seven of them'], 5)).toEqual(['k', 'one tw..', 'seven ..']);
});

test('single words are cut after free text, and not further than to 8 columns either', () => {
  expect(row(['k', WORDS, NAME], 37)).toEqual(['k', 'one tw..', NAME]);
  expect(row(['k', WORDS, NAME], 36)).toEqual(['k', 'one tw..', `${NAME.slice(0, 21)}..`]);
  expect(row(['k', WORDS, NAME], 5)).toEqual(['k', 'one tw..', 'insuff..']);
});

test('a word of more than 24 letters is cut like free text', () => {
  expect(row(['k', `${NAME}x`, WORDS], 45)).toEqual(['k', `${NAME.slice(0, 18)}..`, 'one two three four..']);
  expect(row(['k', NAME, WORDS], 45)).toEqual(['k', NAME, 'one two three ..']);
});

test('a column with a figure and with other text that holds digits is free text; with plain words it is one of figures', () => {
  const shown = (other: string) =>
    table(
      ['A', 'B'],
      [
        ['k', '$1,234,567.000001'],
        ['l', other],
      ],
      12,
    );
  expect(shown('unknown')).toContain('$1,234,567.000001');
  expect(shown('2 of 3 keys at most')).toContain('$1,234,..');
});

test('of a name with a path two fifths of the room are its beginning', () => {
  const name = 'kh://abcdefghijklmnopqrstuvwxyz/production';
  expect(row([name], 27, { ends: [0] })).toEqual(['kh://abcde..wxyz/production']);
});

test('pairs are aligned by the longest name that has a value', () => {
  expect(
    pairs([
      ['Name', 'a'],
      ['Longer', 'b…'],
      ['By far the longest', null],
      ['Without', ''],
    ]),
  ).toBe('Name:   a\nLonger: b...\n');
});
