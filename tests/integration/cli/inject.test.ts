import { spawnSync } from 'node:child_process';
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

test('-o - is stdout; no file of that name is made', () => {
  const child = spawnSync('keyharbor', ['inject', '-o', '-'], {
    ...{ cwd: work, env: vault.env, input: '{{ kh://openai/work }}', encoding: 'utf8' },
  });
  expect(child).toMatchObject({ status: 0, stdout: KEY, stderr: '' });
  expect(readdirSync(work)).not.toContain('-');
});

test('run says which of several references cannot be had', async () => {
  writeFileSync(inFolder('.env'), '\ufeffFINE=kh://openai/work\r\nGONE=kh://openai/wrok\r\n');
  const outcome = await vault.kh(['run', '--env-file', inFolder('.env'), '--', 'true']);
  expect(outcome).toMatchObject({ code: 4, stdout: '' });
  expect(outcome.stderr).toContain('GONE (kh://openai/wrok): There is no such credential. Nothing was started.');
  const whole = await vault.kh(['run', '--provider', 'openai', '--env', 'A=kh://openai/work', '--', 'true']);
  expect(whole.stderr).toContain('kh://openai: There is no such credential.');
  // A byte order mark is no part of the first name.
  writeFileSync(inFolder('.env'), '\ufeffFINE=kh://openai/work\r\n');
  expect(await vault.must(['run', '--no-mask', '--env-file', inFolder('.env'), '--', 'printenv', 'FINE'])).toBe(
    `${KEY}\n`,
  );
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
