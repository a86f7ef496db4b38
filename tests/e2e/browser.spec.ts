import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { BrowserClipboard } from '../../electron/hosts/browser/browser-clipboard.ts';
import { BrowserProcess } from '../../electron/hosts/browser/browser-process.ts';
import { findBrowser } from '../../electron/hosts/browser/find-browser.ts';
import { fakeKey } from '../support/fake-keys.ts';
import { destroyWindow } from '../support/x11-windows.ts';
import { result } from './bridge.ts';
import { type RunningHost, startBrowserHost } from './browser-host.ts';

/** What only the browser host does: its window's life and end, clipboard and confirmation on origins of their own. */
const PASSWORD = 'correct horse battery staple 42';
const CONFIRM = 'https://confirm.keyharbor.invalid/';

/** The pid and the profile of the browser that this host started. */
function browserOf(host: RunningHost): { pid: number; profile: string } {
  for (const line of execFileSync('ps', ['-eo', 'pid,ppid,args', '-ww'], { encoding: 'utf8' }).split('\n')) {
    const [, pid, parent, args = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    const profile = /--user-data-dir=(\S+)/.exec(args)?.[1];
    if (Number(parent) === host.process.pid && profile !== undefined) return { pid: Number(pid), profile };
  }
  throw new Error('the host has no browser');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test.describe('the browser host', () => {
  test.skip(process.env.KEYHARBOR_E2E_HOST === 'electron', 'another host is under test');
  test.skip(process.platform !== 'linux', 'reads processes as Linux shows them');
  let home: string;
  let host: RunningHost;
  let exited: Promise<number | null>;

  test.beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'kh-home-'));
    host = await startBrowserHost(home);
    exited = new Promise((resolve) => host.process.once('exit', resolve));
  });
  test.afterEach(async () => {
    await host.close();
    rmSync(home, { recursive: true, force: true });
  });

  test('closing the window ends the host and the browser, and nothing stays behind', async () => {
    await result(host.page, 'vault.create', { password: PASSWORD });
    const { pid, profile } = browserOf(host);
    await host.page.close();
    expect(await exited).toBe(0);
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(profile)).toBe(false);
    expect(existsSync(join(home, 'run/agent.sock'))).toBe(false);
  });

  test('a window that another program destroys ends them too, though the browser hears nothing of it', async () => {
    const { pid, profile } = browserOf(host);
    await expect.poll(() => host.output()).toContain('The window is');
    await destroyWindow('Keyharbor');
    expect(await exited).toBe(0);
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(profile)).toBe(false);
  });

  test('when the browser is killed the host locks, says so and ends', async () => {
    const { pid, profile } = browserOf(host);
    process.kill(pid, 'SIGKILL');
    expect(await exited).toBe(1);
    expect(host.output()).toContain('The browser ended unexpectedly. The vault is locked; nothing was lost.');
    expect(existsSync(profile)).toBe(false);
  });

  test('when the host is killed the browser ends too', async () => {
    const { pid } = browserOf(host);
    host.process.kill('SIGKILL');
    await exited;
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  test('a browser that shows no window is said in one line, and nothing stays behind', () => {
    const other = mkdtempSync(join(tmpdir(), 'kh-home-'));
    const start = (browser: string) =>
      spawnSync(process.execPath, host.process.spawnargs.slice(1), {
        env: { ...process.env, KEYHARBOR_HOME: other, KEYHARBOR_BROWSER: browser },
        encoding: 'utf8',
        timeout: 20_000,
      });
    const ended = start('/bin/false');
    expect(ended.status).toBe(1);
    expect(ended.stderr).toMatch(/^The browser ended before it showed a window\. Nothing was changed\. .*\n$/);
    const missing = start(join(other, 'no-such-browser'));
    expect(missing.status).toBe(1);
    expect(missing.stderr).toBe('KEYHARBOR_BROWSER does not name a program. Nothing was started.\n');
    expect(existsSync(join(other, 'run/agent.json'))).toBe(false);
    rmSync(other, { recursive: true });
  });

  test('SIGTERM ends everything cleanly', async () => {
    const { pid, profile } = browserOf(host);
    host.process.kill('SIGTERM');
    expect(await exited).toBe(0);
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(profile)).toBe(false);
  });

  test('a second start shows the window and ends', () => {
    const second = spawnSync(process.execPath, host.process.spawnargs.slice(1), {
      env: { ...process.env, KEYHARBOR_HOME: home },
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(second.status).toBe(0);
    expect(second.stdout).toContain('runs already');
  });

  test('the host listens on no port', () => {
    const inode = new Set(
      execFileSync('sh', ['-c', `ls -l /proc/${host.process.pid}/fd`], { encoding: 'utf8' }).match(/socket:\[\d+\]/g),
    );
    const listening = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) =>
      (existsSync(file) ? readFileSync(file, 'utf8') : '').split('\n').filter((line) => line.includes(' 0A ')),
    );
    expect(listening.filter((line) => inode.has(`socket:[${line.trim().split(/\s+/)[9]}]`))).toEqual([]);
  });

  test('a copied secret is on the clipboard, out of reach of the page, and gone before the window closes', async () => {
    await result(host.page, 'vault.create', { password: PASSWORD });
    const value = fakeKey('openai');
    const { credential } = await result(host.page, 'credentials.add', {
      provider: 'openai',
      fields: { api_key: value },
    });
    await result(host.page, 'credentials.copy', { id: credential.id, as: 'value' });
    expect(await clipboardText()).toBe(value);
    const read = () =>
      host.page.evaluate(() =>
        navigator.clipboard.readText().then(
          () => 'read',
          (error: Error) => error.name,
        ),
      );
    expect(await read()).toBe('NotAllowedError');
    await result(host.page, 'clipboard.clear', {});
    expect(await clipboardText()).toBe('');
  });

  test('what needs a yes is asked in a window of its own', async () => {
    await result(host.page, 'vault.create', { password: PASSWORD });
    const asked = async () => {
      const context = host.page.context();
      const isThere = () => context.pages().find((page) => page.url().startsWith(CONFIRM));
      await expect.poll(() => isThere() !== undefined).toBe(true);
      return isThere() as Page;
    };
    const create = () =>
      result(host.page, 'clients.create', { name: 'demo', grants: ['keys:list'] }).then(
        ({ client }) => client.name,
        (error: Error) => error.message,
      );

    const first = create();
    const window = await asked();
    await expect(window.getByRole('button', { name: 'Cancel' })).toBeFocused();
    await window.screenshot({ path: test.info().outputPath('confirm.png') });
    await window.keyboard.press('Escape').catch(() => undefined); // the window may go while the key goes up
    expect(await first).not.toBe('demo');
    await expect.poll(() => window.isClosed()).toBe(true); // else it is taken for the next one

    const second = create();
    const again = await asked();
    // Waits until it is enabled; the window may go while the button comes up.
    await again
      .getByRole('button')
      .last()
      .click()
      .catch(() => undefined);
    expect(await second).toBe('demo');
  });
});

/** What another program finds on the clipboard. */
async function clipboardText(): Promise<string | null> {
  const found = findBrowser(process.env, process.platform);
  if (found === null) throw new Error('no browser here');
  const url = 'data:text/html,<title>Other</title>';
  const other = new BrowserProcess({ executable: found.executable, env: process.env, url, width: 300, height: 200 });
  other.claim((target) => target.type === 'page');
  await other.watch();
  const text = await new BrowserClipboard(other).read();
  await other.close();
  return text;
}
