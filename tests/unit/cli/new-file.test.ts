import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NewFile, placeOf, requireNewFile } from '../../../cli/new-file.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kh-new-'));
});
afterEach(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true, force: true });
});

const error = (code: string, hint: RegExp): Error =>
  expect.objectContaining({ code, hint: expect.stringMatching(hint) as string }) as Error;

test('a file is there as a whole or not at all, for its owner alone', () => {
  const path = join(folder, 'october.csv');
  const file = new NewFile(path, false);
  file.write(Buffer.from('a'));
  expect(readdirSync(folder)).not.toContain('october.csv');
  file.write(Buffer.from('b'));
  file.finish();
  expect(readFileSync(path, 'utf8')).toBe('ab');
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['october.csv']);
});

test('a file that is there stays, unless it is to be replaced', () => {
  const path = join(folder, 'october.csv');
  writeFileSync(path, 'old');
  expect(() => new NewFile(path, false)).toThrow(error('conflict', /--force/));
  const file = new NewFile(path, true);
  file.write(Buffer.from('new'));
  expect(readFileSync(path, 'utf8')).toBe('old');
  file.finish();
  expect(readFileSync(path, 'utf8')).toBe('new');
});

test('a file that came up meanwhile is not replaced, and nothing is left behind', () => {
  const path = join(folder, 'october.csv');
  const file = new NewFile(path, false);
  file.write(Buffer.from('new'));
  writeFileSync(path, 'theirs');
  expect(() => file.finish()).toThrow(error('conflict', /--force/));
  file.discard();
  expect(readFileSync(path, 'utf8')).toBe('theirs');
  expect(readdirSync(folder)).toEqual(['october.csv']);
});

test('a folder, a link and a place that is not there are told, also with force', () => {
  const made = join(folder, 'made');
  mkdirSync(made);
  symlinkSync(join(folder, 'x'), join(folder, 'link'));
  for (const force of [false, true]) {
    expect(() => requireNewFile(made, force)).toThrow(error('invalid_input', /ordinary file/));
    expect(() => requireNewFile(join(folder, 'link'), force)).toThrow(error('invalid_input', /ordinary file/));
    expect(() => requireNewFile(join(folder, 'no', 'x'), force)).toThrow(error('invalid_input', /Make it first/));
  }
});

test('what the system refuses is told with what to do, and without the path', () => {
  // No file system takes a name as long as that of its temporary file.
  expect(() => new NewFile(join(folder, 'x'.repeat(250)), false)).toThrow(
    expect.objectContaining({
      code: 'internal',
      message: expect.not.stringContaining(folder) as string,
      hint: expect.stringMatching(/folder can be written/) as string,
    }) as Error,
  );
  expect(readdirSync(folder)).toEqual([]);
});

test('- is stdout, as in other programs, and never a file of that name', () => {
  expect([placeOf(undefined), placeOf('-'), placeOf('./-'), placeOf('a')]).toEqual([null, null, './-', 'a']);
  expect(() => placeOf('')).toThrow(error('invalid_input', /stdout/));
});
