import { modelInPath } from '../usage/meter/request-model.ts';

/** What a JSON request says about its size, found without reading all of it: this is asked for each call. */
export interface SaidInBody {
  /** Names that may be the model's, the likeliest first. */
  readonly models: readonly string[];
  /** Output tokens that it allows, of all answers it asks for; null: it says nothing. */
  readonly output: number | null;
}

/** Where the short members stand, as a rule: near one of the ends. */
const NEAR = 2048;
/** Members that look alike are worth no more looks. */
const MAX_LOOKS = 32;

/**
 * A member is found by the end of its name: a quotation mark within a text stands behind a backslash, so no text holds it,
 * and an underscore is rare enough to be looked for in a long body.
 */
interface Member {
  readonly end: Buffer;
  /** From where the name may begin, in bytes before its end. */
  readonly name: number;
  readonly pattern: RegExp;
}
const LONGEST = 240;
const MODEL: Member = { end: Buffer.from('model"'), name: 1, pattern: /"model"\s*:\s*"([^"\\]{1,200})"/ };
const ALLOWED: Member = {
  end: Buffer.from('_tokens"'),
  name: 15,
  pattern: /"(?:max_tokens|max_completion_tokens|max_output_tokens)"\s*:\s*([0-9]{1,9})\b/,
};
const ALLOWED_BY_GEMINI: Member = {
  end: Buffer.from('OutputTokens"'),
  name: 4,
  pattern: /"maxOutputTokens"\s*:\s*([0-9]{1,9})\b/,
};
/** Several answers to one question, each as long as is allowed. */
const ANSWERS: Member = { end: Buffer.from('"n"'), name: 0, pattern: /"n"\s*:\s*([0-9]{1,3})\b/ };
const ANSWERS_OF_GEMINI: Member = {
  end: Buffer.from('candidateCount"'),
  name: 1,
  pattern: /"candidateCount"\s*:\s*([0-9]{1,3})\b/,
};

/** @param path - below the base URL. What only looks like a member makes the answer too large, no more. */
export function saidInBody(path: string, body: Buffer): SaidInBody {
  const isGemini = path.includes(':');
  const named = modelInPath(path);
  const models = named === null ? foundAnywhere(body, MODEL) : [named];
  const allowed = largest([...found(body, ALLOWED), ...(isGemini ? found(body, ALLOWED_BY_GEMINI) : [])]);
  if (allowed === null) return { models, output: null };
  const mayAskForMore = isGemini || path.endsWith('completions');
  const answers = mayAskForMore ? largest(nearEnds(body, isGemini ? ANSWERS_OF_GEMINI : ANSWERS)) : null;
  return { models, output: allowed * Math.max(1, answers ?? 1) };
}

const largest = (figures: readonly string[]): number | null =>
  figures.length === 0 ? null : Math.max(...figures.map(Number));

function foundAnywhere(body: Buffer, member: Member): string[] {
  const near = nearEnds(body, member);
  return near.length > 0 || body.byteLength <= 2 * NEAR ? near : found(body, member);
}

function nearEnds(body: Buffer, member: Member): string[] {
  if (body.byteLength <= 2 * NEAR) return found(body, member);
  return [...found(body.subarray(0, NEAR), member), ...found(body.subarray(-NEAR), member)];
}

function found(part: Buffer, { end, name, pattern }: Member): string[] {
  const values: string[] = [];
  let at = part.indexOf(end);
  for (let looks = 0; at >= 0 && looks < MAX_LOOKS; looks += 1) {
    const from = Math.max(0, at - name);
    const value = pattern.exec(part.toString('latin1', from, from + LONGEST))?.[1];
    if (value !== undefined) values.push(value);
    at = part.indexOf(end, at + end.byteLength);
  }
  return values;
}

const SMALL = 32 * 1024;
const BLOCK = 4096;
const SAMPLE = 48;
/** Pictures and files in a body are counted at so little of their length: they take few tokens. */
const FILES_OVER = 64;
const isBase64 = new Uint8Array(256);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=') {
  isBase64[character.charCodeAt(0)] = 1;
}

/** Bytes of a body that are text, and a little for what is a file in base64. */
export function textBytes(body: Buffer): number {
  if (body.byteLength <= SMALL) return body.byteLength;
  let counted = body.byteLength;
  for (let at = 0; at + BLOCK <= body.byteLength; at += BLOCK) {
    let n = 0;
    while (n < SAMPLE && isBase64[body[at + n] as number] === 1) n += 1;
    if (n === SAMPLE) counted -= BLOCK - BLOCK / FILES_OVER;
  }
  return counted;
}
