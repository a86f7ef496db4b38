import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPackage, extractAll, extractFile, listPackage } from '@electron/asar';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import type Koffi from 'koffi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
// From the documentation of Electron's fuses: this text, a version byte, a length byte, then one byte a fuse.
const FUSE_SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const FUSES = 9;

/**
 * A distribution that has the files which the packer looks for and none of Electron's code: enough to see what goes
 * into our package, without a download.
 */
async function makeDistribution(folder: string): Promise<void> {
  const write = (name: string, content: string | Buffer = 'stand-in') => writeFileSync(join(folder, name), content);
  for (const sub of ['locales', 'resources', 'app']) mkdirSync(join(folder, sub), { recursive: true });
  const elf = Buffer.alloc(4096);
  elf.write('\x7fELF\x02\x01\x01', 'latin1');
  const wire = Buffer.concat([Buffer.from([1, FUSES]), Buffer.alloc(FUSES, '1')]);
  write('electron', Buffer.concat([elf, Buffer.from(FUSE_SENTINEL), wire, Buffer.alloc(64)]));
  for (const name of ['version', 'LICENSE', 'LICENSES.chromium.html', 'chrome-sandbox', 'chrome_crashpad_handler']) {
    write(name);
  }
  write('locales/en-US.pak');
  write('app/package.json', '{"main":"main.js"}');
  write('app/main.js', '');
  await createPackage(join(folder, 'app'), join(folder, 'resources/default_app.asar'));
  rmSync(join(folder, 'app'), { recursive: true });
}

describe.skipIf(process.platform !== 'linux' || process.arch !== 'x64')('the desktop package', () => {
  const work = mkdtempSync(join(tmpdir(), 'kh-pack-'));
  const unpacked = join(work, 'dist/linux-unpacked');
  const asar = join(unpacked, 'resources/app.asar');
  let files: readonly string[] = [];

  beforeAll(async () => {
    if (!existsSync(join(ROOT, 'out/main/desktop.js'))) throw new Error('run "npm run build" first');
    const electronDist = join(work, 'electron');
    mkdirSync(electronDist);
    await makeDistribution(electronDist);
    const builder = createRequire(import.meta.url).resolve('electron-builder/cli.js');
    const options = [`-c.electronDist=${electronDist}`, `-c.directories.output=${join(work, 'dist')}`];
    execFileSync(process.execPath, [builder, '--linux', 'dir', '--publish', 'never', ...options], {
      cwd: ROOT,
      stdio: 'pipe',
      env: { ...process.env, ELECTRON_BUILDER_CACHE: join(work, 'cache') },
    });
    files = listPackage(asar, { isPack: false });
  });
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  test('its fuses are the ones of SECURITY-DESIGN.md section 8', async () => {
    const wire = await getCurrentFuseWire(join(unpacked, 'keyharbor'));
    const on = (fuse: FuseV1Options) => (wire as unknown as Record<number, FuseState>)[fuse] === FuseState.ENABLE;
    expect(on(FuseV1Options.RunAsNode)).toBe(false);
    expect(on(FuseV1Options.EnableNodeOptionsEnvironmentVariable)).toBe(false);
    expect(on(FuseV1Options.EnableNodeCliInspectArguments)).toBe(false);
    expect(on(FuseV1Options.EnableEmbeddedAsarIntegrityValidation)).toBe(true);
    expect(on(FuseV1Options.OnlyLoadAppFromAsar)).toBe(true);
    expect(on(FuseV1Options.EnableCookieEncryption)).toBe(true);
    expect(on(FuseV1Options.GrantFileProtocolExtraPrivileges)).toBe(false);
  });

  test('it holds the build and its entry', () => {
    const build = ['main/desktop.js', 'preload/preload.cjs', 'preload/approval-preload.cjs'];
    const pages = ['renderer/index.html', 'renderer/approval.html'];
    for (const name of [...build, ...pages]) expect(files).toContain(`/out/${name}`);
    const { main } = JSON.parse(extractFile(asar, 'package.json').toString()) as { main: string };
    expect(files).toContain(join('/', main));
  });

  test('it holds no sources, no tests, no Node and no package that was bundled', () => {
    const unwanted =
      /^\/(electron|renderer|shared|cli|tests|bench|scripts|docs)\/|\/node-(linux|win)-x64\/|\.map$|\.(ts|tsx|cc?|h)$/;
    expect(files.filter((file) => unwanted.test(file))).toEqual([]);
    const packages = new Set(files.flatMap((file) => /^\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []));
    expect(
      [...packages].filter(
        (name) => !/^(@node-rs(\/argon2.*)?|better-sqlite3|keytar|koffi|@koromix(\/koffi-linux-x64)?)$/.test(name),
      ),
    ).toEqual([]);
  });

  test('native modules lie outside of the archive, and only those of this platform', () => {
    const natives = readdirSync(`${asar}.unpacked`, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.node'),
    );
    expect(natives.map((name) => name.replaceAll('\\', '/')).sort()).toEqual([
      'node_modules/@koromix/koffi-linux-x64/linux_x64/koffi.node',
      expect.stringMatching(/argon2-linux-x64-gnu\/.*\.node$/),
      'node_modules/better-sqlite3/prebuilds/linux-x64.node',
      expect.stringMatching(/keytar\/prebuilds\/linux-x64\/.*\.node$/),
    ]);
  });

  test('the native modules load from where they were unpacked', () => {
    const copy = join(work, 'app');
    mkdirSync(copy);
    copyFileSync(
      join(`${asar}.unpacked`, 'node_modules/better-sqlite3/prebuilds/linux-x64.node'),
      join(copy, 'sql.node'),
    );
    expect(() => createRequire(import.meta.url)(join(copy, 'sql.node')) as unknown).not.toThrow();
  });

  test('what was left out of the package for calls into C is not needed there', () => {
    const all = join(work, 'all');
    extractAll(asar, all);
    const koffi = createRequire(join(all, 'out/main/desktop.js'))('koffi') as typeof Koffi;
    expect(koffi.load(null).func('int getpid()')()).toBe(process.pid);
  });

  test('the catalogue and the icons lie beside the archive, where the app looks for them', () => {
    expect(existsSync(join(unpacked, 'resources/resources/providers/openai.json'))).toBe(true);
    expect(existsSync(join(unpacked, 'resources/resources/guides/slack.md'))).toBe(true);
    expect(existsSync(join(unpacked, 'resources/resources/icons/tray-locked.png'))).toBe(true);
  });

  test('test-speed key derivation is not in the build', () => {
    const built = files.filter((file) => file.startsWith('/out/main/') && file.endsWith('.js'));
    expect(built.length).toBeGreaterThan(0);
    for (const file of built)
      expect(extractFile(asar, file.slice(1)).toString()).not.toContain('__KEYHARBOR_CHEAP_KDF__');
  });
});
