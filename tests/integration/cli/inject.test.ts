import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fakeKey } from '../../support/fake-keys.ts';
import { type UnlockedHome, unlockedHome } from './unlocked-home.ts';

const KEY = fakeKey('openai');
let vault: UnlockedHome;
let work = '';

beforeAll(async () => {
  vault = await unlockedHome('inject');
  work = join(vault.folder, 'work');
  mkdirSync(work);
  await vault.must(['add', 'openai', '--label', 'work', '--stdin'], KEY);
});
afterAll(() => vault.close());

const inFolder = (name: string): string => join(work, name);

test('each reference is replaced, everything else stays byte for byte, and only the owner can read the file', async () => {
  writeFileSync(inFolder('a.tmpl'), '# é {{ name }} {{kh://openai/work}}\r\nkey="{{ \tkh://openai/work }}"');
  await vault.must(['inject', '-i', inFolder('a.tmpl'), '-o', inFolder('a')]);
  expect(readFileSync(inFolder('a'), 'utf8')).toBe(`# é {{ name }} ${KEY}\r\nkey="${KEY}"`);
  expect(statSync(inFolder('a')).mode & 0o777).toBe(0o600);
});

test('from stdin to stdout, and a template without references needs no vault', async () => {
  expect(await vault.must(['inject'], 'k={{ kh://openai/work }}\n')).toBe(`k=${KEY}\n`);
  const elsewhere = { ...vault.env, KEYHARBOR_HOME: join(vault.folder, 'none') };
  const { spawnSync } = await import('node:child_process');
  const plain = spawnSync('keyharbor', ['inject'], { env: elsewhere, input: 'a: {{ b }}', encoding: 'utf8' });
  expect(plain).toMatchObject({ status: 0, stdout: 'a: {{ b }}', stderr: '' });
  expect(existsSync(join(vault.folder, 'none'))).toBe(false);
});

test.each([
  ['ok\n\n{{ kh://openai/nope }}\n', 4, 'Line 3, kh://openai/nope: '],
  ['{{ kh://openai/work\n', 2, 'Line 1 '],
  ['a\n{{ kh://openai/work kh://openai/work }}', 2, 'Line 2 '],
  ['a\n{{ kh://Open/work }}', 2, 'Line 2: '],
])('what cannot be filled in is told with its line, and nothing is written: %j', async (template, code, words) => {
  writeFileSync(inFolder('bad.tmpl'), template);
  writeFileSync(inFolder('bad'), 'as it was');
  const outcome = await vault.kh(['inject', '-i', inFolder('bad.tmpl'), '-o', inFolder('bad')]);
  expect(outcome).toMatchObject({ code, stdout: '' });
  expect(outcome.stderr).toContain(words);
  expect(outcome.stderr).not.toContain(KEY);
  expect(readFileSync(inFolder('bad'), 'utf8')).toBe('as it was');
  expect(readdirSync(work).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('a link, a folder and a device are not written to', async () => {
  writeFileSync(inFolder('target'), 'as it was');
  symlinkSync(inFolder('target'), inFolder('link'));
  for (const place of [inFolder('link'), work, '/dev/null', inFolder('no/such/folder')]) {
    const { code, stderr } = await vault.kh(['inject', '-o', place], '{{ kh://openai/work }}');
    expect(code).toBe(2);
    expect(stderr).toContain('Nothing was written');
  }
  expect(readFileSync(inFolder('target'), 'utf8')).toBe('as it was');
});
