import { MAX_WHOLE_BODY } from './inject.ts';
import type { ProxyAsked } from './call-deps.ts';
import type { CallTap } from './observers.ts';
import { askForBody, type BodyKind, BodyTooLarge, readBeginning } from './request-body.ts';

/** Smaller bodies are read before the request goes out, so that it leaves in one piece. */
const SMALL_BODY = 64 * 1024;
/** Kept where another credential, or a new access token, may have to be tried (SECURITY-DESIGN.md section 7.1). */
const KEPT_BODY = 1024 * 1024;
/** Read where a quota has to be asked for the tokens of a JSON body: what it is about stands at either end of it. */
const WEIGHED_BODY = 4 * 1024 * 1024;

/** Who wants something of a body before it goes out. */
export interface BodyRules {
  /** Of any body; 0: no limit. */
  readonly maxBytes: number;
  /** It is signed, or a key is put into it: it cannot go out piece by piece. */
  readonly needsWhole: boolean;
  /** It may have to be sent again. */
  readonly mayRetry: boolean;
  /** Of one that is not small: a quota that is about the call wants to see what it asks for. */
  readonly isWeighed: boolean;
  /** The client knows already that it may send. */
  readonly isAskedFor: boolean;
  readonly tap: CallTap | null;
}

/** Told once what is to be sent; not at all where the client leaves. */
export interface BodyTaker {
  /** All of it. */
  whole(body: Buffer): void;
  /** It goes on as it comes. @param read - what was read of it already; null: nothing. */
  inPieces(read: Buffer | null): void;
  failed(error: unknown): void;
}

/** It is read whole in any case. */
export function isSmall(kind: BodyKind): boolean {
  return kind.kind === 'sized' && kind.bytes <= SMALL_BODY;
}

/** Reads as much of a body as has to be there before the request goes out. @throws AppError; later by `failed`. */
export function takeBody(
  { head, request, response }: Pick<ProxyAsked, 'head' | 'request' | 'response'>,
  kind: Exclude<BodyKind, { kind: 'none' }>,
  { maxBytes, needsWhole, mayRetry, isWeighed, isAskedFor, tap }: BodyRules,
  taker: BodyTaker,
): void {
  if (kind.kind === 'sized' && maxBytes > 0 && kind.bytes > maxBytes) throw new BodyTooLarge(maxBytes);
  const weighed = isWeighed ? WEIGHED_BODY : 0;
  const kept = mayRetry ? KEPT_BODY : 0;
  const limit = needsWhole ? MAX_WHOLE_BODY : Math.max(SMALL_BODY, tap?.bodyLimit ?? 0, kept, weighed);
  if (kind.kind === 'sized' && kind.bytes > limit && needsWhole) throw new BodyTooLarge(limit);
  if (!isAskedFor) askForBody(head, response);
  const isLong = !needsWhole && (kind.kind === 'chunked' || kind.bytes > limit);
  if (isLong && weighed === 0) {
    taker.inPieces(null);
    return;
  }
  const atMost = isLong && maxBytes > 0 ? Math.min(limit, maxBytes) : limit;
  readBeginning(request, atMost, (read, isWhole) => {
    try {
      if (isWhole) taker.whole(tap?.bodyLimit ? shown(tap, read) : read);
      else if (isLong) taker.inPieces(read);
      else throw new BodyTooLarge(limit);
    } catch (error) {
      taker.failed(error);
    }
  });
}

/** @returns what is sent in its place. @throws AppError where the call must not be made. */
function shown(tap: CallTap, body: Buffer): Buffer {
  if (body.byteLength <= tap.bodyLimit) return tap.requestBody(body) ?? body;
  tap.requestPiece?.(body); // held for another attempt, and longer than what may be changed
  return body;
}
