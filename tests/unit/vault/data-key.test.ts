import { randomBytes } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { type DataKeyPlace, unwrapDataKey, wrapDataKey } from '../../../electron/core/vault/data-key.ts';
import { newDataKey } from '../../../electron/core/vault/envelope.ts';
import type { OpenVault } from '../../../electron/core/vault/open-vault.ts';
import { codeOf, PASSWORD, unlockedVault } from '../../support/test-vault.ts';

let vault: OpenVault;
let relock: () => Promise<OpenVault>;
beforeEach(async () => {
  const test = await unlockedVault();
  vault = test.vault.opened();
  relock = async () => {
    test.vault.lock('asked');
    await test.vault.unlock(PASSWORD);
    return test.vault.opened();
  };
});

const place: DataKeyPlace = {
  table: 'credential',
  recordId: randomBytes(16),
  version: 1,
  provider: 'openai',
  origin: '',
};

test('a data key comes back after lock and unlock, and only at its place', async () => {
  const dataKey = newDataKey();
  const wrapped = vault.write(() => wrapDataKey(vault, place, dataKey));
  const again = await relock();
  expect(unwrapDataKey(again, place, wrapped).equals(dataKey)).toBe(true);
  for (const change of [
    { version: 2 },
    { provider: 'github' },
    { origin: 'https://x.example' },
    { table: 't' },
    { recordId: randomBytes(16) },
  ]) {
    expect(await codeOf(() => unwrapDataKey(again, { ...place, ...change }, wrapped))).toBe('integrity_failure');
  }
});

test('another vault does not open it', async () => {
  const wrapped = vault.write(() => wrapDataKey(vault, place, newDataKey()));
  const other = (await unlockedVault()).vault.opened();
  expect(await codeOf(() => unwrapDataKey(other, place, wrapped))).toBe('integrity_failure');
});

test('every wrap is counted, and the vault stops long before the limit of the cipher', async () => {
  const counted = () => vault.db.prepare('SELECT record_wraps FROM vault_state').pluck().get();
  vault.write(() => wrapDataKey(vault, place, newDataKey()));
  expect(counted()).toBe(1);
  vault.write(() => vault.db.prepare('UPDATE vault_state SET record_wraps = ?').run(2 ** 28));
  const over = () => vault.write(() => wrapDataKey(vault, place, newDataKey()));
  expect(await codeOf(over)).toBe('quota_exceeded');
  expect(counted()).toBe(2 ** 28);
});
