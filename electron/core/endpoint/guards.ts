import { BROWSER_MARK_PREFIX, BROWSER_MARKS, SINGLE_HEADERS } from './header-lists.ts';
import { headerValue, type RequestHead } from './request-head.ts';

/**
 * The checks that stand before the token (SECURITY-DESIGN.md section 7). Each is a pure function; `refuse` runs them
 * in the order of that section. What Node's parser refuses by itself (bare CR or LF, NUL, obs-fold, two
 * Content-Lengths) never gets here; what it lets through is checked here again.
 */
export const MAX_HEADER_BYTES = 16 * 1024;
export const MAX_HEADERS = 100;
export const MAX_TARGET_BYTES = 8 * 1024;
export const MAX_BODY_BYTES = 1024 * 1024;
/** Bodies below it are streamed, with idle limits only. */
const PROXY_PREFIX = '/proxy/';

export type RefusalStatus = 400 | 403 | 405 | 413 | 414 | 417 | 421 | 431 | 505;
/** null: go on. */
export type Verdict = RefusalStatus | null;

const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/; // RFC 9110 section 5.6.2, in lower case
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/; // RFC 9110 section 5.5: no CR, LF, NUL or other control
const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);
export const ALLOWED_METHODS = 'GET, POST, PUT, PATCH, DELETE';
const BODILESS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

const isProxy = (head: RequestHead): boolean => head.target.startsWith(PROXY_PREFIX);

/** HTTP version, sizes, and everything on which two parsers could disagree. */
export function refuseFraming(head: RequestHead): Verdict {
  if (head.httpVersion !== '1.1') return 505;
  if (head.headers.length > MAX_HEADERS) return 431;
  if (head.target.length > MAX_TARGET_BYTES) return 414;
  const seen = new Set<string>();
  let bytes = 0;
  for (const { name, value } of head.headers) {
    bytes += name.length + value.length;
    if (!HEADER_NAME.test(name) || !HEADER_VALUE.test(value)) return 400;
    if (!SINGLE_HEADERS.has(name)) continue;
    if (seen.has(name)) return 400;
    seen.add(name);
  }
  if (bytes > MAX_HEADER_BYTES) return 431;
  return refuseBody(head, seen);
}

function refuseBody(head: RequestHead, seen: ReadonlySet<string>): Verdict {
  if (seen.has('expect') && headerValue(head, 'expect')?.toLowerCase() !== '100-continue') return 417;
  const chunked = seen.has('transfer-encoding');
  if (chunked && seen.has('content-length')) return 400;
  if (chunked && headerValue(head, 'transfer-encoding') !== 'chunked') return 400;
  const length = seen.has('content-length') ? (headerValue(head, 'content-length') ?? '') : '0';
  if (!/^[0-9]{1,15}$/.test(length)) return 400;
  if (isProxy(head)) return null;
  if (Number(length) > MAX_BODY_BYTES) return 413;
  // RFC 9110 section 9.3.1: a body here means nothing to us and is a known way to smuggle a second request.
  return BODILESS.has(head.method) && (chunked || Number(length) > 0) ? 400 : null;
}

/** Origin-form only (RFC 9112 section 3.2.1), in visible ASCII, without backslash or fragment. */
export function refuseTarget(head: RequestHead): Verdict {
  return /^\/[\x21\x22\x24-\x5b\x5d-\x7e]*$/.test(head.target) ? null : 400;
}

export function refuseMethod(head: RequestHead): Verdict {
  if (METHODS.has(head.method)) return null;
  return head.method === 'HEAD' && isProxy(head) ? null : 405;
}

/** Exactly one Host, and exactly one of ours: a page on a rebound DNS name brings its own. */
export function refuseHost(head: RequestHead, hosts: ReadonlySet<string>): Verdict {
  let found = 0;
  for (const { name, value } of head.headers) {
    if (name !== 'host') continue;
    found += 1;
    if (!hosts.has(value)) return 421;
  }
  return found === 1 ? null : 421;
}

export function refuseBrowser(head: RequestHead): Verdict {
  for (const { name } of head.headers) {
    if (BROWSER_MARKS.has(name) || name.startsWith(BROWSER_MARK_PREFIX)) return 403;
  }
  return null;
}

/** All of the above, in order. @param hosts what `Host` may say on this listener. */
export function refuse(head: RequestHead, hosts: ReadonlySet<string>): Verdict {
  return (
    refuseFraming(head) ?? refuseTarget(head) ?? refuseMethod(head) ?? refuseHost(head, hosts) ?? refuseBrowser(head)
  );
}
