import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { assertPossibleHome } from '../../../cli/home.ts';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'kh-home-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

test('a home that is there, or can be made, is one', () => {
  const above = folder();
  expect(() => assertPossibleHome(above)).not.toThrow();
  expect(() => assertPossibleHome(join(above, 'not', 'yet'))).not.toThrow();
  mkdirSync(join(above, 'real'));
  symlinkSync(join(above, 'real'), join(above, 'link'));
  expect(() => assertPossibleHome(join(above, 'link', 'home'))).not.toThrow();
  expect(readdirSync(above).toSorted()).toEqual(['link', 'real']);
});

test('a file, or a link that leads nowhere, in its place or above it is told', () => {
  const above = folder();
  writeFileSync(join(above, 'file'), '');
  symlinkSync(join(above, 'gone'), join(above, 'link'));
  for (const name of ['file', 'link']) {
    expect(() => assertPossibleHome(join(above, name))).toThrow(/should be is something that is no folder/);
    expect(() => assertPossibleHome(join(above, name, 'home'))).toThrow(/above the home of the vault is no folder/);
    expect(() => assertPossibleHome(join(above, name, 'a', 'home'))).toThrow(
      /above the home of the vault is no folder/,
    );
  }
});

test('a folder above it that this user cannot write, or not look into, is told', () => {
  const above = folder();
  const home = join(import.meta.dirname, '..', '..', '..', 'cli', 'home.ts');
  const script = `import(${JSON.stringify(home)}).then(({ assertPossibleHome }) => {
    try { assertPossibleHome(process.argv[1]); console.log('fine'); } catch (error) { console.log(error.message); }
  })`;
  // Root may write anywhere: as another user.
  const isRoot = process.getuid?.() === 0;
  const [program = '', ...as] = isRoot
    ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', process.execPath]
    : [process.execPath];
  const said = (mode: number) => {
    chmodSync(above, mode);
    try {
      return execFileSync(program, [...as, '-e', script, join(above, 'home')], { encoding: 'utf8' });
    } finally {
      chmodSync(above, 0o700);
    }
  };
  expect(said(0o555)).toMatch(/the folder above it cannot be written/);
  expect(said(0o000)).toMatch(/cannot be read by this user/);
  if (isRoot) expect(said(0o777)).toBe('fine\n');
});
