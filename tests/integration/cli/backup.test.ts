import { readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { VaultBackups } from '../../../shared/contract/backups.ts';
import { type UnlockedHome, unlockedHome } from './unlocked-home.ts';

const PASSWORD = ['correct', 'horse', 'battery', 'staple', '42'].join(' ');
let vault: UnlockedHome;

beforeAll(async () => {
  vault = await unlockedHome('backup');
});
afterAll(() => vault.close());

const known = async () => JSON.parse(await vault.must(['backup', 'list', '--json'])) as VaultBackups;
const kept = () => readdirSync(join(vault.home, 'backups')).filter((name) => name.startsWith('replaced-'));

test('a backup is checked and put back; what it replaced is listed until it is removed with the password', async () => {
  await vault.must(['add', 'http', '--label', 'one', '--base-url', 'https://one.example.com', '--stdin'], 'a-secret-1');
  const { name } = JSON.parse(await vault.must(['backup', 'make', '--json'])) as { readonly name: string };
  expect(await vault.must(['backup', 'check', name])).toBe(`${name}: whole; 1 key, 0 clients\n`);

  await vault.must(['lock']);
  const restored = await vault.must(['backup', 'restore', name, '--yes', '--password-stdin'], PASSWORD);
  expect(restored).toContain(`${name} is in place: 1 key, 0 clients.`);
  await vault.unlock();
  const { replaced } = await known();
  expect(replaced.map((one) => one.name)).toEqual(kept());
  const [{ name: old = '' } = {}] = replaced;
  expect(await vault.must(['backup'])).toContain(old);
  const doctor = (await vault.kh(['doctor'])).stdout;
  expect(doctor).toMatch(/Backups: There (is one|are \d+); the newest is less than a day old/);
  expect(doctor).toContain('Kept by a restore: A vault that a backup replaced is kept');

  const wrong = await vault.kh(['backup', 'remove', old, '--password-stdin'], 'not the password');
  expect([wrong.code === 0, kept()]).toEqual([false, [old]]);
  const noSuch = await vault.kh(['backup', 'remove', name, '--password-stdin'], PASSWORD);
  expect(noSuch.stderr).toContain('Nothing of this name was kept by a restore.');
  await vault.must(['backup', 'remove', old, '--password-stdin'], PASSWORD);
  expect(kept()).toEqual([]);
});

test('a damaged one ends the check with 1, and the restore of the newest passes over it', async () => {
  const { name } = JSON.parse(await vault.must(['backup', 'make', '--json'])) as { readonly name: string };
  const damage = (one: string) => truncateSync(join(vault.home, 'backups', one, 'vault.db'), 8192);
  damage(name);
  const checked = await vault.kh(['backup', 'check']);
  expect([checked.code, checked.stdout]).toEqual([1, expect.stringContaining(`${name}: DAMAGED`)]);
  await vault.must(['lock']);
  const [newest] = (await known()).backups;
  if (newest === undefined) throw new Error('there is a backup');
  damage(newest.name); // the daily one may have come a moment after it
  const { code, stderr } = await vault.kh(['backup', 'restore', '--yes', '--password-stdin'], PASSWORD);
  expect(code).toBe(0);
  for (const one of [newest.name, name]) expect(stderr).toMatch(new RegExp(`${one}.* passed over`));
});
