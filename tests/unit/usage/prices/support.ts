import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ContractEvent } from '../../../../shared/contract/handlers.ts';
import { Catalogue } from '../../../../electron/core/providers/catalogue.ts';
import { NO_TOKENS, type Quantity } from '../../../../electron/core/usage/meter/tally.ts';
import { PriceBook } from '../../../../electron/core/usage/prices/price-book.ts';
import { Prices } from '../../../../electron/core/usage/prices/prices.ts';
import { Repricer } from '../../../../electron/core/usage/prices/repricer.ts';
import { UsageRecorder } from '../../../../electron/core/usage/recorder.ts';
import type { UsageEntry } from '../../../../electron/core/usage/usage-entry.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { testHome } from '../../../support/test-vault.ts';
import { MemoryVault } from '../../endpoint/open-vault.ts';

const RESOURCES = join(import.meta.dirname, '../../../../resources');
export const SHIPPED = PriceBook.load(join(RESOURCES, 'prices.json'));
const CATALOGUE = Catalogue.load(join(RESOURCES, 'providers'));

/** Prices and a recorder over one vault, as the app wires them. */
export function pricing(updateKeys: readonly string[] = [], vault = new MemoryVault(), zone = 'UTC') {
  const paths = testHome();
  mkdirSync(paths.home, { recursive: true });
  const clock = new FakeClock();
  clock.wallMs = Date.UTC(2026, 10, 21, 12);
  const heard: ContractEvent[] = [];
  const warned: string[] = [];
  const log = { warn: (code: string) => warned.push(code) };
  const emit = (event: ContractEvent) => heard.push(event);
  const prices = new Prices({ vault, clock, log, emit, catalogue: CATALOGUE, shipped: SHIPPED, updateKeys });
  const usage = new UsageRecorder({
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

let requests = 0;
export function call(
  given: Partial<UsageEntry> & {
    readonly model?: string | null;
    readonly tokens?: Partial<typeof NO_TOKENS>;
    readonly quantity?: Quantity;
    readonly told?: number;
  },
): UsageEntry {
  const { model = 'gpt-6-luna', tokens, quantity, told, ...rest } = given;
  requests += 1;
  return {
    atMs: Date.UTC(2026, 10, 20, 12),
    requestId: `request-${requests}`,
    source: 'proxy',
    client: { id: 'abcdefghij', name: 'editor' },
    credential: { id: '0'.repeat(32), version: 1, ref: 'openai/work' },
    provider: 'openai',
    project: '',
    endpoint: 'chat/completions',
    method: 'POST',
    status: 200,
    outcome: 'ok',
    latencyMs: 120,
    firstByteMs: 40,
    retryOf: null,
    result: {
      measure: 'measured',
      seen: true,
      model,
      tokens: { ...NO_TOKENS, ...tokens },
      quantity: quantity ?? null,
      webSearches: 0,
      providerCostMicroUsd: told ?? null,
      serviceTier: null,
      region: null,
      errorType: null,
    },
    ...rest,
  };
}
