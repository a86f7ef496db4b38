import { randomInt } from 'node:crypto';
import type { ZxcvbnFactory, ZxcvbnResult } from '@zxcvbn-ts/core';
import type { z } from 'zod';
import type * as schemas from '../../../shared/contract/schemas.ts';

export type PasswordStrength = z.output<typeof schemas.passwordStrength>;

const MIN_CODE_POINTS = 12;
const GOOD_CODE_POINTS = 15;
const MAX_BYTES = 1024;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what no form and no prompt takes as a part of one line
const CONTROL = /[\u0000-\u001f\u007f]/;
const ACCEPTED_SCORE = 3;
const USE_A_PHRASE = 'Four or five words that do not belong together are strong and easy to type.';

/** Loaded on first use: the word lists are several megabytes. */
let estimator: Promise<ZxcvbnFactory> | undefined;

function loadEstimator(): Promise<ZxcvbnFactory> {
  estimator ??= Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-en'),
  ]).then(
    ([core, common, english]) =>
      new core.ZxcvbnFactory({
        dictionary: { ...common.dictionary, ...english.dictionary },
        graphs: common.adjacencyGraphs,
        translations: english.translations,
      }),
  );
  return estimator;
}

/**
 * Whether a master password will do (SECURITY-DESIGN.md section 2): 12 characters or more, and in the estimator's upper
 * two classes, which also know the common passwords. No composition rules.
 */
export async function passwordStrength(password: string): Promise<PasswordStrength> {
  const normal = password.normalize('NFKC');
  if (normal.trim() === '') return refused(0, 'Enter a password that is more than spaces.', USE_A_PHRASE);
  if (CONTROL.test(normal)) {
    return refused(0, 'The password holds a line break or another character that no key types.', 'Take it out.');
  }
  if (Buffer.byteLength(normal) > MAX_BYTES) {
    return refused(0, 'The password is longer than 1,024 bytes.', 'Use a shorter one.');
  }
  const { score, feedback, crackTimes } = weakest(await loadEstimator(), normal);
  const length = [...normal].length;
  const advice = feedback.suggestions[0] ?? USE_A_PHRASE;
  if (length < MIN_CODE_POINTS) {
    return refused(
      Math.min(score, 2),
      `At least ${MIN_CODE_POINTS} characters are needed; this has ${length}.`,
      USE_A_PHRASE,
    );
  }
  // A stolen header costs one slow derivation a guess; ten thousand a second is a large attacker.
  const time = about(crackTimes.offlineSlowHashingXPerSecond.display);
  if (score < ACCEPTED_SCORE) {
    const why = feedback.warning === null || feedback.warning === '' ? '' : `${sentence(feedback.warning)} `;
    return refused(score, `Too easy to guess: ${time} from a stolen file. ${why}`.trim(), sentence(advice));
  }
  return {
    score,
    acceptable: true,
    sentence: `Guessing it from a stolen file would take ${time}.`,
    suggestion: length < GOOD_CODE_POINTS ? `${GOOD_CODE_POINTS} characters or more would be better still.` : '',
  };
}

/** Blanks between two common words count as almost nothing: the phrase is looked at without them as well. */
function weakest(estimate: ZxcvbnFactory, password: string): ZxcvbnResult {
  const known = ['keyharbor', 'vault'];
  const whole = estimate.check(password, known);
  const joined = estimate.check(password.replace(/\s+/g, ''), known);
  return joined.guesses < whole.guesses ? joined : whole;
}

/** "about 3 months", but "centuries" and "less than a second". */
function about(time: string): string {
  return /^\d/.test(time) ? `about ${time}` : time;
}

function refused(score: number, text: string, suggestion: string): PasswordStrength {
  return { score, acceptable: false, sentence: text, suggestion };
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

const CONSONANTS = 'bdfgklmnprstvz';
const VOWELS = 'aeiou';
const WORDS = 5;

/**
 * A passphrase that can be said aloud: five made-up words of three syllables and a number, 98 random bits.
 * @returns a string, which cannot be wiped: show it and let it go.
 */
export function suggestPassword(): string {
  const words = Array.from({ length: WORDS }, () => syllable() + syllable() + syllable());
  return `${words.join(' ')} ${randomInt(10, 100)}`;
}

function syllable(): string {
  return CONSONANTS.charAt(randomInt(CONSONANTS.length)) + VOWELS.charAt(randomInt(VOWELS.length));
}
