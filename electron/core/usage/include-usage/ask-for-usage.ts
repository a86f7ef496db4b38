import { isJsonType } from '../json-type.ts';
import { endsInPath } from '../path-end.ts';
import { isLiteral, jsonMembers } from './json-members.ts';

/** A larger body is sent as it came; its answer is metered if the client asked for usage itself. */
export const MAX_ASKING_BODY_BYTES = 4 * 1024 * 1024;

const CHAT = 'chat/completions';
const OPTIONS = 'stream_options';
const ASKING = '{"include_usage":true}';

/** Whether a request is one whose answer tells its usage only when asked: a chat completion of an OpenAI-like API. */
export function mayAskForUsage(method: string, path: string, contentType: string | null): boolean {
  return method === 'POST' && endsInPath(path, CHAT) && isJsonType(contentType);
}

/**
 * Asks for usage on behalf of the client: sets `stream_options.include_usage` in the body of a chat completion that
 * streams (OpenAI API reference, create chat completion). Every other byte stays.
 * @returns the new body, or null where there is nothing to add: it does not stream, the client asks itself, it is no JSON
 * object or larger than 4 MiB. Only after a body from here does the answer go through `UsageRemover`.
 */
export function askForUsage(body: Buffer): Buffer | null {
  if (body.byteLength > MAX_ASKING_BODY_BYTES || !mayStream(body)) return null;
  const members = jsonMembers(body);
  const last = members?.at(-1);
  if (members === null || last === undefined) return null;
  const stream = members.findLast(({ name }) => name === 'stream');
  if (stream === undefined || !isLiteral(body, stream, 'true')) return null;
  const options = members.filter(({ name }) => name === OPTIONS);
  if (options.length > 1) return null;
  const [option] = options;
  if (option === undefined) return spliced(body, last.valueTo, last.valueTo, `,"${OPTIONS}":${ASKING}`);
  if (isLiteral(body, option, 'null')) return spliced(body, option.valueFrom, option.valueTo, ASKING);
  const inner = jsonMembers(body, option.valueFrom, option.valueTo);
  if (inner === null) return null;
  const asked = inner.filter(({ name }) => name === 'include_usage');
  if (asked.length > 1) return null;
  const [include] = asked;
  if (include !== undefined) {
    return isLiteral(body, include, 'true') ? null : spliced(body, include.valueFrom, include.valueTo, 'true');
  }
  const end = inner.at(-1)?.valueTo;
  return end === undefined
    ? spliced(body, option.valueFrom, option.valueTo, ASKING)
    : spliced(body, end, end, ',"include_usage":true');
}

/** Most do not, which a search tells in a fraction of the time that reading takes. */
const mayStream = (body: Buffer): boolean =>
  body.byteLength <= SHORT_BYTES ? mayStreamShort(body) : body.includes(STREAM);

/** To begin a native search takes as long as to look through so many bytes here. */
const SHORT_BYTES = 512;
const QUOTE = 0x22;
const LETTER_M = 0x6d;

/** The same. One byte of two is looked at: of `"stream"` that is the `m` or the quote behind it. */
function mayStreamShort(body: Buffer): boolean {
  for (let at = 1; at < body.length - 1; at += 2) {
    const byte = body[at];
    if (byte === QUOTE) {
      if (body[at - 1] === LETTER_M && isStreamUpTo(body, at)) return true;
    } else if (byte === LETTER_M) {
      if (body[at + 1] === QUOTE && isStreamUpTo(body, at + 1)) return true;
    }
  }
  return false;
}

const isStreamUpTo = (body: Buffer, last: number): boolean =>
  body.subarray(Math.max(0, last + 1 - STREAM.byteLength), last + 1).equals(STREAM);

/** As bytes: a text would be encoded for each search. */
const STREAM = Buffer.from('"stream"');

function spliced(body: Buffer, from: number, to: number, text: string): Buffer {
  return Buffer.concat([body.subarray(0, from), Buffer.from(text), body.subarray(to)]);
}
