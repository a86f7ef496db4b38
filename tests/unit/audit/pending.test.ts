import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readAudit, verifyAudit } from '../../../electron/core/audit/audit-log.ts';
import { adoptPending, recordPending } from '../../../electron/core/audit/pending.ts';
import { PASSWORD, unlockedVault } from '../../support/test-vault.ts';

const linesOf = (file: string) =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; count: number });

test('the file holds kind, time, count and a chain, and is the owner’s alone', async () => {
  const { paths, clock } = await unlockedVault();
  recordPending(paths, clock, 'vault.unlock');
  expect(Object.keys(linesOf(paths.auditPending)[0] ?? {})).toEqual(['kind', 'atMs', 'count', 'hash']);
  expect(statSync(paths.auditPending).mode & 0o777).toBe(0o600);
});

test('the same kind within a minute only counts up', async () => {
  const { paths, clock } = await unlockedVault();
  for (let round = 0; round < 5; round += 1) recordPending(paths, clock, 'vault.unlock');
  recordPending(paths, clock, 'endpoint.locked');
  clock.advance(60_000);
  recordPending(paths, clock, 'endpoint.locked');
  expect(linesOf(paths.auditPending).map(({ kind, count }) => [kind, count])).toEqual([
    ['vault.unlock', 5],
    ['endpoint.locked', 1],
    ['endpoint.locked', 1],
  ]);
});

test('after a thousand lines the rest is counted as dropped, but for a panic', async () => {
  const { vault, paths, clock } = await unlockedVault();
  for (let round = 0; round < 1010; round += 1) {
    clock.advance(60_000);
    recordPending(paths, clock, 'vault.unlock');
  }
  const lines = linesOf(paths.auditPending);
  expect([lines.length, lines.at(-1)?.kind, lines.at(-1)?.count]).toEqual([1001, 'dropped', 10]);
  recordPending(paths, clock, 'app.panic');
  recordPending(paths, clock, 'vault.unlock');
  let panics = 0;
  adoptPending(vault.opened(), paths, clock, () => void (panics += 1));
  expect(panics).toBe(1);
}, 30_000);

test('unlock takes them into the chain, marked as unauthenticated, and removes the file', async () => {
  const { vault, paths, clock } = await unlockedVault();
  vault.lock('asked');
  recordPending(paths, clock, 'endpoint.badToken');
  await vault.unlock(PASSWORD);
  expect(existsSync(paths.auditPending)).toBe(false);
  const adopted = readAudit(vault.opened(), { limit: 10 }).find((entry) => entry.action === 'endpoint.badToken');
  expect(adopted).toMatchObject({ actor: 'unknown', result: 'failed', meta: { unauthenticated: true, count: 1 } });
  expect(verifyAudit(vault.opened()).firstBadSeq).toBeNull();
});

test('a file that comes back after a crash is not taken twice', async () => {
  const { vault, paths, clock } = await unlockedVault();
  recordPending(paths, clock, 'vault.unlock');
  const file = readFileSync(paths.auditPending);
  adoptPending(vault.opened(), paths, clock, () => undefined);
  const { entries } = verifyAudit(vault.opened());
  writeFileSync(paths.auditPending, file);
  adoptPending(vault.opened(), paths, clock, () => undefined);
  expect([verifyAudit(vault.opened()).entries, existsSync(paths.auditPending)]).toEqual([entries, false]);
});

test.each([
  ['a changed line', (text: string) => text.replace('"count":1', '"count":9')],
  ['noise', () => '\u0000\u0001 not json\n'],
  ['a line of an unknown kind', () => '{"kind":"x","atMs":1,"count":1,"hash":"00"}\n'],
])('%s is taken as far as it verifies, is named, and keeps nobody out', async (_, change) => {
  const { vault, paths, clock } = await unlockedVault();
  vault.lock('asked');
  recordPending(paths, clock, 'vault.unlock');
  writeFileSync(paths.auditPending, change(readFileSync(paths.auditPending, 'utf8')));
  await vault.unlock(PASSWORD);
  const adoption = readAudit(vault.opened(), { limit: 3 }).find((entry) => entry.action === 'audit.adopt');
  expect(adoption).toMatchObject({ result: 'failed', meta: { damaged: true, entries: 0 } });
});
