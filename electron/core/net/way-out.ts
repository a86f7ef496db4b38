import { rootCertificates } from 'node:tls';
import type { Dispatcher } from 'undici';
import {
  type AddressPolicy,
  guardedLookup,
  hostAddress,
  isAllowedAddress,
  isLocalName,
  isMetadataName,
} from './address-rules.ts';
import { tlsOptions } from './tls.ts';
import { type TlsProblem, tlsProblemOf, type Unreachable, whyUnreachable } from './unreachable.ts';

/** What the owner set about the way to the internet. */
export interface WayOut {
  /** `http://host:port` or https; empty: straight. It resolves names: only the literal host can be judged here. */
  readonly outboundProxy: string;
  /** PEM of certificates that are trusted besides the well-known ones, or empty. */
  readonly caCertificates: string;
}

/** Of a local server, which is asked without the outbound proxy, or of one in the internet. */
export interface Target {
  readonly url: URL;
  readonly policy: AddressPolicy;
}

const usesOutbound = ({ policy }: Target, way: WayOut): boolean => policy === 'public' && way.outboundProxy !== '';

/** What can be told before the connection: Node calls no lookup for literals, an outbound proxy looks names up itself. */
export function isForbidden(target: Target, way: WayOut): boolean {
  const { hostname } = target.url;
  const literal = hostAddress(hostname);
  if (literal !== null) return !isAllowedAddress(literal, target.policy);
  return usesOutbound(target, way) && (isMetadataName(hostname) || isLocalName(hostname));
}

/**
 * To the target's origin alone; the caller destroys it. TLS is verified, nothing of the environment changes it.
 * @param connections - `one`: for a single request. @param timeoutMs - for a connection.
 */
export async function dispatcherTo(
  target: Target,
  way: WayOut,
  connections: 'one' | 'many',
  timeoutMs: number,
): Promise<Dispatcher> {
  // Loaded with the first request: a program that only hands out keys never needs it.
  const { Client, Pool, ProxyAgent } = await import('undici');
  const { url, policy } = target;
  const { outboundProxy, caCertificates } = way;
  const trusted = caCertificates === '' ? rootCertificates : [...rootCertificates, caCertificates];
  const tls = url.protocol === 'https:' ? tlsOptions(trusted) : {};
  const limits = { allowH2: false, maxHeaderSize: 16 * 1024, pipelining: connections === 'one' ? 0 : 1 };
  if (usesOutbound(target, way)) {
    return new ProxyAgent({
      ...limits,
      uri: outboundProxy,
      proxyTunnel: true,
      requestTls: { ...tls, timeout: timeoutMs },
      connectTimeout: timeoutMs,
    });
  }
  const connect = { ...tls, lookup: guardedLookup(policy), timeout: timeoutMs };
  const { origin } = url;
  return connections === 'one' ? new Client(origin, { ...limits, connect }) : new Pool(origin, { ...limits, connect });
}

/** `outbound-proxy`: the outbound proxy was not there, or did not let it through. */
export type NoAnswer = Unreachable | 'outbound-proxy';

function whyNoAnswer(error: unknown, target: Target, way: WayOut): NoAnswer | 'timeout' {
  const why = whyUnreachable(error);
  if (!usesOutbound(target, way)) return why;
  const { code } = error as { code?: unknown };
  // The only name and the only address that are asked for here are those of the proxy.
  const isProxy = why === 'name' || why === 'refused' || /^UND_ERR_(?:ABORTED|PRX_)/.test(String(code));
  return isProxy ? 'outbound-proxy' : why;
}

/** The same as what came of a request. `tls` says more where the certificate, or its absence, was the reason. */
export function noAnswer(
  error: unknown,
  target: Target,
  way: WayOut,
): { readonly kind: 'timeout' } | { readonly kind: 'unreachable'; readonly why: NoAnswer; readonly tls?: TlsProblem } {
  const why = whyNoAnswer(error, target, way);
  if (why === 'timeout') return { kind: 'timeout' };
  return why === 'certificate' ? { kind: 'unreachable', why, tls: tlsProblemOf(error) } : { kind: 'unreachable', why };
}
