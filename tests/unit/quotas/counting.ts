import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ContractEvent } from '../../../shared/contract/handlers.ts';
import { inForce, QUOTA_DEFAULTS } from '../../../shared/quota-defaults.ts';
import { quotaDefinition, type QuotaDefinition } from '../../../shared/quotas.ts';
import type { ProviderDescriptor } from '../../../shared/provider/descriptor.ts';
import { EventHub } from '../../../electron/core/events.ts';
import { Catalogue } from '../../../electron/core/providers/catalogue.ts';
import { Quotas } from '../../../electron/core/quotas/quotas.ts';
import { QuotaExceeded } from '../../../electron/core/quotas/refusal.ts';
import type { NO_TOKENS } from '../../../electron/core/usage/meter/tally.ts';
import type { UsageEntry } from '../../../electron/core/usage/usage-entry.ts';
import type { z } from 'zod';
import { FakeClock } from '../../support/fake-clock.ts';
import { testHome } from '../../support/test-vault.ts';
import { MemoryVault } from '../endpoint/open-vault.ts';
import { call, ReportingRecorder, SHIPPED } from '../usage/recording.ts';

export const OPENAI = { id: 'openai', category: 'llm' } as unknown as ProviderDescriptor;
const BUILT_IN = Catalogue.load(join(import.meta.dirname, '../../../resources/providers')).all();
export const CLIENT = 'abcdefghij';
export const OTHER = 'klmnopqrst';
export const KEY = '0'.repeat(32);

/** Recorder and quotas over one database, which outlives them: what ends without a lock has crashed. */
export class Counting {
  readonly clock = new FakeClock();
  readonly vault = new MemoryVault();
  readonly heard: ContractEvent[] = [];
  readonly warned: string[] = [];
  readonly catalogue = new Catalogue(BUILT_IN);
  readonly #paths = testHome();
  zone = 'UTC';
  /** Those that there are. */
  keys: readonly string[] = [KEY];
  clients: readonly string[] = [CLIENT, OTHER];
  defaults = QUOTA_DEFAULTS;
  usage!: ReportingRecorder;
  quotas!: Quotas;
  hub!: EventHub;

  constructor() {
    this.start();
    onTestFinished(() => {
      this.usage.locking();
      this.quotas.locking();
    });
  }

  /** A new process; the one before is gone as it stood. */
  start(): void {
    const log = { warn: (code: string) => void this.warned.push(code), error: () => undefined };
    this.hub = new EventHub(log as never);
    this.hub.onEvent((event) => void this.heard.push(event));
    const { vault, clock } = this;
    const shared = { vault, clock, log: log as never, emit: this.hub.emit, zone: () => this.zone };
    this.usage = new ReportingRecorder({ ...shared, paths: this.#paths, book: SHIPPED });
    this.quotas = new Quotas({
      ...shared,
      usage: this.usage,
      prices: { book: SHIPPED },
      known: { credential: (id) => this.keys.includes(id), client: (id) => this.clients.includes(id) },
      defaults: () => this.defaults,
      catalogue: this.catalogue,
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
    const size = { provider: OPENAI, method: 'POST', path: 'chat/completions', body };
    return this.quotas.ledger.reserve(subject, size, this.clock.now(), () => isCritical);
  }

  /** It is recorded as what it was, and let go. */
  settle(held: ReturnType<Counting['hold']>, given: Partial<UsageEntry> = {}, tokens: Partial<typeof NO_TOKENS> = {}) {
    const client = { id: held?.subject.client ?? CLIENT, name: 'editor' };
    this.usage.record([call({ atMs: held?.atMs ?? this.clock.now(), client, tokens, ...given })]);
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

  /** As the program does it: the recorder hears of it first. */
  async travel(zone: string): Promise<void> {
    this.zone = zone;
    this.usage.zoneChanged();
    this.hub.emit({ event: 'settings.changed', data: {} as never });
    await Promise.resolve();
  }

  warnings(): readonly number[] {
    return this.heard.flatMap((each) => (each.event === 'quota.warning' ? [each.data.percent] : []));
  }
}

export const definition = (given: z.input<typeof quotaDefinition>): QuotaDefinition => quotaDefinition.parse(given);

/** With the settings as they are where nobody changed them. */
export const heldBy = (given: z.input<typeof quotaDefinition>) => inForce(definition(given), QUOTA_DEFAULTS);

/** A quota of so many requests a day, of everything. */
export const daily = (limit: number, given: Partial<z.input<typeof quotaDefinition>> = {}) => ({
  name: 'daily',
  counts: 'requests' as const,
  scope: { kind: 'all' as const },
  period: { every: 'day' as const },
  limit,
  ...given,
});

/** How a call was refused. */
export function refusal(act: () => unknown): QuotaExceeded {
  try {
    act();
  } catch (error) {
    if (error instanceof QuotaExceeded) return error;
    throw error;
  }
  throw new Error('it was not refused');
}
