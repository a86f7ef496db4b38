import { join } from 'node:path';
import { Activity } from './audit/activity.ts';
import { Gate } from './broker/gate.ts';
import { panic } from './broker/panic.ts';
import type { Caller, VaultStateName } from '../../shared/contract/method.ts';
import type { AppError } from '../../shared/errors.ts';
import type { Output } from '../../shared/contract/methods.ts';
import { ClipboardGuard } from './clipboard/clipboard-guard.ts';
import { followVault } from './composition/session.ts';
import { createUsageServices, type UsageServices } from './composition/usage-services.ts';
import { Credentials } from './credentials/credentials.ts';
import { RefusedCalls } from './credentials/refused-calls.ts';
import { ScheduledCheck } from './credentials/scheduled-check.ts';
import { examine, type Finding } from './doctor/doctor.ts';
import { Clients } from './endpoint/clients.ts';
import { Endpoint } from './endpoint/endpoint.ts';
import { Loans } from './endpoint/loans.ts';
import { type Emit, EventHub } from './events.ts';
import { type IdleSource, LockPolicy } from './lock-policy/lock-policy.ts';
import { credentialRef } from './credentials/find.ts';
import { type Evidence, systemEvidence } from './evidence/evidence.ts';
import type { Log } from './logs/log.ts';
import { type AppMetrics, createAppMetrics } from './metrics/app-metrics.ts';
import { Catalogue } from './providers/catalogue.ts';
import { proxySettingsOf } from './proxy/settings.ts';
import { Guides } from './providers/guides.ts';
import { OwnProviders } from './providers/own/own-providers.ts';
import { Providers } from './providers/providers.ts';
import { Notifications } from './notifications/notifications.ts';
import { quotaDefaults } from '../../shared/quota-defaults.ts';
import { QuotaAdvice } from './quotas/advice.ts';
import { knownIn } from './quotas/check-scope.ts';
import { QuotasOfCalls } from './quotas/proxy-quota.ts';
import { tellQuotaUse } from './quotas/quota-metrics.ts';
import { Quotas } from './quotas/quotas.ts';
import { proxyRouting } from './routing/proxy-routing.ts';
import { Routing } from './routing/routing.ts';
import type { Clock, Keychain, Paths, Question, Shell } from './seams.ts';
import { SettingsStore } from './settings/settings-store.ts';
import { LastUsed } from './usage/last-used.ts';
import { UsageTap } from './usage/usage-tap.ts';
import { Vault } from './vault/vault.ts';

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
  /** Who is at the other end of a connection; left out: what the system tells. */
  readonly evidence?: Evidence;
  /** Public keys of price updates; left out: those of the program. */
  readonly updateKeys?: readonly string[];
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
export interface App extends Omit<UsageServices, 'anomalyWatch' | 'usageBackups' | 'usageUpkeep'> {
  readonly options: AppOptions;
  readonly vault: Vault;
  readonly credentials: Credentials;
  readonly providers: Providers;
  readonly ownProviders: OwnProviders;
  readonly guides: Guides;
  readonly scheduledCheck: ScheduledCheck;
  /** Forwarded calls that a provider refused. */
  readonly refusedCalls: RefusedCalls;
  readonly clients: Clients;
  readonly loans: Loans;
  readonly gate: Gate;
  readonly evidence: Evidence;
  readonly routing: Routing;
  readonly activity: Activity;
  readonly quotas: Quotas;
  readonly quotaAdvice: QuotaAdvice;
  /** The inbox, what comes up on the desktop, and the webhooks. */
  readonly notifications: Notifications;
  readonly endpoint: Endpoint;
  readonly metrics: AppMetrics;
  readonly lastUsed: LastUsed;
  readonly settings: SettingsStore;
  readonly clipboard: ClipboardGuard;
  readonly lockPolicy: LockPolicy;
  readonly emit: Emit;
  readonly onEvent: EventHub['onEvent'];
  /** The same for a window: behind a locked one it hears only that it is locked, or unlocked. */
  readonly onWindowEvent: EventHub['onEvent'];
  /** The vault's state as this kind of caller has it: locked for a window that is locked. */
  stateFor(caller: Caller): VaultStateName;
  /** Locks, drops all grants, revokes all client tokens, stops the endpoint; also while locked. */
  panic(actor: string): Promise<Output<'app.panic'>>;
  /** Why something needs care; from the vault and the settings file. */
  notices(problem?: AppError | null): readonly string[];
  /** Switches the endpoint on if it was on when the program ended. A taken port is told by `endpoint.status()`. */
  resumeEndpoint(): Promise<void>;
  doctor(): Promise<Finding[]>;
  /** Asks the owner outside the page; false is a no. A lock withdraws the question. */
  readonly confirm: (question: Question) => Promise<boolean>;
  /** Locks, stops listening and lets go of everything. Safe to call twice. */
  close(reason: 'quit'): Promise<void>;
}

const LOCK_EVENTS: ReadonlySet<string> = new Set(['vault.locked', 'vault.unlocked', 'clipboard.cleared']);

/** Builds the core from its seams; nothing but this and composition/ wires services. Nothing listens and no vault is open afterwards. */
export function createApp(options: AppOptions): App {
  const { paths, clock, shell, keychain, log, version } = options;
  const { emit, onEvent } = new EventHub(log);
  let untilLocked = new AbortController();
  const withdrawQuestions = (): void => {
    untilLocked.abort();
    untilLocked = new AbortController();
  };
  const catalogue = Catalogue.load(join(options.resourcesDir, 'providers'));
  const metrics = createAppMetrics();
  const wrote = (database: 'vault' | 'usage') => (ms: number) => metrics.databaseTime.observe({ database }, ms / 1000);
  const vault = new Vault({ paths, clock, keychain, log, wrote: wrote('vault') });
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
  const proxySettings = proxySettingsOf(() => settings.vault(), onEvent);
  const usageServices = createUsageServices({
    vault,
    paths,
    clock,
    log,
    emit,
    onEvent,
    catalogue,
    settings,
    resourcesDir: options.resourcesDir,
    updateKeys: options.updateKeys,
    userAgent: `keyharbor/${version}`,
    way: proxySettings,
    wrote: wrote('usage'),
  });
  const { usage, usageReader, usageUpkeep, reportingZone } = usageServices;
  const quotas = new Quotas({
    vault,
    clock,
    log,
    catalogue,
    usage,
    known: knownIn(() => vault.opened()),
    prices: usageServices.prices,
    zone: reportingZone,
    defaults: () => quotaDefaults(settings.vault()),
    unaffected: (write) => credentials.unaffected(write),
    emit,
    onEvent,
  });
  const quotaAdvice = new QuotaAdvice({
    quotas,
    reader: usageReader,
    clock,
    log,
    emit,
    zone: reportingZone,
    providers: () => {
      const kept = new Set(credentials.list({ state: 'active' }).map(({ provider }) => provider));
      return [...kept].map((id) => catalogue.get(id));
    },
  });
  const clipboard = new ClipboardGuard({
    clipboard: shell.clipboard,
    clock,
    log,
    emit,
    staysMs: () => settings.vault().clipboardSeconds * 1000,
  });
  const clients = new Clients({ vault, clock, lastUsed, emit });
  const loans = new Loans({ vault, clock, lastUsed, emit });
  const evidence = options.evidence ?? systemEvidence();
  const gate = new Gate({
    vault,
    clock,
    emit,
    settings,
    shell,
    evidence,
    isWindowLocked: (): boolean => lockPolicy.windowLocked,
    refOf: (id) => credentialRef(vault.opened(), id),
  });
  // A credential that moves takes with it what tokens hold and what the owner answered.
  const grants = {
    dropGrants: (...[opened, moved, actor]: Parameters<Clients['dropGrants']>) => {
      gate.grants.dropOfCredential(opened, moved.id, actor);
      loans.moved(moved.provider, moved.labels);
      return clients.dropGrants(opened, moved, actor);
    },
    grantsDropped: (ids: readonly string[]) => clients.grantsDropped(ids),
  };
  const credentials = new Credentials({
    vault,
    clock,
    log,
    catalogue,
    lastUsed,
    settings,
    zone: reportingZone,
    clipboard,
    clients: grants,
    emit,
    version,
    way: proxySettings,
    demoUsedUp: (provider, id) => quotas.demoUsedUp(provider, id),
  });
  const routing = new Routing({ vault, clock, catalogue, credentials, emit });
  onEvent(({ event }) => {
    if (event === 'credentials.changed') routing.credentialsChanged();
  });
  const ownProviders = new OwnProviders({ vault, clock, log, catalogue, clients: grants, emit });
  const scheduledCheck = new ScheduledCheck({
    vault,
    clock,
    log,
    catalogue,
    settings,
    credentials,
    emit,
  });
  const refusedCalls = new RefusedCalls({ clock, log, catalogue, credentials, emit });
  const lockPolicy = new LockPolicy({
    vault,
    clock,
    shell,
    source: options.idle.source,
    idleMs: () => settings.vault().autoLockMinutes * 60_000,
    behindLockMs: (): number => {
      const hasWindow = options.idle.source !== 'requests';
      return hasWindow && endpoint.status().on ? settings.vault().workBehindLockHours * 3_600_000 : 0;
    },
    windowLocking: () => {
      withdrawQuestions();
      gate.locking();
      void clipboard.clear();
    },
    emit,
  });
  const activity = () => {
    lockPolicy.clientActivity();
    if (options.idle.source === 'requests') lockPolicy.activity();
  };
  metrics.registry.onScrape(() => tellQuotaUse(metrics.quotaUse, vault.state === 'unlocked' ? quotas.list() : []));
  const endpoint = new Endpoint({
    vault,
    clock,
    paths,
    clients,
    loans,
    credentials,
    gate,
    lastUsed,
    log,
    emit,
    onEvent,
    metrics,
    usage: {
      record: (entries) => usage.record(entries),
      flush: () => usage.flush(),
      knows: (...call) => usage.knows(...call),
      report: (query) => usageReader.query('report', { query, zone: reportingZone(), nowMs: clock.now() }),
    },
    quotas,
    isVaultKvOn: () => settings.vault().vaultKv,
    proxy: {
      catalogue,
      settings: proxySettings,
      observers: {
        tap: new UsageTap({ usage, asks: () => settings.vault().askForUsage, onEvent, now: () => clock.now() }),
        ...proxyRouting({
          routing,
          spentUntilMs: (credential, client) => quotas.spentUntilMs(credential, client),
          looked: (provider, result) => metrics.responseCache.inc({ provider, result }),
          refused: (credential) => refusedCalls.refused(credential),
        }),
        quota: new QuotasOfCalls(quotas),
      },
    },
    version,
    activity,
  });

  onEvent(({ event }) => {
    if (event !== 'settings.changed' || vault.state !== 'unlocked') return;
    usage.zoneChanged();
    usageUpkeep.settingsChanged();
  });
  const notifications = new Notifications({
    vault,
    clock,
    log,
    shell,
    emit,
    onEvent,
    zone: reportingZone,
    providerName: (id) => catalogue.find(id)?.name ?? id,
    isWindowLocked: () => lockPolicy.windowLocked,
    version,
    way: proxySettings,
  });

  clients.onRevoked((id) => gate.clientChanged(id));
  followVault({
    ...usageServices,
    ...{ vault, log, emit, lastUsed, clipboard, gate, routing, scheduledCheck, credentials, quotas, quotaAdvice },
    ...{ notifications, ownProviders, refusedCalls, withdrawQuestions },
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
    refusedCalls,
    clients,
    loans,
    gate,
    evidence,
    routing,
    activity: new Activity({ vault, clock, clients, credentials, catalogue, env: process.env }),
    quotas,
    quotaAdvice,
    notifications,
    endpoint,
    metrics,
    lastUsed,
    ...usageServices,
    settings,
    clipboard,
    lockPolicy,
    emit,
    onEvent,
    onWindowEvent: (listener) =>
      onEvent((event) => {
        if (!lockPolicy.windowLocked || LOCK_EVENTS.has(event.event)) listener(event);
      }),
    stateFor: (caller) => (caller === 'window' && lockPolicy.windowLocked ? 'locked' : vault.state),
    panic: (actor) =>
      panic({ vault, clock, paths, log, grants: gate.grants, endpoint, settings, clients, emit }, actor),
    notices: (problem) => [...vault.notices(problem), ...settings.notices()],
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
        usage,
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
