import type { ValidationResult } from '../../../../shared/provider/answer.ts';
import type { HttpCheckDescriptor } from '../../../../shared/provider/check.ts';
import type { ProviderDescriptor } from '../../../../shared/provider/descriptor.ts';
import type { Exchange } from './http-exchange.ts';
import type { TlsProblem } from '../../net/unreachable.ts';
import type { NoAnswer } from '../../net/way-out.ts';
import { tlsWords } from '../tls-words.ts';

type Rule = ProviderDescriptor['interpret'][number];
type Answer = Extract<Exchange, { kind: 'answer' }>;
/** A check, or a question about the account. */
type Asked = Pick<HttpCheckDescriptor, 'id' | 'facts'>;

export interface Fact {
  readonly label: string;
  readonly value: string;
}

/** What a check found, in words for people. Holds nothing that the server could have echoed. */
export interface Verdict {
  readonly result: ValidationResult;
  readonly latencyMs: number | null;
  readonly detail: string;
  readonly hint: string;
  readonly facts: readonly Fact[];
}

const MAX_FACT = 200;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The value at a dotted path: numbers index arrays, the empty path is the body itself; undefined where it leads nowhere. */
export function jsonAt(value: unknown, path: string): unknown {
  let at: unknown = value;
  for (const name of path === '' ? [] : path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}

/** A number, or a number sent as text. */
function numberAt(value: unknown, path: string): number | null {
  const found = jsonAt(value, path);
  if (typeof found === 'number') return found;
  return typeof found === 'string' && /^-?\d+(?:\.\d+)?$/.test(found) ? Number(found) : null;
}

function statusMatches(wanted: NonNullable<Rule['when']['status']>, status: number): boolean {
  return wanted.some((each) => each === status || each === `${Math.floor(status / 100)}xx`);
}

function headerMatches(wanted: NonNullable<Rule['when']['header']>, answer: Answer): boolean {
  const value = answer.headers.get(wanted.name.toLowerCase());
  if (value === undefined) return false;
  if (wanted.equals !== undefined && value !== wanted.equals) return false;
  return wanted.contains === undefined || value.toLowerCase().includes(wanted.contains.toLowerCase());
}

function jsonMatches(wanted: NonNullable<Rule['when']['json']>, json: unknown): boolean {
  const value = jsonAt(json, wanted.path);
  if (wanted.exists !== undefined && (value !== undefined) !== wanted.exists) return false;
  if (wanted.equals !== undefined && value !== wanted.equals) return false;
  if (wanted.oneOf !== undefined && !wanted.oneOf.some((each) => each === value)) return false;
  if (!numberMatches(wanted, json)) return false;
  if (wanted.contains === undefined) return true;
  return typeof value === 'string' && value.toLowerCase().includes(wanted.contains.toLowerCase());
}

function numberMatches(wanted: NonNullable<Rule['when']['json']>, json: unknown): boolean {
  const { atMost, atLeast, atLeastPath } = wanted;
  if (atMost === undefined && atLeast === undefined && atLeastPath === undefined) return true;
  const value = numberAt(json, wanted.path);
  if (value === null) return false;
  if (atMost !== undefined && value > atMost) return false;
  if (atLeast !== undefined && value < atLeast) return false;
  if (atLeastPath === undefined) return true;
  const other = numberAt(json, atLeastPath);
  return other !== null && value >= other;
}

function ruleMatches(rule: Rule, checkId: string, answer: Answer, json: unknown): boolean {
  const { status, header, json: member, text } = rule.when;
  return (
    (rule.checks === undefined || rule.checks.includes(checkId)) &&
    (status === undefined || statusMatches(status, answer.status)) &&
    (header === undefined || headerMatches(header, answer)) &&
    (member === undefined || jsonMatches(member, json)) &&
    (text === undefined || answer.text.toLowerCase().includes(text.toLowerCase()))
  );
}

/** Where the catalogue has no more exact rule; the "defaults" of the provider facts. */
function defaultResult(answer: Answer): ValidationResult {
  const { status } = answer;
  if (status >= 200 && status < 300) return 'valid';
  if (status === 401) return 'invalid_key';
  if (status === 402) return 'quota_exceeded';
  if (status === 403) return 'insufficient_permission';
  if (status === 429) return /quota|billing|credit/i.test(answer.text) ? 'quota_exceeded' : 'rate_limited';
  return 'provider_unavailable';
}

function defaultWords(name: string, result: ValidationResult, status: number): { detail: string; hint: string } {
  switch (result) {
    case 'valid':
      return { detail: `${name} accepts this key.`, hint: '' };
    case 'invalid_key':
      return {
        detail: `${name} does not accept this key.`,
        hint: 'Make a new key at the provider and put it in here.',
      };
    case 'expired':
      return { detail: `${name} says that this key has expired.`, hint: 'Make a new key at the provider.' };
    case 'insufficient_permission':
      return { detail: `${name} refuses this request.`, hint: 'The key may lack a permission; look at its scopes.' };
    case 'quota_exceeded':
      return {
        detail: `${name} says that there is no credit or quota left.`,
        hint: 'Look at billing at the provider.',
      };
    case 'rate_limited':
      return { detail: `${name} answers too many requests for now.`, hint: 'Try again in a few minutes.' };
    case 'timeout':
      return { detail: `${name} did not answer within 10 seconds.`, hint: 'Try again later.' };
    case 'invalid_format':
      return { detail: 'This value is not a key of this provider.', hint: 'Put the right key in.' };
    case 'provider_unavailable':
      return unavailableWords(name, status);
  }
}

function unavailableWords(name: string, status: number): { detail: string; hint: string } {
  switch (status) {
    case 404:
    case 405:
    case 410:
      return {
        detail: 'What answers here does not know this request. This says nothing about the key.',
        hint: 'Check the base URL and its path; the provider may also have moved its API.',
      };
    case 407: // RFC 9110 section 15.5.8
    case 511: // RFC 6585 section 6
      return {
        detail: 'The network wants a sign-in before it lets anything through. This says nothing about the key.',
        hint: 'Sign in to the network, or set the outbound proxy that it needs, then test again.',
      };
    default: {
      const what = status >= 500 || status === 408 ? 'has a problem' : 'answered something unexpected';
      return { detail: `${name} ${what}. This says nothing about the key.`, hint: 'Try again later.' };
    }
  }
}

/** A short machine word such as "invalid_api_key"; never free text, which could echo the key. */
function errorWord(json: unknown, secrets: readonly string[]): string | null {
  for (const path of ['error.code', 'error.type', 'code', 'error']) {
    const value = jsonAt(json, path);
    if (typeof value !== 'string' || !/^[a-z][a-z_]{2,47}$/.test(value)) continue;
    if (!secrets.some((secret) => secret.includes(value) || value.includes(secret))) return value;
  }
  return null;
}

/** Seconds, or a date (RFC 9110 section 10.2.3), which is counted from the answer's own clock where it tells one. */
function retryHint({ headers }: Answer): string | null {
  const said = headers.get('retry-after') ?? '';
  const sinceMs = Date.parse(headers.get('date') ?? '');
  const seconds = /^\d+$/.test(said) ? Number(said) : Math.ceil((Date.parse(said) - sinceMs) / 1000);
  return seconds > 0 && seconds <= 86_400 ? `Try again in ${seconds} s.` : null;
}

function factText(fact: HttpCheckDescriptor['facts'][number], answer: Answer, json: unknown): string | null {
  const { from } = fact;
  const found = 'header' in from ? answer.headers.get(from.header.toLowerCase()) : jsonAt(json, from.json);
  if (fact.as === 'list' && Array.isArray(found)) return found.filter((each) => typeof each === 'string').join(', ');
  if (typeof found === 'boolean') return found ? 'yes' : 'no';
  if (typeof found !== 'string' && typeof found !== 'number') return null;
  const number = 'header' in from ? Number(found) : numberAt(json, from.json);
  const less = 'json' in from && from.minus !== undefined ? numberAt(json, from.minus) : 0;
  if (number === null || less === null || Number.isNaN(number)) return String(found);
  switch (fact.as) {
    case 'usd':
      return `$${(number - less).toFixed(2)}`;
    case 'cents':
      return `$${((number - less) / 100).toFixed(2)}`;
    case 'negated_cents':
      return `$${((less - number) / 100).toFixed(2)}`;
    case 'time':
      return typeof found === 'number' || /^\d+$/.test(found) ? new Date(number * 1000).toISOString() : found;
    case 'count':
      return String(number - less);
    case 'text':
    case 'list':
      return String(found);
  }
}

/** What the provider said for free. Control characters are taken out and secrets are covered. */
function factsOf(check: Asked, answer: Answer, json: unknown, secrets: readonly string[]): Fact[] {
  return check.facts.flatMap((fact) => {
    let shown = (factText(fact, answer, json) ?? '').replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '').trim();
    for (const secret of secrets) if (secret !== '') shown = shown.replaceAll(secret, '••••');
    return shown === '' ? [] : [{ label: fact.label, value: shown.slice(0, MAX_FACT) }];
  });
}

const UNREACHABLE: Readonly<
  Record<Exclude<NoAnswer, 'certificate'>, { readonly detail: string; readonly hint: string }>
> = {
  address: {
    detail: 'The host leads to an address where this key must not go. Nothing was sent.',
    hint: 'A private or loopback server needs “local” set with its exact address.',
  },
  name: {
    detail: 'There is no host of this name. Nothing was sent.',
    hint: 'Check the base URL for a typing error, and the network connection.',
  },
  offline: {
    detail: 'This computer has no way to the network now. Nothing was sent.',
    hint: 'Check the network connection, then test again.',
  },
  refused: {
    detail: 'Nothing answers at this address.',
    hint: 'Check that the server runs and that the port is right.',
  },
  'outbound-proxy': {
    detail: 'The outbound proxy of the settings is not there, or lets nothing through to this host.',
    hint: 'Look at Settings, Endpoint.',
  },
  broken: { detail: 'The connection broke before an answer came.', hint: 'Try again later.' },
};

function unreachableWords(why: NoAnswer, tls: TlsProblem | undefined) {
  return why === 'certificate' ? tlsWords(tls, 'key') : UNREACHABLE[why];
}

/** An edge or a captive portal answers with a page; that says nothing about the key. */
function isForeignPage(answer: Answer): boolean {
  const html = answer.headers.get('content-type')?.toLowerCase().startsWith('text/html') ?? false;
  return html && (answer.status === 403 || answer.status === 503);
}

function ruleFor(provider: ProviderDescriptor, checkId: string, answer: Answer): Rule | undefined {
  const json = parseJson(answer.text);
  return provider.interpret.find((each) => ruleMatches(each, checkId, answer, json));
}

/** Whether nothing but the status speaks for the key: a path that is open to all has the same. */
export function isJudgedByStatus(provider: ProviderDescriptor, checkId: string, answer: Answer): boolean {
  const when = ruleFor(provider, checkId, answer)?.when;
  return when === undefined || (when.json === undefined && when.text === undefined && when.header === undefined);
}

/**
 * Turns what came of a check into one of the nine results: the catalogue's rules first, then the defaults.
 * @param secrets - the secret fields that were sent; none of them gets into the verdict.
 */
export function interpret(
  provider: ProviderDescriptor,
  check: Asked,
  outcome: Exchange,
  secrets: readonly string[],
): Verdict {
  if (outcome.kind === 'timeout') {
    return { result: 'timeout', latencyMs: outcome.latencyMs, facts: [], ...defaultWords(provider.name, 'timeout', 0) };
  }
  if (outcome.kind === 'unreachable') {
    return {
      result: 'provider_unavailable',
      latencyMs: null,
      facts: [],
      ...unreachableWords(outcome.why, outcome.tls),
    };
  }
  const { status, latencyMs } = outcome;
  if (status >= 300 && status < 400) {
    return {
      result: 'provider_unavailable',
      latencyMs,
      detail: `${provider.name} sent this request elsewhere (${status}). Redirects are not followed with a key.`,
      hint: 'Check the base URL.',
      facts: [],
    };
  }
  if (isForeignPage(outcome)) {
    return {
      result: 'provider_unavailable',
      latencyMs,
      detail: `A web page answered (${status}) instead of the API. This says nothing about the key.`,
      hint: 'A firewall or a network sign-in page may stand between.',
      facts: [],
    };
  }
  const json = parseJson(outcome.text);
  const rule = ruleFor(provider, check.id, outcome);
  const result = rule?.result ?? defaultResult(outcome);
  const words = defaultWords(provider.name, result, status);
  const word = result === 'valid' ? null : errorWord(json, secrets);
  const said = result === 'valid' ? '' : ` (${status}${word === null ? '' : `, ${word}`})`;
  const hint = rule?.hint ?? words.hint;
  return {
    result,
    latencyMs,
    detail: (rule?.detail ?? words.detail).replace(/\.(?= |$)/, `${said}.`),
    hint: result === 'rate_limited' ? (retryHint(outcome) ?? hint) : hint,
    facts: factsOf(check, outcome, json, secrets),
  };
}
