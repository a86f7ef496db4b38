import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import { AppError } from '../../../shared/errors.ts';
import { parseStrictJson } from '../providers/strict-json.ts';
import type { Clock } from '../seams.ts';
import { MAX_BODY_BYTES } from './guards.ts';

/** A whole small body; the idle limit of the server alone would let one drip for days. */
const WHOLE_BODY_MS = 30_000;
const JSON_TYPE = /^application\/json(?:\s*;\s*charset="?utf-8"?)?$/i;

/**
 * Reads and checks the JSON body of a request: its type, at most 1 MiB, UTF-8, no member twice, and what the schema says.
 * @throws AppError `invalid_input`, which repeats nothing of it; `unauthorized` where the client left.
 */
export async function readJsonBody(
  request: IncomingMessage,
  response: ServerResponse,
  schema: z.ZodType,
  clock: Pick<Clock, 'after'>,
): Promise<unknown> {
  if (!JSON_TYPE.test(request.headers['content-type'] ?? '') || request.headers['content-encoding'] !== undefined) {
    throw refused('This path takes a JSON body.', 'Send it with "Content-Type: application/json", uncompressed.');
  }
  // The guards let it through, so now it may come (RFC 9110 section 10.1.1).
  if (request.headers.expect !== undefined) response.writeContinue();
  const given = schema.safeParse(parsed(await wholeBody(request, clock)));
  if (given.success) return given.data;
  const [issue] = given.error.issues;
  const where = issue?.path.filter((part) => typeof part === 'string').join('.') ?? '';
  throw refused(
    where === '' ? 'The body does not have the members that this path takes.' : `The member "${where}" does not fit.`,
    'GET /openapi.json shows what each path takes.',
  );
}

function wholeBody(request: IncomingMessage, clock: Pick<Clock, 'after'>): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const late = clock.after(WHOLE_BODY_MS, () => request.destroy());
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
      else {
        request.pause();
        late();
        reject(refused('The body is larger than 1 MiB.', 'Send less at once.'));
      }
    });
    request.on('end', () => {
      late();
      resolve(Buffer.concat(chunks));
    });
    request.on('close', () => {
      late();
      reject(new AppError('unauthorized', 'The request was called off.')); // nobody reads it any more
    });
    request.on('error', () => undefined); // `close` follows
  });
}

function parsed(body: Buffer): unknown {
  try {
    return parseStrictJson(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    throw refused(
      'The body is not JSON as this path takes it.',
      'One value in UTF-8, no member twice, no control characters in its texts.',
    );
  }
}

function refused(what: string, hint: string): AppError {
  return new AppError('invalid_input', `${what} Nothing was changed.`, hint);
}
