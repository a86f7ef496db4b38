import type * as fs from 'node:fs';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Paths } from '../../../electron/core/seams.ts';
import { finishPutBack, putBack } from '../../../electron/core/store/put-back.ts';
import { listReplaced } from '../../../electron/core/store/replaced.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { testHome } from '../../support/test-vault.ts';

vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  return { ...real, renameSync: vi.fn(real.renameSync) };
});

const OLD = {
  'vault.json': 'old header',
  'vault.json.bak': 'older header',
  'vault.db': 'old',
  'vault.db-wal': 'old log',
} as const;

/** A home with files in the place of a vault, and a backup of others. */
function home() {
  const paths = testHome();
  for (const [name, text] of Object.entries(OLD)) writeFileSync(path.join(paths.home, name), text);
  const made = path.join(paths.backups, 'made');
  mkdirSync(made, { recursive: true });
  const files = { header: path.join(made, 'vault.json'), database: path.join(made, 'vault.db'), log: null };
  writeFileSync(files.header, 'header of that day');
  writeFileSync(files.database, 'of that day');
  return { paths, files };
}

function restore({ paths, files }: ReturnType<typeof home>, headerOnly: boolean): string {
  const nothing = () => undefined;
  const steps = { check: nothing, close: nothing, done: nothing };
  return putBack({ paths, clock: new FakeClock(), ...files, headerOnly }, steps);
}

/** The names in this folder that are files, with what is in them. */
const texts = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => [name, readFileSync(path.join(folder, name), 'utf8')]),
  );
const folders = ({ backups }: Paths) => readdirSync(backups);

/** The rename of this number fails, as a full disk lets it; of the others nothing is known. */
function failing(number: number, code = 'ENOSPC'): void {
  const renamed = vi.mocked(renameSync);
  const real = renamed.getMockImplementation();
  if (real === undefined) throw new Error('it is mocked');
  let calls = 0;
  renamed.mockImplementation((from, to) => {
    calls += 1;
    if (calls === number) throw Object.assign(new Error('no room'), { code });
    real(from, to);
  });
  onTestFinished(() => void renamed.mockImplementation(real));
}

test.each([1, 2, 3, 4, 5, 6, 7])('where rename number %i of a restore fails, all is as it was', (number) => {
  const at = home();
  failing(number);
  expect(() => restore(at, false)).toThrow('The disk is full. Nothing was changed.');
  expect(texts(at.paths.home)).toEqual(OLD);
  expect(folders(at.paths)).toEqual(['made']);
});

test.each([1, 2, 3, 4])('where rename number %i of a restore of the header fails, all is as it was', (number) => {
  const at = home();
  failing(number);
  expect(() => restore(at, true)).toThrow('The disk is full. Nothing was changed.');
  expect(texts(at.paths.home)).toEqual(OLD);
  expect(folders(at.paths)).toEqual(['made']);
});

test('where only the name of the folder fails, the backup is in place, and the next start gives the name', () => {
  const at = home();
  failing(8);
  const moving = restore(at, false);
  expect(texts(at.paths.home)).toEqual({ 'vault.json': 'header of that day', 'vault.db': 'of that day' });
  expect(texts(path.join(at.paths.backups, moving))).toEqual(OLD);
  const name = finishPutBack(at.paths, new FakeClock(), () => undefined) ?? '';
  expect(moving).toBe(`.moving-${name}`);
  expect(texts(path.join(at.paths.backups, name))).toEqual(OLD);
});

test('a restore that was killed when all of the copy was there is ended; an earlier one is cleared away', () => {
  const { paths } = home();
  writeFileSync(`${paths.vaultDb}.restoring`, 'of that day');
  writeFileSync(`${paths.vaultDb}.restoring-wal`, '');
  mkdirSync(path.join(paths.backups, '.moving-replaced-20300115T120000000Z'));
  const done = vi.fn();
  expect(finishPutBack(paths, new FakeClock(), done)).toBeNull();
  expect([texts(paths.home), folders(paths), done.mock.calls.length]).toEqual([OLD, ['made'], 0]);

  writeFileSync(`${paths.vaultDb}.restoring`, 'of that day');
  writeFileSync(`${paths.header}.restoring`, 'header of that day');
  const name = finishPutBack(paths, new FakeClock(), done) ?? '';
  expect(texts(paths.home)).toEqual({ 'vault.json': 'header of that day', 'vault.db': 'of that day' });
  expect(texts(path.join(paths.backups, name))).toEqual(OLD);
  expect(listReplaced(paths.backups)).toMatchObject([{ name, complete: true }]);
  expect(done).toHaveBeenCalledOnce();
  expect(finishPutBack(paths, new FakeClock(), done)).toBeNull();
  expect(existsSync(paths.headerBackup)).toBe(false);
});
