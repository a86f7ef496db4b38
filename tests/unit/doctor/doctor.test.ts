import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { doctorFinding } from '../../../shared/contract/schemas.ts';
import { fakeKey } from '../../support/fake-keys.ts';
import { credentialInput, startUnlockedApp } from '../../support/test-app.ts';

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

test('a clock before the last audit entry is told', async () => {
  const t = await startUnlockedApp();
  t.clock.wallMs -= 86_400_000;
  expect((await t.app.doctor()).find((each) => each.id === 'clock')).toMatchObject({ status: 'warning' });
});
