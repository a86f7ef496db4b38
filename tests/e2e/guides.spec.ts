import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { fakeKey } from '../support/fake-keys.ts';
import { startBrowserHost } from './browser-host.ts';
import { catchLinks } from './program-copy.ts';
import { axeFindings } from './looks.ts';
import { addKey, createVault } from './window.ts';

test('a card leads to the guide of its provider, and a link of the guide to the browser', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kh-guide-'));
  const links = catchLinks(folder);
  const host = await startBrowserHost(join(folder, 'home'), links.env);
  const { page } = host;
  page.setDefaultTimeout(10_000);
  try {
    await createVault(page, { bind: false });
    await addKey(page, { value: fakeKey('slack', 'bot'), provider: 'Slack', label: 'work', test: false });
    const guide = page.getByRole('dialog', { name: 'Guide to Slack' });

    await test.step('from the card', async () => {
      const button = page.getByRole('button', { name: 'How to get a key of Slack' });
      await button.click();
      await expect(guide.getByRole('region', { name: 'Permissions' }).getByText('chat:write')).toBeVisible();
      await guide.getByRole('button', { name: 'api.slack.com/apps, opens in your browser' }).click();
      await expect.poll(() => links.all()).toEqual(['https://api.slack.com/apps']);
      await guide.getByRole('button', { name: /^Documentation/ }).click();
      await expect.poll(() => links.all()).toHaveLength(2);
      await guide.getByRole('button', { name: 'All kinds, their fields and commands' }).click();
      await expect(guide.getByText('keyharbor add slack --auth user_token --stdin')).toBeVisible();
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        expect(await axeFindings(page), colorScheme).toEqual([]);
      }
      await page.keyboard.press('Escape');
      await expect(guide).toBeHidden();
      await expect(button).toBeFocused();
    });

    await test.step('from the details', async () => {
      await page.getByText('work', { exact: true }).first().click();
      await page.getByRole('complementary').getByRole('button', { name: 'How to get a key' }).click();
      await expect(guide.getByRole('heading', { name: 'Get a key' })).toBeVisible();
      await guide.getByRole('button', { name: 'Close' }).first().click();
      await expect(guide).toBeHidden();
    });

    await test.step('from the form, which keeps what was typed', async () => {
      await page.keyboard.press('Control+n');
      const form = page.getByRole('dialog', { name: 'New key' });
      await form.getByLabel('Paste your key').fill(fakeKey('slack', 'bot'));
      await form.getByLabel(/^Label/).fill('second');
      await form.getByRole('button', { name: 'How to get a key' }).click();
      await expect(guide).toBeVisible();
      await page.keyboard.press('Control+Enter');
      await page.keyboard.press('Escape');
      await expect(guide).toBeHidden();
      await expect(form.getByLabel(/^Label/)).toHaveValue('second');
    });
  } finally {
    await host.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
