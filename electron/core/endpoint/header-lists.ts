/** Header names, in lower case, that decide something at the endpoint. Data only; each with where it is defined. */

/**
 * What only a browser sends, or only on behalf of a page. `sec-fetch-mode` is not here: Node's own fetch sends it
 * with every request, so official SDKs would be refused.
 */
export const BROWSER_MARKS: ReadonlySet<string> = new Set([
  'origin', // RFC 6454 section 7; "null" too
  'sec-fetch-site', // W3C Fetch Metadata section 2
  'sec-fetch-dest',
  'sec-fetch-user',
  'upgrade', // RFC 9110 section 7.8: WebSocket and h2c
  'cookie', // RFC 6265 section 5.4
  'referer', // RFC 9110 section 10.1.3
]);
/** CORS preflight (WHATWG Fetch section 3.3): -method, -headers, -private-network and what may follow. */
export const BROWSER_MARK_PREFIX = 'access-control-request-';

/** Where a client token may travel: `Authorization` and the headers in which providers' own SDKs send their keys. */
export const TOKEN_HEADERS: ReadonlySet<string> = new Set([
  'authorization', // RFC 9110 section 11.6.2
  'x-api-key', // Anthropic
  'api-key', // Azure OpenAI
  'x-goog-api-key', // Google
  'xi-api-key', // ElevenLabs
  'x-auth-key', // Cloudflare
  'x-auth-user-service-key', // Cloudflare
  'private-token', // GitLab
  'x-vault-token', // HashiCorp Vault
]);

/** The first word in `Authorization`: Bearer (RFC 6750 section 2.1) and what some SDKs write instead. */
export const TOKEN_SCHEMES: ReadonlySet<string> = new Set([
  'bearer',
  'token', // Deepgram, Replicate, GitHub
  'bot', // Discord
]);

/** May appear once only: with two of them, two programs could read one request differently. */
export const SINGLE_HEADERS: ReadonlySet<string> = new Set([
  'host', // RFC 9112 section 3.2
  'content-length', // RFC 9110 section 8.6
  'transfer-encoding', // RFC 9112 section 6.1
  'expect', // RFC 9110 section 10.1.1
  ...TOKEN_HEADERS,
]);

/** On every answer, as name, value, name, value. */
export const SECURITY_HEADERS: readonly string[] = [
  'Cache-Control',
  'no-store', // RFC 9111 section 5.2.2.5
  'X-Content-Type-Options',
  'nosniff', // WHATWG Fetch section 3.6
  'Content-Security-Policy',
  "default-src 'none'; sandbox", // W3C CSP 3
  'Cross-Origin-Resource-Policy',
  'same-origin', // WHATWG Fetch section 3.7
];
