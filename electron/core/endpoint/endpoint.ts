import { rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import type { EndpointStatus } from '../../../shared/contract/schemas.ts';
import { AppError } from '../../../shared/errors.ts';
import { appendAudit } from '../audit/audit-log.ts';
import { recordPending } from '../audit/pending.ts';
import type { Gate } from '../broker/gate.ts';
import type { Emit, EventHub } from '../events.ts';
import type { Log } from '../logs/log.ts';
import type { Clock, Paths } from '../seams.ts';
import { replaceFile } from '../store/atomic-file.ts';
import type { Quotas } from '../quotas/quotas.ts';
import type { ClientUsageDeps } from '../usage/client-usage.ts';
import type { LastUsed } from '../usage/last-used.ts';
import { AuditTally } from './audit-tally.ts';
import { BadTokenBrake } from './bad-token-brake.ts';
import { ClientRates, CredentialRates } from './client-rates.ts';
import type { Clients } from './clients.ts';
import type { CredentialSource, VaultGate } from './deps.ts';
import { Connections, guardedServer } from './http-server.ts';
import type { Loans } from './loans.ts';
import { InFlight } from './in-flight.ts';
import { listenOnLoopback, listenOnSocket } from './listen.ts';
import type { AppMetrics } from '../metrics/app-metrics.ts';
import { ForwardProxy, type ProxyParts } from '../proxy/proxy.ts';
import { requestHandler } from './request-handler.ts';
import { routeTable } from './routes.ts';
import { type SocketPlace, socketPlace } from './socket-place.ts';

export const DEFAULT_ENDPOINT_PORT = 7717;
const READS_DELAY_MS = 900; // written within 1 s (SECURITY-DESIGN.md section 5)
const REFUSALS_DELAY_MS = 60_000;

export interface EndpointDeps {
  readonly vault: VaultGate;
  readonly clock: Clock;
  readonly paths: Pick<Paths, 'run' | 'auditPending'>;
  readonly clients: Clients;
  readonly loans: Pick<Loans, 'verify' | 'onEnded'>;
  readonly credentials: CredentialSource;
  readonly gate: Pick<Gate, 'admitClient' | 'onRevoked'>;
  readonly lastUsed: Pick<LastUsed, 'note'>;
  readonly log: Log;
  readonly emit: Emit;
  readonly onEvent: EventHub['onEvent'];
  readonly metrics: AppMetrics;
  /** Left out: nothing is metered, and the routes of usage are not there. */
  readonly usage?: ClientUsageDeps['usage'] | undefined;
  /** Left out: there are none. */
  readonly quotas?: Pick<Quotas, 'list'> | undefined;
  /** Whether the read subset of HashiCorp Vault is switched on; asked while unlocked only. */
  readonly isVaultKvOn: () => boolean;
  /** Without it nothing is forwarded. */
  readonly proxy?: ProxyParts;
  /** The program's version, for `GET /healthz`. */
  readonly version: string;
  /** Called for each request of a verified client: idle time starts anew where requests count. */
  readonly activity: () => void;
}

interface TcpListener {
  readonly server: Server;
  readonly port: number;
}

interface SocketListener {
  readonly server: Server;
  readonly place: SocketPlace;
}

/** The localhost HTTP server (SECURITY-DESIGN.md section 7): off until switched on, 127.0.0.1 and a socket only. */
export class Endpoint {
  readonly #deps: EndpointDeps;
  readonly #connections = new Connections();
  readonly #inFlight = new InFlight();
  readonly #reads: AuditTally;
  readonly #refusals: AuditTally;
  readonly #proxy: ForwardProxy | null;
  readonly #handle: ReturnType<typeof requestHandler>;
  readonly #stopListening: (() => void)[];
  /** Where the host wants the socket to be; null: our own choice. */
  #givenSocketPath: string | null = null;
  #tcp: TcpListener | null = null;
  #socket: SocketListener | null = null;
  #problem: string | null = null;
  /** One switch at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(deps: EndpointDeps) {
    this.#deps = deps;
    const { vault, clock, clients, loans, gate, onEvent } = deps;
    this.#reads = new AuditTally({ ...deps, delayMs: READS_DELAY_MS });
    this.#refusals = new AuditTally({ ...deps, delayMs: REFUSALS_DELAY_MS });
    const rates = new ClientRates(clock);
    const counted = {
      reads: this.#reads,
      refusals: this.#refusals,
      credentialRates: new CredentialRates(clock),
      inFlight: this.#inFlight,
    };
    this.#proxy =
      deps.proxy === undefined
        ? null
        : new ForwardProxy({ ...deps, ...deps.proxy, ...counted, ownPort: () => this.#tcp?.port ?? null });
    const requestDeps = {
      ...deps,
      ...counted,
      proxy: this.#proxy,
      rates,
      brake: new BadTokenBrake(clock),
    };
    this.#handle = requestHandler(requestDeps, routeTable(requestDeps));
    const forgotten = (clientId: string): void => {
      this.#inFlight.cut(clientId);
      rates.forget(clientId);
    };
    this.#stopListening = [
      vault.onLocking(() => {
        this.#proxy?.cutForLock();
        this.#inFlight.cutForLock();
        this.#reads.flush();
        this.#refusals.flush();
      }),
      onEvent((told) => {
        if (told.event !== 'credentials.changed' || vault.state !== 'unlocked') return;
        this.#proxy?.credentialsChanged(told.data.ids);
      }),
      gate.onRevoked((id) => this.#inFlight.cut(id)),
      clients.onRevoked(forgotten),
      loans.onEnded(forgotten),
    ];
  }

  /** Puts the socket where the host says (agent.json names that path) from the next `on`. The folder must be 0700. */
  useSocket(path: string): void {
    this.#givenSocketPath = path;
  }

  status(): EndpointStatus {
    return {
      on: this.#tcp !== null,
      address: this.#tcp === null ? null : '127.0.0.1',
      port: this.#tcp?.port ?? null,
      socket: this.#socket?.place.path ?? null,
      problem: this.#problem,
    };
  }

  /**
   * Listens on 127.0.0.1 and on `run/endpoint.sock`. A second call with another port moves it; 0 is any free one, so
   * always another; without a port it stays where it is.
   * @param options.actor - who asked: `ui`, `cli` or `system` (start of the program).
   * @throws AppError `conflict` where the port is taken; then all stays as it was and `status().problem` says why.
   */
  on(options: { readonly port?: number | undefined; readonly actor: string }): Promise<EndpointStatus> {
    return this.#inTurn(async () => {
      const before = this.#tcp;
      const port = options.port ?? before?.port ?? DEFAULT_ENDPOINT_PORT;
      if (before !== null && port === before.port) return this.status();
      try {
        await this.#listen(port, options.actor, before);
        this.#problem = null;
      } catch (error) {
        this.#problem = error instanceof AppError ? error.message : 'The endpoint could not be switched on.';
        this.#changed();
        throw error;
      }
      this.#changed();
      return this.status();
    });
  }

  off(actor: string): Promise<EndpointStatus> {
    return this.#inTurn(async () => {
      this.#problem = null;
      if (this.#tcp === null) return this.status();
      try {
        this.#audit('endpoint.off', actor, {});
      } finally {
        // Without its entry the act counts as failed, but what was to be shut is shut.
        await this.#shut();
        this.#changed();
      }
      return this.status();
    });
  }

  /** End of the program: what was counted is written if the vault is still open, and nothing listens any more. */
  close(): Promise<void> {
    return this.#inTurn(async () => {
      this.#proxy?.cutAll();
      this.#reads.flush();
      this.#refusals.flush();
      await this.#shut();
      for (const stop of this.#stopListening) stop();
      const { paths, clock } = this.#deps;
      if (!this.#refusals.isEmpty) recordPending(paths, clock, 'endpoint.badToken');
      this.#reads.stop();
      this.#refusals.stop();
    });
  }

  /** The new listener stands before the old one goes; on any failure nothing of the new one stays. */
  async #listen(port: number, actor: string, before: TcpListener | null): Promise<void> {
    const hosts = new Set<string>();
    const server = guardedServer(this.#connections, (request, response) => this.#handle(request, response, hosts));
    const socketBefore = this.#socket;
    try {
      const bound = await listenOnLoopback(server, port);
      hosts.add(`127.0.0.1:${bound}`).add(`localhost:${bound}`);
      this.#socket ??= await this.#listenOnSocket();
      this.#publish(bound);
      this.#audit('endpoint.on', actor, { port: bound });
      this.#tcp = { server, port: bound };
    } catch (error) {
      await closed(server);
      if (before === null) rmSync(this.#file, { force: true });
      else this.#publish(before.port);
      if (socketBefore === null) await this.#shutSocket();
      throw error;
    }
    if (before !== null) await closed(before.server);
  }

  async #listenOnSocket(): Promise<SocketListener> {
    const given = this.#givenSocketPath;
    const place = given === null ? socketPlace(this.#deps.paths.run) : { path: given, release: () => undefined };
    const hosts = new Set(['localhost']);
    const server = guardedServer(this.#connections, (request, response) => this.#handle(request, response, hosts));
    try {
      await listenOnSocket(server, place.path);
    } catch (error) {
      place.release();
      throw error;
    }
    return { server, place };
  }

  async #shut(): Promise<void> {
    const tcp = this.#tcp;
    this.#tcp = null;
    rmSync(this.#file, { force: true }); // first: nobody is to send a token to a port that is free for others
    this.#connections.cutAll();
    if (tcp !== null) await closed(tcp.server);
    await this.#shutSocket();
  }

  async #shutSocket(): Promise<void> {
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null) return;
    await closed(socket.server);
    socket.place.release();
  }

  /** `run/endpoint.json`: what scripts read to find the port. */
  #publish(port: number): void {
    const body = { address: '127.0.0.1', port, pid: process.pid };
    replaceFile(this.#file, Buffer.from(`${JSON.stringify(body)}\n`));
  }

  get #file(): string {
    return join(this.#deps.paths.run, 'endpoint.json');
  }

  /** An act of the owner: without its entry it does not happen. */
  #audit(action: 'endpoint.on' | 'endpoint.off', actor: string, meta: Readonly<Record<string, number>>): void {
    const { vault, clock, paths } = this.#deps;
    if (vault.state !== 'unlocked') {
      recordPending(paths, clock, action);
      return;
    }
    const opened = vault.opened();
    opened.write(() => appendAudit(opened, clock, { actor, action, result: 'ok', meta }));
  }

  #changed(): void {
    this.#deps.emit({ event: 'endpoint.changed', data: this.status() });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}

/** Stops listening and cuts what is open on it. */
function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
