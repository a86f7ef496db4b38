import { existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BrowserProcess } from '../../../electron/hosts/browser/browser-process.ts';
import type { PageWindow } from '../../../electron/hosts/browser/page-window.ts';
import { WINDOW_METHODS } from '../../../shared/contract/window-methods.ts';
import { type OpenPage, openPage, pageFolder, SITE, startBrowser } from './support.ts';

interface Call {
  readonly id: number;
  readonly method: string;
  readonly params: unknown;
}

describe('a window in the installed browser', () => {
  const folder = pageFolder({
    'index.html': '<!doctype html><title>Page</title><script src="./page.js"></script><p id=p>here</p>',
    'page.js': 'window.seen = [typeof window.keyharbor, typeof window.__keyharborSend];',
    'confirm.html': '<!doctype html><title>Asks</title>',
  });
  const calls: Call[] = [];
  let browser: BrowserProcess;
  let window: PageWindow;
  let session: OpenPage['session'];
  let evaluate: OpenPage['evaluate'];

  beforeAll(async () => {
    browser = startBrowser();
    ({ window, session, evaluate } = await openPage(browser, folder.path, (payload, reply) => {
      const call = JSON.parse(payload) as Call;
      calls.push(call);
      reply(JSON.stringify({ id: call.id, answer: { ok: true, result: call.params } }));
    }));
  });
  afterAll(async () => {
    await browser.close();
    folder.remove();
  });

  test('the bridge is there before the page runs its first script, and the raw binding is gone', async () => {
    expect(await evaluate('window.seen')).toEqual(['object', 'undefined']);
  });

  test('the bridge offers the methods of the contract and nothing else, and cannot be changed', async () => {
    expect(await evaluate('Object.keys(keyharbor).sort()')).toEqual([...WINDOW_METHODS, 'onEvent'].sort());
    expect(await evaluate('Object.isFrozen(keyharbor)')).toBe(true);
    expect(await evaluate('delete window.keyharbor')).toBe(false);
  });

  test('a call crosses to the host and its answer comes back', async () => {
    const answer = await evaluate(`keyharbor['providers.inspect']({ value: '\\u2028 <b>"x"' })`);
    expect(answer).toEqual({ ok: true, result: { value: '\u2028 <b>"x"' } });
    expect(calls.at(-1)?.method).toBe('providers.inspect');
  });

  test('events reach those who listen', async () => {
    await evaluate(`new Promise((go) => { window.heard = new Promise((got) => keyharbor.onEvent(got)); go(); })`);
    window.deliver(JSON.stringify({ event: 'clipboard.cleared', data: {} }));
    expect(await evaluate('window.heard')).toEqual({ event: 'clipboard.cleared', data: {} });
  });

  test('the page can fetch its own files and nothing else', async () => {
    const answer = (path: string) => evaluate(`fetch(${JSON.stringify(path)}).then((r) => r.status, () => 'refused')`);
    expect(await answer('./page.js')).toBe(200);
    expect(await answer('./confirm.html')).toBe(404);
    expect(await answer('./nothing.js')).toBe(404);
    expect(await answer('/..%2f..%2fetc/passwd')).toBe(404);
    expect(await answer('https://example.com/')).toBe('refused');
  });

  test('the policy of SECURITY-DESIGN.md section 8 is in force', async () => {
    expect(await evaluate(`fetch('/').then((r) => r.headers.get('content-security-policy'))`)).toContain(
      "default-src 'none'; script-src 'self'",
    );
    await expect(evaluate(`document.body.innerHTML = '<b>x</b>'`)).rejects.toThrow(/TrustedHTML/);
    await expect(evaluate(`document.body.setAttribute('onclick', 'x()')`)).rejects.toThrow(/TrustedScript/);
  });

  test('nothing leaves for a server on this computer, whatever the page tries', async () => {
    let requests = 0;
    const server = createServer((_request, response) => {
      requests += 1;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    await evaluate(`
      Promise.allSettled([
        fetch('${url}', { mode: 'no-cors' }),
        new Promise((go) => { const i = new Image(); i.onload = i.onerror = go; i.src = '${url}'; }),
        new Promise((go) => { try { const s = new WebSocket('${url.replace('http', 'ws')}'); s.onerror = s.onopen = go; } catch { go(); } }),
        Promise.resolve(navigator.sendBeacon('${url}')),
      ])`);
    // The browser itself, without the page's policy: a window of its own on that address.
    await browser.cdp.send('Target.createTarget', { url }).catch(() => undefined);
    expect(requests).toBe(0);
    server.close();
  });

  test('leaving for another origin is refused and the page stays', async () => {
    await evaluate(`location.href = 'https://example.com/'; new Promise((go) => setTimeout(go, 0))`);
    expect(await evaluate('location.origin + document.getElementById("p").textContent')).toBe(`${SITE.origin}here`);
  });

  test('a pop-up is closed before it runs', async () => {
    const gone = new Promise<void>((resolve) => browser.cdp.on('Target.detachedFromTarget', () => resolve()));
    await evaluate(`void window.open('about:blank', '_blank', 'popup')`);
    await gone;
    const { targetInfos } = await browser.cdp.send('Target.getTargets');
    expect(targetInfos.filter((target) => target.type === 'page').map((target) => target.targetId)).toEqual([
      window.targetId,
    ]);
  });

  test('permissions are refused without asking', async () => {
    const state = (name: string) => evaluate(`navigator.permissions.query({ name: '${name}' }).then((s) => s.state)`);
    for (const name of ['notifications', 'geolocation', 'camera', 'microphone', 'clipboard-read']) {
      expect(await state(name), name).toBe('denied');
    }
  });

  test('a frame gets neither bridge nor binding', async () => {
    expect(
      await evaluate(`{ const f = document.createElement('iframe'); document.body.append(f);
        const seen = [typeof f.contentWindow.keyharbor, typeof f.contentWindow.__keyharborSend]; f.remove(); seen }`),
    ).toEqual(['undefined', 'undefined']);
  });

  test('a message from another script world of our page is not heard', async () => {
    const before = calls.length;
    const { executionContextId } = await session.send('Page.createIsolatedWorld', { frameId: window.targetId });
    const { result } = await session.send('Runtime.evaluate', {
      contextId: executionContextId,
      expression: `globalThis.__keyharborSend('{"id":1,"method":"vault.status","params":{}}'); 'sent'`,
    });
    expect(result.value).toBe('sent');
    await evaluate(`keyharbor['vault.status']({})`); // comes after it on the same pipe
    expect(calls.length).toBe(before + 1);
  });

  test('a reload gives a new document with a working bridge', async () => {
    await evaluate('window.kept = 1');
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = browser.cdp.on('Page.loadEventFired', () => resolve());
    await window.reload();
    await promise;
    stop();
    expect(await evaluate('window.kept')).toBeUndefined();
    expect(await evaluate(`keyharbor['vault.status']({}).then((a) => a.ok)`)).toBe(true);
  });
});

describe('the browser process', () => {
  test('its profile is private and removed at the end', async () => {
    const folder = pageFolder({ 'index.html': '<!doctype html><title>Page</title>' });
    const browser = startBrowser();
    await openPage(browser, folder.path, () => undefined);
    const { arguments: flags } = await browser.cdp.send('Browser.getBrowserCommandLine').catch(() => ({
      arguments: [] as string[],
    }));
    const profile = browser.profile;
    expect(statSync(profile).mode & 0o777).toBe(0o700);
    expect(flags.filter((flag) => flag.startsWith('--remote-debugging-port'))).toEqual([]);
    await browser.close();
    expect(existsSync(profile)).toBe(false);
    folder.remove();
  });

  test('a browser that was killed is seen, and its profile is removed', async () => {
    const folder = pageFolder({ 'index.html': '<!doctype html><title>Page</title>' });
    const browser = startBrowser();
    const { window } = await openPage(browser, folder.path, () => undefined);
    const { processInfo } = await browser.cdp.send('SystemInfo.getProcessInfo');
    process.kill(processInfo.find((one) => one.type === 'browser')?.id ?? 0, 'SIGKILL');
    await window.closed;
    expect(await browser.ended).toBe(-1);
    expect(existsSync(browser.profile)).toBe(false);
    folder.remove();
  });
});
