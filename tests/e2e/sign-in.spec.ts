import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, type Page, test } from '@playwright/test';
import { filesHolding } from '../support/files-holding.ts';
import { type RunningHost, startBrowserHost } from './browser-host.ts';
import { type CaughtLinks, catchLinks, programWithLocal } from './program-copy.ts';
import { createVault, unlock } from './window.ts';

const SECRET = ['GOC', 'SPX-', 'FAKE_client_secret_of_a_test'].join('');
const REFRESH = ['1//', 'FAKE_refresh_token'].join('');
const ACCESS = ['ya', '29.', 'FAKE_access_token'].join('');

/** A token server that gives tokens for the code "good" and the right PKCE verifier. */
async function tokenServer() {
  let challenge = '';
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const form = new URLSearchParams(body);
      const verifier = form.get('code_verifier') ?? '';
      const proven = createHash('sha256').update(verifier).digest('base64url') === challenge;
      const good = form.get('code') === 'good' && proven;
      response.writeHead(good ? 200 : 400, { 'content-type': 'application/json' });
      const tokens = { access_token: ACCESS, refresh_token: REFRESH, expires_in: 3600 };
      response.end(JSON.stringify(good ? tokens : { error: 'invalid_grant' }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    expectChallenge: (given: string) => {
      challenge = given;
    },
    close: () => server.close(),
  };
}

test.describe('signing in at a provider from the window', () => {
  let folder: string;
  let program: string;
  let links: CaughtLinks;
  let host: RunningHost;
  let page: Page;
  let server: Awaited<ReturnType<typeof tokenServer>>;

  test.beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kh-sign-in-'));
    mkdirSync(join(folder, 'home'));
    server = await tokenServer();
    program = programWithLocal(['google'], server.url);
    links = catchLinks(folder);
    host = await startBrowserHost(join(folder, 'home'), links.env, program);
    page = host.page;
    page.setDefaultTimeout(10_000);
    await createVault(page, { bind: false });
    await page.keyboard.press('Control+n');
    const form = page.getByRole('dialog', { name: 'New key' });
    await form.getByPlaceholder(/provider/i).fill('Google');
    await page.getByRole('option', { name: 'Google' }).click();
    await form.getByLabel('Kind of credential').selectOption('oauth2');
    await form.getByLabel('Client secret').fill(SECRET);
    await form.getByLabel('Client ID').fill('client-1');
    await form.getByRole('button', { name: 'Save key' }).click();
    await expect(form).toBeHidden();
    await expect(page.getByText('Open its details and press “Sign in”.')).toBeVisible();
    await page.getByRole('button', { name: 'Open details' }).click();
  });
  test.afterAll(async () => {
    await host.close();
    server.close();
    for (const made of [folder, program]) rmSync(made, { recursive: true, force: true });
  });

  const panel = () => page.getByRole('complementary', { name: 'Key details' });
  const waiting = () => panel().getByText('Finish the sign-in in your browser.');

  /** Presses the button; @returns how the browser that it opened comes back. */
  async function press(name = 'Sign in') {
    const before = links.all().length;
    await panel().getByRole('button', { name, exact: true }).click();
    await expect(waiting()).toBeVisible();
    await expect.poll(() => links.all().length, { message: 'a link' }).toBe(before + 1);
    const asked = new URL(links.all().at(-1) ?? '');
    expect(asked.host).toBe('accounts.google.com');
    server.expectChallenge(asked.searchParams.get('code_challenge') ?? '');
    const redirect = asked.searchParams.get('redirect_uri') ?? '';
    const state = asked.searchParams.get('state') ?? '';
    return { redirect, comeBack: (query: object) => fetch(`${redirect}?${new URLSearchParams({ state, ...query })}`) };
  }

  test('called off, nobody listens any more and the button is there again', async () => {
    const { comeBack } = await press();
    await panel().getByRole('button', { name: 'Stop waiting' }).click();
    await expect(waiting()).toBeHidden();
    await expect(panel().getByRole('button', { name: 'Sign in', exact: true })).toBeEnabled();
    await expect(comeBack({ code: 'good' })).rejects.toThrow();
    await panel().getByRole('button', { name: 'Test', exact: true }).click();
    await expect(page.getByText('Google default was not signed in to yet')).toBeVisible();
    await expect(panel().getByText('Not tested')).toBeVisible();
  });

  test('refused by the provider is said beside the button, and can be tried again', async () => {
    const { comeBack } = await press();
    expect((await comeBack({ error: 'access_denied' })).status).toBe(200);
    await expect(panel().getByRole('alert').first()).toBeVisible();
    await page.screenshot({ path: 'test-results/looks/sign-in-refused.png' });
    await expect(panel().getByRole('button', { name: 'Sign in', exact: true })).toBeEnabled();
  });

  test('a lock ends it; nothing of it is there after the unlock', async () => {
    const { comeBack } = await press();
    await page.keyboard.press('Control+l');
    await expect(page.getByRole('heading', { name: 'Unlock your vault' })).toBeVisible();
    await expect(comeBack({ code: 'good' })).rejects.toThrow();
    await unlock(page);
    await expect(panel().getByRole('button', { name: 'Sign in', exact: true })).toBeVisible();
    await expect(panel().getByText('Refresh token')).toBeHidden();
  });

  test('agreed to, the tokens are kept and the card shows that it is signed in', async () => {
    const { comeBack } = await press();
    await page.screenshot({ path: 'test-results/looks/sign-in-waiting.png' });
    expect((await comeBack({ code: 'good' })).status).toBe(200);
    await expect(page.getByText(/^Signed in to Google/).first()).toBeVisible();
    await expect(panel().getByRole('button', { name: 'Sign in again' })).toBeVisible();
    await expect(panel().getByText('Refresh token')).toBeVisible();
    await expect(panel().getByText(/Not tested/)).toBeVisible();
    await page.screenshot({ path: 'test-results/looks/sign-in-done.png' });
    await expect(page.locator('body')).not.toContainText(ACCESS);
    expect(filesHolding(join(folder, 'home'), [SECRET, ACCESS, REFRESH])).toEqual([]);
    expect(host.output()).not.toContain(ACCESS);
  });
});
