import { join } from 'node:path';
import { Gate } from './broker/gate.ts';
import { ClipboardGuard } from './clipboard/clipboard-guard.ts';
import { Credentials } from './credentials/credentials.ts';
import { ScheduledCheck } from './credentials/scheduled-check.ts';
import { examine, type Finding } from './doctor/doctor.ts';
import { Clients } from './endpoint/clients.ts';
import { Endpoint } from './endpoint/endpoint.ts';
import { type Emit, EventHub } from './events.ts';
import { type IdleSource, LockPolicy } from './lock-policy/lock-policy.ts';
import type { Log } from './logs/log.ts';
import { type AppMetrics, createAppMetrics } from './metrics/app-metrics.ts';
import { Catalogue } from './providers/catalogue.ts';
import { Guides } from './providers/guides.ts';
import { OwnProviders } from './providers/own/own-providers.ts';
import { Providers } from './providers/providers.ts';
import type { Clock, Keychain, Paths, Question, Shell } from './seams.ts';
import { SettingsStore } from './settings/settings-store.ts';
import { LastUsed } from './usage/last-used.ts';
import { PriceBook } from './usage/prices/price-book.ts';
import { UsageRecorder } from './usage/recorder.ts';
import { systemZone } from './usage/reporting-days.ts';
import { Vault } from './vault/vault.ts';

export type { Finding } from './doctor/doctor.ts';
export type { IdleSource } from './lock-policy/lock-policy.ts';

export interface AppOptions {
  readonly paths: Paths;
  readonly clock: Clock;
  readonly shell: Shell;
  readonly keychain: Keychain;
  readonly log: Log;
  readonly version: string;
  /** Where providers/ID.json and guides/ID.md lie. */
  readonly resourcesDir: string;
  /** Whose idleness locks, and after how long where the owner set nothing. */
  readonly idle: { readonly source: IdleSource; readonly defaultMs: number };
  readonly host: {
    /** What `app.stop` does after its answer was sent. */
    stop(): void;
    /** Makes room for a starting window or `serve`. @throws AppError `conflict` except in an on-demand agent. */
    handOver(): void;
    /** Whether a window was brought to front. */
    focus(): boolean;
  };
}

/** The composed core: what hosts and the contract's router work with. */
export interface App {
  readonly options: AppOptions;
  readonly vault: Vault;
  readonly credentials: Credentials;
  readonly providers: Providers;
  readonly ownProviders: OwnProviders;
  readonly guides: Guides;
  readonly scheduledCheck: ScheduledCheck;
  readonly clients: Clients;
  readonly gate: Gate;
  readonly endpoint: Endpoint;
  readonly metrics: AppMetrics;
  readonly lastUsed: LastUsed;
  readonly usage: UsageRecorder;
  readonly settings: SettingsStore;
  readonly clipboard: ClipboardGuard;
  readonly lockPolicy: LockPolicy;
  readonly emit: Emit;
  readonly onEvent: EventHub['onEvent'];
  /** Why something needs care; from the vault and the settings file. */
  notices(): readonly string[];
  /** Switches the endpoint on if it was on when the program ended. A taken port is told by `endpoint.status()`. */
  resumeEndpoint(): Promise<void>;
  doctor(): Promise<Finding[]>;
  /** Asks the owner outside the page; false is a no. A lock withdraws the question. */
  readonly confirm: (question: Question) => Promise<boolean>;
  /** Locks, stops listening and lets go of everything. Safe to call twice. */
  close(reason: 'quit'): Promise<void>;
}

/** Builds the core from its seams; nothing else wires services. Nothing listens and no vault is open afterwards. */
export function createApp(options: AppOptions): App {
  const { paths, clock, shell, keychain, log, version } = options;
  const { emit, onEvent } = new EventHub(log);
  const catalogue = Catalogue.load(join(options.resourcesDir, 'providers'));
  const vault = new Vault({ paths, clock, keychain, log });
  const settings = new SettingsStore({ paths, vault, clock, emit, autoLockDefaultMs: options.idle.defaultMs });
  const lastUsed = new LastUsed({
    vault,
    clock,
    log,
    written: (kind, ids) =>
      emit(
        kind === 'credential'
          ? { event: 'credentials.changed', data: { ids: [...ids] } }
          : { event: 'clients.changed', data: {} },
      ),
  });
  const usage = new UsageRecorder({
    vault,
    paths,
    clock,
    log,
    book: PriceBook.load(join(options.resourcesDir, 'prices.json')),
    emit,
    zone: systemZone,
  });
  const clipboard = new ClipboardGuard({
    clipboard: shell.clipboard,
    clock,
    log,
    emit,
    staysMs: () => settings.vault().clipboardSeconds * 1000,
  });
  const clients = new Clients({ vault, clock, lastUsed, emit });
  const credentials = new Credentials({
    vault,
    clock,
    log,
    catalogue,
    lastUsed,
    settings,
    clipboard,
    clients,
    emit,
    version,
  });
  const ownProviders = new OwnProviders({ vault, clock, log, catalogue, clients, emit });
  const scheduledCheck = new ScheduledCheck({
    vault,
    clock,
    log,
    shell,
    catalogue,
    settings,
    credentials,
    emit,
  });
  const lockPolicy = new LockPolicy({
    vault,
    clock,
    shell,
    source: options.idle.source,
    idleMs: () => settings.vault().autoLockMinutes * 60_000,
    emit,
  });
  const activity = () => {
    if (options.idle.source === 'requests') lockPolicy.activity();
  };
  const metrics = createAppMetrics();
  const gate = new Gate();
  const endpoint = new Endpoint({
    vault,
    clock,
    paths,
    clients,
    credentials,
    gate,
    lastUsed,
    log,
    emit,
    metrics,
    isVaultKvOn: () => settings.vault().vaultKv,
    proxy: { catalogue },
    version,
    activity,
  });

  // Registered last, so that what the services above still have to note is noted before it is written.
  vault.onUnlocked(() => {
    usage.unlocked();
    ownProviders.unlocked();
    try {
      credentials.unlocked();
    } catch {
      log.warn('credentials.sweep-failed'); // a full disk or a read-only vault: looked at again on the next unlock
    }
    scheduledCheck.unlocked();
    emit({ event: 'vault.unlocked', data: {} });
  });
  let untilLocked = new AbortController();
  vault.onLocking((reason) => {
    untilLocked.abort();
    untilLocked = new AbortController();
    gate.locking();
    scheduledCheck.locking();
    credentials.locking();
    try {
      lastUsed.flush();
    } catch {
      log.warn('last-used.not-written');
    }
    lastUsed.drop();
    usage.locking();
    void clipboard.clear();
    ownProviders.locking();
    emit({ event: 'vault.locked', data: { reason } });
  });
  // Asked once at the start, so that status can tell what would protect a vault here.
  void vault.refreshKeychain().catch(() => log.warn('keychain.not-asked'));

  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    vault.lock('quit');
    await clipboard.clear();
    lockPolicy.close();
    await endpoint.close();
    await vault.close();
  };
  return {
    options,
    vault,
    credentials,
    providers: new Providers(catalogue),
    ownProviders,
    guides: new Guides(catalogue, join(options.resourcesDir, 'guides')),
    scheduledCheck,
    clients,
    gate,
    endpoint,
    metrics,
    lastUsed,
    usage,
    settings,
    clipboard,
    lockPolicy,
    emit,
    onEvent,
    notices: () => [...vault.notices(), ...settings.notices()],
    async resumeEndpoint() {
      const { endpointOn, endpointPort } = settings.app();
      if (!endpointOn) return;
      try {
        await endpoint.on({ port: endpointPort, actor: 'system' });
      } catch {
        log.warn('endpoint.not-resumed', { port: endpointPort });
      }
    },
    doctor: () =>
      examine({
        paths,
        clock,
        keychain,
        vault,
        endpoint,
        settingsNotices: () => settings.notices(),
        missing: shell.missing,
        version,
      }),
    confirm: (question) => shell.confirm(question, { signal: untilLocked.signal }),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}
