import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { SavedExports } from '../../../electron/core/usage/export/saved-exports.ts';
import { FakeClock } from '../../support/fake-clock.ts';

interface Piece {
  readonly encoding: 'utf8' | 'base64';
  readonly data: string;
}

/** An export of these pieces that belongs to the page "mine". */
function setUp(pieces: readonly (Piece | Error | 'never')[]) {
  const folder = mkdtempSync(join(tmpdir(), 'kh-downloads-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const cancelled: string[] = [];
  const closers: (() => void)[] = [];
  let at = 0;
  const saved = new SavedExports({
    exports: {
      next: () => {
        const piece = pieces[at++];
        if (piece === 'never') return new Promise<never>(() => undefined);
        if (piece === undefined || piece instanceof Error) return Promise.reject(piece ?? new Error('over'));
        return Promise.resolve({ ...piece, rows: at, done: at === pieces.length });
      },
      fileName: (_, owner) => {
        if (owner !== 'mine') throw new Error('not found');
        return 'usage.csv';
      },
      cancel: (id) => cancelled.push(id),
    },
    clock: new FakeClock(),
    env: { HOME: folder },
  });
  const link = (connection: string) => ({
    connection,
    onClosed: (act: () => void) => (closers.push(act), () => undefined),
  });
  return { folder, saved, cancelled, closers, link };
}

const utf8 = (data: string): Piece => ({ encoding: 'utf8', data });

test('pieces of both kinds come into one file that only the user can read', async () => {
  const { saved, folder, link } = setUp([
    utf8('a\n'),
    { encoding: 'base64', data: Buffer.from([0, 255]).toString('base64') },
  ]);
  expect(await saved.more('x', link('mine'))).toEqual({ rows: 2, done: true, fileName: 'usage.csv', folder });
  expect(readFileSync(join(folder, 'usage.csv'))).toEqual(Buffer.from([97, 10, 0, 255]));
  expect(statSync(join(folder, 'usage.csv')).mode & 0o777).toBe(0o600);
});

test('a file of the same name stands', async () => {
  const { saved, folder, link } = setUp([utf8('new')]);
  writeFileSync(join(folder, 'usage.csv'), 'old');
  expect((await saved.more('x', link('mine'))).fileName).toBe('usage-2.csv');
  expect(readFileSync(join(folder, 'usage.csv'), 'utf8')).toBe('old');
});

test('of an export that fails nothing stays, and it is ended', async () => {
  const { saved, folder, link, cancelled } = setUp([utf8('a'), new Error('locked')]);
  await expect(saved.more('x', link('mine'))).rejects.toThrow('locked');
  expect(readdirSync(folder)).toEqual([]);
  expect(cancelled).toEqual(['x']);
});

test('another page can neither write it on nor take it away', async () => {
  const { saved, folder, link } = setUp([utf8('a')]);
  await expect(saved.more('x', link('another'))).rejects.toThrow('not found');
  await saved.more('x', link('mine'));
  saved.discard('x', 'another');
  expect(readdirSync(folder)).toEqual(['usage.csv']);
});

test('a lock, a closed page and a cancel take away what is not whole', () => {
  for (const end of ['lock', 'close', 'cancel'] as const) {
    const { folder, saved, closers, link } = setUp(['never']);
    void saved.more('x', link('mine'));
    expect(readdirSync(folder)).toEqual(['usage.csv.part']);
    if (end === 'lock') saved.locking();
    else if (end === 'close') closers[0]?.();
    else saved.discard('x', 'mine');
    expect(readdirSync(folder)).toEqual([]);
  }
});
