import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Counter } from '../electron/core/quotas/counter.ts';
import { QuotaLedger } from '../electron/core/quotas/ledger.ts';
import { type CountedCall, Counting } from '../electron/core/usage/counted-call.ts';
import { PriceBook } from '../electron/core/usage/prices/price-book.ts';
import { reportingDays } from '../electron/core/usage/reporting-days.ts';
import type { UsageEntry } from '../electron/core/usage/usage-entry.ts';
import type { ProviderDescriptor } from '../shared/provider/descriptor.ts';
import { inForce, QUOTA_DEFAULTS } from '../shared/quota-defaults.ts';
import { quotaDefinition, type QuotaScope } from '../shared/quotas.ts';
import { makeEntry, numbers } from './usage-records.ts';

/**
 * What the quotas add to one call: it is held for, recorded and let go. 200 quotas, 20 of them about this call, of all
 * kinds that are there, and a body of 32 KiB that is looked through for what it allows. Each call is timed by itself, as a
 * hundredth of them decides. Beside it, timed the same way: a SHA-256 over 1 KiB.
 */
const PRICES = join(import.meta.dirname, '../resources/prices.json');
const CALLS = 100_000;
const WARM_UP = 5000;
const QUOTAS = 200;
const ABOUT = 20;

export interface QuotaFigures {
  readonly quotas: number;
  readonly about: number;
  readonly heldUs: Spread;
  readonly yardstickUs: Spread;
}

interface Spread {
  readonly p50: number;
  readonly p99: number;
}

const OPENAI = { id: 'openai', category: 'llm', usage: { kind: 'openai', unit: 'tokens', includeUsage: true } };
/** 32 KiB, with what it allows at its end. */
const BODY = Buffer.from(
  JSON.stringify({
    model: 'gpt-6-luna',
    messages: [{ role: 'user', content: 'a "max" word '.repeat(2100) }],
    max_tokens: 800,
  }),
);

export function measureQuota(): QuotaFigures {
  const book = PriceBook.load(PRICES);
  const subject = { provider: 'openai', credential: '0'.repeat(32), client: 'abcdefghij', project: '' };
  const entry: UsageEntry = {
    ...makeEntry(numbers(1), 1, Date.now()),
    ...{ provider: 'openai', outcome: 'ok', project: '' },
    client: { id: subject.client, name: 'tool' },
    credential: { id: subject.credential, version: 1, ref: 'openai/work' },
  };
  const counted: CountedCall = {
    ...new Counting().count(entry, book),
    costMicroUsd: 500,
    why: 'book',
  };
  const ledger = new QuotaLedger({
    clock: { now: () => Date.now() },
    days: () => reportingDays('Europe/Berlin'),
    sums: () => [],
    latestMs: () => 0,
    waiting: () => [],
    book: () => book,
    lastCalls: () => [],
    isSystem: () => false,
    isActive: () => true,
    told: () => null,
    changed: () => undefined,
    failed: () => undefined,
  });
  ledger.use(Array.from({ length: QUOTAS }, (_, n) => quota(n, subject)));
  const call = {
    provider: OPENAI as unknown as ProviderDescriptor,
    method: 'POST',
    path: 'chat/completions',
    body: BODY,
  };
  const heldUs = spread(() => {
    const atMs = Date.now();
    const held = ledger.reserve(subject, call, atMs, () => false);
    ledger.recorded([{ ...counted, atMs }]);
    if (held !== null) ledger.release(held);
  });
  const about = ledger.all.filter(({ used }) => used > 0).length;
  const kilobyte = randomBytes(1024);
  return { quotas: QUOTAS, about, heldUs, yardstickUs: spread(() => createHash('sha256').update(kilobyte).digest()) };
}

const EVERY = ['minute', 'hour', 'day', 'week', 'month'] as const;
const COUNTS = ['requests', 'tokens', 'cost'] as const;

/** One in ten is about the call. */
function quota(n: number, about: { readonly credential: string; readonly client: string }): Counter {
  const isAbout = n % (QUOTAS / ABOUT) === 0;
  const scopes: readonly QuotaScope[] = isAbout
    ? [
        { kind: 'all' },
        { kind: 'provider', provider: 'openai' },
        { kind: 'clients', clients: [about.client, 'qwertyuiop'], fair: true },
        { kind: 'credential', credential: about.credential },
      ]
    : [
        { kind: 'provider', provider: 'github' },
        { kind: 'clients', clients: [`other${String(n).padStart(5, '0')}`], fair: true },
      ];
  const definition = quotaDefinition.parse({
    name: `Quota ${n}`,
    counts: COUNTS[n % COUNTS.length],
    scope: scopes[Math.floor(n / 10) % scopes.length],
    period: { every: EVERY[Math.floor(n / 10) % EVERY.length] },
    limit: 1e15,
    throttle: {},
    buffer: { percent: 10, clients: [about.client] },
    rollover: {},
  });
  return new Counter(n.toString(16).padStart(16, '0'), inForce(definition, QUOTA_DEFAULTS), 0);
}

function spread(work: () => void): Spread {
  for (let n = 0; n < WARM_UP; n += 1) work();
  const times = new Float64Array(CALLS);
  for (let n = 0; n < CALLS; n += 1) {
    const start = performance.now();
    work();
    times[n] = (performance.now() - start) * 1000;
  }
  times.sort();
  const at = (part: number) => times[Math.floor(CALLS * part)] as number;
  return { p50: at(0.5), p99: at(0.99) };
}

export function formatQuota({ quotas, about, heldUs, yardstickUs }: QuotaFigures): string {
  const line = (what: string, { p50, p99 }: Spread) =>
    `  ${what.padEnd(40)}p50 ${p50.toFixed(1).padStart(6)} us   p99 ${p99.toFixed(1).padStart(6)} us`;
  return [
    `what quotas add to one call: ${about} of ${quotas} are about it`,
    line('held, recorded, let go', heldUs),
    line('SHA-256 of 1 KiB', yardstickUs),
  ].join('\n');
}
