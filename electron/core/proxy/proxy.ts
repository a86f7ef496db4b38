import type { Socket } from 'node:net';
import type { AppError } from '../../../shared/errors.ts';
import { grantCovers } from '../../../shared/grant.ts';
import type { ClientAsk, Gate } from '../broker/gate.ts';
import type { ResolvedCredential } from '../credentials/types.ts';
import type { AuditTally } from '../endpoint/audit-tally.ts';
import type { CredentialRates } from '../endpoint/client-rates.ts';
import type { VerifiedClient } from '../endpoint/clients.ts';
import type { CredentialSource } from '../endpoint/deps.ts';
import type { InFlight } from '../endpoint/in-flight.ts';
import { OpenList } from '../endpoint/open-list.ts';
import {
  cannotAudit,
  credentialTooOften,
  isRefusal,
  localOnly,
  missingGrant,
  withWayOut,
} from '../endpoint/refusals.ts';
import { headerValue } from '../endpoint/request-head.ts';
import type { AppMetrics } from '../metrics/app-metrics.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import type { Clock } from '../seams.ts';
import type { LastUsed } from '../usage/last-used.ts';
import type { ProxyAsked, ProxyDeps } from './call-deps.ts';
import type { ProxyObservers } from './observers.ts';
import { leftClients } from './left-clients.ts';
import { ProxyCall } from './proxy-call.ts';
import { PROXY_DEFAULTS, type ProxySettings } from './settings.ts';
import { UpstreamPools } from './upstream-pools.ts';
import { Upstreams } from './upstream.ts';

/** What the app gives besides what the endpoint has anyway. */
export interface ProxyParts {
  readonly catalogue: Pick<Catalogue, 'get'>;
  /** Asked while unlocked only; the same object as long as nothing changed. */
  readonly settings?: () => ProxySettings;
  readonly observers?: ProxyObservers;
}

interface ForwardProxyDeps extends ProxyParts {
  readonly clock: Clock;
  readonly credentials: Pick<
    CredentialSource,
    'resolve' | 'isServed' | 'openFields' | 'prepareId' | 'renewId' | 'list'
  >;
  readonly gate: Pick<Gate, 'admitClient'>;
  readonly lastUsed: Pick<LastUsed, 'note'>;
  readonly reads: Pick<AuditTally, 'add' | 'isWritable'>;
  readonly refusals: Pick<AuditTally, 'add'>;
  readonly credentialRates: CredentialRates;
  readonly inFlight: Pick<InFlight, 'waits' | 'isWaiting'>;
  readonly metrics: Pick<AppMetrics, 'proxied' | 'denied'>;
  readonly version: string;
  /** An answer that is still under way is use: a vault that locks when nobody uses it does not lock under it. */
  readonly activity: () => void;
  /** The TCP port of our own endpoint; null while it does not listen. */
  readonly ownPort: () => number | null;
}

/** The client's own words for the owner, where a grant is missing. */
const REASON_HEADER = 'keyharbor-reason';
const MAX_REASON = 200;
/** How exactly the limits of time are kept; they are minutes. */
const TICK_MS = 1000;

/**
 * Forwards the requests of clients to the providers, with the real credential put in as the last step and the client's
 * token taken out (SECURITY-DESIGN.md section 7.1). Token and rate of the client were the endpoint's.
 */
export class ForwardProxy {
  readonly #deps: ForwardProxyDeps;
  readonly #callDeps: ProxyDeps;
  readonly #pools: UpstreamPools;
  readonly #open = new OpenList<ProxyCall>();
  #callOff: (() => void) | null = null;

  constructor(deps: ForwardProxyDeps) {
    this.#deps = deps;
    const settings = deps.settings ?? (() => PROXY_DEFAULTS);
    this.#pools = new UpstreamPools({ settings, ownPort: deps.ownPort });
    this.#callDeps = {
      clock: deps.clock,
      credentials: deps.credentials,
      upstreams: new Upstreams(deps.catalogue),
      pools: this.#pools,
      observers: deps.observers ?? {},
      userAgent: `keyharbor/${deps.version}`,
      settings,
      isGranted,
      refuseGrant: (client, provider, label) => this.#refuseGrant(client, provider, label),
      admit: (asked, credential) => this.#admit(asked, credential),
      noteUse: (client, credential) => this.#noteUse(client, credential),
      count: (provider, outcome) => deps.metrics.proxied.inc({ provider, outcome }),
      waits: (response, over) => deps.inFlight.waits(response, over),
    };
  }

  /** Answers by itself, whatever happens. */
  serve(asked: ProxyAsked): void {
    const call = new ProxyCall(this.#callDeps, asked);
    call.onFinished = this.#open.add(call);
    this.#callOff ??= this.#deps.clock.after(TICK_MS, () => this.#tick());
    call.start();
  }

  #tick(): void {
    this.#callOff = null;
    const nowMs = this.#deps.clock.now();
    for (const call of this.#open.all()) {
      if (nowMs < call.endsAtMs) call.tick(TICK_MS);
      else call.tokenEnded();
    }
    if (this.#open.size === 0) return;
    this.#cutLeft();
    this.#deps.activity();
    this.#callOff = this.#deps.clock.after(TICK_MS, () => this.#tick());
  }

  /** Calls whose client left while its request could not be read on. */
  #cutLeft(): void {
    const stalled = new Map<Socket, ProxyCall>();
    for (const call of this.#open.all()) {
      const socket = call.stalledSocket;
      if (socket !== null) stalled.set(socket, call);
    }
    if (stalled.size === 0) return;
    void leftClients([...stalled.keys()]).then((left) => {
      for (const socket of left) if (stalled.get(socket)?.stalledSocket === socket) stalled.get(socket)?.cut();
    });
  }

  /**
   * Something of credentials changed: what is under way with one that is not served any more ends. Asked while unlocked only.
   * @param ids - null: of any.
   */
  credentialsChanged(ids: readonly string[] | null): void {
    if (this.#open.size === 0) return;
    for (const call of this.#open.all()) {
      const id = call.sentWith;
      if (id === null || ids?.includes(id) === false) continue;
      if (!this.#deps.credentials.isServed(id)) call.withdraw();
    }
  }

  /**
   * The vault locks: every call ends at once, and every connection to a provider. Who waits for the owner is left to the
   * gate, which says no; who waits because of a quota is told. What watches the calls is told before this returns, so it
   * can still write.
   */
  cutForLock(): void {
    for (const call of this.#open.all()) call.lockedWhileWaiting();
    this.#cut((call) => !this.#deps.inFlight.isWaiting(call.response));
  }

  /** The same at the end of the program, for every call. */
  cutAll(): void {
    this.#cut(() => true);
  }

  #cut(concerns: (call: ProxyCall) => boolean): void {
    for (const call of this.#open.all()) if (concerns(call)) call.cut();
    this.#callOff?.();
    this.#callOff = null;
    this.#pools.drop();
  }

  #refuseGrant(client: VerifiedClient, provider: string, label: string): AppError {
    this.#countRefusal(client);
    return missingGrant(grantText(provider, label));
  }

  #countRefusal({ id }: VerifiedClient): void {
    this.#deps.metrics.denied.inc({ reason: 'grant' });
    this.#deps.refusals.add({ actor: id, action: 'endpoint.refused', target: '', result: 'refused', reason: 'grant' });
  }

  #admit(asked: ProxyAsked, credential: ResolvedCredential): Promise<void> | null {
    const { reads, credentialRates, gate, inFlight, metrics } = this.#deps;
    const { client } = asked;
    if (!reads.isWritable) throw cannotAudit();
    const { provider, label } = credential;
    const granted = isGranted(client, provider, label);
    if (client.kind === 'test' && !credential.local) {
      throw granted ? localOnly() : this.#refuseGrant(client, provider, label);
    }
    const waitMs = credentialRates.take(client, credential.id);
    if (waitMs > 0) {
      metrics.denied.inc({ reason: 'rate' });
      throw credentialTooOften(waitMs);
    }
    const ask = new Ask(asked, credential, granted);
    const no = (error: unknown): never => {
      if (isRefusal(error)) this.#countRefusal(client);
      throw withWayOut(error, grantText(provider, label));
    };
    try {
      const word = gate.admitClient(ask);
      if (word !== null) inFlight.waits(asked.response, word);
      return word?.catch(no) ?? null;
    } catch (error) {
      return no(error);
    }
  }

  #noteUse(client: VerifiedClient, credential: ResolvedCredential): void {
    const { reads, lastUsed } = this.#deps;
    reads.add({ actor: client.id, action: 'proxy.call', target: credential.id, result: 'ok', reason: '' });
    lastUsed.note('credential', credential.id, client.name);
  }
}

/** A class, since an object with a getter of its own makes V8 keep a shape, and with it the request, for each one. */
class Ask implements ClientAsk {
  readonly form = 'proxy';
  readonly client: VerifiedClient;
  readonly credential: ResolvedCredential;
  readonly granted: boolean;
  readonly reason: string;
  readonly socket: Socket;
  readonly #asked: ProxyAsked;

  constructor(asked: ProxyAsked, credential: ResolvedCredential, granted: boolean) {
    this.client = asked.client;
    this.credential = credential;
    this.granted = granted;
    this.reason = granted ? '' : reasonOf(asked);
    this.socket = asked.request.socket;
    this.#asked = asked;
  }

  /** Made only where somebody waits. */
  get signal(): AbortSignal {
    const { response } = this.#asked;
    const gone = new AbortController();
    if (response.destroyed) gone.abort();
    else response.once('close', () => gone.abort());
    return gone.signal;
  }
}

const grantText = (provider: string, label: string): string => `proxy:${provider}/${label}`;

export function isGranted({ grants }: VerifiedClient, provider: string, label: string): boolean {
  return grants.some((held) => grantCovers(held, 'proxy', provider, label));
}

function reasonOf({ head }: ProxyAsked): string {
  return (headerValue(head, REASON_HEADER) ?? '').replace(/[^\x20-\x7e]/g, '').slice(0, MAX_REASON);
}
