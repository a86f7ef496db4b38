import type { OpenedFields, ResolvedCredential } from '../credentials/types.ts';
import { jsonBytes, objectPieces } from './key-bytes.ts';

/**
 * The body of `GET /v1/keys/{provider}/{label}` as bytes of its own, which the caller wipes when they are sent.
 * Field values go from buffer to buffer; only names and metadata are text, all of it ASCII.
 */
export function keyAnswer(credential: ResolvedCredential, opened: OpenedFields): Buffer {
  const variables = opened.environment.flatMap(({ name, field }): [string, Buffer][] => {
    const value = opened.fields.get(field);
    return value === undefined ? [] : [[name, value]];
  });
  return jsonBytes([
    `{"provider":${JSON.stringify(credential.provider)},"label":${JSON.stringify(credential.label)}` +
      `,"scope":"${credential.scope}","version":${credential.version},"value":`,
    opened.fields.get(opened.primary) ?? 'null',
    ',"fields":',
    ...objectPieces(opened.fields),
    ',"env":',
    ...objectPieces(variables),
    `,"expiresAt":${JSON.stringify(credential.expiresAt)},"fingerprint":${JSON.stringify(credential.fingerprint)}}`,
  ]);
}
