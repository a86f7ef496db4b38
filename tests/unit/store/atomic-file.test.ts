import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readSmallFile, replaceFile } from '../../../electron/core/store/atomic-file.ts';
import { codeOf, testHome } from '../../support/test-vault.ts';

test('a file is replaced as a whole: whoever holds the old one still sees the old bytes', () => {
  const { home } = testHome();
  const file = path.join(home, 'a.json');
  replaceFile(file, Buffer.from('old and long'));
  linkSync(file, path.join(home, 'held'));
  replaceFile(file, Buffer.from('new'));
  expect([readFileSync(file, 'utf8'), readFileSync(path.join(home, 'held'), 'utf8')]).toEqual(['new', 'old and long']);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(home).sort()).toEqual(['a.json', 'held']);
});

test('when it cannot be replaced the old one stands and no rest is left', async () => {
  const { home } = testHome();
  const file = path.join(home, 'folder');
  mkdirSync(file);
  writeFileSync(path.join(file, 'inside'), '');
  await codeOf(() => replaceFile(file, Buffer.from('x')));
  expect(readdirSync(home)).toEqual(['folder']);
});

test('a link at the place of the file is replaced, its target is not written', () => {
  const { home } = testHome();
  const target = path.join(home, 'target');
  writeFileSync(target, 'mine');
  symlinkSync(target, path.join(home, 'a.json'));
  replaceFile(path.join(home, 'a.json'), Buffer.from('new'));
  expect(readFileSync(target, 'utf8')).toBe('mine');
});

test('reading gives null for no file, and refuses links, folders and endless files', async () => {
  const { home } = testHome();
  const file = path.join(home, 'a');
  expect(readSmallFile(file, 10)).toBeNull();
  writeFileSync(file, '0123456789');
  expect(readSmallFile(file, 10)?.toString()).toBe('0123456789');
  expect(await codeOf(() => readSmallFile(file, 9))).toBe('integrity_failure');
  symlinkSync(file, path.join(home, 'link'));
  expect(await codeOf(() => readSmallFile(path.join(home, 'link'), 10))).toBe('security_violation');
  expect(await codeOf(() => readSmallFile(home, 10))).toBe('security_violation');
});

test.runIf(process.getuid?.() !== 0)('a folder that cannot be written is told in plain words', () => {
  const { home } = testHome();
  chmodSync(home, 0o500);
  const told = expect.objectContaining({ message: expect.stringContaining('cannot be written') as string }) as Error;
  expect(() => replaceFile(path.join(home, 'a'), Buffer.from('x'))).toThrow(told);
});
