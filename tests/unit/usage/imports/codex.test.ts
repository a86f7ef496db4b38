import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AppError } from '../../../../shared/errors.ts';
import { importing, put } from './support.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 20, 10, 0, seconds)).toISOString();
const meta = (id: string, more: object = {}, seconds = 0) => ({
  timestamp: at(seconds),
  type: 'session_meta',
  payload: { id, cwd: '/home/me/tool', model_provider: 'openai', cli_version: '0.150.0', ...more },
});
const turn = (model: string, seconds = 0) => ({ timestamp: at(seconds), type: 'turn_context', payload: { model } });
const figures = ([input, cached, output, reasoning]: readonly number[]) => ({
  input_tokens: input,
  cached_input_tokens: cached,
  output_tokens: output,
  reasoning_output_tokens: reasoning,
  total_tokens: (input ?? 0) + (output ?? 0),
});
const counted = (seconds: number, total: readonly number[], last?: readonly number[]) => ({
  timestamp: at(seconds),
  type: 'event_msg',
  payload: {
    type: 'token_count',
    info: { total_token_usage: figures(total), ...(last === undefined ? {} : { last_token_usage: figures(last) }) },
    rate_limits: { primary: { used_percent: 7 } },
  },
});
const said = { timestamp: at(0), type: 'response_item', payload: { type: 'message', content: [{ text: 'private' }] } };
const LOG = '.codex/sessions/2026/11/20/rollout-2026-11-20T10-00-00-parent.jsonl';
const FORK = '.codex/sessions/2026/11/20/rollout-2026-11-20T11-00-00-child.jsonl';

test('a call is the difference of two totals; a total that is told again is none', async () => {
  const { home, run, usage } = importing();
  put(home, LOG, [
    meta('parent'),
    turn('gpt-5.6-sol'),
    said,
    { timestamp: at(1), type: 'event_msg', payload: { type: 'token_count', info: null, rate_limits: {} } },
    counted(5, [1000, 200, 100, 40], [1000, 200, 100, 40]),
    counted(6, [1000, 200, 100, 40], [1000, 200, 100, 40]),
    turn('gpt-6-luna', 7),
    counted(9, [3000, 1200, 150, 50]),
  ]);
  expect(await run('codex')).toMatchObject({
    found: 2,
    recorded: 2,
    inputTokens: 800 + 1000,
    cacheReadTokens: 200 + 1000,
    outputTokens: 150,
    unpriced: 0,
  });
  expect(
    usage
      .report({ by: 'model' })
      .rows.map(({ key, outputTokens, reasoningTokens }) => [key, outputTokens, reasoningTokens]),
  ).toEqual(
    expect.arrayContaining([
      ['gpt-5.6-sol', 100, 40],
      ['gpt-6-luna', 50, 10],
    ]),
  );
  expect(usage.report({ by: 'project' }).rows[0]?.key).toBe('/home/me/tool');
  expect(usage.report({ by: 'client' }).rows[0]?.key).toBe('Codex (imported)');
});

test('a session that goes on is imported again: only what is new counts', async () => {
  const { home, run } = importing();
  const lines = [meta('parent'), turn('gpt-6-luna'), counted(5, [1000, 0, 100, 0])];
  put(home, LOG, lines);
  expect(await run('codex')).toMatchObject({ recorded: 1, known: 0 });
  put(home, LOG, [...lines, counted(8, [1500, 0, 120, 0])]);
  expect(await run('codex')).toMatchObject({ recorded: 1, known: 1, inputTokens: 500, outputTokens: 20 });
});

test.each([
  ['a fork', { forked_from_id: 'parent' }],
  ['a sub-agent', { source: { subagent: { thread_spawn: { parent_thread_id: 'parent', depth: 1 } } } }],
])('%s repeats what its parent used: it is counted once', async (_, more) => {
  const { home, run } = importing();
  put(home, LOG, [meta('parent'), turn('gpt-6-luna'), counted(5, [1000, 0, 100, 0]), counted(9, [2000, 0, 200, 0])]);
  put(home, FORK, [
    meta('child', { cwd: '/home/me/child', ...more }, 60),
    meta('parent', {}, 60),
    turn('gpt-6-luna', 60),
    counted(60, [1000, 0, 100, 0], [1000, 0, 100, 0]),
    counted(60, [2000, 0, 200, 0], [1000, 0, 100, 0]),
    turn('gpt-6-luna', 60),
    counted(63, [2600, 0, 230, 0], [600, 0, 30, 0]),
  ]);
  expect(await run('codex')).toMatchObject({ recorded: 3, inputTokens: 2600, outputTokens: 230 });
});

test('where the parent is gone, what was written in one go at the beginning is its copy', async () => {
  const { home, run } = importing();
  put(home, FORK, [
    meta('child', { forked_from_id: 'gone' }, 60),
    turn('gpt-6-luna', 60),
    counted(60, [1000, 0, 100, 0], [1000, 0, 100, 0]),
    counted(60, [2000, 0, 200, 0], [1000, 0, 100, 0]),
    counted(64, [2600, 0, 230, 0], [600, 0, 30, 0]),
  ]);
  expect(await run('codex')).toMatchObject({ recorded: 1, inputTokens: 600, outputTokens: 30 });
});

test('totals that begin anew, or whose beginning is not here, are read by the figures of the call', async () => {
  const { home, run } = importing();
  put(home, LOG, [
    meta('parent'),
    turn('gpt-6-luna'),
    counted(5, [9000, 0, 900, 0], [100, 0, 10, 0]),
    counted(8, [300, 0, 30, 0], [300, 0, 30, 0]),
  ]);
  expect(await run('codex')).toMatchObject({ recorded: 2, inputTokens: 400, outputTokens: 40 });
});

test('a model that is not named has no price, another provider is not taken for OpenAI', async () => {
  const { home, run, usage } = importing();
  put(home, LOG, [meta('parent', { model_provider: 'ollama' }), counted(5, [1000, 0, 100, 0])]);
  put(home, FORK, [meta('other'), counted(5, [1000, 0, 100, 0])]);
  expect(await run('codex')).toMatchObject({ recorded: 2, unpriced: 1 });
  expect(usage.report({ by: 'provider' }).rows.map(({ key, costMicroUsd }) => [key, costMicroUsd])).toEqual(
    expect.arrayContaining([
      ['ollama', 0],
      ['openai', null],
    ]),
  );
});

test('a file that was named and is no log of the tool is refused, and so is a folder without any', async () => {
  const { home, run } = importing();
  const refused = async (source: 'codex' | 'claude-code', path: string) =>
    run(source, { path }).then(
      () => null,
      (error: unknown) => (error as AppError).message,
    );
  const csv = put(home, 'costs.csv', ['start_time,end_time,amount_value', '1,2,3']);
  expect(await refused('codex', csv)).toBe('This is no session log of Codex. Nothing was imported.');
  expect(await refused('claude-code', csv)).toBe('This is no session log of Claude Code. Nothing was imported.');
  const log = put(home, 'elsewhere/rollout.jsonl', [meta('one'), turn('gpt-6-luna')]);
  expect(await refused('claude-code', log)).toContain('no session log');
  expect(await refused('codex', join(home, 'nothing'))).toContain('no such file');
  mkdirSync(join(home, 'empty'));
  expect(await refused('codex', join(home, 'empty'))).toContain('no log of this tool in this folder');
  const empty = await run('codex', { path: log });
  expect(empty).toMatchObject({ files: 1, found: 0 });
  expect(empty.warnings).toEqual(['There is no call in these files: nothing was used, or they are of another tool.']);
});
