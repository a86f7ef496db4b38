import { jsonStringLength, writeJsonString } from './json-bytes.ts';

/** Text as it is (JSON already, ASCII), or bytes that become a JSON string. */
export type JsonPiece = string | Buffer;

/** A JSON text as bytes of its own, which the caller wipes; field values go from buffer to buffer. */
export function jsonBytes(pieces: readonly JsonPiece[]): Buffer {
  const lengths = pieces.map((piece) => (typeof piece === 'string' ? piece.length : jsonStringLength(piece)));
  const body = Buffer.allocUnsafeSlow(lengths.reduce((sum, length) => sum + length, 0)); // not of the shared pool: wiped
  let at = 0;
  pieces.forEach((piece, index) => {
    if (typeof piece === 'string') at += body.write(piece, at, 'latin1');
    else at = writeJsonString(body, at, piece, lengths[index] ?? 0);
  });
  return body;
}

/** `{"name":value,…}` of the opened fields. */
export function objectPieces(members: Iterable<readonly [string, Buffer]>): JsonPiece[] {
  const pieces: JsonPiece[] = ['{'];
  let comma = '';
  for (const [name, value] of members) {
    pieces.push(`${comma}${JSON.stringify(name)}:`, value);
    comma = ',';
  }
  pieces.push('}');
  return pieces;
}
