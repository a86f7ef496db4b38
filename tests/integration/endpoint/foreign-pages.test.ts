import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBrowser } from '../../../electron/hosts/browser/find-browser.ts';
import { ask } from './raw-http.ts';
import { bearer, makeSetting, SECRET, type Setting, tokenFor } from './running-endpoint.ts';

/**
 * Pages of another origin in the real browser, on this computer: the case that a remote page is at its best to be
 * in. They know port, path and even a genuine token, which none of them should.
 */
let setting: Setting;
let port: number;
let token: string;
let site: Server;
let browser: Browser;
let page: Page;
let pages: string;

beforeAll(async () => {
  setting = makeSetting();
  setting.vaultKv = true;
  port = (await setting.endpoint.on({ port: 0, actor: 'cli' })).port ?? 0;
  token = tokenFor(setting, ['keys:list', 'keys:read:openai', 'metrics:read', 'usage:write', 'proxy:openai']);
  site = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>evil</title><body>');
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  pages = `http://localhost:${(site.address() as AddressInfo).port}/`;
  const executablePath = findBrowser(process.env, process.platform)?.executable;
  if (executablePath === undefined) throw new Error('no Chromium, Chrome or Edge (Debian: apt install chromium)');
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  page = await browser.newPage();
}, 60_000);
afterAll(async () => {
  await browser.close();
  site.closeAllConnections();
  site.close();
  await setting.close();
});

/** What a page tries. Each gives what it could read, or the name of its failure; runs in the browser. */
type Trick = (given: { readonly base: string; readonly token: string }) => Promise<string>;

const REFUSED = /^(?:TypeError|error|opaque|closed|blocked)/;

const tricks: readonly (readonly [string, Trick])[] = [
  ['fetch', ({ base }) => fetch(`${base}/v1/keys/openai`).then((answer) => answer.text(), String)],
  [
    'fetch with the token, which asks leave first',
    ({ base, token: given }) =>
      fetch(`${base}/v1/keys/openai`, { headers: { authorization: `Bearer ${given}` } }).then(
        (answer) => answer.text(),
        String,
      ),
  ],
  [
    'fetch without CORS',
    ({ base }) =>
      fetch(`${base}/v1/keys/openai`, { mode: 'no-cors' }).then((answer) => `${answer.type} ${answer.status}`, String),
  ],
  [
    'fetch with cookies',
    ({ base }) => fetch(`${base}/metrics`, { credentials: 'include' }).then((answer) => answer.text(), String),
  ],
  [
    'a report by fetch without CORS',
    ({ base }) =>
      fetch(`${base}/v1/keys/openai/report`, {
        method: 'POST',
        mode: 'no-cors',
        body: '{"reason":"refused"}',
      }).then((answer) => answer.type, String),
  ],
  [
    'sendBeacon',
    ({ base }) => {
      const body = new Blob(['{"reason":"refused"}'], { type: 'text/plain' });
      return Promise.resolve(navigator.sendBeacon(`${base}/v1/keys/openai/report`, body) ? 'opaque' : 'blocked');
    },
  ],
  ['the document', ({ base }) => fetch(`${base}/openapi.json`).then((answer) => answer.text(), String)],
  ['whether the vault is open', ({ base }) => fetch(`${base}/healthz`).then((answer) => answer.text(), String)],
  [
    'an image',
    ({ base }) =>
      new Promise((resolve) => {
        const image = new Image();
        image.onload = () => resolve(`loaded ${image.width}`);
        image.onerror = () => resolve('error');
        image.src = `${base}/v1/keys/openai`;
      }),
  ],
  [
    'a script',
    ({ base }) =>
      new Promise((resolve) => {
        const script = document.createElement('script');
        script.onload = () => resolve('loaded');
        script.onerror = () => resolve('error');
        script.src = `${base}/v1/keys`;
        document.body.append(script);
      }),
  ],
  [
    'a style sheet',
    ({ base }) =>
      new Promise((resolve) => {
        const link = document.createElement('link');
        link.rel = 'stylesheet';
        link.onload = () => resolve('loaded');
        link.onerror = () => resolve('error');
        link.href = `${base}/v1/keys`;
        document.head.append(link);
      }),
  ],
  [
    'WebSocket',
    ({ base }) =>
      new Promise((resolve) => {
        const socket = new WebSocket(`${base.replace('http', 'ws')}/v1/keys/openai`);
        socket.onopen = () => resolve('open');
        socket.onclose = () => resolve('closed');
      }),
  ],
  [
    'EventSource',
    ({ base }) =>
      new Promise((resolve) => {
        const source = new EventSource(`${base}/v1/keys`);
        source.onmessage = ({ data }) => resolve(String(data));
        source.onerror = () => {
          source.close();
          resolve('error');
        };
      }),
  ],
  [
    'a form into a frame',
    ({ base }) =>
      new Promise((resolve) => {
        const frame = document.createElement('iframe');
        frame.name = base; // each its own
        document.body.append(frame);
        const form = document.createElement('form');
        form.action = `${base}/v1/keys/openai/report`;
        form.method = 'post';
        form.enctype = 'text/plain';
        form.target = base;
        const input = document.createElement('input');
        input.name = '{"reason":"refused","x":"';
        input.value = '"}';
        form.append(input);
        document.body.append(form);
        frame.onload = () => {
          try {
            resolve(frame.contentWindow?.document.body.innerText || 'blocked');
          } catch {
            resolve('blocked');
          }
        };
        form.submit();
      }),
  ],
  [
    'a frame',
    ({ base }) =>
      new Promise((resolve) => {
        const frame = document.createElement('iframe');
        frame.onload = () => {
          try {
            resolve(frame.contentWindow?.document.body.innerText || 'blocked');
          } catch {
            resolve('blocked');
          }
        };
        frame.src = `${base}/openapi.json`;
        document.body.append(frame);
      }),
  ],
];

test.each(tricks)('%s of a page elsewhere: no effect, and nothing to read', async (_name, trick) => {
  await page.goto(pages);
  const before = setting.credentials.asked;
  for (const name of ['127.0.0.1', 'localhost']) {
    const read = await page.evaluate(trick, { base: `http://${name}:${port}`, token });
    expect(read).toMatch(REFUSED);
    expect(read).not.toContain(SECRET);
  }
  expect(setting.credentials.asked).toBe(before);
  expect(setting.credentials.reports).toEqual([]);
  expect(setting.activity).toBe(0);
});

test.each(['/v1/keys/openai', '/openapi.json', '/healthz', '/v1/sys/health'])(
  'going to %s shows a refusal and nothing else, typed in or from a link',
  async (path) => {
    const typed = await page.goto(`http://127.0.0.1:${port}${path}`);
    expect(typed?.status()).toBe(403);
    await page.goto(pages);
    await page.evaluate((href) => {
      const link = document.createElement('a');
      link.href = href;
      link.innerText = 'click';
      document.body.append(link);
    }, `http://127.0.0.1:${port}${path}`);
    const [answer] = await Promise.all([page.waitForResponse(/:\d+\/(?:v1|openapi|healthz)/), page.click('a')]);
    expect(answer.status()).toBe(403);
    expect(await answer.text()).toContain('"forbidden"');
  },
);

test('the browser did reach the endpoint, and was known for one', async () => {
  const other = await ask({ port }, '/metrics', bearer(token));
  const browsers = Number(/keyharbor_refused_requests_total\{reason="browser"\} (\d+)/.exec(other.body)?.[1]);
  expect(browsers).toBeGreaterThan(tricks.length);
});
