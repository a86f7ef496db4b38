import type { Route, Routing } from './routing.ts';
import { DEFAULT_LABEL } from '../../../shared/reference.ts';
import type { ResolvedCredential } from '../credentials/types.ts';
import type { VerifiedClient } from '../endpoint/clients.ts';
import type { HeaderLine } from '../endpoint/request-head.ts';
import type { AnswerHeaders } from '../proxy/headers.ts';
import type { CallInfo, ProxyCache, ProxyRewrite, ProxyRouting } from '../proxy/observers.ts';
import { isGranted } from '../proxy/proxy.ts';
import { editedHeaders } from './header-edits.ts';
import { rewrittenPath } from './path-rewrites.ts';
import type { CacheRequest } from './response-cache.ts';

interface Deps {
  readonly routing: Routing;
  /** When the quotas of a credential begin anew, where nothing is left of them (UTC epoch milliseconds); else null. */
  readonly spentUntilMs: (credential: ResolvedCredential, client: VerifiedClient) => number | null;
  /** An answer was looked for among the kept ones. */
  readonly looked: (provider: string, result: 'hit' | 'miss') => void;
  /** A provider answered 401 to a call with it. */
  readonly refused: (credential: ResolvedCredential) => void;
}

interface Member {
  readonly credential: ResolvedCredential;
  readonly spentUntilMs: number | null;
}

/** The owner's rules as the proxy asks for them. Where no rule says anything each answer costs one look-up. */
export function proxyRouting(deps: Deps): { cache: ProxyCache; routing: ProxyRouting; rewrite: ProxyRewrite } {
  return { cache: cacheOf(deps), routing: poolOf(deps), rewrite: rewriteOf(deps) };
}

function rewriteOf({ routing }: Deps): ProxyRewrite {
  return {
    request(client, provider, rest, headers) {
      const route = routing.of(provider, client.id);
      if (route === null || (route.paths.length === 0 && route.requestHeaders.length === 0)) return null;
      return {
        rest: rewrittenPath(rest, route.paths),
        headers: editedHeaders(headers, route.requestHeaders),
        names: route.requestNames,
      };
    },
    answer({ client, provider }, headers) {
      const route = routing.of(provider.id, client.id);
      if (route === null || route.responseHeaders.length === 0) return null;
      const lines = Object.entries(headers).flatMap(([name, value]) =>
        [value ?? []].flat().map((each) => ({ name, value: each })),
      );
      const edited: Record<string, string[]> = {};
      for (const { name, value } of editedHeaders(lines, route.responseHeaders)) (edited[name] ??= []).push(value);
      return { headers: edited, names: route.responseNames };
    },
  };
}

function cacheOf({ routing, looked }: Deps): ProxyCache {
  const routeOf = ({ client, provider }: CallInfo) => routing.of(provider.id, client.id);
  return {
    find(info, lines) {
      const route = routeOf(info);
      if (route?.cache == null) return null;
      const found = routing.cache.find(cacheRequest(info, route, lines), route.cache);
      looked(info.provider.id, found === null ? 'miss' : 'hit');
      return found;
    },
    keep(info, lines, status, headers) {
      const route = routeOf(info);
      if (route?.cache == null) return null;
      return routing.cache.begin(cacheRequest(info, route, lines), route.cache, { status, headers: joined(headers) });
    },
    changed(info) {
      const route = routeOf(info);
      if (route?.cache != null) routing.cache.invalidate(cacheRequest(info, route, []));
    },
  };
}

function joined(headers: AnswerHeaders): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) texts[name] = [value].flat().join(', ');
  }
  return texts;
}

/** What a client says of caches (RFC 9111 section 5.2.1). */
const FOR_CACHES = new Set(['cache-control', 'pragma']);

function cacheRequest(info: CallInfo, route: Route, lines: readonly HeaderLine[]): CacheRequest {
  const { credential, method, path, query } = info;
  const url = `https://${credential.id}.invalid${path}${query === '' ? '' : `?${query}`}`;
  const headers = new Map(info.headers);
  for (const { name, value } of lines) {
    if (!FOR_CACHES.has(name)) continue;
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  // Where it goes too: a key can be given another address and stay the same.
  return {
    method,
    url,
    headers,
    credential: `${credential.id}/${credential.version} ${credential.origin}`,
    shape: route.answersOf,
  };
}

function poolOf({ routing, refused, spentUntilMs }: Deps): ProxyRouting {
  const poolFor = (client: VerifiedClient, provider: string): Route['pool'] =>
    routing.of(provider, client.id)?.pool ?? null;
  /** Served now, and this client's to use. */
  const usable = (client: VerifiedClient, provider: string, label: string): ResolvedCredential | null => {
    const credential = isGranted(client, provider, label) ? routing.served(provider, label) : null;
    return client.kind === 'test' && credential?.local === false ? null : credential;
  };
  /** Best first; those with nothing left in their own quotas last, before the others the one that has something soonest. */
  const inOrder = (client: VerifiedClient, provider: string): readonly Member[] => {
    const pool = poolFor(client, provider);
    if (pool === null) return [];
    const labels = routing.inOrder(provider, pool, (label) => usable(client, provider, label) !== null);
    const members = labels.flatMap((label) => {
      const credential = usable(client, provider, label);
      return credential === null ? [] : [{ credential, spentUntilMs: spentUntilMs(credential, client) }];
    });
    return members.sort((one, other) => (one.spentUntilMs ?? 0) - (other.spentUntilMs ?? 0));
  };
  return {
    choose(client, provider, label) {
      const pool = poolFor(client, provider);
      if (pool === null) return null;
      const isAsked = label === DEFAULT_LABEL || pool.members.some((member) => member.label === label);
      return isAsked ? (inOrder(client, provider)[0]?.credential.label ?? null) : null;
    },
    mayRetry: ({ client, provider, credential }) =>
      poolFor(client, provider.id)?.members.some(({ label }) => label === credential.label) ?? false,
    began({ client, provider }, { label }) {
      if (poolFor(client, provider.id) !== null) routing.pool.begin(provider.id, label);
    },
    answered({ client, provider }, credential, status, headers) {
      if (status === 401) refused(credential);
      if (poolFor(client, provider.id) === null) return;
      routing.pool.answered(provider.id, credential.label, status, retryAfterMs(headers));
    },
    broke({ client, provider }, { label }) {
      if (poolFor(client, provider.id) !== null) routing.pool.unanswered(provider.id, label);
    },
    another({ client, provider, credential }, tried, why) {
      const pool = poolFor(client, provider.id);
      if (pool?.members.some(({ label }) => label === credential.label) !== true) return null;
      const next = inOrder(client, provider.id).find(
        (member) => !tried.includes(member.credential.id) && (why === 'quota' || member.spentUntilMs === null),
      );
      return next?.credential ?? null;
    },
  };
}

/** RFC 9110 section 10.2.3, in seconds; providers do not send the date that it allows as well. */
function retryAfterMs(headers: AnswerHeaders): number | null {
  const [value] = [headers['retry-after']].flat();
  if (value === undefined || !/^\d{1,9}$/.test(value)) return null;
  return Number(value) * 1000;
}
