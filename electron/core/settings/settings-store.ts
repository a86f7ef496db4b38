import type { ParsedInput } from '../../../shared/contract/methods.ts';
import {
  type AppSettings,
  type Settings,
  type VaultSettings,
  vaultSettings,
} from '../../../shared/contract/schemas.ts';
import { AppError } from '../../../shared/errors.ts';
import { QUOTA_DEFAULTS } from '../../../shared/quota-defaults.ts';
import { appendAudit } from '../audit/audit-log.ts';
import type { VaultAccess } from '../credentials/vault-access.ts';
import type { Emit } from '../events.ts';
import type { Clock, Paths } from '../seams.ts';
import { loadAppSettings, saveAppSettings } from './app-settings-file.ts';
import { putSetting, readSettings } from './setting-table.ts';

const MINUTE_MS = 60_000;

export interface SettingsStoreDeps {
  readonly paths: Pick<Paths, 'settings'>;
  readonly vault: Pick<VaultAccess, 'opened'> & { readonly state: string };
  readonly clock: Clock;
  readonly emit: Emit;
  /** What auto-lock is where the owner set nothing: another for a service than for a window. */
  readonly autoLockDefaultMs: number;
}

/** Takes out the members that were not given, so that they do not overwrite anything. */
function given<T extends object>(changes: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** A row is text: true, false, a number, a word, or numbers in brackets. */
function settingValue(row: string): unknown {
  if (row === 'true' || row === 'false') return row === 'true';
  if (/^\[[0-9, ]*\]$/.test(row)) return row.match(/[0-9]+/g)?.map(Number) ?? [];
  return row === '' || Number.isNaN(Number(row)) ? row : Number(row);
}

type SettingValue = number | boolean | string | readonly number[];
const rowOf = (value: SettingValue): string => (typeof value === 'object' ? `[${value.join(', ')}]` : String(value));

/** Look, language and the endpoint's switch live in settings.json; everything else is a row of the vault. */
export class SettingsStore {
  readonly #deps: SettingsStoreDeps;
  readonly #notices: readonly string[];
  #app: AppSettings;

  constructor(deps: SettingsStoreDeps) {
    this.#deps = deps;
    const { settings, notice } = loadAppSettings(deps.paths.settings);
    this.#app = settings;
    this.#notices = notice === null ? [] : [notice];
  }

  app(): AppSettings {
    return this.#app;
  }

  /** A row that this version cannot read counts as not set. @throws AppError `vault_locked` while locked. */
  vault(): VaultSettings {
    const rows = readSettings(this.#deps.vault.opened().db);
    const minutes = Math.min(480, Math.max(1, Math.round(this.#deps.autoLockDefaultMs / MINUTE_MS)));
    const settings: VaultSettings = {
      autoLockMinutes: minutes,
      clipboardSeconds: 30,
      checkFailuresBeforeCooldown: 3,
      checkCooldownMinutes: 15,
      dailyCheck: false,
      askTerminals: 'with-window',
      workBehindLockHours: 0,
      vaultKv: false,
      firstSteps: true,
      askForUsage: true,
      usageRecordDays: 90,
      reportingZone: '',
      quotaWarnAt: [...QUOTA_DEFAULTS.warnAt],
      quotaSlowFromPercent: QUOTA_DEFAULTS.throttle.fromPercent,
      quotaSlowCurve: QUOTA_DEFAULTS.throttle.curve,
      quotaSlowMaxSeconds: QUOTA_DEFAULTS.throttle.maxDelayMs / 1000,
      proxyConnectSeconds: 10,
      proxyFirstByteSeconds: 600,
      proxyIdleSeconds: 300,
      proxyMaxBodyMiB: 0,
      proxyHttp2: true,
      proxyOutbound: '',
      proxyCaCertificates: '',
    };
    const read: Record<string, unknown> = { ...settings };
    for (const name of Object.keys(settings) as (keyof VaultSettings)[]) {
      const row = rows.get(name);
      if (row === undefined) continue;
      const parsed = vaultSettings.shape[name].safeParse(settingValue(row));
      if (parsed.success) read[name] = parsed.data;
    }
    return read as VaultSettings;
  }

  /** `vault` is null while locked. */
  get(): Settings {
    return { app: this.#app, vault: this.#deps.vault.state === 'unlocked' ? this.vault() : null };
  }

  /**
   * All of the changes, or none where the disk refuses one of them.
   * @throws AppError `vault_locked` when vault settings are given while locked: then nothing changes.
   */
  set(changes: ParsedInput<'settings.set'>, actor: string): Settings {
    const forVault = Object.entries<SettingValue>(given(changes.vault ?? {}));
    const app = changes.app === undefined ? null : { ...this.#app, ...given(changes.app) };
    if (forVault.length > 0) this.#saveWithRows(forVault, app, actor);
    else if (app !== null) this.#save(app);
    return this.#tell();
  }

  /** What `endpoint.on` and `endpoint.off` keep for the next start. */
  setEndpoint(changes: { readonly on?: boolean; readonly port?: number }): void {
    this.#save({
      ...this.#app,
      endpointOn: changes.on ?? this.#app.endpointOn,
      endpointPort: changes.port ?? this.#app.endpointPort,
    });
    this.#tell();
  }

  /** What is wrong with the settings file; empty where all is well. */
  notices(): readonly string[] {
    return this.#notices;
  }

  /** The file goes last into the transaction of the rows: where it cannot be written they are taken back. */
  #saveWithRows(rows: readonly (readonly [string, SettingValue])[], app: AppSettings | null, actor: string): void {
    const vault = this.#deps.vault.opened();
    const before = this.#app;
    try {
      vault.write(() => {
        for (const [name, value] of rows) putSetting(vault.db, name, rowOf(value));
        appendAudit(vault, this.#deps.clock, {
          actor,
          action: 'settings.change',
          result: 'ok',
          meta: Object.fromEntries(
            rows.map(([name, value]) => [name, typeof value === 'object' ? rowOf(value) : value]),
          ),
        });
        if (app !== null) this.#save(app);
      });
    } catch (error) {
      if (this.#app !== before) this.#takeBack(before);
      throw error;
    }
  }

  /** The rows did not get to the disk after the file did. @throws AppError where the file stays as it is now. */
  #takeBack(before: AppSettings): void {
    try {
      this.#save(before);
    } catch (error) {
      this.#tell();
      throw new AppError(
        'internal',
        'Only a part of the settings was changed: the disk did not take the rest.',
        'Check the disk and its free space, then look through the settings.',
        { cause: error },
      );
    }
  }

  #save(settings: AppSettings): void {
    saveAppSettings(this.#deps.paths.settings, settings);
    this.#app = settings;
  }

  #tell(): Settings {
    const settings = this.get();
    this.#deps.emit({ event: 'settings.changed', data: settings });
    return settings;
  }
}
