import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');

interface Here {
  readonly platform: string;
  readonly arch: string;
}
const { isInstalled, isLinked } = (await import(join(ROOT, 'scripts/lib/installed.mjs'))) as {
  readonly isInstalled: (folder: string, here?: Here) => boolean;
  readonly isLinked: (folder: string) => boolean;
};

const LINUX: Here = { platform: 'linux', arch: 'x64' };
const LOCK = {
  '': { name: 'it', version: '1.0.0' },
  'node_modules/a': { version: '1.2.3', integrity: 'sha512-a' },
  'node_modules/a/node_modules/b': { version: '2.0.0', integrity: 'sha512-b' },
  'node_modules/native-linux': { version: '1.0.0', integrity: 'sha512-l', optional: true, os: ['linux'], cpu: ['x64'] },
  'node_modules/native-win': { version: '1.0.0', integrity: 'sha512-w', optional: true, os: ['win32'] },
  'node_modules/wasm-only': { version: '1.0.0', integrity: 'sha512-x', optional: true },
};
type Packages = Record<string, object>;

/** A folder with a lockfile and what an install left of it. */
function folder(installed: Packages, lock: Packages = LOCK): string {
  const home = mkdtempSync(join(tmpdir(), 'kh-installed-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const write = (file: string, content: object) => {
    mkdirSync(dirname(join(home, file)), { recursive: true });
    writeFileSync(join(home, file), JSON.stringify(content));
  };
  write('package-lock.json', { packages: lock });
  write('node_modules/.package-lock.json', { packages: installed });
  for (const path of Object.keys(installed)) write(join(path, 'package.json'), {});
  return home;
}

const without = (packages: Packages, ...paths: string[]): Packages =>
  Object.fromEntries(Object.entries(packages).filter(([path]) => !paths.includes(path)));
const WHOLE = without(LOCK, '', 'node_modules/native-win', 'node_modules/wasm-only');

test('an install by npm alone is trusted: this very project has one', () => {
  const copy = folder({});
  cpSync(join(ROOT, 'package-lock.json'), join(copy, 'package-lock.json'));
  const hidden = join('node_modules', '.package-lock.json');
  const { packages } = JSON.parse(readFileSync(join(ROOT, hidden), 'utf8')) as { packages: Packages };
  cpSync(join(ROOT, hidden), join(copy, hidden));
  for (const path of Object.keys(packages)) {
    mkdirSync(join(copy, path), { recursive: true });
    writeFileSync(join(copy, path, 'package.json'), '{}');
  }
  expect(isInstalled(copy)).toBe(true);
});

test('a whole install is one without what is for another platform', () => {
  expect(isInstalled(folder(WHOLE), LINUX)).toBe(true);
});

test.each<[string, Packages]>([
  ['without a package', without(WHOLE, 'node_modules/a')],
  ['with another version', { ...WHOLE, 'node_modules/a': { version: '1.2.4', integrity: 'sha512-a' } }],
  ['with other content', { ...WHOLE, 'node_modules/a': { version: '1.2.3', integrity: 'sha512-z' } }],
  ['with a package too many', { ...WHOLE, 'node_modules/c': { version: '1.0.0' } }],
  ['without what this platform needs', without(WHOLE, 'node_modules/native-linux')],
  ['made on another platform', { ...WHOLE, 'node_modules/native-win': LOCK['node_modules/native-win'] }],
])('one %s is not', (_, installed) => {
  expect(isInstalled(folder(installed), LINUX)).toBe(false);
});

test('one whose folders went away, or that was never finished, is not', () => {
  const gone = folder(WHOLE);
  rmSync(join(gone, 'node_modules/a/node_modules'), { recursive: true });
  expect(isInstalled(gone, LINUX)).toBe(false);
  const cut = folder(WHOLE);
  writeFileSync(join(cut, 'node_modules/.package-lock.json'), '{"packages"');
  expect(isInstalled(cut, LINUX)).toBe(false);
  rmSync(join(cut, 'node_modules/.package-lock.json'));
  expect(isInstalled(cut, LINUX)).toBe(false);
});

test('a link in its place is told from a folder: what is behind it is not ours to empty', () => {
  const own = folder(WHOLE);
  expect(isLinked(own)).toBe(false);
  renameSync(join(own, 'node_modules'), join(own, 'elsewhere'));
  expect(isLinked(own)).toBe(false);
  symlinkSync(join(own, 'elsewhere'), join(own, 'node_modules'), 'dir');
  expect(isLinked(own)).toBe(true);
});
