import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ContractEvent } from '../../../shared/contract/handlers.ts';
import { quotaDefinition, type QuotaDefinition } from '../../../shared/quotas.ts';
import type { ProviderDescriptor } from '../../../shared/provider.ts';
import { EventHub } from '../../../electron/core/events.ts';
import { Quotas } from '../../../electron/core/quotas/quotas.ts';
import { NO_TOKENS } from '../../../electron/core/usage/meter/tally.ts';
import { PriceBook } from '../../../electron/core/usage/prices/price-book.ts';
import { UsageRecorder } from '../../../electron/core/usage/recorder.ts';
import type { UsageEntry } from '../../../electron/core/usage/usage-entry.ts';
import type { z } from 'zod';
import { FakeClock } from '../../support/fake-clock.ts';
import { MemoryVault } from '../endpoint/open-vault.ts';

const BOOK = PriceBook.load(join(import.meta.dirname, '../../../resources/prices.json'));
export const OPENAI = { id: 'openai', category: 'llm' } as unknown as ProviderDescriptor;
export const CLIENT = 'abcdefghij';
export const OTHER = 'klmnopqrst';
export const KEY = '0'.repeat(32);

/** Recorder and quotas over one database, which outlives them: what ends without a lock has crashed. */
export class Counting {
  readonly clock = new FakeClock();
  readonly vault = new MemoryVault();
  readonly heard: ContractEvent[] = [];
  readonly warned: string[] = [];
  readonly #usageDb: string;
  zone = 'UTC';
  usage!: UsageRecorder;
  quotas!: Quotas;
  hub!: EventHub;

  constructor() {
    const home = mkdtempSync(join(tmpdir(), 'keyharbor-quotas-'));
    this.#usageDb = join(home, 'usage.db');
    this.start();
    onTestFinished(() => {
      this.usage.locking();
      this.quotas.locking();
      rmSync(home, { recursive: true, force: true });
    });
  }

  /** A new process; the one before is gone as it stood. */
  start(): void {
    const log = { warn: (code: string) => void this.warned.push(code), error: () => undefined };
    this.hub = new EventHub(log as never);
    this.hub.onEvent((event) => void this.heard.push(event));
    const { vault, clock } = this;
    const shared = { vault, clock, log: log as never, emit: this.hub.emit, zone: () => this.zone };
    this.usage = new UsageRecorder({ ...shared, paths: { usageDb: this.#usageDb }, book: BOOK });
    this.quotas = new Quotas({
      ...shared,
      usage: this.usage,
      catalogue: { get: () => OPENAI },
      unaffected: (write) => write(),
      onEvent: this.hub.onEvent,
    });
    this.usage.unlocked();
    this.quotas.unlocked();
  }

  set(given: z.input<typeof quotaDefinition>, id?: string) {
    return this.quotas.set({ ...(id === undefined ? {} : { id }), definition: definition(given) }, 'cli');
  }

  /** A call is held for; null: no quota is about it. @throws QuotaExceeded. */
  hold(client = CLIENT, body: Buffer | number | null = 400, isCritical = false) {
    const subject = { provider: 'openai', credential: KEY, client, project: '' };
    const size = { provider: OPENAI, method: 'POST', body };
    return this.quotas.ledger.reserve(subject, size, this.clock.now(), () => isCritical);
  }

  /** It is recorded as what it was, and let go. */
  settle(held: ReturnType<Counting['hold']>, given: Partial<UsageEntry> = {}, tokens: Partial<typeof NO_TOKENS> = {}) {
    const client = { id: held?.subject.client ?? CLIENT, name: 'tool' };
    this.usage.record([call({ atMs: held?.atMs ?? this.clock.now(), client, ...given }, tokens)]);
    if (held !== null) this.quotas.ledger.release(held);
  }

  one(client = CLIENT): void {
    this.settle(this.hold(client));
  }

  named(name: string) {
    const found = this.quotas.list().find(({ definition: { name: each } }) => each === name);
    if (found === undefined) throw new Error(`there is no quota ${name}`);
    return found;
  }

  warnings(): readonly number[] {
    return this.heard.flatMap((each) => (each.event === 'quota.warning' ? [each.data.percent] : []));
  }
}

export const definition = (given: z.input<typeof quotaDefinition>): QuotaDefinition => quotaDefinition.parse(given);

/** A quota of so many requests a day, of everything. */
export const daily = (limit: number, given: Partial<z.input<typeof quotaDefinition>> = {}) => ({
  name: 'daily',
  counts: 'requests' as const,
  scope: { kind: 'all' as const },
  period: { every: 'day' as const },
  limit,
  ...given,
});

let requests = 0;
export function call(given: Partial<UsageEntry>, tokens: Partial<typeof NO_TOKENS> = {}): UsageEntry {
  requests += 1;
  return {
    atMs: 0,
    requestId: `request-${requests}`,
    source: 'proxy',
    client: { id: CLIENT, name: 'tool' },
    credential: { id: KEY, version: 1, ref: 'openai/work' },
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
      model: 'gpt-6-luna',
      tokens: { ...NO_TOKENS, ...tokens },
      quantity: null,
      webSearches: 0,
      providerCostMicroUsd: null,
      serviceTier: null,
      region: null,
      errorType: null,
    },
    ...given,
  };
}
