import { AppError } from '../../../shared/errors.ts';

const MAX_DEPTH = 32;
const RESERVED = new Set(['__proto__', 'constructor', 'prototype']);
/** Control and direction-changing characters: what is shown would not be what is there. */
const UNSEEN = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/u;

function refuse(what: string): never {
  throw new AppError('invalid_input', `This file is not accepted: ${what}. Nothing was changed.`, 'Correct the file.');
}

/**
 * JSON from outside (SECURITY-DESIGN.md section 10): no member twice, none with a name that means something to
 * JavaScript, no unseen characters, nothing nested more than 32 deep.
 * @throws AppError `invalid_input`, which repeats nothing of the text.
 */
export function parseStrictJson(text: string): unknown {
  const open: (Set<string> | null)[] = [];
  const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]]/gs;
  for (const { 0: token, index } of text.matchAll(tokens)) {
    if (token === '{' || token === '[') {
      open.push(token === '{' ? new Set() : null);
      if (open.length > MAX_DEPTH) refuse('it is nested too deeply');
    } else if (token === '}' || token === ']') {
      open.pop();
    } else {
      const value = stringOf(token);
      if (UNSEEN.test(value)) refuse('a text in it holds control characters');
      const names = open.at(-1);
      if (!names || !isName(text, index + token.length)) continue;
      if (RESERVED.has(value)) refuse('a member of it has a reserved name');
      if (names.has(value)) refuse('a member of it is there twice');
      names.add(value);
    }
  }
  try {
    return JSON.parse(text);
  } catch {
    return refuse('it is not JSON');
  }
}

function isName(text: string, end: number): boolean {
  const colon = /\s*:/y;
  colon.lastIndex = end;
  return colon.test(text);
}

function stringOf(token: string): string {
  try {
    return JSON.parse(token) as string;
  } catch {
    return refuse('it is not JSON');
  }
}
