import { expect, test } from 'vitest';
import { nearest } from '../../../shared/nearest.ts';

test.each([
  ['abc', 'ab', 'a letter too many'],
  ['ab', 'abc', 'a letter left out'],
  ['cat', 'cot', 'another letter'],
  ['shwo', 'show', 'two neighbours swapped'],
  ['hsow', 'show', 'the first two swapped'],
])('one edit is near, however short the word: %s, %s', (word, meant) => {
  expect(nearest(word, [meant])).toBe(meant);
});

test.each([
  ['ab', 'bc'],
  ['ab', 'ca'],
  ['ab', 'xy'],
  ['abcd', 'badc'],
  ['list', 'listed'],
  ['lists', 'li'],
])('%s is further from %s than one edit, or two in five letters', (word, known) => {
  expect(nearest(word, [known])).toBeNull();
});

test('two edits in five letters are near, three in seven are not', () => {
  expect(nearest('abcde', ['abxye'])).toBe('abxye');
  expect(nearest('abcdefg', ['abxyefg'])).toBe('abxyefg');
  expect(nearest('abcdefg', ['abxyzfg'])).toBeNull();
});

test('of several the nearest is meant, and the first of those that are equally near', () => {
  expect(nearest('abcde', ['abxye', 'abcdx', 'abcdz'])).toBe('abcdx');
});

test('with nothing to choose from there is nothing near, and nothing is looked for with more than 40 letters', () => {
  expect(nearest('a', [])).toBeNull();
  expect(nearest('a'.repeat(40), ['a'.repeat(40)])).not.toBeNull();
  expect(nearest('a'.repeat(41), ['a'.repeat(41)])).toBeNull();
});
