import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { CONTENT_POLICY, refusedPowers } from '../../../electron/hosts/common/content-policy.ts';
import { PageFiles } from '../../../electron/hosts/common/page-files.ts';

const SITE = { origin: 'app://bundle', start: '/index.html' };

describe('the fixed list of page files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kh-pages-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), 'start');
  writeFileSync(join(folder, 'confirm.html'), 'asks');
  writeFileSync(join(folder, 'assets/page.js'), 'script');
  writeFileSync(join(folder, 'assets/notes.txt'), 'not a page file');
  symlinkSync('/etc/passwd', join(folder, 'assets/link.json'));
  const files = new PageFiles(folder);
  writeFileSync(join(folder, 'late.js'), 'came after the start');
  afterAll(() => rmSync(folder, { recursive: true }));

  const status = (url: string, method = 'GET') => files.answer(SITE, method, url).status;

  test('the root is the start page; files are found by their path', () => {
    expect(files.answer(SITE, 'GET', 'app://bundle/').body.toString()).toBe('start');
    expect(files.answer(SITE, 'GET', 'app://bundle/assets/page.js?v=1#x').body.toString()).toBe('script');
  });

  test.each([
    'app://bundle/nothing.js',
    'app://bundle/../../../etc/passwd',
    'app://bundle/assets/../index.html',
    'app://bundle/assets/..%2findex.html',
    'app://bundle/assets\\page.js',
    'app://bundle//index.html',
    'app://bundle/late.js',
    'app://bundle/assets/notes.txt',
    'app://bundle/assets/link.json',
    'app://bundle/confirm.html',
    'app://bundle.evil/index.html',
    'app://evil@bundle/index.html',
    'app://bundle@evil/index.html',
    'https://bundle/index.html',
    'APP://bundle/index.html',
    '/index.html',
    '',
  ])('%s is not found', (url) => {
    expect(status(url)).toBe(404);
  });

  test('only GET is answered', () => {
    for (const method of ['POST', 'HEAD', 'PUT', 'OPTIONS']) expect(status('app://bundle/', method)).toBe(404);
  });

  test('every answer, also a refusal, carries the policy of SECURITY-DESIGN.md section 8', () => {
    for (const url of ['app://bundle/', 'app://bundle/assets/page.js', 'app://bundle/nothing']) {
      expect(files.answer(SITE, 'GET', url).headers).toMatchObject({
        'content-security-policy':
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
          "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'; " +
          "require-trusted-types-for 'script'; trusted-types 'none'",
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      });
    }
  });

  test('the policy allows no inline script, no eval and no other host', () => {
    expect(CONTENT_POLICY).not.toMatch(/unsafe|https?:|\*|blob:|strict-dynamic/);
  });

  test('no page may use the clipboard by itself, but for one that was made for it', () => {
    expect(refusedPowers()).toContain('clipboard-read=()');
    expect(refusedPowers(['clipboard-read'])).not.toContain('clipboard-read');
  });
});
