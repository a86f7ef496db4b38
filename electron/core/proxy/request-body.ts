import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '../../../shared/errors.ts';
import type { HeaderLine, RequestHead } from '../endpoint/request-head.ts';
import { headerValue } from '../endpoint/request-head.ts';
import { handedOn } from './large-bodies.ts';

/** What kind of body comes, by the head alone; the guards have checked the framing. */
export type BodyKind =
  | { readonly kind: 'none' }
  | { readonly kind: 'sized'; readonly bytes: number }
  | { readonly kind: 'chunked' };

const NONE: BodyKind = { kind: 'none' };
const CHUNKED: BodyKind = { kind: 'chunked' };

export function bodyKind(head: RequestHead): BodyKind {
  if (headerValue(head, 'transfer-encoding') !== undefined) return CHUNKED;
  const bytes = Number(headerValue(head, 'content-length') ?? '0');
  return bytes === 0 ? NONE : { kind: 'sized', bytes };
}

/** Whole, piece by piece, or none. */
export type Body = Buffer | AsyncGenerator<Buffer> | null;

export const isStream = (body: Body): body is AsyncGenerator<Buffer> => body !== null && !Buffer.isBuffer(body);

/** RFC 9110 section 9.3.1: it means nothing, and two servers may disagree on where it ends. */
export function bodyNotTaken(): AppError {
  return new AppError(
    'invalid_input',
    'GET and HEAD are forwarded without a body. Nothing was sent.',
    'Leave the body out, or use POST.',
  );
}

/** Its coding would get lost with its header, and the provider would read garbage. */
export function assertPlainBody(lines: readonly HeaderLine[], passed: ReadonlyMap<string, string>): void {
  const coding = lines.find(({ name }) => name === 'content-encoding')?.value;
  if (coding === undefined || coding === 'identity' || passed.has('content-encoding')) return;
  throw new AppError(
    'invalid_input',
    'A compressed request body is not forwarded. Nothing was sent.',
    'Send it without Content-Encoding.',
  );
}

/** Told as 413 (RFC 9110 section 15.5.14). */
export class BodyTooLarge extends AppError {
  constructor(limit: number) {
    super(
      'invalid_input',
      `The body is larger than ${Math.floor(limit / 1024)} KiB, which is the most that can be sent this way. It was not forwarded.`,
      'Send less at once.',
    );
  }
}

/**
 * Reads a body until more than `limit` bytes are there. `done` is called once: with what was read, as one buffer, and
 * whether that is all of it; or not at all where the client leaves. The rest is for `pieces`.
 */
export function readBeginning(
  request: IncomingMessage,
  limit: number,
  done: (read: Buffer, isWhole: boolean) => void,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const onData = (chunk: Buffer): void => {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes <= limit) return;
    request.off('data', onData);
    request.off('end', onEnd);
    request.pause();
    done(Buffer.concat(chunks, bytes), false);
  };
  const onEnd = (): void => {
    const [only] = chunks;
    done(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, bytes), true);
  };
  request.on('data', onData);
  request.on('end', onEnd);
  request.on('error', ignore); // the answer's "close" tells that the client left
}

function ignore(): void {
  // told elsewhere
}

/**
 * The body piece by piece, asked for as fast as the provider takes it. Leaving it early leaves the connection alone:
 * the answer may still go out on it.
 * @param limit - bytes; 0: none.
 * @param shown - told of each piece before it goes on, for as long as it wants the next one.
 * @param read - what was read of it already.
 */
export async function* pieces(
  request: IncomingMessage,
  limit: number,
  shown: (piece: Buffer) => boolean = () => false,
  read: Buffer | null = null,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  let isWanted = true;
  const counted = (piece: Buffer): Buffer => {
    if (isWanted) isWanted = shown(piece);
    bytes += piece.byteLength;
    handedOn(piece.byteLength);
    if (limit > 0 && bytes > limit) throw new BodyTooLarge(limit);
    return piece;
  };
  if (read !== null) yield counted(read);
  for await (const chunk of request.iterator({ destroyOnReturn: false })) yield counted(chunk as Buffer);
}

/** `Expect: 100-continue` (RFC 9110 section 10.1.1): only now, behind all guards. */
export function askForBody(head: RequestHead, response: ServerResponse): void {
  if (headerValue(head, 'expect') !== undefined) response.writeContinue();
}

/** How long the rest of a body that nobody wants any more is read, so that the answer is not lost in a reset. */
const LINGER_MS = 1000;

/**
 * Ends the answer. While the client still sends, it is heard out for a moment first (RFC 9112 section 9.6).
 * @param after - a timer.
 */
export function endAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  hasBody: boolean,
  after: (ms: number, act: () => void) => () => void,
): void {
  if (!hasBody || request.complete || request.destroyed) {
    response.end();
    return;
  }
  const end = (): void => {
    callOff();
    request.off('end', end);
    response.end();
  };
  const callOff = after(LINGER_MS, end);
  request.once('end', end);
  request.on('error', ignore);
  response.once('close', callOff);
  request.resume();
}
