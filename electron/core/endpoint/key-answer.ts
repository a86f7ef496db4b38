import type { OpenedFields, ResolvedCredential } from '../credentials/types.ts';
import { jsonStringLength, writeJsonString } from './json-bytes.ts';

type Piece = string | Buffer;

/**
 * The body of `GET /v1/keys/{provider}/{label}` as bytes of its own, which the caller wipes when they are sent.
 * Field values go from buffer to buffer; only names and metadata are text.
 */
export function keyAnswer(credential: ResolvedCredential, opened: OpenedFields): Buffer {
  const pieces: Piece[] = [
    `{"provider":${JSON.stringify(credential.provider)},"label":${JSON.stringify(credential.label)}` +
      `,"scope":"${credential.scope}","version":${credential.version},"value":`,
    opened.fields.get(opened.primary) ?? 'null',
    ',"fields":{',
  ];
  let comma = '';
  for (const [name, value] of opened.fields) {
    pieces.push(`${comma}${JSON.stringify(name)}:`, value);
    comma = ',';
  }
  pieces.push('},"env":{');
  comma = '';
  for (const { name, field } of opened.environment) {
    const value = opened.fields.get(field);
    if (value === undefined) continue;
    pieces.push(`${comma}${JSON.stringify(name)}:`, value);
    comma = ',';
  }
  pieces.push(
    `},"expiresAt":${JSON.stringify(credential.expiresAt)},"fingerprint":${JSON.stringify(credential.fingerprint)}}`,
  );
  return joined(pieces);
}

/** Text goes in as it is (ASCII), buffers as JSON strings. */
function joined(pieces: readonly Piece[]): Buffer {
  const lengths = pieces.map((piece) => (typeof piece === 'string' ? piece.length : jsonStringLength(piece)));
  const body = Buffer.allocUnsafeSlow(lengths.reduce((sum, length) => sum + length, 0)); // not of the shared pool: wiped
  let at = 0;
  pieces.forEach((piece, index) => {
    if (typeof piece === 'string') at += body.write(piece, at, 'latin1');
    else at = writeJsonString(body, at, piece, lengths[index] ?? 0);
  });
  return body;
}
