/** Header names of the proxy, in lower case: data only. Patterns end with "*"; the catalogue adds more per provider. */

/** From the client to the provider (SECURITY-DESIGN.md section 7.1). */
export const REQUEST_HEADERS: readonly string[] = [
  'accept',
  'content-type',
  'user-agent',
  'idempotency-key',
  'range',
  'if-*',
  'x-stainless-*', // SDKs made by Stainless: OpenAI, Anthropic and others
  'x-request-id',
];

/** From the provider to the client. */
export const RESPONSE_HEADERS: readonly string[] = [
  'content-*',
  'request-id',
  'x-request-id',
  'x-correlation-id',
  'x-trace-id',
  'cf-ray',
  'x-amzn-requestid',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'ratelimit',
  'ratelimit-*',
  'x-ratelimit-*',
  'x-rate-limit-*',
  'etag',
  'last-modified',
  'cache-control',
  'link',
  // how the answer may be asked for again and kept: without them a client that keeps answers would keep the wrong ones
  'accept-ranges',
  'vary',
  'age',
  'expires',
  'date', // when the provider said it; without it Node writes its own
  'allow', // belongs to 405 (RFC 9110 section 15.5.6)
  'deprecation', // RFC 9745
  'sunset', // RFC 8594
];

/** Never passed on, in either direction, whatever a list says. */
export const NEVER_FORWARDED: ReadonlySet<string> = new Set([
  // hop-by-hop: RFC 9110 section 7.6.1
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  // who is asked, and how the message is framed: written anew
  'host',
  'expect',
  'content-length',
  'accept-encoding',
  // where the client is, and what only browsers send
  'forwarded',
  'via',
  'referer',
  'origin',
  'cookie',
  'cookie2',
  'x-real-ip',
  'true-client-ip',
  'x-client-ip',
  'x-original-url',
  'x-rewrite-url',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  // from the provider: what would make a browser or an SDK go elsewhere or remember
  'set-cookie',
  'set-cookie2',
  'location',
  'content-location',
  'refresh',
  'alt-svc',
  'www-authenticate',
  'proxy-authenticate',
  'strict-transport-security',
  'clear-site-data',
  'content-security-policy',
  'content-security-policy-report-only',
]);

export const NEVER_PREFIXES: readonly string[] = ['x-forwarded-', 'sec-', 'proxy-', 'access-control-'];

/**
 * A name that by itself says "credential". Names that the catalogue lists in full pass though they look like one
 * (`github-authentication-token-expiration`).
 */
export const CREDENTIAL_NAME =
  /(?:^|[-_])(?:authorization|authentication|auth|token|secret|password|passwd|cookie|credentials?|signature|api-?key|apikey|(?:access|private|service|subscription|auth|secret)-?key|key)(?:$|[-_])/;
