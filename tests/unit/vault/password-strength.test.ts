import { expect, test } from 'vitest';
import { passwordStrength, suggestPassword } from '../../../electron/core/vault/password-strength.ts';

test.each(['', '      ', '           \t  ', '　　　　　　　　　　　　'])('%j is refused', async (password) => {
  expect(await passwordStrength(password)).toMatchObject({ acceptable: false, score: 0 });
});

test.each([
  'password1234',
  'qwertyuiopasdf',
  'aaaaaaaaaaaaaaaa',
  '123456789012345',
  'Passwort Passwort',
  'keyharbor vault',
  'my password 1234',
])('%j is long enough and still too easy', async (password) => {
  const strength = await passwordStrength(password);
  expect(strength.acceptable).toBe(false);
  expect(strength.suggestion).not.toBe('');
});

test('eleven good characters are too few, twelve are enough', async () => {
  expect(await passwordStrength('x7#Qm!2vR&k')).toMatchObject({ acceptable: false });
  expect(await passwordStrength('x7#Qm!2vR&kP')).toMatchObject({ acceptable: true });
});

test('characters are counted as people count them: an emoji is one', async () => {
  expect((await passwordStrength('🦊🐙🦔🐳🦩🦚')).sentence).toContain('this has 6');
});

test('a phrase passes, is described in a sentence, and needs no special characters', async () => {
  const strength = await passwordStrength('correct horse battery staple 42');
  expect(strength).toMatchObject({ acceptable: true, score: 4 });
  expect(strength.sentence).toMatch(/^Guessing it .*\.$/);
});

test.each([
  'correct horse\nbattery staple 42',
  'correct horse battery staple 42\r',
  'correct\thorse battery staple 42',
])('%j could never be typed, so it is refused', async (password) => {
  expect(await passwordStrength(password)).toMatchObject({
    acceptable: false,
    sentence: expect.stringContaining('line break') as string,
  });
});

test('times are told as people say them', async () => {
  expect((await passwordStrength('correct horse battery staple 42')).sentence).not.toContain('about centuries');
  expect((await passwordStrength('aaaaaaaaaaaaaaaa')).sentence).not.toContain('about less');
});

test('more than 1,024 bytes are refused', async () => {
  expect(await passwordStrength('é'.repeat(513))).toMatchObject({ acceptable: false });
});

test('a suggested phrase is accepted with the best mark and never repeats', async () => {
  const phrases = Array.from({ length: 20 }, suggestPassword);
  expect(new Set(phrases).size).toBe(20);
  for (const phrase of phrases.slice(0, 5)) expect(await passwordStrength(phrase)).toMatchObject({ score: 4 });
});
