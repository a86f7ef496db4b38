import type { z } from 'zod';
import type { doctorFinding } from '../../shared/contract/schemas.ts';
import type { ClipboardGuard } from './clipboard/clipboard-guard.ts';
import type { Credentials } from './credentials/credentials.ts';
import type { Clients } from './endpoint/clients.ts';
import type { Endpoint } from './endpoint/endpoint.ts';
import type { Emit, EventHub } from './events.ts';
import type { LockPolicy } from './lock-policy/lock-policy.ts';
import type { Log } from './logs/log.ts';
import type { Providers } from './providers/providers.ts';
import type { Clock, Keychain, Paths, Shell } from './seams.ts';
import type { SettingsStore } from './settings/settings-store.ts';
import type { LastUsed } from './usage/last-used.ts';
import type { Vault } from './vault/vault.ts';

export type Finding = z.output<typeof doctorFinding>;

/** Whose idleness locks the vault (SECURITY-DESIGN.md section 3). */
export type IdleSource = 'system' | 'window' | 'requests';

export interface AppOptions {
  readonly paths: Paths;
  readonly clock: Clock;
  readonly shell: Shell;
  readonly keychain: Keychain;
  readonly log: Log;
  readonly version: string;
  /** Where providers/ID.json lie. */
  readonly resourcesDir: string;
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
  readonly clients: Clients;
  readonly endpoint: Endpoint;
  readonly lastUsed: LastUsed;
  readonly settings: SettingsStore;
  readonly clipboard: ClipboardGuard;
  readonly lockPolicy: LockPolicy;
  readonly emit: Emit;
  readonly onEvent: EventHub['onEvent'];
  /** Why something needs care; from the vault, the settings file and the home. */
  notices(): readonly string[];
  doctor(): Promise<Finding[]>;
  /** Locks, stops listening and lets go of everything. Safe to call twice. */
  close(reason: 'quit'): Promise<void>;
}

export declare function createApp(options: AppOptions): App;
