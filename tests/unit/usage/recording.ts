import { join } from 'node:path';
import type { ContractEvent } from '../../../shared/contract/handlers.ts';
import type { LogFields } from '../../../electron/core/logs/log.ts';
import type { CallOrigin } from '../../../electron/core/usage/ended-call.ts';
import { newTally, NO_TOKENS, type Quantity } from '../../../electron/core/usage/meter/tally.ts';
import { PriceBook } from '../../../electron/core/usage/prices/price-book.ts';
import { type RecorderDeps, UsageRecorder } from '../../../electron/core/usage/recorder.ts';
import { type ReportQuery, type UsageReport, usageReport } from '../../../electron/core/usage/report.ts';
import type { UsageEntry } from '../../../electron/core/usage/usage-entry.ts';

export const SHIPPED = PriceBook.load(join(import.meta.dirname, '../../../resources/prices.json'));

/** A recorder, and what it recorded summed as the thread that reads would sum it. */
export class ReportingRecorder extends UsageRecorder {
  readonly #given: RecorderDeps;

  constructor(deps: RecorderDeps) {
    super(deps);
    this.#given = deps;
  }

  report(query: ReportQuery): UsageReport {
    const { vault, zone, clock } = this.#given;
    this.flush();
    return usageReport(vault.opened().usageDb, query, { zone: zone(), nowMs: clock.now() });
  }
}

/** What a recorder tells goes here, for the test to look at. */
export function listening() {
  const heard: ContractEvent[] = [];
  const warned: string[] = [];
  /** Of the warnings that have one, the count. */
  const counts: unknown[] = [];
  return {
    heard,
    warned,
    counts,
    emit: (event: ContractEvent) => void heard.push(event),
    log: {
      warn: (code: string, fields?: LogFields) => {
        warned.push(code);
        if (fields?.count !== undefined) counts.push(fields.count);
      },
    },
  };
}

export type GivenCall = Partial<UsageEntry> & {
  readonly model?: string | null;
  readonly tokens?: Partial<typeof NO_TOKENS>;
  readonly quantity?: Quantity;
  /** What the provider said that it cost, in millionths of a dollar. */
  readonly told?: number;
};

/** What calls to this path have in common. */
export function callOrigin(path = 'chat/completions'): CallOrigin {
  return {
    client: { id: 'abcdefghij', name: 'éditeur' },
    credential: { id: '0'.repeat(32), version: 1, ref: 'openai/work' },
    project: '',
    provider: 'openai',
    kind: 'openai',
    unit: 'tokens',
    method: 'POST',
    path,
    endpoint: path,
  };
}

let requests = 0;
/** A proxied call that went well, as it is recorded. */
export function call(given: GivenCall = {}): UsageEntry {
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
      ...newTally(),
      measure: 'measured',
      seen: true,
      model,
      tokens: { ...NO_TOKENS, ...tokens },
      quantity: quantity ?? null,
      providerCostMicroUsd: told ?? null,
    },
    ...rest,
  };
}
