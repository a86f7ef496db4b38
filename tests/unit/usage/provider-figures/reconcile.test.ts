import { expect, test } from 'vitest';
import { reconcileReport } from '../../../../shared/contract/usage-figures.ts';
import { readAudit } from '../../../../electron/core/audit/audit-log.ts';
import { answeringServer, json, type SeenRequest } from '../../../support/answering-server.ts';
import { fakeKey } from '../../../support/fake-keys.ts';
import { localCatalogue } from '../../../support/local-catalogue.ts';
import { credentialInput, startUnlockedApp } from '../../../support/test-app.ts';
import { call } from '../recording.ts';

const keyOf = (provider: string, authKind: string) =>
  provider === 'openai' && authKind === 'api_key'
    ? fakeKey('openai', 'project')
    : fakeKey(provider, authKind === 'admin_key' ? 'dmin' : undefined);

type Answer = (request: SeenRequest, url: URL) => unknown;

const DAY = Date.UTC(2030, 0, 10);
const at = (days: number) => DAY + days * 24 * 3_600_000;
const seconds = (days: number) => at(days) / 1000;
const rfc = (days: number) => new Date(at(days)).toISOString().replace('.000Z', 'Z');
const PERIOD = { from: '2030-01-10', to: '2030-01-12' };

/** The whole app, with a provider on this computer that answers as its documentation says, and an admin key. */
async function asking(
  provider: string,
  authKind: string,
  field: string,
  answer: Answer,
  key = keyOf(provider, authKind),
) {
  const server = await answeringServer((response, request) => {
    const made = answer(request, new URL(request.path, 'http://localhost')) as {
      status?: number;
      headers?: Record<string, string>;
    };
    json(response, made.status ?? 200, made, made.headers);
  });
  const all = await startUnlockedApp('requests', localCatalogue([provider], server.url));
  all.app.credentials.add(
    credentialInput({ provider, authKind, label: 'admin', fields: { [field]: key }, local: true }),
    'cli',
  );
  const { app } = all;
  const reconcile = async (period: object = PERIOD) =>
    reconcileReport.parse(await app.providerFigures.reconcile({ provider, ...PERIOD, ...period }, 'cli'));
  return { ...all, server, key, reconcile };
}

const tokens = (input: number, cached: number, output: number) => ({
  inputTokens: input,
  cacheReadTokens: cached,
  outputTokens: output,
});

const openAi: Answer = (_, url) => {
  const page = url.searchParams.get('page');
  const bucket = (days: number, results: object[]) => ({
    object: 'bucket',
    start_time: seconds(days),
    end_time: seconds(days + 1),
    results,
  });
  const whole = (data: object[], next: string | null) => ({
    object: 'page',
    data,
    has_more: next !== null,
    next_page: next,
  });
  if (url.pathname.endsWith('/usage/embeddings')) return whole([], null);
  if (url.pathname.endsWith('/costs')) {
    const cost = (value: number | string, line: string) => ({ amount: { value, currency: 'usd' }, line_item: line });
    return whole(
      [
        bucket(0, [cost(0.08, 'gpt-6-luna-2026-09-22, input'), cost('0.021', 'gpt-6-luna-2026-09-22, output')]),
        bucket(1, [cost(0.5, 'web search tool calls')]),
      ],
      null,
    );
  }
  const used = {
    input_tokens: 1_000_000,
    input_cached_tokens: 200_000,
    output_tokens: 1000,
    num_model_requests: 2,
    model: 'gpt-6-luna-2026-09-22',
  };
  if (page === null) return whole([bucket(0, [used])], 'page-2');
  return whole(
    [bucket(1, [{ ...used, input_tokens: 500, input_cached_tokens: 0, output_tokens: 0, num_model_requests: 1 }])],
    null,
  );
};

test('OpenAI: usage and costs by day and model beside ours, pages followed, with drift and reasons', async () => {
  const { app, reconcile, server, key } = await asking('openai', 'admin_key', 'admin_key', openAi);
  const model = 'gpt-6-luna-2026-09-22';
  app.usage.record([
    call({ model, atMs: at(0) + 1000, tokens: tokens(800_000, 200_000, 1000), told: 101_000 }),
    call({ model, atMs: at(1) - 1000, tokens: tokens(0, 0, 0), told: 0 }),
  ]);
  const report = await reconcile();
  expect(report.ref).toBe('openai/admin');
  expect(report.days).toEqual([
    {
      day: '2030-01-10',
      model: null,
      theirs: { requests: 2, ...tokens(800_000, 200_000, 1000), cacheWriteTokens: 0, costMicroUsd: 101_000 },
      ours: { requests: 2, ...tokens(800_000, 200_000, 1000), cacheWriteTokens: 0, costMicroUsd: 101_000 },
      driftPercent: 0,
      driftOf: 'cost',
      reasons: [],
    },
    expect.objectContaining({ day: '2030-01-11', driftPercent: -100, reasons: ['missing-calls', 'other-costs'] }),
  ]);
  expect(report.total).toMatchObject({
    theirs: { requests: 3, costMicroUsd: 601_000 },
    ours: { costMicroUsd: 101_000 },
    driftPercent: -83.19,
  });
  expect(report.models).toMatchObject([{ model, theirs: { requests: 3, costMicroUsd: 101_000 }, driftPercent: 0 }]);
  const usage = server.seen.filter(({ path }) => path.includes('/usage/completions'));
  expect(usage.map(({ path }) => new URL(path, 'http://x').searchParams.get('page'))).toEqual([null, 'page-2']);
  const asked = new URL(usage[0]?.path ?? '', 'http://x').searchParams;
  expect([asked.get('start_time'), asked.get('end_time'), asked.get('group_by[]')]).toEqual([
    String(seconds(0)),
    String(seconds(3)),
    'model',
  ]);
  expect(server.seen.every(({ headers }) => headers.authorization === `Bearer ${key}`)).toBe(true);
  const [told] = readAudit(app.vault.opened(), { limit: 1 });
  expect(told).toMatchObject({ action: 'usage.reconcile', meta: PERIOD });
});

test('a bill that spells a model by its day meets our calls, which do not; its other lines say what is missing', async () => {
  const cost = (value: number, line: string) => ({ amount: { value, currency: 'usd' }, line_item: line });
  const { app, reconcile } = await asking('openai', 'admin_key', 'admin_key', (_, url) => {
    const results = url.pathname.endsWith('/costs')
      ? [cost(0.1, 'gpt-6-luna-2026-09-22, input'), cost(0.2, 'gpt-of-others, output')]
      : [];
    return { data: [{ start_time: seconds(0), end_time: seconds(1), results }], has_more: false, next_page: null };
  });
  app.usage.record([call({ model: 'gpt-6-luna', atMs: at(0), tokens: tokens(10, 0, 1), told: 100_000 })]);
  const { models } = await reconcile();
  expect(models).toMatchObject([
    { model: 'gpt-of-others', driftPercent: -100, reasons: ['missing-calls'] },
    { model: 'gpt-6-luna', driftPercent: 0, ours: { requests: 1 }, reasons: [] },
  ]);
});

test('costs in exponents are read; credits and other currencies are in no figure, and named', async () => {
  const cost = (value: number | string, currency = 'usd') => ({
    ...{ amount: { value, currency }, line_item: 'gpt-6-luna, input' },
  });
  const { app, reconcile } = await asking('openai', 'admin_key', 'admin_key', (_, url) => {
    const all = [cost('1.2E-5'), cost('0E-6176'), cost(`0.1${'0'.repeat(40)}`), cost('-2.5'), cost(9, 'eur')];
    const results = url.pathname.endsWith('/costs') ? all : [];
    return { data: [{ start_time: seconds(0), end_time: seconds(1), results }], has_more: false, next_page: null };
  });
  app.usage.record([call({ model: 'gpt-6-luna', atMs: at(0), tokens: tokens(10, 0, 1), told: 100_012 })]);
  const { total, notes } = await reconcile();
  expect(total).toMatchObject({ theirs: { costMicroUsd: 100_012 }, driftPercent: 0 });
  expect(notes).toEqual(
    expect.arrayContaining([
      'Their costs in EUR are left out: ours are in US dollars.',
      'Their credits of $2.50 are left out: they lower the bill, and no call.',
    ]),
  );
});

test('Anthropic: cents as text, cache kinds, another price is named as the reason', async () => {
  const { app, reconcile, server } = await asking('anthropic', 'admin_key', 'admin_key', (_, url) => {
    const results = url.pathname.endsWith('cost_report')
      ? [
          { amount: '123.45', currency: 'USD', cost_type: 'tokens', model: 'claude-opus-5' },
          { amount: '0.5', currency: 'USD', cost_type: 'tokens', model: 'claude-opus-5' },
        ]
      : [
          {
            uncached_input_tokens: 100,
            cache_read_input_tokens: 50,
            cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 10 },
            output_tokens: 30,
            model: 'claude-opus-5',
          },
        ];
    return { data: [{ starting_at: rfc(0), ending_at: rfc(1), results }], has_more: false, next_page: null };
  });
  const used = { ...tokens(100, 50, 30), cacheWriteTokens: 20, cacheWriteLongTokens: 10 };
  app.usage.record([
    call({ provider: 'anthropic', model: 'claude-opus-5', atMs: at(0), tokens: used, told: 1_000_000 }),
  ]);
  const { total } = await reconcile();
  expect(total).toMatchObject({
    theirs: { requests: null, costMicroUsd: 1_239_500, cacheWriteTokens: 30 },
    ours: { costMicroUsd: 1_000_000, cacheWriteTokens: 30 },
    driftPercent: -19.32,
    driftOf: 'cost',
    reasons: ['price-differs'],
  });
  expect(server.seen.map(({ headers }) => headers['anthropic-version'])).toEqual(['2023-06-01', '2023-06-01']);
  expect(server.seen[0]?.path).toContain(`starting_at=${encodeURIComponent(rfc(0))}`);
});

test('OpenRouter: activity and what is left; what this key may not ask for is said', async () => {
  const { app, reconcile } = await asking('openrouter', 'api_key', 'api_key', (_, url) => {
    if (url.pathname.endsWith('/credits'))
      return { status: 403, error: { code: 403, message: 'Only management keys' } };
    if (url.pathname.endsWith('/key')) return { data: { usage: 1.5, limit_remaining: 8.5 } };
    const item = { date: '2030-01-10', model: 'openai/gpt-6', usage: 0.015, byok_usage_inference: 0.005, requests: 5 };
    return {
      data: [
        { ...item, prompt_tokens: 50, completion_tokens: 125, reasoning_tokens: 25 },
        { ...item, date: '2029-12-31' },
      ],
    };
  });
  app.usage.record([
    call({ provider: 'openrouter', model: 'openai/gpt-6', atMs: at(0), tokens: tokens(50, 0, 125), told: 20_000 }),
  ]);
  const report = await reconcile();
  expect(report.total).toMatchObject({ theirs: { requests: 5, costMicroUsd: 20_000 }, driftPercent: 0, reasons: [] });
  expect(report.total.theirs).toMatchObject({ inputTokens: 50, cacheReadTokens: null, cacheWriteTokens: null });
  expect(report.account).toEqual([
    { name: 'key', label: 'Used by this key', value: '$1.50' },
    { name: 'key', label: 'Left of its limit', value: '$8.50' },
  ]);
  expect(report.notes.join(' ')).toMatch(/No balance: .*needs: a management key/);
});

test('DeepSeek: the balance is shown, and that it tells no usage by day', async () => {
  const { reconcile } = await asking('deepseek', 'api_key', 'api_key', () => ({
    is_available: true,
    balance_infos: [{ currency: 'USD', total_balance: '7.25' }],
  }));
  const report = await reconcile();
  expect(report.account.map(({ value }) => value)).toEqual(['7.25', 'USD']);
  expect(report.total).toMatchObject({ theirs: { costMicroUsd: null }, driftPercent: null });
  expect(report.notes.join(' ')).toContain('tells no usage');
});

test.each([
  [401, {}, 'invalid_key'],
  [403, {}, 'insufficient_permission'],
  [429, { 'retry-after': '17' }, 'rate_limited'],
  [500, {}, 'provider_unavailable'],
  [302, { location: 'https://elsewhere.example' }, 'provider_unavailable'],
])('an answer of %i is told as what it is, and no key is in what is told', async (status, headers, code) => {
  const { reconcile, key } = await asking('openai', 'admin_key', 'admin_key', ({ headers: sent }) => ({
    status,
    headers,
    error: { code: 'x', message: `bad key ${sent.authorization}` },
  }));
  const failure = await reconcile().catch((error: unknown) => error);
  expect(failure).toMatchObject({ code });
  expect(JSON.stringify(failure) + String(failure)).not.toContain(key);
});

test('an answer of another form is not read as zero', async () => {
  const { reconcile } = await asking('openai', 'admin_key', 'admin_key', (_, url) =>
    url.pathname.endsWith('/costs')
      ? { data: [{ start_time: seconds(0), results: [{ amount: { value: 1, currency: 'usd' } }] }] }
      : { data: 'soon' },
  );
  const report = await reconcile();
  expect(report.total.theirs).toMatchObject({ costMicroUsd: 1_000_000, inputTokens: null, requests: null });
  expect(report.notes.join(' ')).toContain('does not have the form');
});

test('a server that always has another page is not followed for ever', async () => {
  let asked = 0;
  const { reconcile } = await asking('openai', 'admin_key', 'admin_key', () => {
    asked += 1;
    return { data: [], has_more: true, next_page: `page-${asked}` };
  });
  expect((await reconcile()).notes.join(' ')).toContain('more usage than was read');
  expect(asked).toBe(180);
});

test('today is not over: its figures are marked; imported calls are named', async () => {
  const { app, clock, reconcile } = await asking('openai', 'admin_key', 'admin_key', () => ({
    data: [],
    has_more: false,
  }));
  app.usage.record([call({ atMs: clock.now() - 1000, tokens: tokens(5, 0, 5) })]);
  const imported = { id: 'import:codex', name: 'Codex (imported)' };
  app.usage.record([{ ...call({ atMs: clock.now() - 2000 }), source: 'import', client: imported }]);
  const report = await reconcile({ from: '2030-01-14', to: '2030-01-15' });
  expect(report.days.at(-1)?.reasons).toContain('partial-day');
  expect(report.notes.join(' ')).toContain('imported from logs: 1.');
});

test('a lock ends the question', async () => {
  const { app, reconcile } = await asking('openai', 'admin_key', 'admin_key', () => {
    app.vault.lock('asked');
    return new Promise(() => undefined);
  });
  await expect(reconcile()).rejects.toMatchObject({ code: 'vault_locked' });
});

test('a key that cannot ask, a provider that tells nothing, a period that cannot be: each is said', async () => {
  const { app, reconcile } = await asking('openai', 'api_key', 'api_key', () => ({}));
  await expect(reconcile()).rejects.toMatchObject({
    code: 'key_not_found',
    hint: expect.stringContaining('Admin') as string,
  });
  await expect(reconcile({ label: 'admin' })).rejects.toMatchObject({ code: 'key_not_found' });
  await expect(reconcile({ from: '2030-01-12', to: '2030-01-10' })).rejects.toMatchObject({ code: 'invalid_input' });
  await expect(reconcile({ from: '2029-01-12' })).rejects.toMatchObject({ code: 'invalid_input' });
  app.usage.record([call({ atMs: at(0), tokens: tokens(1, 0, 0), told: 950_000 })]);
  const { total } = app.providerFigures.compareInvoice({ provider: 'openai', ...PERIOD, totalMicroUsd: 1_000_000 });
  expect(total).toMatchObject({ driftPercent: -5, driftOf: 'cost', theirs: { costMicroUsd: 1_000_000 } });
});
