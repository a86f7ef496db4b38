import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, type Page, test } from '@playwright/test';
import { Webhook } from 'standardwebhooks';
import { fakeKey } from '../support/fake-keys.ts';
import { startStandIn } from '../support/stand-in-provider.ts';
import { result } from './bridge.ts';
import { makeClient } from './endpoint-client.ts';
import { FIRST_HOST } from './hosts.ts';
import { DARK, expectLooks, LIGHT, NARROW_DARK } from './looks.ts';
import { addKey, createVault, goTo } from './window.ts';

const look = (page: Page, state: string) => expectLooks(page, [LIGHT, DARK, NARROW_DARK], `quotas-${state}`);

/** Focuses by Tab what has this name, as a person without a mouse would. */
async function tabTo(page: Page, name: string | RegExp, role: 'button' | 'link' | 'textbox' | 'combobox' = 'button') {
  const wanted = page.getByRole(role, { name });
  for (let steps = 0; steps < 80; steps++) {
    await page.keyboard.press('Tab');
    if (await wanted.evaluate((element) => element === document.activeElement).catch(() => false)) return;
  }
  throw new Error(`Tab does not lead to ${String(name)}`);
}

/** A receiver of webhooks on loopback: what came, as the official library verifies it. */
async function startReceiver() {
  const got: { readonly body: string; readonly headers: Record<string, string> }[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      got.push({ body, headers: request.headers as Record<string, string> });
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    types: (secret: string) =>
      got.map(({ body, headers }) => (new Webhook(secret).verify(body, headers) as { type: string }).type),
    close: () => server.close(),
  };
}

test('a quota made with the keyboard alone: its bar follows the calls, the limit refuses, inbox and webhook tell', async () => {
  test.setTimeout(120_000);
  const home = mkdtempSync(join(tmpdir(), 'kh-home-'));
  const provider = await startStandIn();
  const receiver = await startReceiver();
  const window = await FIRST_HOST.open(home);
  const { page } = window;
  try {
    await createVault(page);
    const value = fakeKey('openai', 'project');
    const accept = () => window.accept('Use this host');
    await addKey(page, { value, provider: 'OpenAI', label: 'work', baseUrl: provider.url, test: false }, accept);
    const { origin, token } = await makeClient(window, 'nightly script', ['proxy:openai']);
    const ask = () => fetch(`${origin}/proxy/openai@work/models`, { headers: { authorization: `Bearer ${token}` } });

    await goTo(page, 'Settings');
    await page.getByRole('button', { name: 'Add webhook' }).click();
    const hook = page.getByRole('dialog', { name: 'Add webhook' });
    await hook.getByLabel('Address', { exact: true }).fill(`${receiver.origin}/in/pumpernickel`);
    await hook.getByRole('checkbox', { name: 'This is a local address' }).check();
    await hook.getByLabel(/^Name/).fill('ops');
    await hook.getByRole('button', { name: 'Add webhook' }).click();
    await window.accept('Send events there');
    const shown = page.getByRole('dialog', { name: 'The signing secret' });
    const secret = /whsec_[A-Za-z0-9+/]{43}=/.exec((await shown.textContent()) ?? '')?.[0] ?? '';
    await shown.getByRole('button', { name: 'I stored it' }).click();
    await expect(page.getByText(`To ${receiver.origin}/…`, { exact: true })).toBeVisible();
    await expect(page.getByText('pumpernickel')).toHaveCount(0);

    // From here on without a mouse.
    await tabTo(page, 'Quotas', 'link');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1, name: 'Quotas' })).toBeVisible();
    await expect(page.getByText('No limits yet')).toBeVisible();
    await expect(page.getByRole('heading', { name: 'Suggestions' })).toBeVisible();
    await look(page, 'empty');

    // What quotas do that say nothing themselves.
    await tabTo(page, 'Settings', 'link');
    await page.keyboard.press('Enter');
    await page.getByLabel('Search settings').fill('quotas');
    const levels = page.getByLabel('Warn when a quota is used to, percent');
    await levels.fill('50, 500');
    await expect(levels).toHaveAccessibleDescription(/Enter up to eight different whole numbers/);
    await look(page, 'settings');
    await levels.fill('50, 80');
    await levels.press('Enter');
    await expect(page.getByRole('button', { name: 'Reset Warn when a quota is used to to its default' })).toBeVisible();
    await tabTo(page, 'Quotas', 'link');
    await page.keyboard.press('Enter');

    await tabTo(page, 'New quota');
    await page.keyboard.press('Enter');
    const form = page.getByRole('dialog', { name: 'New quota' });
    await expect(form).toBeVisible();
    await page.keyboard.press('Control+Enter');
    await expect(form.getByLabel('Limit in US dollars')).toBeFocused();
    await expect(form.getByLabel('Limit in US dollars')).toHaveAccessibleDescription(/Enter an amount/);
    await form.getByRole('button', { name: 'Requests' }).focus();
    await page.keyboard.press('Enter');
    await tabTo(page, 'Whose use is counted', 'combobox');
    await page.keyboard.press('A'); // A provider
    await expect(form.getByLabel('Provider', { exact: true })).toBeVisible();
    await tabTo(page, 'Provider', 'combobox');
    await page.keyboard.press('O'); // OpenAI
    await tabTo(page, 'Limit in requests', 'textbox');
    await page.keyboard.type('4');
    await tabTo(page, 'Period', 'combobox');
    await page.keyboard.press('D'); // Day
    await expect(form.getByText('There are no calls yet to try it on.')).toBeVisible();
    await expect(form.getByText('At 50, 80 %, as Settings say now.')).toBeVisible();
    await look(page, 'form');
    await form.getByRole('button', { name: 'Own levels' }).press('Enter');
    await expect(form.getByLabel('Warn at percent')).toHaveValue('50, 80');
    await form.getByLabel('Warn at percent').fill('50 100');
    await form.getByRole('button', { name: 'Advanced' }).press('Enter');
    await form.getByRole('checkbox', { name: 'Slow calls down before the limit' }).press('Space');
    await expect(form.getByLabel('From percent')).toHaveAttribute('placeholder', '90');
    await form.getByRole('checkbox', { name: 'Slow calls down before the limit' }).press('Space');
    await form.getByRole('checkbox', { name: 'Bring over what was unused' }).press('Space');
    await form.getByLabel('At most percent of the limit').fill('0');
    await page.keyboard.press('Control+Enter');
    await expect(form.getByLabel('At most percent of the limit')).toBeFocused();
    await look(page, 'form-below');
    await form.getByLabel('At most percent of the limit').fill('25');
    await page.keyboard.press('Control+Enter');
    await expect(form).toBeHidden();

    const bar = page.getByRole('meter', { name: 'Use of OpenAI: 4 requests a day' });
    await expect(bar).toHaveAttribute('aria-valuenow', '0');
    expect((await ask()).status).toBe(200);
    await expect(bar).toHaveAttribute('aria-valuenow', '1');
    expect((await ask()).status).toBe(200);
    await expect(page.getByText('OpenAI: 4 requests a day passed 50 %', { exact: true })).toBeVisible();
    await expect(page.getByText('2 of 4 requests used', { exact: true })).toBeVisible();
    await look(page, 'warned');
    for (let call = 0; call < 2; call++) expect((await ask()).status).toBe(200);
    await expect(page.getByText('4 of 4 requests used (100 %)')).toBeVisible();
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('x-should-retry')).toBe('false');
    expect(provider.requests).toHaveLength(4);
    await expect(page.getByRole('listitem').getByText('Used up', { exact: true })).toBeVisible();
    await expect(page.getByText('1 call refused')).toBeVisible();
    await expect.poll(() => receiver.types(secret)).toContain('quota.exceeded');
    await look(page, 'used-up');

    await page.getByRole('link', { name: /^Details of OpenAI/ }).press('Enter');
    await expect(page.getByText('Brings over what was unused, up to 25 % of the limit.')).toBeVisible();
    await expect(page.getByRole('heading', { level: 1, name: /OpenAI/ })).toBeFocused();
    await look(page, 'detail');

    await page.getByRole('button', { name: /^Notifications, \d+ unread$/ }).press('Enter');
    const line = page.getByRole('button', { name: /^Problem .*is used up/ });
    await expect(line).toBeVisible();
    await look(page, 'inbox');
    await page.getByRole('button', { name: /^Acts for .*used up/ }).press('Enter');
    await page.keyboard.press('Enter'); // Mark as read
    await expect(line.getByText('Unread')).toBeHidden();
    await page.getByRole('button', { name: /^Acts for .*used up/ }).press('Enter');
    await page.getByRole('menuitem', { name: 'Snooze for an hour' }).press('Enter');
    await expect(line).toBeHidden();
    await expect(page.locator('[data-inbox-title]:focus, [data-line]:focus')).toBeVisible(); // it went on from there
    await page.getByRole('button', { name: 'Snoozed (1)' }).press('Enter');
    await line.press('Enter');
    await expect(line).toBeHidden();

    await page.getByRole('button', { name: /^Acts for OpenAI/ }).press('Enter');
    await page.getByRole('menuitem', { name: 'Remove' }).press('Enter');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove quota' }).press('Enter');
    await expect(page.getByText('No limits yet')).toBeVisible();
    expect((await ask()).status).toBe(200);

    await tabTo(page, 'Settings', 'link');
    await page.keyboard.press('Enter');
    const acts = page.getByRole('button', { name: 'Acts for ops' });
    await acts.press('Enter');
    await page.getByRole('menuitem', { name: 'Send a test' }).press('Enter');
    await expect(page.getByText('ops took the test.')).toBeVisible();
    expect(receiver.types(secret)).toContain('webhook.test');
    await look(page, 'webhook');
    await acts.press('Enter');
    await page.getByRole('menuitem', { name: 'Remove' }).press('Enter');
    await page.getByRole('alertdialog', { name: 'Remove ops?' }).getByRole('button', { name: 'Cancel' }).press('Enter');
    await expect(acts).toBeFocused();
    await acts.press('Enter');
    await page.getByRole('menuitem', { name: 'Remove' }).press('Enter');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove webhook' }).press('Enter');
    await expect(page.getByText('Removed ops.')).toBeVisible();
    await expect(acts).toHaveCount(0);
    expect(await result(page, 'webhooks.list', {})).toEqual([]);
  } finally {
    await window.close();
    receiver.close();
    await provider.close();
    rmSync(home, { recursive: true, force: true });
  }
});
