import { chmodSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { prepareHome, resolvePaths } from '../../../electron/core/paths.ts';
import { codeOf, testHome } from '../../support/test-vault.ts';

test.each([
  ['linux', { KEYHARBOR_HOME: '/srv/kh' }, '/srv/kh'],
  ['linux', { HOME: '/home/a' }, '/home/a/.config/keyharbor'],
  ['linux', { HOME: '/home/a', XDG_CONFIG_HOME: '/home/a/conf' }, '/home/a/conf/keyharbor'],
  ['linux', { HOME: '/home/a', XDG_CONFIG_HOME: 'relative' }, '/home/a/.config/keyharbor'],
  ['linux', { HOME: '/home/a', KEYHARBOR_HOME: '' }, '/home/a/.config/keyharbor'],
  ['darwin', { HOME: '/Users/a' }, '/Users/a/Library/Application Support/Keyharbor'],
  ['win32', { APPDATA: 'C:\\Users\\a\\AppData\\Roaming' }, 'C:\\Users\\a\\AppData\\Roaming\\Keyharbor'],
] as const)('on %s with %j the home is %s', (platform, env, home) => {
  const paths = resolvePaths(env, platform);
  expect(paths.home).toBe(home);
  const separator = platform === 'win32' ? '\\' : '/';
  expect(paths.vaultDb).toBe(`${home}${separator}vault.db`);
});

test('a missing home is made for its owner alone, with its folders', () => {
  const paths = resolvePaths({ KEYHARBOR_HOME: path.join(testHome().home, 'deep', 'er') });
  expect(prepareHome(paths)).toEqual([]);
  for (const folder of [paths.home, paths.logs, paths.backups]) expect(lstatSync(folder).mode & 0o777).toBe(0o700);
});

test('a home that others can only read is closed to them', () => {
  const paths = testHome();
  chmodSync(paths.home, 0o755);
  writeFileSync(paths.settings, '{}');
  chmodSync(paths.settings, 0o644);
  prepareHome(paths);
  expect([lstatSync(paths.home).mode & 0o777, lstatSync(paths.settings).mode & 0o777]).toEqual([0o700, 0o600]);
});

test.each([
  ['writable by its group', (home: string) => chmodSync(home, 0o770)],
  ['writable by all', (home: string) => chmodSync(home, 0o702)],
  ['a file', (home: string) => (rmSync(home, { recursive: true }), writeFileSync(home, ''))],
  ['a link to a folder', (home: string) => (rmSync(home, { recursive: true }), symlinkSync(tmpdir(), home))],
  ['a link to nothing', (home: string) => (rmSync(home, { recursive: true }), symlinkSync('/nowhere/at/all', home))],
  ['holding a link', (home: string) => symlinkSync('/etc/hostname', path.join(home, 'settings.json'))],
  [
    'holding a folder that others write',
    (home: string) => (mkdirSync(path.join(home, 'logs')), chmodSync(path.join(home, 'logs'), 0o777)),
  ],
])('a home that is %s is refused', async (_, change) => {
  const paths = testHome();
  change(paths.home);
  expect(await codeOf(() => prepareHome(paths))).toBe('security_violation');
});

test.runIf(process.getuid?.() === 0)('a home of another user is refused, for root too', async () => {
  const { chownSync } = await import('node:fs');
  const paths = testHome();
  chownSync(paths.home, 12_345, 12_345);
  expect(await codeOf(() => prepareHome(paths))).toBe('security_violation');
});

test('a home in a synced folder is used with a warning', () => {
  const outer = mkdtempSync(path.join(testHome().home, 'x'));
  const paths = resolvePaths({ KEYHARBOR_HOME: path.join(outer, 'Dropbox', 'keys') });
  expect(prepareHome(paths).join(' ')).toContain('synced');
});
