import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BrowserClipboard } from '../../../electron/hosts/browser/browser-clipboard.ts';
import type { BrowserProcess } from '../../../electron/hosts/browser/browser-process.ts';
import { type OpenPage, openPage, pageFolder, startBrowser } from './support.ts';

const SECRET = ['sk', 'test', 'x'.repeat(24)].join('-');

describe('the clipboard of the browser host', () => {
  const folder = pageFolder({ 'index.html': '<!doctype html><title>Page</title><input autofocus>' });
  let browser: BrowserProcess;
  let page: OpenPage;
  let clipboard: BrowserClipboard;

  beforeEach(async () => {
    browser = startBrowser();
    page = await openPage(browser, folder.path, () => undefined);
    clipboard = new BrowserClipboard(browser);
  });
  afterEach(() => browser.close());

  test('what was written is read back, and cleared', async () => {
    await clipboard.write(SECRET);
    expect(await clipboard.read()).toBe(SECRET);
    await clipboard.clear();
    expect(await clipboard.read()).toBe('');
  });

  test('it works although another window has the focus', async () => {
    await browser.cdp.send('Target.createTarget', { url: 'about:blank', newWindow: true }).catch(() => undefined);
    await clipboard.write(SECRET);
    expect(await clipboard.read()).toBe(SECRET);
  });

  test('the page can neither read nor write it, before, while and after', async () => {
    const attempt = (what: string) => page.evaluate(`navigator.clipboard.${what}.then(() => 'done', (e) => e.name)`);
    expect(await attempt('readText()')).toBe('NotAllowedError');
    await clipboard.write(SECRET);
    expect(await attempt('readText()')).toBe('NotAllowedError');
    expect(await attempt(`writeText('other')`)).toBe('NotAllowedError');
    expect(await page.evaluate(`document.execCommand('paste')`)).toBe(false);
    expect(await clipboard.read()).toBe(SECRET);
  });

  test('the hidden page goes when the clipboard was cleared', async () => {
    const hidden = async () => {
      const { targetInfos } = await browser.cdp.send('Target.getTargets', { filter: [{}] });
      return targetInfos.filter((target) => target.type === 'other').length;
    };
    await clipboard.write(SECRET);
    expect(await hidden()).toBe(1);
    const gone = new Promise<void>((resolve) => browser.cdp.on('Target.detachedFromTarget', () => resolve()));
    await clipboard.clear();
    await gone;
    expect(await hidden()).toBe(0);
  });

  test('closing the window waits until the clipboard was cleared', async () => {
    await clipboard.write(SECRET);
    let held: string | null = '';
    await page.window.holdClosing(async () => {
      held = await clipboard.read();
      await clipboard.clear();
    });
    await page.session.send('Page.close');
    await page.window.closed;
    expect(held).toBe(SECRET);
  });

  test('a window that holds nothing closes at once', async () => {
    await page.window.holdClosing(() => Promise.reject(new Error('must not be asked')));
    await page.window.holdClosing(null);
    await page.session.send('Page.close');
    await page.window.closed;
    expect(await browser.ended).toBe(0);
  });
});
