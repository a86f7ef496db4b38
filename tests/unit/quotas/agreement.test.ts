import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppError } from '../../../shared/errors.ts';
import type { QuotaScope } from '../../../shared/quotas.ts';
import type { Held } from '../../../electron/core/quotas/ledger.ts';
import { IMPORT_CLIENTS } from '../../../electron/core/usage/imports/imported-call.ts';
import { call } from '../usage/recording.ts';
import { CLIENT, Counting, daily, KEY, OPENAI, OTHER } from './counting.ts';

const HOUR = 3_600_000;
/** When the test clock begins. */
const MADE_MS = Date.UTC(2030, 0, 15, 12);
const CLIENTS = [CLIENT, OTHER, 'uvwxyz0123'];

/** What the records say, told apart from the code under test: every call that was sent, by client and time. */
interface Sent {
  readonly atMs: number;
  readonly client: string;
  readonly tokens: number;
  readonly isImport: boolean;
}

/** On both sides of UTC, some by half an hour, none with a change of its clocks. */
const ZONES = ['UTC', 'Asia/Tokyo', 'Asia/Kolkata', 'America/Phoenix', 'Pacific/Kiritimati', 'Pacific/Pago_Pago'];

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('begin' as const), client: fc.nat(2), bytes: fc.nat(2000) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      which: fc.nat(10),
      tokens: fc.nat(500),
      outcome: fc.constantFrom('ok' as const, 'cut', 'refused', 'cached', 'rate_limited'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('report' as const),
      name: fc.nat(5),
      tokens: fc.nat(500),
      aheadMs: fc.integer({ min: -26 * HOUR, max: 4 * 60_000 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('import' as const),
      name: fc.nat(5),
      tokens: fc.nat(500),
      agoMs: fc.integer({ min: 0, max: 26 * HOUR }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 3 * HOUR }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('jump' as const),
      ms: fc.integer({ min: -50 * HOUR, max: 50 * HOUR }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('crash' as const, 'flush' as const, 'relock' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('limit' as const), limit: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('zone' as const), zone: fc.constantFrom(...ZONES) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('upkeep' as const), steps: fc.integer({ min: 1, max: 12 }) }) },
);

const QUOTAS = [
  { name: 'minute', counts: 'requests', scope: { kind: 'all' }, period: { every: 'minute' } },
  { name: 'day', counts: 'tokens', scope: { kind: 'all' }, period: { every: 'day' } },
  {
    name: 'pool',
    counts: 'requests',
    scope: { kind: 'clients', clients: CLIENTS.slice(0, 2) },
    period: { every: 'hour' },
  },
  { name: 'all of it', counts: 'tokens', scope: { kind: 'all' }, period: { every: 'day' }, countImports: true },
  { name: 'month', counts: 'tokens', scope: { kind: 'provider', provider: 'openai' }, period: { every: 'month' } },
  {
    name: 'cron',
    counts: 'requests',
    scope: { kind: 'credential', credential: KEY },
    period: { every: 'cron', expression: '30 9 * * *', zone: 'Europe/Berlin' },
  },
] as const;

test('counter and records agree, whatever comes in which order: calls, reports, imports, crashes, locks, jumps of the clock, journeys', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const counting = new Counting();
      const sent: Sent[] = [];
      const told = new Set<string>();
      let open: Held[] = [];
      for (const each of QUOTAS) counting.set({ ...each, scope: each.scope, limit: 1e9, warnAt: [50] });
      const blocking = counting.set(daily(8, { name: 'blocking', rollover: { maxPercent: 50 } }));

      for (const one of steps) {
        if (one.do === 'begin') {
          const client = CLIENTS[one.client] as string;
          const before = counting.quotas.get(blocking.id);
          const fits = before.used + before.reserved + 1 <= before.available;
          expect(tried(counting, client, one.bytes, open)).toBe(fits);
        } else if (one.do === 'end') {
          const [held] = open.splice(one.which % Math.max(1, open.length), 1);
          if (held === undefined) continue;
          const { atMs, subject } = held;
          counting.settle(held, { outcome: one.outcome }, { inputTokens: one.tokens });
          if (one.outcome !== 'refused' && one.outcome !== 'cached')
            sent.push({ atMs, client: subject.client, tokens: one.tokens, isImport: false });
        } else if (one.do === 'report') {
          const requestId = `told-${one.name}`;
          const atMs = Math.max(0, counting.clock.now() + one.aheadMs);
          // As POST /v1/usage does it, but for the question whether it is known: the database has the last word.
          counting.usage.record([call({ source: 'reported', requestId, atMs, tokens: { inputTokens: one.tokens } })]);
          counting.usage.flush();
          if (!told.has(requestId)) sent.push({ atMs, client: CLIENT, tokens: one.tokens, isImport: false });
          told.add(requestId);
        } else if (one.do === 'import') {
          const requestId = `imported-${one.name}`;
          const atMs = Math.max(0, counting.clock.now() - one.agoMs);
          const client = IMPORT_CLIENTS['claude-code'];
          const tokens = { inputTokens: one.tokens };
          counting.usage.record([call({ source: 'import', requestId, atMs, client, credential: null, tokens })]);
          counting.usage.flush();
          if (!told.has(requestId)) sent.push({ atMs, client: client.id, tokens: one.tokens, isImport: true });
          told.add(requestId);
        } else if (one.do === 'wait') counting.clock.advance(one.ms);
        else if (one.do === 'jump') counting.clock.wallMs += one.ms;
        else if (one.do === 'flush') counting.usage.flush();
        else if (one.do === 'zone') await counting.travel(one.zone);
        else if (one.do === 'upkeep') for (let n = 0; n < one.steps; n += 1) counting.usage.foldOne();
        else if (one.do === 'limit') {
          const { definition } = counting.quotas.get(blocking.id);
          counting.quotas.set({ id: blocking.id, definition: { ...definition, limit: one.limit } }, 'cli');
        } else {
          if (one.do === 'relock') {
            counting.usage.locking();
            counting.quotas.locking();
          }
          open = []; // reservations die with the process
          counting.start();
        }
        agree(counting, sent, open);
      }
    }),
    { numRuns: 150 },
  );
}, 120_000);

function tried(counting: Counting, client: string, bytes: number, open: Held[]): boolean {
  try {
    const subject = { provider: 'openai', credential: KEY, client, project: '' };
    const size = { provider: OPENAI, method: 'POST', path: 'chat/completions', body: bytes };
    const held = counting.quotas.ledger.reserve(subject, size, counting.clock.now(), () => false);
    if (held !== null) open.push(held);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'quota_exceeded') return false;
    throw error;
  }
}

function agree(counting: Counting, sent: readonly Sent[], open: readonly Held[]): void {
  for (const quota of counting.quotas.list()) {
    const { definition, startsAt, resetsAt, used, imported, reserved, clients, carriedOver } = quota;
    const within = ({ atMs }: { readonly atMs: number }) => atMs >= Date.parse(startsAt) && atMs < Date.parse(resetsAt);
    const counts = (client: string) => isCounted(definition.scope, client);
    const uses = ({ isImport }: Sent) => definition.countImports || !isImport;
    const amount = (each: Sent) => (definition.counts === 'tokens' ? each.tokens : 1);
    const here = sent.filter((each) => within(each) && counts(each.client));
    expect([definition.name, used]).toEqual([definition.name, sum(here.filter(uses).map(amount))]);
    const taken = here.filter(({ isImport }) => isImport).map(amount);
    expect([definition.name, imported]).toEqual([definition.name, sum(taken)]);
    const held = open.filter((each) => within(each) && counts(each.subject.client));
    const amounts = held.map(({ amounts: { tokens } }) => (definition.counts === 'tokens' ? tokens : 1));
    expect([definition.name, reserved]).toEqual([definition.name, sum(amounts)]);
    for (const share of clients) {
      expect(share.used).toBe(here.filter(({ client }) => client === share.client).length);
    }
    const dayBefore = sent.filter(
      (each) => uses(each) && each.atMs >= Date.parse(startsAt) - 24 * HOUR && each.atMs < Date.parse(startsAt),
    );
    const unused = Math.max(0, definition.limit - dayBefore.length);
    const brings = definition.rollover !== null && Date.parse(startsAt) >= MADE_MS;
    expect(carriedOver).toBe(brings ? Math.min(Math.floor(definition.limit / 2), unused) : 0);
  }
}

/** Imports know no key and no client of ours. */
function isCounted(scope: QuotaScope, client: string): boolean {
  if (scope.kind === 'clients') return scope.clients.includes(client);
  return scope.kind !== 'credential' || CLIENTS.includes(client);
}
const sum = (figures: readonly number[]) => figures.reduce((so, figure) => so + figure, 0);
