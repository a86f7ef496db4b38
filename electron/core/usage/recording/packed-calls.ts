import type { EndedCall } from '../ended-call.ts';

/**
 * Ended calls as one flat list of plain values: what takes the least to hand to another thread. A small body goes as
 * text with one character for each byte, which is copied a tenth as dearly as a typed array.
 */
export type PackedCalls = readonly Packed[];
type Packed = string | number | null | EndedCall['result'];

export function pack(call: EndedCall, into: Packed[]): void {
  const { answer, body, requestBody } = call;
  into.push(
    call.startedAtMs,
    call.requestId,
    call.clientId,
    call.clientName,
    call.project,
    call.credentialId,
    call.credentialVersion,
    call.label,
    call.provider,
    call.kind,
    call.unit,
    call.method,
    call.path,
    call.outcome,
    call.status,
    call.latencyMs,
    call.firstByteMs,
    call.retryOf,
    call.requestModel,
    requestBody === null ? null : requestBody.toString('latin1'),
    answer === null ? null : answer.status,
    answer === null ? null : answer.contentType,
    answer === null ? null : answer.usage,
    body === null ? null : body.toString('latin1'),
    call.result,
  );
}
const FIELDS = 25;

/** Of what `pack` made: both are of one program, so nothing is checked again. */
export function unpack(packed: PackedCalls): EndedCall[] {
  const calls: EndedCall[] = [];
  for (let at = 0; at < packed.length; at += FIELDS) calls.push(unpackOne(packed.slice(at, at + FIELDS)));
  return calls;
}

function unpackOne(fields: PackedCalls): EndedCall {
  const [startedAtMs, requestId, clientId, clientName, project, credentialId, credentialVersion, label] = fields;
  const [provider, kind, unit, method, path, outcome, status, latencyMs, firstByteMs, retryOf] = fields.slice(8);
  const [requestModel, requestBody, answerStatus, contentType, usage, body, result] = fields.slice(18);
  return {
    ...{ startedAtMs, requestId, clientId, clientName, project, credentialId, credentialVersion, label },
    ...{ provider, kind, unit, method, path, outcome, status, latencyMs, firstByteMs, retryOf, requestModel },
    requestBody: bytes(requestBody),
    answer: answerStatus === null ? null : { status: answerStatus, contentType, usage },
    body: bytes(body),
    result,
  } as EndedCall;
}

function bytes(text: Packed | undefined): Buffer | null {
  return typeof text === 'string' ? Buffer.from(text, 'latin1') : null;
}
