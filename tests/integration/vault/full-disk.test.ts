import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { PASSWORD, testHome, testVault } from '../../support/test-vault.ts';

/**
 * The limit on file sizes stands for a full disk: a write beyond it fails in the middle, as it would there. It is set on
 * a child, which tells what the vault said.
 */
interface Told {
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly rowsBefore: number;
  readonly rowsAfter: number;
  readonly worksAfterwards: boolean;
}

const script = path.join(import.meta.dirname, 'full-disk-child.ts');

test('a write that does not fit is told, leaves the rows before it, and the vault works on', async () => {
  const paths = testHome();
  const limited = ['-c', 'ulimit -f "$1" && shift && exec "$@"', 'sh', '1024', process.execPath, script];
  const told = JSON.parse(execFileSync('sh', [...limited, 'fill', paths.home, PASSWORD], { encoding: 'utf8' })) as Told;
  expect(told.error).toMatchObject({ message: expect.stringMatching(/disk/) as string });
  expect(told.error?.message).toContain('Nothing was changed.');
  expect(told.rowsAfter).toBe(told.rowsBefore);
  expect(told.worksAfterwards).toBe(true);
  const { vault } = testVault(paths);
  await vault.unlock(PASSWORD);
  const rows = vault.opened().db.prepare('SELECT count(*) FROM setting').pluck().get();
  expect(rows).toBe(told.rowsAfter + 1);
});

test('a backup for which there is no room is not put back, and the vault is as it was', async () => {
  const paths = testHome();
  execFileSync(process.execPath, [script, 'back-up', paths.home, PASSWORD]);
  const before = readFileSync(paths.vaultDb);
  // Less than the database has.
  const limited = ['-c', 'ulimit -f "$1" && shift && exec "$@"', 'sh', '100', process.execPath, script];
  const told = JSON.parse(
    execFileSync('sh', [...limited, 'restore', paths.home, PASSWORD], { encoding: 'utf8' }),
  ) as Told;
  expect(told.error?.message).toBe('The disk is full. Nothing was changed.');
  expect(readFileSync(paths.vaultDb).equals(before)).toBe(true);
  expect(readdirSync(paths.home).filter((name) => name.includes('restoring'))).toEqual([]);
  const { vault } = testVault(paths);
  expect(vault.backups.replaced()).toEqual([]);
  await vault.unlock(PASSWORD);
});

test('a home that is read-only is told in plain words, and nothing in it changes', async () => {
  const paths = testHome();
  const made = testVault(paths);
  await made.vault.create({ password: PASSWORD, kdf: 'argon2id' });
  await made.vault.close();
  const before = readFileSync(paths.header, 'utf8');
  // Root may write anywhere: as another user, who owns the folder but may not write in it.
  const asUser = process.getuid?.() === 0;
  if (asUser) execFileSync('chown', ['-R', '65534:65534', paths.home]);
  chmodSync(paths.home, 0o500);
  const command = asUser
    ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', process.execPath]
    : [process.execPath];
  const [program = '', ...args] = [...command, script, 'open', paths.home, PASSWORD];
  try {
    const told = JSON.parse(execFileSync(program, args, { encoding: 'utf8' })) as Told;
    expect(told.error?.message).toMatch(/cannot be written|did not take/);
    expect(readFileSync(paths.header, 'utf8')).toBe(before);
  } finally {
    chmodSync(paths.home, 0o700);
    if (asUser) execFileSync('chown', ['-R', '0:0', paths.home]);
  }
  expect(statSync(paths.home).mode & 0o777).toBe(0o700);
  const { vault } = testVault(paths);
  await vault.unlock(PASSWORD);
});
