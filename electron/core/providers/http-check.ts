import { AppError } from '../../../shared/errors.ts';
import type { AuthKindDescriptor, CheckDescriptor, ProviderDescriptor } from '../../../shared/provider.ts';
import type { Clock } from '../seams.ts';
import { joinPath } from './base-url.ts';
import { fillTemplate, templateFields } from './catalogue.ts';
import { exchange, type OutgoingRequest } from './http-exchange.ts';
import { interpret, type Verdict } from './interpret.ts';

export interface CheckSubject {
  readonly provider: ProviderDescriptor;
  readonly authKind: AuthKindDescriptor;
  readonly check: CheckDescriptor;
  /** The credential's own base URL, or the catalogue's. */
  readonly baseUrl: string;
  readonly local: boolean;
  /** All filled-in fields as text. */
  readonly fields: ReadonlyMap<string, string>;
}

/** Builds the request of a check from data alone: the catalogue's templates and the fields. */
export function buildCheckRequest(subject: CheckSubject, userAgent: string): OutgoingRequest {
  const { authKind, check, fields } = subject;
  const value = (name: string) => fields.get(name) ?? authKind.fields.find((each) => each.name === name)?.default;
  // A path that the owner chose is joined as it is; elsewhere a field fills one segment or one query value.
  const chosen = check.path.startsWith('{');
  const encoded = (name: string) => encodeURIComponent(value(name) ?? '');
  const url = joinPath(subject.baseUrl, fillTemplate(check.path, chosen ? value : encoded));
  const headers = new Map<string, string>([
    ['accept', 'application/json'],
    ['accept-encoding', 'identity'],
    ['user-agent', userAgent],
  ]);
  for (const [name, text] of Object.entries(check.headers)) headers.set(name.toLowerCase(), text);
  if (check.body !== undefined) headers.set('content-type', 'application/json');
  for (const placement of authKind.send) {
    switch (placement.where) {
      case 'header':
      case 'query': {
        const filled = templateFields(placement.value).every((name) => value(name) !== undefined);
        if (placement.optional && !filled) break;
        const name = fillTemplate(placement.name, value);
        const text = fillTemplate(placement.value, value);
        if (placement.where === 'header') headers.set(name.toLowerCase(), text);
        else url.searchParams.set(name, text);
        break;
      }
      case 'path':
        url.pathname = `${fillTemplate(placement.prefix, value)}${url.pathname}`;
        break;
      case 'body':
      case 'url':
        throw new AppError('unsupported', 'This kind of credential cannot be tested yet. Nothing was sent.');
      case 'basic': {
        const pair = `${fillTemplate(placement.user, value)}:${fillTemplate(placement.password, value)}`;
        headers.set('authorization', `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`);
        break;
      }
    }
  }
  return { method: check.method, url, headers, body: check.body === undefined ? null : JSON.stringify(check.body) };
}

/** Runs one check. Rejects only with the reason of `signal`. */
export async function runHttpCheck(
  subject: CheckSubject,
  options: { readonly clock: Clock; readonly signal: AbortSignal; readonly userAgent: string },
): Promise<Verdict> {
  const request = buildCheckRequest(subject, options.userAgent);
  const secrets = subject.authKind.fields
    .filter((field) => field.secret)
    .flatMap((field) => subject.fields.get(field.name) ?? []);
  const outcome = await exchange(request, {
    policy: subject.local ? 'local' : 'public',
    clock: options.clock,
    signal: options.signal,
  });
  return interpret(subject.provider, subject.check, outcome, secrets);
}
