import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Catalogue } from '../../../../electron/core/providers/catalogue.ts';
import { Prices } from '../../../../electron/core/usage/prices/prices.ts';
import { Repricer } from '../../../../electron/core/usage/prices/repricer.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { testHome } from '../../../support/test-vault.ts';
import { MemoryVault } from '../../endpoint/open-vault.ts';
import { listening, ReportingRecorder, SHIPPED } from '../recording.ts';

const CATALOGUE = Catalogue.load(join(import.meta.dirname, '../../../../resources/providers'));

/** Prices and a recorder over one vault, as the app wires them. */
export function pricing(updateKeys: readonly string[] = [], vault = new MemoryVault(), zone = 'UTC') {
  const paths = testHome();
  const clock = new FakeClock();
  clock.wallMs = Date.UTC(2026, 10, 21, 12);
  const { heard, warned, emit, log } = listening();
  const prices = new Prices({ vault, clock, log, emit, catalogue: CATALOGUE, shipped: SHIPPED, updateKeys });
  const usage = new ReportingRecorder({
    ...{ vault, paths, clock, log, emit, zone: () => zone },
    get book() {
      return prices.recordingBook;
    },
  });
  const repricer = new Repricer({ vault, clock, emit, usage, prices, zone: () => zone });
  prices.unlocked();
  usage.unlocked();
  onTestFinished(() => {
    usage.locking();
    prices.locking();
  });
  return { prices, usage, repricer, vault, clock, heard, warned };
}
