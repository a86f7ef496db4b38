import { TOKEN_HEADERS } from '../endpoint/header-lists.ts';
import type { HeaderLine } from '../endpoint/request-head.ts';
import { CREDENTIAL_NAME, NEVER_FORWARDED, NEVER_PREFIXES, REQUEST_HEADERS, RESPONSE_HEADERS } from './header-rules.ts';

const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/; // RFC 9110 section 5.6.2, in lower case
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/; // section 5.5: no CR, LF, NUL
const CLIENT_TOKEN = /kh_(?:live|test)_/;
/** What a provider could read in two ways where it stands twice. */
const ONCE = new Set(['content-type', 'user-agent', 'idempotency-key', 'range', 'x-request-id']);

/** Names that may pass: the answer for each name is found once. */
export class HeaderFilter {
  readonly #names: ReadonlySet<string>;
  readonly #starts: readonly string[];
  readonly #decided = new Map<string, boolean>();

  /** @param patterns - names, or starts of names with "*" at the end, in lower case. */
  constructor(patterns: readonly string[]) {
    this.#names = new Set(patterns.filter((pattern) => !pattern.endsWith('*')));
    this.#starts = patterns.filter((pattern) => pattern.endsWith('*')).map((pattern) => pattern.slice(0, -1));
  }

  /** The same, and these names besides. What is never forwarded is not, by any list. */
  and(names: readonly string[]): HeaderFilter {
    return names.length === 0
      ? this
      : new HeaderFilter([...this.#names, ...this.#starts.map((start) => `${start}*`), ...names]);
  }

  passes(name: string): boolean {
    const known = this.#decided.get(name);
    if (known !== undefined) return known;
    const decision = this.#decide(name);
    if (this.#decided.size < MAX_DECIDED) this.#decided.set(name, decision);
    return decision;
  }

  #decide(name: string): boolean {
    if (!NAME.test(name) || NEVER_FORWARDED.has(name) || TOKEN_HEADERS.has(name)) return false;
    if (NEVER_PREFIXES.some((start) => name.startsWith(start))) return false;
    if (this.#names.has(name)) return true;
    return this.#starts.some((start) => name.startsWith(start)) && !CREDENTIAL_NAME.test(name);
  }
}

/** Clients choose names freely; a flood of them must not fill the memory. */
const MAX_DECIDED = 512;

export interface HeaderFilters {
  readonly request: HeaderFilter;
  readonly response: HeaderFilter;
}

export function headerFilters(more: {
  readonly requestHeaders: readonly string[];
  readonly responseHeaders: readonly string[];
}): HeaderFilters {
  return {
    request: new HeaderFilter([...REQUEST_HEADERS, ...more.requestHeaders]),
    response: new HeaderFilter([...RESPONSE_HEADERS, ...more.responseHeaders]),
  };
}

/** What the client calls hop-by-hop by naming it in `Connection` (RFC 9110 section 7.6.1). */
function namedInConnection(lines: readonly HeaderLine[]): ReadonlySet<string> | null {
  let named: Set<string> | null = null;
  for (const { name, value } of lines) {
    if (name !== 'connection') continue;
    const lower = value.toLowerCase();
    if (lower === 'keep-alive' || lower === 'close') continue;
    named ??= new Set();
    for (const each of lower.split(',')) named.add(each.trim());
  }
  return named;
}

/**
 * The client's headers that go on, in lower case; repeated ones joined as RFC 9110 section 5.3 says, or the first where
 * two cannot be joined. A value that holds a client token stays here.
 */
export function forwardedRequestHeaders(lines: readonly HeaderLine[], filter: HeaderFilter): Map<string, string> {
  const named = namedInConnection(lines);
  const headers = new Map<string, string>();
  for (const { name, value } of lines) {
    if (!filter.passes(name) || named?.has(name) === true) continue;
    if (!VALUE.test(value) || CLIENT_TOKEN.test(value)) continue;
    const before = headers.get(name);
    if (before === undefined) headers.set(name, value);
    else if (!ONCE.has(name)) headers.set(name, `${before}, ${value}`);
  }
  return headers;
}

/** As undici gives them: names in lower case. */
export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

/**
 * The provider's headers that go on, as name, value, name, value. The length of the body is not among them.
 * @param holdsSecret - whether a value holds the credential: then it stays here.
 */
export function forwardedAnswerHeaders(
  headers: AnswerHeaders,
  filter: HeaderFilter,
  holdsSecret: (value: string) => boolean,
): string[] {
  const { connection } = headers;
  const named =
    connection === undefined
      ? null
      : namedInConnection([connection].flat().map((value) => ({ name: 'connection', value })));
  const passed: string[] = [];
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || !filter.passes(name) || named?.has(name) === true) continue;
    if (typeof value === 'string') {
      if (VALUE.test(value) && !holdsSecret(value)) passed.push(name, value);
      continue;
    }
    for (const each of value) if (VALUE.test(each) && !holdsSecret(each)) passed.push(name, each);
  }
  return passed;
}
