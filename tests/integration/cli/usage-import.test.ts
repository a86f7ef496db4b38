import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type UnlockedHome, unlockedHome } from './unlocked-home.ts';

let vault: UnlockedHome;
beforeAll(async () => {
  vault = await unlockedHome('usage-import');
});
afterAll(() => vault.close());

function log(name = 'logs', model = 'claude-opus-5'): string {
  const folder = join(vault.folder, name);
  mkdirSync(folder, { recursive: true });
  const answer = (id: string) => ({
    type: 'assistant',
    timestamp: new Date(Date.now() - 3_600_000).toISOString(),
    cwd: '/home/me/project',
    requestId: `req_${id}`,
    message: {
      id: `msg_01${id.padEnd(20, 'A')}`,
      model,
      usage: { input_tokens: 1000, output_tokens: 10 },
    },
  });
  writeFileSync(
    join(folder, 'session.jsonl'),
    ['a', 'b'].map((id) => `${JSON.stringify(answer(name + id))}\n`).join(''),
  );
  return folder;
}

test('logs are looked through, imported once, and counted under a client of their own', async () => {
  const folder = log();
  expect(await vault.must(['usage', 'import', 'claude-code', folder, '--dry-run'])).toContain('2 calls');
  expect(JSON.parse(await vault.must(['usage', '--by', 'client', '--json']))).toEqual([]);
  await vault.must(['usage', 'import', 'claude-code', folder]);
  const again = JSON.parse(await vault.must(['usage', 'import', 'claude-code', folder, '--json'])) as object;
  expect(again).toMatchObject({ recorded: 0, known: 2 });
  expect(JSON.parse(await vault.must(['usage', '--by', 'client', '--json']))).toMatchObject([
    { key: 'Claude Code (imported)', requests: 2, costMicroUsd: 10_500 }, // 2 × (1000 × $5 + 10 × $25 a million)
  ]);
});

test('a model without a known price is not shown as one that cost nothing', async () => {
  const folder = log('next', 'claude-next-99');
  const table = await vault.must(['usage', 'import', 'claude-code', folder, '--dry-run']);
  expect(table).toMatch(/claude-next-99 +anthropic +2 +unknown/);
  expect(table).toContain('1 file, cost unknown; 0 were there already.');
  expect(table).not.toContain('$0.00');
});

test('what is not there, or is no export, is said with an exit code of its own', async () => {
  expect(await vault.kh(['usage', 'import', 'codex', join(vault.folder, 'nowhere')])).toMatchObject({ code: 4 });
  const file = join(vault.folder, 'table.csv');
  writeFileSync(file, 'a,b\n1,2\n');
  expect(await vault.kh(['usage', 'import', 'csv', file])).toMatchObject({ code: 2, stdout: '' });
  expect(await vault.kh(['usage', 'import', 'csv'])).toMatchObject({ code: 2, stdout: '' });
  expect(await vault.kh(['usage', 'import', 'slack'])).toMatchObject({ code: 2, stdout: '' });
});

test('ours stand beside the total of an invoice; a provider without a key that may ask is said', async () => {
  const day = new Date().toISOString().slice(0, 10);
  const yesterday = new Date(Date.now() - 24 * 3_600_000).toISOString().slice(0, 10);
  const period = ['--from', yesterday, '--to', day];
  const table = await vault.must(['usage', 'reconcile', 'anthropic', ...period, '--invoice', '0.02']);
  expect(table).toMatch(/TOTAL +\$0\.02 +\$0\.0105 .*-47\.5 %/);
  expect(await vault.kh(['usage', 'reconcile', 'anthropic', ...period])).toMatchObject({ code: 4, stdout: '' });
  expect(await vault.kh(['usage', 'reconcile', 'anthropic', '--from', 'monday'])).toMatchObject({ code: 2 });
});
