import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import type { LookupFunction } from 'node:net';
import type * as undici from 'undici';
import type { Dispatcher } from 'undici';
import { AppError } from '../../../shared/errors.ts';
import {
  addressKind,
  type AddressPolicy,
  ForbiddenAddress,
  guardedLookup,
  hostAddress,
  isAllowedAddress,
  isLocalName,
  isMetadataName,
} from '../net/address-rules.ts';
import { watchStreams } from './given-up-streams.ts';
import { connectsHeardOut } from './heard-out.ts';
import type { Place } from './places.ts';
import type { ProxySettings } from './settings.ts';

/** Origins that are kept connected; above it the one that was asked longest ago is let go. */
const MAX_POOLS = 64;
/** The endpoint has no more clients than that, so nothing waits for a connection. */
const MAX_CONNECTIONS = 512;
/** Idle connections are kept for the next request; shorter than what most servers keep. */
const KEEP_ALIVE_MS = 15_000;
const MAX_HEADER_BYTES = 64 * 1024;

type Undici = Pick<typeof undici, 'Pool' | 'ProxyAgent' | 'buildConnector'>;

/** Sends requests to one origin. */
export interface Sender {
  readonly dispatcher: Dispatcher;
  /** What the dispatcher of an outbound proxy has to be told. */
  readonly origin: string;
}

interface OpenPool extends Sender {
  /** Where it surely leads to this computer; null elsewhere. */
  readonly loopbackPort: number | null;
}

interface PoolsDeps {
  readonly settings: () => ProxySettings;
  /** The TCP port of our own endpoint; null while it does not listen. */
  readonly ownPort: () => number | null;
}

/**
 * The connections to providers: one pool for each origin, under the address rules (SECURITY-DESIGN.md section 7.1).
 * TLS is verified against fixed certificates, nothing of the environment changes it.
 */
export class UpstreamPools {
  readonly #deps: PoolsDeps;
  readonly #pools = new Map<string, OpenPool>();
  #undici: Undici | null = null;
  #settings: ProxySettings | null = null;
  #context: SecureContext | null = null;

  constructor(deps: PoolsDeps) {
    this.#deps = deps;
  }

  /** Loaded with the first call: a program that only hands out keys never needs it. null: it is there. */
  load(): Promise<void> | null {
    if (this.#undici !== null) return null;
    return import('undici').then((undici) => {
      this.#undici = undici;
    });
  }

  /**
   * @param place - whose origin is asked. `load` was called before.
   * @throws AppError `security_violation` for an address where no key may go, and for our own endpoint.
   */
  sender({ url, origin }: Place, local: boolean): Sender {
    const settings = this.#deps.settings();
    if (settings !== this.#settings) this.#begin(settings);
    const key = local ? `local ${origin}` : origin;
    let pool = this.#pools.get(key);
    if (pool === undefined) {
      assertAllowed(url, local);
      pool = { ...this.#dispatcher(url, local, settings), origin, loopbackPort: loopbackPort(url) };
      this.#pools.set(key, pool);
      this.#letGoOldest();
    } else if (this.#pools.size > 1) {
      this.#pools.delete(key); // to the end: it was used last
      this.#pools.set(key, pool);
    }
    if (pool.loopbackPort !== null && pool.loopbackPort === this.#deps.ownPort()) throw toItself();
    return pool;
  }

  #letGoOldest(): void {
    for (const [oldest, { dispatcher }] of this.#pools) {
      if (this.#pools.size <= MAX_POOLS) return;
      this.#pools.delete(oldest);
      dispatcher.close().catch(() => undefined); // what is under way ends by itself
    }
  }

  /** Ends every connection: the vault locks, or the program ends. */
  drop(): void {
    for (const { dispatcher } of this.#pools.values()) dispatcher.destroy().catch(() => undefined);
    this.#pools.clear();
  }

  /** New settings: what is under way goes on with the old ones, and ends. */
  #begin(settings: ProxySettings): void {
    for (const { dispatcher } of this.#pools.values()) dispatcher.close().catch(() => undefined);
    this.#pools.clear();
    this.#context = null;
    this.#settings = settings;
  }

  #dispatcher(url: URL, local: boolean, settings: ProxySettings): Pick<Sender, 'dispatcher'> {
    if (this.#undici === null) throw new Error('load first');
    const { Pool, ProxyAgent, buildConnector } = this.#undici;
    const tls =
      url.protocol === 'https:'
        ? { secureContext: this.#secureContext(settings), rejectUnauthorized: true, minVersion: 'TLSv1.2' as const }
        : {};
    const limits = { maxHeaderSize: MAX_HEADER_BYTES, keepAliveTimeout: KEEP_ALIVE_MS, connections: MAX_CONNECTIONS };
    const outbound = local ? '' : settings.outboundProxy;
    if (outbound !== '') {
      // It resolves the name: only the literal host was checked, as the setting says.
      const dispatcher = new ProxyAgent({
        uri: outbound,
        proxyTunnel: true,
        requestTls: { ...tls, timeout: settings.connectMs },
        connectTimeout: settings.connectMs,
        allowH2: false,
        factory: (to, options: undici.Pool.Options) => new Pool(to, { ...options, ...heardOut(options) }),
        ...limits,
      });
      return { dispatcher };
    }
    if (settings.http2 && url.protocol === 'https:') watchStreams();
    const allowH2 = settings.http2;
    const connect = buildConnector({ ...tls, allowH2, lookup: this.#lookup(url, local), timeout: settings.connectMs });
    const dispatcher = new Pool(url.origin, { ...limits, allowH2, connect: connectsHeardOut(connect) });
    return { dispatcher };
  }

  /** A name that leads to our own endpoint is seen here. */
  #lookup(url: URL, local: boolean): LookupFunction {
    const lookup = guardedLookup(local ? 'local' : 'public');
    if (!local) return lookup;
    return (hostname, options, callback) =>
      lookup(hostname, options, (error, address, family) => {
        const found = typeof address === 'string' ? [{ address }] : address;
        const toUs = found.some((each) => each.address !== '' && addressKind(each.address) === 'loopback');
        if (error === null && toUs && portOf(url) === this.#deps.ownPort())
          callback(new ForbiddenAddress('own endpoint'), '', 0);
        else callback(error, address, family);
      });
  }

  /** Made once: reading all root certificates anew would hold up every connection by milliseconds. */
  #secureContext({ caCertificates }: ProxySettings): SecureContext {
    this.#context ??= createSecureContext({
      ca: caCertificates === '' ? [...rootCertificates] : [...rootCertificates, caCertificates],
      minVersion: 'TLSv1.2',
    });
    return this.#context;
  }
}

/** undici has made a connector of its own there, through the tunnel. */
function heardOut({ connect }: undici.Pool.Options): Pick<undici.Pool.Options, 'connect'> {
  return typeof connect === 'function' ? { connect: connectsHeardOut(connect) } : {};
}

const portOf = ({ port, protocol }: URL): number => (port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port));

function loopbackPort(url: URL): number | null {
  const literal = hostAddress(url.hostname);
  const isLoopback =
    literal === null ? /^(?:.*\.)?localhost$/i.test(url.hostname) : addressKind(literal) === 'loopback';
  return isLoopback ? portOf(url) : null;
}

/**
 * Node calls no lookup for literals, and an outbound proxy resolves names itself: so much can be told beforehand.
 * @throws AppError `security_violation`.
 */
function assertAllowed(url: URL, local: boolean): void {
  const host = url.hostname;
  const literal = hostAddress(host);
  const policy: AddressPolicy = local ? 'local' : 'public';
  const refused =
    isMetadataName(host) ||
    (literal !== null && !isAllowedAddress(literal, policy)) ||
    (!local && (url.protocol !== 'https:' || (literal === null && isLocalName(host))));
  if (!refused) return;
  throw new AppError(
    'security_violation',
    'The base URL of this credential is an address where no key may go. Nothing was sent.',
    'A server on this computer or network needs a credential made with --local and its exact address.',
  );
}

function toItself(): AppError {
  return new AppError(
    'security_violation',
    'This credential leads back to Keyharbor’s own endpoint. Nothing was sent.',
    'Give it the base URL of the real server.',
  );
}
