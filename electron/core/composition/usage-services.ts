import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Emit, EventHub } from '../events.ts';
import type { Log } from '../logs/log.ts';
import type { WayOut } from '../net/way-out.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import type { Clock, Paths } from '../seams.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import { AnomalyWatch } from '../usage/anomaly-watch.ts';
import { SavedExports } from '../usage/export/saved-exports.ts';
import { UsageExports } from '../usage/export/usage-exports.ts';
import { UsageImports } from '../usage/imports/usage-imports.ts';
import { PriceBook } from '../usage/prices/price-book.ts';
import { Prices } from '../usage/prices/prices.ts';
import { Repricer } from '../usage/prices/repricer.ts';
import { ProviderFigures } from '../usage/provider-figures/provider-figures.ts';
import { SHARED_MEMORY } from '../usage/recording/outliving-memory.ts';
import { UsageRecording } from '../usage/recording/usage-recording.ts';
import { systemZone } from '../usage/reporting-days.ts';
import { UsageBackups } from '../usage/upkeep/usage-backups.ts';
import { UsageUpkeep } from '../usage/upkeep/usage-upkeep.ts';
import { UsageReader } from '../usage/worker/usage-reader.ts';
import type { Vault } from '../vault/vault.ts';

export interface UsageServicesDeps {
  readonly vault: Vault;
  readonly paths: Paths;
  readonly clock: Clock;
  readonly log: Log;
  readonly emit: Emit;
  readonly onEvent: EventHub['onEvent'];
  readonly catalogue: Catalogue;
  readonly settings: Pick<SettingsStore, 'vault'>;
  /** Where prices.json lies. */
  readonly resourcesDir: string;
  /** Public keys of price updates; left out: those of the program. */
  readonly updateKeys?: readonly string[] | undefined;
  readonly userAgent: string;
  readonly way: () => WayOut;
  /** Called after each write to usage.db with the milliseconds it took. */
  readonly wrote: (ms: number) => void;
}

/** What records calls, prices them and reads what was recorded: everything over usage.db. */
export interface UsageServices {
  readonly usage: UsageRecording;
  readonly prices: Prices;
  readonly repricer: Repricer;
  readonly imports: UsageImports;
  readonly providerFigures: ProviderFigures;
  /** Reports and whatever else reads usage.db at length, on a thread of their own. */
  readonly usageReader: UsageReader;
  readonly usageExports: UsageExports;
  readonly savedExports: SavedExports;
  readonly anomalyWatch: AnomalyWatch;
  readonly usageBackups: UsageBackups;
  readonly usageUpkeep: UsageUpkeep;
  /** Whose days reports count (IANA). @throws AppError `vault_locked`. */
  readonly reportingZone: () => string;
}

/** Builds the services over usage.db. Nothing is open or runs afterwards: that begins with an unlock (session.ts). */
export function createUsageServices(deps: UsageServicesDeps): UsageServices {
  const { vault, paths, clock, log, emit, onEvent, catalogue, settings, updateKeys, wrote } = deps;
  const zone = () => settings.vault().reportingZone || systemZone();
  const prices = new Prices({
    vault,
    clock,
    log,
    emit,
    catalogue,
    shipped: PriceBook.load(join(deps.resourcesDir, 'prices.json')),
    ...(updateKeys === undefined ? {} : { updateKeys }),
  });
  const usage = new UsageRecording({
    vault,
    paths,
    clock,
    log,
    get book() {
      return prices.recordingBook; // another one after each change of prices
    },
    emit,
    wrote,
    zone,
    outliving: SHARED_MEMORY,
  });
  const usageReader = new UsageReader({ vault, paths, clock, settle: () => usage.settle() });
  const usageExports = new UsageExports({ reader: usageReader, clock, zone });
  const usageUpkeep = new UsageUpkeep({
    vault,
    clock,
    log,
    foldOne: () => {
      usage.zoneChanged(); // the computer may have moved to another zone
      return usage.foldOne();
    },
    keepDays: () => settings.vault().usageRecordDays,
  });
  return {
    usage,
    prices,
    repricer: new Repricer({ vault, clock, emit, usage, prices, zone }),
    imports: new UsageImports({ vault, clock, emit, usage, prices, zone, home: homedir() }),
    providerFigures: new ProviderFigures({
      ...{ vault, clock, log, catalogue, usage, prices, zone },
      userAgent: deps.userAgent,
      way: deps.way,
    }),
    usageReader,
    usageExports,
    savedExports: new SavedExports({ exports: usageExports, clock, env: process.env }),
    anomalyWatch: new AnomalyWatch({ vault, clock, log, emit, onEvent, reader: usageReader, zone }),
    usageBackups: new UsageBackups({
      ...{ vault, paths, clock, log, reader: usageReader },
      mayCheckpoint: (may) => usage.mayCheckpoint(may),
    }),
    usageUpkeep,
    reportingZone: zone,
  };
}
