import { createSecretKey, randomBytes } from 'node:crypto';
import {
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
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Spill, type SpillPlace } from '../../../electron/core/usage/spill.ts';
import { entriesLeft } from './left-behind.ts';

function place(): SpillPlace {
  const folder = mkdtempSync(join(tmpdir(), 'kh-spill-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return { file: join(folder, 'usage.db-spill'), vaultId: randomBytes(16), key: createSecretKey(randomBytes(32)) };
}

test('entries come back in their order, under the id of their file', () => {
  const at = place();
  const spill = new Spill(at);
  for (const text of ['first', '', 'üñïcode '.repeat(1000)]) spill.append(text);
  expect(entriesLeft(at)).toEqual({
    id: spill.id,
    whole: true,
    entries: [
      { seq: 1, text: 'first' },
      { seq: 2, text: '' },
      { seq: 3, text: 'üñïcode '.repeat(1000) },
    ],
  });
  spill.clear();
  spill.append('after');
  expect(entriesLeft(at)?.entries).toEqual([{ seq: 4, text: 'after' }]);
  expect(statSync(at.file).mode & 0o777).toBe(0o600);
  spill.close(true);
  expect(entriesLeft(at)?.entries).toHaveLength(1);
});

test('an entry with any byte changed, cut or moved does not verify', () => {
  const at = place();
  const spill = new Spill(at);
  spill.append('one-secret');
  const first = readFileSync(at.file).byteLength;
  spill.append('two-secret');
  spill.close(true);
  const bytes = readFileSync(at.file);
  expect(bytes.includes('secret')).toBe(false);
  const texts = (forged: Uint8Array) => {
    writeFileSync(at.file, forged);
    return entriesLeft(at)?.entries.map(({ text }) => text) ?? [];
  };
  for (let n = 0; n < bytes.byteLength; n += 1) {
    const forged = Buffer.from(bytes);
    forged[n] = (forged[n] as number) ^ 1;
    expect(texts(forged)).toEqual(n < first ? [] : ['one-secret']);
    expect(texts(bytes.subarray(0, n))).toEqual(n < first ? [] : ['one-secret']);
  }
  const head = first - (bytes.byteLength - first);
  expect(texts(Buffer.concat([bytes.subarray(0, head), bytes.subarray(first), bytes.subarray(head, first)]))).toEqual([
    'two-secret',
  ]);
  expect(texts(Buffer.concat([bytes, bytes.subarray(first)]))).toEqual(['one-secret', 'two-secret']);
  expect(texts(bytes)).toEqual(['one-secret', 'two-secret']);
  for (const other of [
    { ...at, vaultId: randomBytes(16) },
    { ...at, key: createSecretKey(randomBytes(32)) },
  ]) {
    expect(entriesLeft(other)?.entries).toEqual([]);
  }
});

test('a link in place of the file is not followed', () => {
  const at = place();
  const elsewhere = `${at.file}-elsewhere`;
  writeFileSync(elsewhere, 'kept');
  symlinkSync(elsewhere, at.file);
  expect(entriesLeft(at)).toBeNull();
  const spill = new Spill(at);
  spill.append('text');
  spill.close(true);
  expect(readFileSync(elsewhere, 'utf8')).toBe('kept');
});

test('what was appended behind a mark outlasts the clearing, in a file that is whole at every moment', () => {
  const at = place();
  const spill = new Spill(at);
  spill.append('before');
  spill.mark();
  spill.clear();
  expect(entriesLeft(at)?.entries).toEqual([]);
  spill.append('old');
  spill.mark();
  spill.append('new');
  spill.append('newer');
  spill.clear();
  spill.append('last');
  expect(entriesLeft(at)).toEqual({
    id: spill.id,
    whole: true,
    entries: [
      { seq: 3, text: 'new' },
      { seq: 4, text: 'newer' },
      { seq: 5, text: 'last' },
    ],
  });
  expect(statSync(at.file).mode & 0o777).toBe(0o600);
  spill.mark(); // the database does not take what stands before it …
  spill.append('meanwhile');
  spill.mark(); // … and is tried again
  spill.append('kept');
  spill.clear();
  spill.close(true);
  expect(entriesLeft(at)?.entries).toEqual([{ seq: 7, text: 'kept' }]);
  expect(readdirSync(dirname(at.file))).toEqual(['usage.db-spill']);
});

test('a clearing that the disk does not take leaves the file as it is', () => {
  const at = place();
  const spill = new Spill(at);
  spill.append('old');
  spill.mark();
  spill.append('new');
  mkdirSync(`${at.file}-next`);
  expect(() => spill.clear()).toThrow();
  spill.append('after');
  spill.close(true);
  expect(entriesLeft(at)?.entries.map(({ text }) => text)).toEqual(['old', 'new', 'after']);
});
