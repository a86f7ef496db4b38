import { expect, test } from 'vitest';
import { call } from '../recording.ts';
import { importing, put } from './support.ts';

const DAY = Date.UTC(2026, 10, 19) / 1000;
const USAGE_HEADING =
  'start_time,end_time,start_time_iso,end_time_iso,project_id,num_model_requests,user_id,api_key_id,model,batch,service_tier,input_tokens,output_tokens,input_cached_tokens';
const usageRow = (model: string, requests: string, input: string, output: string, cached: string, batch = 'FALSE') =>
  `${DAY},${DAY + 86_400},,,proj_1,${requests},user-1,key_1,${model},${batch},default,${input},${output},${cached}`;

test('OpenAI usage: rows are sums of requests, long prompts are not made of them, half a price in a batch', async () => {
  const { home, run, usage } = importing();
  const path = put(home, 'usage.csv', [
    `\ufeff${USAGE_HEADING}`,
    usageRow('gpt-6-luna', '10.0', '1000000.0', '2000.0', '400000.0'),
    usageRow('gpt-6-luna', '5', '1000000', '0', '0', 'TRUE'),
    `${DAY},${DAY + 86_400},,,,,,,,,,,,`,
  ]);
  const report = await run('csv', { path });
  // $0.10 in, $0.01 cached, $0.50 out, for a million.
  expect(report).toMatchObject({
    csv: 'openai-usage',
    found: 2,
    recorded: 2,
    knownCostMicroUsd: 60_000 + 4000 + 1000 + 50_000,
    firstDay: '2026-11-19',
    lastDay: '2026-11-19',
    unreadable: 0,
  });
  expect(report.warnings.join(' ')).toContain('15 requests in 2 rows');
  expect(usage.report({ by: 'day' }).rows[0]).toMatchObject({ key: '2026-11-19', cacheReadTokens: 400_000 });
  expect(await run('csv', { path })).toMatchObject({ recorded: 0, known: 2, warnings: [] });
});

test('a row whose time is not over, or was until a few hours ago, is left for later: its figures still grow', async () => {
  const { home, run, clock } = importing();
  const early = put(home, 'early.csv', [USAGE_HEADING, usageRow('gpt-6-luna', '1', '10', '1', '0')]);
  clock.wallMs = (DAY + 86_400) * 1000 + 5 * 3_600_000;
  const report = await run('csv', { path: early });
  expect(report).toMatchObject({ found: 1, recorded: 0, open: 1, inputTokens: 0 });
  expect(report.warnings.join(' ')).toContain('not over');
  clock.wallMs += 3_600_000;
  const late = put(home, 'late.csv', [USAGE_HEADING, usageRow('gpt-6-luna', '9', '50000', '5000', '0')]);
  expect(await run('csv', { path: late })).toMatchObject({ recorded: 1, open: 0, inputTokens: 50_000 });
  const today = `${new Date(clock.wallMs).toISOString().slice(0, 10)},claude-opus-5-20260701,5`;
  const anthropic = put(home, 'anthropic.csv', ['usage_date_utc,model_version,usage_output_tokens', today]);
  expect(await run('csv', { path: anthropic })).toMatchObject({ recorded: 0, open: 1 });
});

test('rows that are equal in what they name are two, and stay two', async () => {
  const { home, run } = importing();
  const row = usageRow('gpt-6-luna', '1', '100', '10', '0');
  const path = put(home, 'usage.csv', [USAGE_HEADING, row, row]);
  expect(await run('csv', { path })).toMatchObject({ recorded: 2 });
  expect(await run('csv', { path })).toMatchObject({ recorded: 0, known: 2 });
});

test('days and models that were counted already are left out, unless they are to be added', async () => {
  const { home, run, usage } = importing();
  usage.record([call({ tokens: { inputTokens: 5 }, atMs: DAY * 1000 + 7000 })]);
  usage.flush();
  const path = put(home, 'usage.csv', [
    USAGE_HEADING,
    usageRow('gpt-6-luna', '1', '100', '10', '0'),
    usageRow('gpt-5', '1', '100', '10', '0'),
  ]);
  expect(await run('csv', { path, dryRun: true })).toMatchObject({ recorded: 1, proxied: 1 });
  expect(await run('csv', { path, overlap: 'add' })).toMatchObject({ recorded: 2, proxied: 0 });
});

test('OpenAI costs: what the provider says; the cost of a day is not added to usage of that day', async () => {
  const { home, run, usage } = importing();
  const heading =
    'start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,line_item,project_id,organization_id';
  const costs = put(home, 'costs.csv', [
    heading,
    `${DAY},${DAY + 86_400},,,0.8958740000000000,usd,"gpt-5-2025-08-07, input",,org-1`,
    `${DAY + 86_400},${DAY + 172_800},,,1.2e-05,usd,,,org-1`,
    `${DAY + 172_800},${DAY + 259_200},,,,,,,`,
    `${DAY},${DAY + 86_400},,,2,eur,other,,org-1`,
    `${DAY},${DAY + 86_400},,,-5.25,usd,credits,,org-1`,
    `${DAY},${DAY + 86_400},,,0.0000010000000000000000000000000,usd,"gpt-5-nano, input",,org-1`,
  ]);
  const report = await run('csv', { path: costs });
  expect(report).toMatchObject({
    csv: 'openai-costs',
    recorded: 3,
    unreadable: 0,
    knownCostMicroUsd: 895_874 + 12 + 1,
  });
  expect(report.warnings).toEqual([
    'Left out, as costs are counted in US dollars and these are in EUR: 1 row.',
    'Left out, as credits are money that is given back and no cost: 1 row, $5.25 together.',
  ]);
  expect(usage.report({ by: 'model' }).rows[0]).toMatchObject({ key: 'gpt-5-2025-08-07', costMicroUsd: 895_874 });
  const rows = put(home, 'usage.csv', [USAGE_HEADING, usageRow('gpt-5-2025-08-07', '1', '100', '10', '0')]);
  expect(await run('csv', { path: rows })).toMatchObject({ recorded: 0, proxied: 1 });
});

test('Anthropic usage: cache kinds, batch, searches', async () => {
  const { home, run } = importing();
  const path = put(home, 'anthropic.csv', [
    'usage_date_utc,model_version,api_key,workspace,usage_type,context_window,usage_input_tokens_no_cache,usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,usage_output_tokens,web_search_count,inference_geo,speed',
    '2026-11-19,claude-opus-5-20260701,"key, mine",Default,standard,≤ 200k,1000000,100000,100000,1000000,1000,0,not_available,',
    '2026-11-19,claude-opus-5-20260701,"key, mine",Default,batch,≤ 200k,1000000,0,0,0,0,0,not_available,',
  ]);
  expect(await run('csv', { path })).toMatchObject({
    csv: 'anthropic-usage',
    recorded: 2,
    knownCostMicroUsd: 5_000_000 + 625_000 + 1_000_000 + 500_000 + 25_000 + 2_500_000,
    cacheWriteTokens: 200_000,
    unpriced: 0,
  });
});

test('Anthropic usage of long prompts and of fast mode is not priced as the plain kind', async () => {
  const { home, run, repricer } = importing();
  const columns = 'usage_date_utc,model_version,context_window,usage_input_tokens_no_cache,usage_output_tokens,speed';
  const path = put(home, 'anthropic.csv', [
    columns,
    '2026-11-19,claude-sonnet-4-5-20250929,0-200k,1000000,100000,',
    '2026-11-19,claude-sonnet-4-5-20250929,200k-1M,1000000,100000,standard',
  ]);
  // $3 and $15 a million; above 200,000 tokens $6 and $22.50.
  expect(await run('csv', { path })).toMatchObject({ recorded: 2, knownCostMicroUsd: 4_500_000 + 8_250_000 });
  expect(await repricer.reprice({ apply: false }, 'cli')).toMatchObject({ records: 2, changed: 0 });
  const fast = put(home, 'fast.csv', [
    columns,
    '2026-11-19,claude-opus-5-5,0-200k,1000000,0,fast',
    '2026-11-19,claude-opus-5,0-200k,1000000,0,fast',
  ]);
  // Twice the price where it is known; else it is not.
  expect(await run('csv', { path: fast })).toMatchObject({ recorded: 2, knownCostMicroUsd: 8_000_000, unpriced: 1 });
});

test('OpenRouter activity: one generation a row, at its own cost and in its own time', async () => {
  const { home, run, usage, vault } = importing();
  const path = put(home, 'openrouter.csv', [
    'generation_id,created_at,cost_total,cost_cache,tokens_prompt,tokens_completion,tokens_reasoning,tokens_cached,model_permaslug,provider_name,generation_time_ms,time_to_first_token_ms',
    'gen-1,2026-11-19 23:30:40.040,0.0123,0,100,20,5,60,openai/gpt-6-luna-2026-09-22,OpenAI,1500,300',
    'gen-2,2026-11-20T00:10:00Z,0,0,1,1,0,0,meta/llama:free,Groq,90,10',
  ]);
  expect(await run('csv', { path })).toMatchObject({ recorded: 2, knownCostMicroUsd: 12_300, cacheReadTokens: 60 });
  expect(usage.report({ by: 'day' }).rows.map(({ key }) => key)).toEqual(['2026-11-19', '2026-11-20']);
  const rows = vault.opened().usageDb.prepare('SELECT latency_ms, first_byte_ms FROM usage_record ORDER BY seq').all();
  expect(rows).toEqual([
    { latency_ms: 1500, first_byte_ms: 300 },
    { latency_ms: 90, first_byte_ms: 10 },
  ]);
});

test('what a page hands over is read as a file would be; semicolons of a spreadsheet too', async () => {
  const { run } = importing();
  const text = `${USAGE_HEADING}\r\n${usageRow('gpt-6-luna', '1', '100', '10', '0')}\r\n`;
  expect(await run('csv', { document: [text.slice(0, 90), text.slice(90)] })).toMatchObject({ recorded: 1 });
  expect(await run('csv', { document: [text.replaceAll(',', ';')] })).toMatchObject({ recorded: 0, known: 1 });
});

test.each([
  ['another table', 'a,b\n1,2\n'],
  ['quotes that do not end', `${USAGE_HEADING}\n"${DAY},1\n`],
  ['nothing', '\n\n'],
])('%s is refused', async (_, text) => {
  const { run } = importing();
  await expect(run('csv', { document: [text] })).rejects.toMatchObject({ code: 'invalid_input' });
});

test('figures that cannot be are not read', async () => {
  const { run } = importing();
  const bad = ['-5', '1e9', 'NaN', '0x10', '9999999999999999999'].map((input) =>
    usageRow('gpt-5', '1', input, '1', '0'),
  );
  expect(await run('csv', { document: [[USAGE_HEADING, ...bad].join('\n')] })).toMatchObject({
    recorded: 0,
    unreadable: 5,
  });
});

/** More than one batch of rows, so that some are taken over before the end is read. */
const MANY = Array.from({ length: 1500 }, (_, n) => usageRow('gpt-6-luna', '1', String(n + 1), '10', '0'));

test('a file that is broken at its end is told with what was taken over before, and the rest comes once', async () => {
  const { home, run, usage } = importing();
  const path = put(home, 'usage.csv', [USAGE_HEADING, ...MANY, '"no end']);
  const broken = await run('csv', { path }).catch((error: unknown) => error);
  expect(broken).toMatchObject({
    code: 'invalid_input',
    message: expect.stringMatching(/1000 calls were taken over before/) as string,
    hint: expect.stringMatching(/What was taken over is not counted twice/) as string,
  });
  expect(String(broken)).not.toMatch(/Nothing was/);
  put(home, 'usage.csv', [USAGE_HEADING, ...MANY]);
  expect(await run('csv', { path })).toMatchObject({ recorded: 500, known: 1000 });
  expect(usage.report({ by: 'day' }).rows[0]).toMatchObject({ requests: 1500 });
});

test('where the database does not take the calls at the end, it is told that they come later; they come once', async () => {
  const { home, run, usage, vault } = importing();
  const path = put(home, 'usage.csv', [USAGE_HEADING, ...MANY.slice(0, 3)]);
  const db = () => vault.opened().usageDb;
  db().exec('CREATE TRIGGER full BEFORE INSERT ON usage_record BEGIN SELECT RAISE(ABORT, 1); END');
  const broken = await run('csv', { path }).catch((error: unknown) => error);
  expect(broken).toMatchObject({ message: expect.stringMatching(/^[^.]+\. 3 calls were taken over before/) as string });
  expect(String(broken)).not.toMatch(/Nothing was/);
  db().exec('DROP TRIGGER full');
  expect(await run('csv', { path })).toMatchObject({ recorded: 0, known: 3 });
  expect(usage.report({ by: 'day' }).rows[0]).toMatchObject({ requests: 3 });
});

test('a trial that fails has taken over nothing, and says so', async () => {
  const { home, run } = importing();
  const path = put(home, 'usage.csv', [USAGE_HEADING, ...MANY, '"no end']);
  await expect(run('csv', { path, dryRun: true })).rejects.toThrow(/Nothing was/);
});
