import { shortName } from './tally.ts';

/** Answers begin with what they are, and most name their model in so many bytes. */
const BEGINNING = 256;
const OBJECT = 0x7b;
const LIST = 0x5b;
const QUOTE = 0x22;
const COLON = 0x3a;
const SPACE = 0x20;
const NAME = Buffer.from('"model"');
const LETTER_M = 0x6d;
/** Bytes that the name of a model may have. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) => (shortName(String.fromCharCode(byte)) === null ? 0 : 1));
const LONGEST = 128;

/**
 * Whether an answer in JSON names its model by a member of its own, before any object or list in it: who reads it finds it
 * there. False also where that stands further behind.
 */
export function namesModel(answer: Buffer): boolean {
  if (answer[0] !== OBJECT) return false;
  const end = Math.min(answer.byteLength, BEGINNING);
  for (let at = 1; at < end; at += 1) {
    const byte = answer[at];
    if (byte === OBJECT || byte === LIST) return false;
    // Within a text a quote has a backslash before it, so no text ends this name.
    if (byte === QUOTE && answer[at + 1] === LETTER_M && isAt(answer, at)) return isName(answer, at + NAME.byteLength);
  }
  return false;
}

function isAt(answer: Buffer, at: number): boolean {
  for (let n = 2; n < NAME.byteLength; n += 1) if (answer[at + n] !== NAME[n]) return false;
  return true;
}

/** Whether a colon and a plain name stand there. */
function isName(answer: Buffer, at: number): boolean {
  const colon = pastSpaces(answer, at);
  const quote = pastSpaces(answer, colon + 1);
  if (answer[colon] !== COLON || answer[quote] !== QUOTE) return false;
  const from = quote + 1;
  let to = from;
  while (to - from < LONGEST && PLAIN[answer[to] ?? 0] === 1) to += 1;
  return to > from && answer[to] === QUOTE;
}

function pastSpaces(answer: Buffer, at: number): number {
  let next = at;
  while (answer[next] === SPACE) next += 1;
  return next;
}
