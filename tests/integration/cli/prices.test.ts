import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifiedUpdate } from '../../../electron/core/usage/prices/price-update.ts';
import { type UnlockedHome, unlockedHome } from './unlocked-home.ts';

const PROJECT = join(import.meta.dirname, '../../..');
let vault: UnlockedHome;
beforeAll(async () => {
  vault = await unlockedHome('prices');
});
afterAll(() => vault.close());

test('an own price is set, wins in the list, and is removed', async () => {
  await vault.must(['prices', 'set', 'openai', 'gpt-5', '--input', '1.5', '--output', '2', '--from', '2026-11-01']);
  await vault.must(['prices', 'set', 'elevenlabs', '--unit', 'characters', '--price', '0.30', '--per', '1000']);
  const { prices } = JSON.parse(await vault.must(['prices', 'list', '--own', '--json'])) as { prices: object[] };
  expect(prices).toMatchObject([
    {
      model: 'gpt-5',
      per: 'tokens',
      source: 'own',
      prices: [{ from: '2026-11-01', input: 1_500_000, output: 2_000_000 }],
    },
    { model: null, per: 'characters', prices: [{ price: 300_000_000 }] },
  ]);
  expect(await vault.must(['prices', 'list', '--provider', 'openai'])).toMatch(
    /gpt-5 +openai +\$1\.25 .* book, own wins/,
  );
  await vault.must(['prices', 'remove', 'openai', 'gpt-5']);
  expect(await vault.kh(['prices', 'remove', 'openai', 'gpt-5'])).toMatchObject({ code: 4, stdout: '' });
});

test('a price that would be rounded to nothing is none, nor is one from a day that there is not', async () => {
  const set = (...words: string[]) => vault.kh(['prices', 'set', 'openai', 'gpt-tiny', '--output', '1', ...words]);
  const small = await set('--input', '0.0000001');
  expect([small.code, small.stderr]).toEqual([2, expect.stringContaining('less than can be counted')]);
  const early = await set('--input', '1', '--from', '2026-02-30');
  expect([early.code, early.stderr]).toEqual([2, expect.stringContaining('--from is no day')]);
  expect((await set('--input', '0')).code).toBe(0);
  await vault.must(['prices', 'remove', 'openai', 'gpt-tiny']);
});

test('a long prompt has prices of its own, cached or not, and the list shows them', async () => {
  const over = ['--over', '200000', '--over-input', '10', '--over-output', '37.5', '--over-cache-read', '1'];
  await vault.must(['prices', 'set', 'anthropic', 'claude-long', '--input', '5', '--output', '25', ...over]);
  const shown = await vault.must(['prices', 'list', '--own']);
  expect(shown).toMatch(/over 200000 tokens +\$10\.00 +\$1\.00 +\$37\.50/);
  await vault.must(['prices', 'remove', 'anthropic', 'claude-long']);
});

test('a tier that the list does not know gets a factor, which is listed and removed', async () => {
  expect(await vault.must(['prices', 'tier', 'mistral', 'batch', '0.5'])).toContain('cost 0.5 times the price');
  const { tiers } = JSON.parse(await vault.must(['prices', 'list', '--own', '--json'])) as { tiers: object[] };
  expect(tiers).toEqual([{ provider: 'mistral', tier: 'batch', factor: [1, 2], source: 'own' }]);
  expect(await vault.must(['prices', 'list', '--provider', 'mistral'])).toMatch(/batch +mistral +\(all\) +0\.5 +own/);
  await vault.must(['prices', 'tier', 'mistral', 'batch', '--remove']);
  expect(await vault.kh(['prices', 'tier', 'mistral', 'batch', '--remove'])).toMatchObject({ code: 4, stdout: '' });
});

test.each([
  [['tier', 'mistral', 'batch']],
  [['set', 'openai', 'gpt-5', '--input', '1', '--output', '2', '--price', '3']],
  [['set', 'deepgram', '--unit', 'seconds', '--price', '1', '--over-input', '3']],
  [['tier', 'mistral', 'batch', '0']],
  [['tier', 'mistral', 'batch', '50%']],
  [['tier', 'mistral', 'batch', '0.5', '--remove']],
  [['set', 'openai', 'gpt-5', '--input', '1']],
  [['set', 'openai', 'gpt-5', '--input', '1', '--output', '2', '--over-cache-read', '1']],
  [['set', 'openai', 'gpt-5', '--input', 'one', '--output', '2']],
  [['set', 'openai', '--input', '1', '--output', '2']],
  [['set', 'openai', 'gpt-5', '--input', '1', '--output', '2', '--from', '2026-13-01']],
  [['set', 'deepgram', '--unit', 'seconds']],
  [['set', 'deepgram', '--unit', 'parsecs', '--price', '1']],
])('%j is wrong use: exit code 2', async (args) => {
  expect(await vault.kh(['prices', ...args])).toMatchObject({ code: 2, stdout: '' });
});

test('what the signing script makes verifies with its key, and the program refuses what its own keys did not sign', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const pem = join(vault.folder, 'key.pem');
  writeFileSync(pem, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const book = join(PROJECT, 'resources/prices.json');
  const script = join(PROJECT, 'scripts/sign-prices.mjs');
  const signed = execFileSync(process.execPath, [script, pem, book, '3', '30'], { encoding: 'utf8' });
  const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const { version, issuedMs, expiresMs } = verifiedUpdate(JSON.parse(signed), [spki]);
  expect([version, expiresMs - issuedMs]).toEqual([3, 30 * 24 * 3_600_000]);
  const file = join(vault.folder, 'update.json');
  writeFileSync(file, signed);
  const refused = await vault.kh(['prices', 'update', file]);
  expect([refused.code, refused.stderr]).toEqual([5, expect.stringContaining('signature')]);
});

test('a book that nobody signed is taken as own prices where that is said', async () => {
  const bare = JSON.parse(readFileSync(join(PROJECT, 'resources/prices.json'), 'utf8')) as { models: object[] };
  const file = join(vault.folder, 'bare.json');
  writeFileSync(file, JSON.stringify({ ...bare, models: bare.models.slice(0, 2) }));
  expect(await vault.kh(['prices', 'update', file])).toMatchObject({ code: 5, stdout: '' });
  expect(await vault.must(['prices', 'update', file, '--own'])).toContain('2 prices');
});

test('repricing tells first, and does it when told to', async () => {
  expect(await vault.must(['prices', 'reprice'])).toContain('All 0 records');
  expect(JSON.parse(await vault.must(['prices', 'reprice', '--apply', '--json']))).toMatchObject({
    applied: true,
    changed: 0,
  });
});
