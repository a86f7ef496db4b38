import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readAudit } from '../../../../electron/core/audit/audit-log.ts';
import { usageAnomalies } from '../../../../electron/core/usage/analysis/anomalies.ts';
import { call } from '../recording.ts';
import { importing, put } from './support.ts';

const AT = '2026-11-20T10:00:00.000Z';
const SAID = 'a very private sentence';

/** As Claude Code writes it; what matters here is changed by each test. */
function answer(id: string, usage: object = {}, more: object = {}, message: object = {}): object {
  return {
    parentUuid: 'a',
    isSidechain: false,
    userType: 'external',
    cwd: '/home/me/project',
    sessionId: 's-1',
    version: '2.1.0',
    type: 'assistant',
    requestId: `req_${id}`,
    timestamp: AT,
    message: {
      id: `msg_01${id.padEnd(20, 'A')}`,
      type: 'message',
      role: 'assistant',
      model: 'claude-opus-5-20260701',
      content: [{ type: 'text', text: SAID }],
      stop_reason: null,
      usage: {
        input_tokens: 10,
        cache_creation_input_tokens: 300,
        cache_read_input_tokens: 2000,
        cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 200 },
        output_tokens: 1,
        service_tier: 'standard',
        ...usage,
      },
      ...message,
    },
    ...more,
  };
}
const LOG = '.claude/projects/-home-me-project/s-1.jsonl';

test('each answer counts once, with the figures of its last line, its cache kinds and its folder', async () => {
  const { home, run, usage } = importing();
  put(home, LOG, [
    { type: 'user', message: { role: 'user', content: SAID }, timestamp: AT },
    answer('one'),
    answer('one', { output_tokens: 50 }, { timestamp: '2026-11-20T10:00:05.000Z' }),
    answer('two', { output_tokens: 7 }),
    answer('none', {}, {}, { model: '<synthetic>' }),
    { type: 'summary', summary: SAID },
  ]);
  const report = await run('claude-code');
  // Opus 5: $5 in, $25 out, $0.50 read, $6.25 and $10 written, for a million.
  const each = 10 * 5 + 2000 * 0.5 + 100 * 6.25 + 200 * 10;
  expect(report).toMatchObject({
    files: 1,
    found: 2,
    recorded: 2,
    known: 0,
    inputTokens: 20,
    cacheReadTokens: 4000,
    cacheWriteTokens: 600,
    outputTokens: 57,
    knownCostMicroUsd: 2 * each + 57 * 25,
    unpriced: 0,
    firstDay: '2026-11-20',
  });
  expect(usage.report({ by: 'project' }).rows).toMatchObject([
    { key: '/home/me/project', requests: 2, costMicroUsd: 2 * each + 57 * 25 },
  ]);
  expect(usage.report({ by: 'client' }).rows[0]?.key).toBe('Claude Code (imported)');
});

test('imported again, or noted again in the file of another session, a call counts once', async () => {
  const { home, run, usage } = importing();
  put(home, LOG, [answer('one')]);
  put(home, '.claude/projects/-home-me-project/s-1/subagents/agent-7.jsonl', [
    answer('one', {}, { sessionId: 's-2', isSidechain: true }),
    answer('two'),
  ]);
  expect(await run('claude-code')).toMatchObject({ files: 2, found: 2, recorded: 2 });
  put(home, '.config/claude/projects/p/s-3.jsonl', [answer('one'), answer('three')]);
  expect(await run('claude-code')).toMatchObject({ files: 3, found: 3, recorded: 1, known: 2 });
  expect(usage.report({ by: 'model' }).rows[0]?.requests).toBe(3);
});

test('a dry run tells the same and records nothing', async () => {
  const { home, run, usage, vault } = importing();
  put(home, LOG, [answer('one'), answer('two')]);
  const dry = await run('claude-code', { dryRun: true });
  expect(usage.report({ by: 'model' }).rows).toEqual([]);
  expect(readAudit(vault.opened(), { limit: 1 })).toEqual([]);
  expect(await run('claude-code')).toEqual({ ...dry, dryRun: false });
  expect(readAudit(vault.opened(), { limit: 1 })[0]).toMatchObject({ action: 'usage.import', meta: { recorded: 2 } });
});

test('a call that went through the proxy is not counted twice', async () => {
  const { home, run, usage } = importing();
  const tokens = { inputTokens: 10, cacheReadTokens: 2000, cacheWriteTokens: 100, cacheWriteLongTokens: 200 };
  const sent = { provider: 'anthropic', model: 'claude-opus-5', atMs: Date.parse(AT) - 9000 };
  usage.record([call({ ...sent, tokens: { ...tokens, outputTokens: 1 } })]);
  put(home, LOG, [answer('one'), answer('two'), answer('three', { output_tokens: 2 })]);
  const report = await run('claude-code');
  // Two of the log look like the one that was counted: it was one of them.
  expect(report).toMatchObject({ found: 3, proxied: 1, recorded: 2 });
  expect(report.warnings[0]).toContain('which counted them: 1 call.');
  expect(usage.report({ by: 'provider' }).rows[0]?.requests).toBe(3);
});

test('what happened in the last two minutes may still grow and is taken the next time', async () => {
  const { home, run, clock } = importing();
  const now = new Date(clock.now() - 60_000).toISOString();
  put(home, LOG, [answer('one'), answer('now', {}, { timestamp: now })]);
  expect(await run('claude-code')).toMatchObject({ recorded: 1 });
  clock.advance(120_000);
  expect(await run('claude-code')).toMatchObject({ recorded: 1, known: 1 });
});

test.each(['msg_bdrk_01AbCdEfGhIjKlMnOpQr', 'msg_vrtx_01AbCdEfGhIjKlMnOpQr'])(
  'a session that was resumed notes %s again, without the id of its request: one call',
  async (id) => {
    const { home, run } = importing();
    const said = (sessionId: string) => answer('x', {}, { requestId: undefined, sessionId }, { id });
    put(home, LOG, [said('s-1')]);
    put(home, LOG.replace('.jsonl', '-2.jsonl'), [said('s-2')]);
    expect(await run('claude-code')).toMatchObject({ found: 1, recorded: 1, files: 2 });
  },
);

test('ids that other servers make repeat: the request and the session tell them apart', async () => {
  const { home, run } = importing();
  const own = { id: 'msg_1', model: 'glm-5' };
  put(home, LOG, [answer('one', {}, { requestId: 'a' }, own), answer('two', {}, { requestId: 'b' }, own)]);
  expect(await run('claude-code')).toMatchObject({ recorded: 2, unpriced: 2 });
});

test('what has no price, or cost more than is known, is told of each model', async () => {
  const { home, run, usage } = importing();
  const searched = { server_tool_use: { web_search_requests: 2, web_fetch_requests: 0 }, service_tier: 'unheard-of' };
  put(home, LOG, [answer('one'), answer('two', searched), answer('three', {}, {}, { model: 'claude-next-99' })]);
  const { models, unpriced, incomplete } = await run('claude-code', { dryRun: true });
  expect(models.map(({ model, requests, unpriced: none }) => [model, requests, none])).toEqual([
    ['claude-opus-5-20260701', 2, 1],
    ['claude-next-99', 1, 1],
  ]);
  expect([unpriced, incomplete]).toEqual([2, 0]);
  await run('claude-code');
  // The same as the sums say afterwards.
  expect(usage.report({ by: 'model' }).rows).toEqual(
    models.map(({ model: key, provider: _provider, ...sums }) => expect.objectContaining({ key, ...sums }) as object),
  );
});

test('lines that cannot be read are counted and passed over; links are not followed', async () => {
  const { home, run } = importing();
  const elsewhere = put(home, 'elsewhere/s.jsonl', [answer('other')]);
  put(home, LOG, [
    '{"type":"assistant","message":{"usage"',
    answer('bad', {}, { timestamp: 'yesterday' }),
    answer('old', {}, { timestamp: '1999-11-20T10:00:00.000Z' }),
    answer('one'),
    `{"type":"assistant","usage":"${'x'.repeat(17 * 1024 * 1024)}"}`,
  ]);
  symlinkSync(elsewhere, join(home, '.claude/projects/link.jsonl'));
  symlinkSync(join(home, 'elsewhere'), join(home, '.claude/projects/folder'));
  expect(await run('claude-code')).toMatchObject({ recorded: 1, unreadable: 4, files: 1, filesSkipped: 2 });
});

test('nothing of what was said is kept', async () => {
  const { home, run, vault } = importing();
  put(home, LOG, [answer('one')]);
  await run('claude-code');
  for (const table of ['usage_record', 'usage_name', 'usage_reported']) {
    expect(JSON.stringify(vault.opened().usageDb.prepare(`SELECT * FROM ${table}`).all())).not.toContain(SAID);
  }
});

test('one import at a time, and none where there are no logs', async () => {
  const { home, run } = importing();
  await expect(run('claude-code')).rejects.toThrow(/no logs/);
  put(home, LOG, [answer('one')]);
  const first = run('claude-code');
  await expect(run('claude-code')).rejects.toThrow(/running/);
  await first;
});

test('imported calls have no part in how long calls took', async () => {
  const { home, run, usage, vault } = importing();
  put(home, LOG, [answer('one')]);
  await run('claude-code');
  usage.flush();
  const lengths = vault.opened().usageDb.prepare('SELECT DISTINCT length(latency) FROM usage_rollup').pluck().all();
  expect(lengths).toEqual([0]);
});

test('an import is no new client out of the usual', async () => {
  const { home, run, usage, vault, clock } = importing();
  usage.record([call({ atMs: Date.parse(AT) - 5 * 24 * 3_600_000 })]);
  usage.record([call({ atMs: Date.parse(AT), client: { id: 'stranger00', name: 'stranger' } })]);
  put(home, LOG, [answer('one')]);
  await run('claude-code');
  const pieces = [...usageAnomalies(vault.opened().usageDb, { reportingZone: 'UTC', nowMs: clock.now() })];
  expect(pieces.at(-1)?.anomalies.map(({ kind, subject }) => [kind, subject])).toEqual([['new-client', 'stranger']]);
});
