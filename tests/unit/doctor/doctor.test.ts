import { chmodSync, closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { doctorFinding } from '../../../shared/contract/schemas.ts';
import { fakeKey } from '../../support/fake-keys.ts';
import { credentialInput, PASSWORD, startUnlockedApp } from '../../support/test-app.ts';

test('every finding fits the contract and tells no name, label, path or secret', async () => {
  const t = await startUnlockedApp();
  const key = fakeKey('openai', 'project');
  t.app.credentials.add(
    credentialInput({ provider: 'openai', label: 'label-of-mine', name: 'Name of mine', fields: { api_key: key } }),
    'cli',
  );
  const findings = await t.app.doctor();
  for (const each of findings) doctorFinding.parse(each);
  expect(new Set(findings.map((each) => each.id)).size).toBe(findings.length);
  const text = JSON.stringify(findings);
  for (const hidden of [key, 'label-of-mine', 'Name of mine', t.home]) expect(text).not.toContain(hidden);
  const status = (id: string) => findings.find((each) => each.id === id)?.status;
  expect([status('runtime'), status('home'), status('vault'), status('endpoint'), status('clock')]).toEqual([
    'ok',
    'ok',
    'ok',
    'ok',
    'ok',
  ]);
  expect([status('keychain'), status('device-binding'), status('recovery')]).toEqual(['warning', 'warning', 'warning']);
});

test('a file that others can read is a problem', async () => {
  const t = await startUnlockedApp();
  chmodSync(join(t.home, 'vault.json'), 0o644);
  expect((await t.app.doctor()).find((each) => each.id === 'home')).toMatchObject({ status: 'problem' });
});

test('a page that cannot be read is a problem, also where unlocking did not touch it', async () => {
  const t = await startUnlockedApp();
  t.app.credentials.add(
    credentialInput({ provider: 'openai', label: 'one', fields: { api_key: fakeKey('openai', 'project') } }),
    'cli',
  );
  const { db } = t.app.vault.opened();
  const page = Number(db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'credential'").pluck().get());
  const bytes = Number(db.pragma('page_size', { simple: true }));
  t.app.vault.lock('asked');
  const file = openSync(join(t.home, 'vault.db'), 'r+');
  writeSync(file, Buffer.alloc(100, 0xa5), 0, 100, (page - 1) * bytes + 200);
  closeSync(file);
  await t.app.vault.unlock(PASSWORD, 'cli');
  const found = (await t.app.doctor()).find((each) => each.id === 'vault');
  expect(found).toMatchObject({ status: 'problem', detail: expect.stringContaining('damaged') as string });
});

test('a header that cannot be read is a problem, and nothing is said of what it would hold', async () => {
  const t = await startUnlockedApp();
  t.app.vault.lock('asked');
  writeFileSync(join(t.home, 'vault.json'), 'no header', { mode: 0o600 });
  const findings = await t.app.doctor();
  expect(findings.find((each) => each.id === 'vault')).toMatchObject({ status: 'problem' });
  expect(findings.filter((each) => each.id === 'recovery' || each.id === 'device-binding')).toEqual([]);
});

test('a clock before the last audit entry is told', async () => {
  const t = await startUnlockedApp();
  t.clock.wallMs -= 86_400_000;
  expect((await t.app.doctor()).find((each) => each.id === 'clock')).toMatchObject({ status: 'warning' });
});
