import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { BROWSER_PREFERENCES, browserFlags } from '../../../electron/hosts/browser/browser-flags.ts';
import { findBrowser } from '../../../electron/hosts/browser/find-browser.ts';

const START = {
  profile: '/tmp/profile',
  url: 'data:text/html,x',
  width: 10,
  height: 10,
  piped: true,
  withoutSandbox: false,
};

describe('how the browser is started', () => {
  test('over a pipe, never with a port', () => {
    expect(browserFlags(START)).toContain('--remote-debugging-pipe');
    expect(browserFlags(START).join(' ')).not.toMatch(/remote-debugging-port|remote-allow-origins/);
  });

  test('a second start that hands over its URL has no pipe', () => {
    expect(browserFlags({ ...START, piped: false })).not.toContain('--remote-debugging-pipe');
  });

  test('with its sandbox, unless told that there can be none', () => {
    expect(browserFlags(START).join(' ')).not.toContain('no-sandbox');
    expect(browserFlags({ ...START, withoutSandbox: true })).toContain('--no-sandbox');
  });

  test('with no way to the network, loopback included', () => {
    expect(browserFlags(START)).toEqual(
      expect.arrayContaining([
        '--proxy-server=http://127.0.0.1:0',
        '--proxy-bypass-list=<-loopback>',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-extensions',
        '--disable-sync',
        '--disable-quic',
      ]),
    );
  });

  test('with permissions refused, nothing saved and nothing downloaded', () => {
    expect(BROWSER_PREFERENCES).toMatchObject({
      credentials_enable_service: false,
      download_restrictions: 3,
      profile: { default_content_setting_values: { notifications: 2, geolocation: 2, clipboard: 2 } },
    });
  });
});

describe('which browser is taken', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kh-find-'));
  const put = (name: string, mode: number) => {
    const path = join(folder, name);
    writeFileSync(path, '');
    chmodSync(path, mode);
    return path;
  };
  afterAll(() => rmSync(folder, { recursive: true }));

  test('Chromium before Chrome before Edge, by PATH', () => {
    expect(findBrowser({ PATH: folder }, 'linux')).toBeNull();
    const edge = put('microsoft-edge', 0o755);
    expect(findBrowser({ PATH: folder }, 'linux')?.executable).toBe(edge);
    const chrome = put('google-chrome', 0o755);
    expect(findBrowser({ PATH: `/nowhere:${folder}` }, 'linux')?.executable).toBe(chrome);
    put('chromium', 0o644); // not a program
    mkdirSync(join(folder, 'chromium-browser')); // not a file
    expect(findBrowser({ PATH: folder }, 'linux')?.executable).toBe(chrome);
  });

  test('KEYHARBOR_BROWSER decides alone, also when it is wrong', () => {
    const named = put('my-browser', 0o755);
    expect(findBrowser({ PATH: folder, KEYHARBOR_BROWSER: named }, 'linux')?.executable).toBe(named);
    expect(findBrowser({ PATH: folder, KEYHARBOR_BROWSER: join(folder, 'none') }, 'linux')).toBeNull();
  });
});
