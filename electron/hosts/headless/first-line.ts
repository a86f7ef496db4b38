import type { Readable } from 'node:stream';
import { AppError } from '../../../shared/errors.ts';

const NEWLINE = 0x0a;
const MAX_BYTES = 4096;

/**
 * Reads the first line of a stream, without its line end, and wipes the bytes. The text is a string from here on, as the
 * key derivation's caller needs one.
 * @throws AppError `invalid_input` when there is none, or when it is longer than 4 KiB.
 */
export async function readFirstLine(input: Readable): Promise<string> {
  const line = Buffer.alloc(MAX_BYTES);
  let length = 0;
  try {
    for await (const piece of input.iterator({ destroyOnReturn: false })) {
      const bytes = typeof piece === 'string' ? Buffer.from(piece) : (piece as Buffer);
      const end = bytes.indexOf(NEWLINE);
      const wanted = end === -1 ? bytes.length : end;
      if (length + wanted > MAX_BYTES) throw noPassword('it is too long');
      bytes.copy(line, length, 0, wanted);
      length += wanted;
      bytes.fill(0);
      if (end !== -1) break;
    }
    const text = line.toString('utf8', 0, length).replace(/\r$/, '');
    if (text === '') throw noPassword('nothing was given on standard input');
    return text;
  } finally {
    line.fill(0);
  }
}

function noPassword(why: string): AppError {
  return new AppError('invalid_input', `The password was not read: ${why}. Nothing was unlocked.`);
}
