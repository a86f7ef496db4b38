import type * as fs from 'node:fs';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeKitFile } from '../../../cli/recovery-kit.ts';

vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  return { ...real, writeSync: vi.fn(real.writeSync) };
});

let folder = '';
let home = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kh-kit-'));
  home = join(folder, 'home');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('the file is for its owner alone, whatever the umask, and holds the code and a newline', () => {
  const umask = process.umask(0);
  try {
    makeKitFile(join(folder, 'kit.txt'), home).write('CODE-1');
  } finally {
    process.umask(umask);
  }
  expect(readFileSync(join(folder, 'kit.txt'), 'utf8')).toBe('CODE-1\n');
  expect(statSync(join(folder, 'kit.txt')).mode & 0o777).toBe(0o600);
});

test('of a code that the disk does not take whole no part stays', () => {
  const file = join(folder, 'kit.txt');
  const kit = makeKitFile(file, home);
  vi.mocked(writeSync).mockImplementationOnce((to) => {
    writeFileSync(to, 'CODE');
    throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
  });
  expect(() => kit.write('CODE-1')).toThrow('no room');
  expect(existsSync(file)).toBe(false);
});

test('a file that is there is never written over, nor a link followed', () => {
  writeFileSync(join(folder, 'old'), 'mine');
  symlinkSync(join(folder, 'elsewhere'), join(folder, 'link'));
  for (const name of ['old', 'link']) {
    expect(() => makeKitFile(join(folder, name), home)).toThrow(expect.objectContaining({ code: 'conflict' }) as Error);
  }
  expect(readFileSync(join(folder, 'old'), 'utf8')).toBe('mine');
  expect(existsSync(join(folder, 'elsewhere'))).toBe(false);
});

test('not inside the home: before it is made, below it, and through a link to it', () => {
  const invalid = expect.objectContaining({ code: 'invalid_input' }) as Error;
  expect(() => makeKitFile(join(home, 'kit.txt'), home)).toThrow(invalid);
  mkdirSync(join(home, 'deep'), { recursive: true });
  symlinkSync(home, join(folder, 'alias'));
  for (const path of [join(home, 'deep', 'kit'), join(folder, 'alias', 'kit'), join(home, 'deep', '..', 'kit')]) {
    expect(() => makeKitFile(path, home)).toThrow(invalid);
  }
  makeKitFile(join(folder, 'home-kit.txt'), home).discard();
});

test('a folder that is missing or cannot be written is refused', () => {
  expect(() => makeKitFile(join(folder, 'no', 'kit'), home)).toThrow(
    expect.objectContaining({ code: 'invalid_input' }) as Error,
  );
  if (process.getuid?.() === 0) return;
  mkdirSync(join(folder, 'ro'));
  chmodSync(join(folder, 'ro'), 0o500);
  expect(() => makeKitFile(join(folder, 'ro', 'kit'), home)).toThrow(
    expect.objectContaining({ code: 'invalid_input' }) as Error,
  );
});

test('when no code comes the empty file goes', () => {
  makeKitFile(join(folder, 'kit.txt'), home).discard();
  expect(existsSync(join(folder, 'kit.txt'))).toBe(false);
});
