import { Metrics } from './registry.ts';

/**
 * All figures of `GET /metrics`, in one place: docs/endpoint.md lists them, and a test holds it to that. Providers and
 * fixed words are the only labels.
 */
export function createAppMetrics() {
  const registry = new Metrics();
  return {
    registry,
    /** How long a key took from the parsed request to its answer, waits for access tokens included. */
    keyRead: registry.histogram(
      'keyharbor_key_retrieval_seconds',
      'Time from the request for a key to its answer, by outcome.',
      ['outcome'],
    ),
    /** `reason`: no-token, bad-token, slowed, locked. */
    authFailures: registry.counter(
      'keyharbor_auth_failures_total',
      'Requests without a client behind them, by reason.',
      ['reason'],
    ),
    /** `reason`: browser, host, request, token-in-url, several-tokens. */
    refused: registry.counter('keyharbor_refused_requests_total', 'Requests refused before the token was looked at.', [
      'reason',
    ]),
    /** `reason`: grant, rate, in-flight. */
    denied: registry.counter('keyharbor_denied_requests_total', 'Requests of known clients that were not served.', [
      'reason',
    ]),
    decryptionFailures: registry.counter(
      'keyharbor_decryption_failures_total',
      'Credentials that could not be opened: damaged or moved.',
    ),
    /** For the proxy. `outcome`: CallOutcome of proxy/observers.ts. */
    proxied: registry.counter('keyharbor_proxied_requests_total', 'Requests that the proxy forwarded, by outcome.', [
      'provider',
      'outcome',
    ]),
    /** For the proxy's cache of GET answers. `result`: hit, miss, stale. */
    responseCache: registry.counter(
      'keyharbor_response_cache_total',
      'Answers looked up in the response cache, by result.',
      ['provider', 'result'],
    ),
    /** For quotas, set at each scrape: 1 is all of it. */
    quotaUse: registry.gauge('keyharbor_quota_use_ratio', 'Used part of each quota.', ['provider', 'what', 'period']),
    /** `database`: vault (every write), usage (each batch of calls). */
    databaseTime: registry.histogram('keyharbor_database_seconds', 'Time of database transactions, by database.', [
      'database',
    ]),
    unlocked: registry.gauge('keyharbor_vault_unlocked', '1 while the vault is unlocked.'),
  } as const;
}

export type AppMetrics = ReturnType<typeof createAppMetrics>;
