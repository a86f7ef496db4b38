import { AppError } from '../../../shared/errors.ts';
import type { OpenedFields } from '../credentials/types.ts';
import { type Base, baseOf } from '../providers/base-url.ts';
import { signAwsRequest } from '../providers/http/aws-signature.ts';
import type { OutgoingRequest } from '../providers/http/http-exchange.ts';
import {
  type BodyMember,
  type FieldValue,
  placeCredential,
  signingOf,
  webhookUrl,
} from '../providers/http/placements.ts';
import { isHeaderName, isPathSegment, isSendableSecret } from '../providers/sendable.ts';
import { type Place, placeOf, urlBelow } from './places.ts';
import type { Upstream } from './upstream.ts';

/** A request as it goes to the provider, with the credential in it. Lives no longer than its sending. */
export interface Injected {
  readonly place: Place;
  readonly headers: Map<string, string>;
  readonly members: readonly BodyMember[];
  /** What must not come back: the secret fields, and what was made of them. */
  readonly secrets: readonly string[];
}

/** "Bearer x": visible ASCII with single spaces between (SECURITY-DESIGN.md section 7.1). */
const SENT_VALUE = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/;

const BASIC = 'Basic ';

function unsendable(upstream: Upstream): AppError {
  return new AppError(
    'invalid_key_format',
    `The stored ${upstream.provider.name} credential holds characters that cannot be sent. Nothing was sent.`,
    'Put the right value in; a line break at its end is the usual cause.',
  );
}

/** @throws AppError `invalid_key_format` where a secret that goes into the request is not sendable as it is. */
function assertSendable(upstream: Upstream, value: FieldValue): void {
  for (const { name, inPath } of upstream.sentFields) {
    const text = value(name);
    if (text === undefined || text === '') continue; // optional; a required one was asked for when it was put in
    if (!(inPath ? isPathSegment(text) : isSendableSecret(text))) throw unsendable(upstream);
  }
}

/**
 * The last step before sending: puts the credential in, over whatever the client sent in its place.
 * @param path - as `checkedPath` gave it. @param headers - those of the client that go on; they are added to.
 * @throws AppError `security_violation` where path or webhook lead elsewhere, `invalid_key_format`.
 */
export function inject(
  upstream: Upstream,
  opened: OpenedFields,
  path: string,
  query: string,
  headers: Map<string, string>,
): Injected {
  const { kind } = upstream;
  const texts = new Map<string, string>();
  const value: FieldValue = (name) => {
    let text = texts.get(name);
    if (text !== undefined) return text;
    text = opened.fields.get(name)?.toString('utf8') ?? kind.fields.find((field) => field.name === name)?.default;
    if (text !== undefined) texts.set(name, text);
    return text;
  };
  assertSendable(upstream, value);
  const secrets: string[] = [];
  for (const field of kind.fields) {
    const text = field.secret ? value(field.name) : undefined;
    if (text !== undefined) secrets.push(text);
  }
  const base = upstream.isWebhook ? webhookBase(upstream, value) : upstream.base;
  if (upstream.isWebhook) secrets.push(base.prefix);
  const placed = new Map<string, string>();
  let place: Place;
  let members: readonly BodyMember[];
  if (upstream.isWebhook || upstream.changesAddress) {
    const url = urlBelow(base, path, query);
    const { origin, pathname } = url;
    members = placeCredential(kind, value, { url, headers: placed });
    // Placing may only have added in front of the path: the host stands, and so does what was asked for.
    if (url.origin !== origin || !url.pathname.endsWith(pathname) || url.username !== '' || url.hash !== '') {
      throw new AppError('security_violation', 'The credential would change where the request goes. Nothing was sent.');
    }
    place = placeOf(url);
  } else {
    place = upstream.places.of(path, query);
    members = placeCredential(kind, value, { url: place.url, headers: placed });
  }
  for (const [name, text] of placed) {
    if (!isHeaderName(name) || !SENT_VALUE.test(text)) throw unsendable(upstream);
    if (text.startsWith(BASIC)) secrets.push(text.slice(BASIC.length));
    headers.set(name, text);
  }
  return { place, headers, members, secrets };
}

/** @throws AppError `security_violation` where the value is no webhook address of this provider. */
function webhookBase({ kind, base, isOwnBaseUrl, provider }: Upstream, value: FieldValue): Base {
  const url = webhookUrl(kind, value, { url: base.href, isOwn: isOwnBaseUrl });
  if (url !== null && url.search === '') return baseOf(url.href);
  throw new AppError(
    'security_violation',
    `This is not the address of a ${provider.name} webhook. Nothing was sent.`,
    'Put the right address in.',
  );
}

/** Bodies that are read as a whole: those that are signed, or that a key is put into. */
export const MAX_WHOLE_BODY = 1024 * 1024;

/**
 * The same JSON object with the members in it; numbers keep every digit.
 * @throws AppError `invalid_input` where the body is no JSON object.
 */
export function withMembers(body: Buffer | null, members: readonly BodyMember[]): Buffer {
  const parsed = parseObject(body);
  for (const { name, value } of members) parsed[name] = value;
  return Buffer.from(JSON.stringify(parsed), 'utf8');
}

/** ECMAScript 2026, JSON.parse source text access; TypeScript's library does not have it yet. */
interface SourceJson {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): unknown;
}

function parseObject(body: Buffer | null): Record<string, unknown> {
  let parsed: unknown = null;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body ?? new Uint8Array());
    const json = JSON as unknown as SourceJson;
    parsed = json.parse(text, (_key, value, { source }) =>
      typeof value === 'number' && source !== undefined ? json.rawJSON(source) : value,
    );
  } catch {
    // said below: the text of the parser's error could repeat the body
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Record<string, unknown>;
  throw new AppError(
    'invalid_input',
    'This provider takes its key inside a JSON object, and the body is none. Nothing was sent.',
    'Send a POST with a JSON object as its body.',
  );
}

/** Signs a request of a kind that signs; the keys stay here. @param nowMs - UTC epoch milliseconds. */
export async function signed(
  upstream: Upstream,
  opened: OpenedFields,
  request: Pick<OutgoingRequest, 'method' | 'url' | 'headers'> & { readonly body: Buffer | null },
  nowMs: number,
): Promise<ReadonlyMap<string, string>> {
  const value: FieldValue = (name) =>
    opened.fields.get(name)?.toString('utf8') ?? upstream.kind.fields.find((field) => field.name === name)?.default;
  const signing = signingOf(upstream.kind, value);
  if (signing === null) throw new Error('this kind does not sign');
  const body = request.body === null ? null : new Uint8Array(request.body);
  const { headers } = await signAwsRequest({ ...request, body }, signing.keys, signing.scope, nowMs);
  return headers;
}
