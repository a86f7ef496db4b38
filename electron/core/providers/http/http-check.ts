import type { AuthKindDescriptor } from '../../../../shared/provider/auth-kind.ts';
import type { HttpCheckDescriptor } from '../../../../shared/provider/check.ts';
import type { ProviderDescriptor } from '../../../../shared/provider/descriptor.ts';
import type { WayOut } from '../../net/way-out.ts';
import type { Clock } from '../../seams.ts';
import { signAwsRequest } from './aws-signature.ts';
import { joinPath } from '../base-url.ts';
import { fillTemplate, templateFields } from '../catalogue.ts';
import { CHECK_TIMEOUT_MS, exchange, MAX_LIST_BYTES, type OutgoingRequest } from './http-exchange.ts';
import { interpret, isJudgedByStatus, type Verdict } from './interpret.ts';
import { type FieldValue, placeCredential, signingOf, webhookUrl } from './placements.ts';

export interface CheckSubject {
  readonly provider: ProviderDescriptor;
  readonly authKind: AuthKindDescriptor;
  readonly check: HttpCheckDescriptor;
  /** The credential's own base URL, or the catalogue's. */
  readonly baseUrl: string;
  /** `baseUrl` is the owner's own, not one of the catalogue's. */
  readonly ownBaseUrl: boolean;
  readonly local: boolean;
  /** All filled-in fields as text. */
  readonly fields: ReadonlyMap<string, string>;
}

/** A webhook address that cannot be one of this provider's: it is not called. */
export class ForeignWebhook extends Error {}

/** The same JSON with the fields filled in; braces that name no field of the kind are text. */
function filledBody(body: unknown, kind: AuthKindDescriptor, value: FieldValue): unknown {
  if (typeof body === 'string') {
    return body.replace(/\{([a-z][a-z0-9_]*)\}/g, (whole, name: string) =>
      kind.fields.some((field) => field.name === name) ? (value(name) ?? '') : whole,
    );
  }
  if (Array.isArray(body)) return body.map((each) => filledBody(each, kind, value));
  if (typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(Object.entries(body).map(([name, each]) => [name, filledBody(each, kind, value)]));
}

/**
 * Builds the request of a check from data alone: the catalogue's templates and the fields.
 * @param bare - the same without the credential. @throws ForeignWebhook
 */
export function buildCheckRequest(subject: CheckSubject, userAgent: string, bare = false): OutgoingRequest {
  const { authKind, check, fields } = subject;
  const value: FieldValue = (name) => fields.get(name) ?? authKind.fields.find((each) => each.name === name)?.default;
  const webhook = authKind.send.find((placement) => placement.where === 'url');
  // A path that the owner chose is joined as it is; elsewhere a field fills one segment or one query value.
  const chosen = check.path.startsWith('{');
  const encoded = (name: string) => encodeURIComponent(value(name) ?? '');
  const url =
    webhook === undefined
      ? joinPath(subject.baseUrl, fillTemplate(check.path, chosen ? value : encoded))
      : webhookUrl(authKind, value, { url: subject.baseUrl, isOwn: subject.ownBaseUrl });
  if (url === null) throw new ForeignWebhook('not called');
  const headers = new Map<string, string>([
    ['accept', 'application/json'],
    ['accept-encoding', 'identity'],
    ['user-agent', userAgent],
  ]);
  for (const [name, text] of Object.entries(check.headers)) headers.set(name.toLowerCase(), text);
  let body = check.body === undefined ? undefined : filledBody(check.body, authKind, value);
  for (const { name, value: text } of bare ? [] : placeCredential(authKind, value, { url, headers })) {
    body = { ...(typeof body === 'object' ? body : {}), [name]: text };
  }
  if (check.form !== undefined) {
    const form = Object.entries(check.form).map(([name, text]) => [name, fillTemplate(text, value)] as const);
    headers.set('content-type', 'application/x-www-form-urlencoded');
    return { method: check.method, url, headers, body: new URLSearchParams(Object.fromEntries(form)).toString() };
  }
  if (body !== undefined) headers.set('content-type', 'application/json');
  return { method: check.method, url, headers, body: body === undefined ? null : JSON.stringify(body) };
}

/** Puts a signature on requests of kinds that sign; others stay as they are. */
async function signed({ authKind, fields }: CheckSubject, request: OutgoingRequest, nowMs: number) {
  const value: FieldValue = (name) => fields.get(name) ?? authKind.fields.find((each) => each.name === name)?.default;
  const signing = signingOf(authKind, value);
  return signing === null ? request : signAwsRequest(request, signing.keys, signing.scope, nowMs);
}

/** Runs one check. Rejects only with the reason of `signal`. */
export async function runHttpCheck(
  subject: CheckSubject,
  options: { readonly clock: Clock; readonly signal: AbortSignal; readonly userAgent: string; readonly way: WayOut },
): Promise<Verdict> {
  let request: OutgoingRequest;
  try {
    request = await signed(subject, buildCheckRequest(subject, options.userAgent), options.clock.now());
  } catch (error) {
    if (error instanceof ForeignWebhook) return foreignWebhook(subject);
    throw error;
  }
  const secrets = subject.authKind.fields
    .filter((field) => field.secret)
    .flatMap((field) => subject.fields.get(field.name) ?? []);
  const asking = {
    policy: subject.local ? ('local' as const) : ('public' as const),
    way: options.way,
    clock: options.clock,
    maxGoodBytes: MAX_LIST_BYTES,
  };
  const outcome = await exchange(request, { ...asking, signal: options.signal });
  const { provider, check, authKind } = subject;
  const verdict = interpret(provider, check, outcome, secrets);
  if (verdict.result !== 'valid' || outcome.kind !== 'answer') return verdict;
  if (authKind.send.length === 0) return { ...verdict, detail: `${provider.name} answers. No credential was sent.` };
  if (!isJudgedByStatus(provider, check.id, outcome) || !canBeBare(subject)) return verdict;
  // What is left of the 10 s; a server that is too slow for that leaves it open.
  const over = new AbortController();
  const callOff = options.clock.after(CHECK_TIMEOUT_MS - outcome.latencyMs, () => over.abort());
  try {
    const bare = buildCheckRequest(subject, options.userAgent, true);
    const without = await exchange(bare, { ...asking, signal: AbortSignal.any([options.signal, over.signal]) });
    return interpret(provider, check, without, []).result === 'valid'
      ? { ...verdict, ...openToAll(provider) }
      : verdict;
  } catch {
    options.signal.throwIfAborted();
    return verdict;
  } finally {
    callOff();
  }
}

/** Whether the same can be asked without the credential: nothing of it stands in the path, and asking changes nothing. */
function canBeBare({ authKind, check }: CheckSubject): boolean {
  const isSecret = (name: string) => authKind.fields.some((field) => field.name === name && field.secret);
  const inUrl = authKind.send.some(({ where }) => where === 'url' || where === 'path');
  return check.method !== 'POST' && check.costMicroUsd === 0 && !inUrl && !templateFields(check.path).some(isSecret);
}

function openToAll({ name }: ProviderDescriptor) {
  return {
    detail: `${name} answers here with or without a key: this test says nothing about the key.`,
    hint: 'Choose a path to test that refuses requests without a key.',
  };
}

function foreignWebhook({ provider, authKind, ownBaseUrl }: CheckSubject): Verdict {
  const prefixes = authKind.send.flatMap((each) => (each.where === 'url' ? each.prefixes : []));
  return {
    result: 'invalid_format',
    latencyMs: null,
    detail: `This is not the address of a ${provider.name} webhook. Nothing was sent.`,
    hint: ownBaseUrl ? 'It has to begin with the base URL.' : `It begins with ${prefixes.join(' or ')}.`,
    facts: [],
  };
}
