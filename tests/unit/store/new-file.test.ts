import type * as fs from 'node:fs';
import { linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { newFile, writeNewFile } from '../../../electron/core/store/new-file.ts';

vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  return { ...real, linkSync: vi.fn(real.linkSync) };
});

/** A folder with these files in it. */
function folderWith(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'kh-new-file-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const texts = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));

/** As a file system without hard links answers. */
function withoutLinks(): void {
  const linked = vi.mocked(linkSync);
  const real = linked.getMockImplementation();
  if (real === undefined) throw new Error('it is mocked');
  linked.mockImplementation(() => {
    throw Object.assign(new Error('operation not permitted'), { code: 'EPERM' });
  });
  onTestFinished(() => void linked.mockImplementation(real));
}

test('until its end a file has a name that says so: what a killed program leaves does not look whole', () => {
  const folder = folderWith();
  const file = newFile(folder, 'usage.csv');
  file.write('a,b\n');
  expect(texts(folder)).toEqual({ 'usage.csv.part': 'a,b\n' });
  file.write(Buffer.from('1,2\n'));
  file.finish();
  expect([file.name, texts(folder)]).toEqual(['usage.csv', { 'usage.csv': 'a,b\n1,2\n' }]);
  expect(statSync(join(folder, 'usage.csv')).mode & 0o777).toBe(0o600);
  file.discard();
  expect(readdirSync(folder)).toEqual(['usage.csv']);
});

test('what was left, and what is there, stands: the new one gets a number', () => {
  const folder = folderWith({ 'usage.csv.part': 'left', 'usage-2.csv': 'old' });
  expect(newFile(folder, 'usage.csv').name).toBe('usage-3.csv');
  expect(writeNewFile(folder, 'usage.csv', ['new'])).toBe('usage.csv');
  expect(texts(folder)).toEqual({
    ...{ 'usage.csv.part': 'left', 'usage-2.csv': 'old' },
    ...{ 'usage-3.csv.part': '', 'usage.csv': 'new' },
  });
});

test.each(['with', 'without'])('a file that came meanwhile stands, %s hard links', (links) => {
  if (links === 'without') withoutLinks();
  const folder = folderWith();
  const file = newFile(folder, 'usage.csv');
  file.write('new');
  writeFileSync(join(folder, 'usage.csv'), 'another');
  file.finish();
  expect(file.name).toBe('usage-2.csv');
  expect(texts(folder)).toEqual({ 'usage.csv': 'another', 'usage-2.csv': 'new' });
});

test('where it cannot get its name nothing of it stays, and the error says what to look at', () => {
  const folder = folderWith();
  const file = newFile(folder, 'usage.csv');
  file.write('new');
  rmSync(folder, { recursive: true });
  expect(() => file.finish()).toThrow('Nothing of it was kept.');
  expect(() => newFile(folder, 'usage.csv')).toThrow('could not be written into the folder for downloads');
});
