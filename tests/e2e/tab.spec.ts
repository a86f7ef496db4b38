import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { fakeKey } from '../support/fake-keys.ts';
import { result } from './bridge.ts';
import { FIRST_HOST } from './hosts.ts';
import { createVault, goTo } from './window.ts';

/** From now on everything outside the modal on top that takes the focus is kept; what leads the focus on at an edge is not. */
async function watchFocus(page: Page): Promise<() => Promise<readonly string[]>> {
  await page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(globalThis, { strayed: seen });
    document.addEventListener('focusin', ({ target }) => {
      const top = [...document.querySelectorAll('[data-modal]')].at(-1);
      if (!(target instanceof Element) || top === undefined || top.contains(target)) return;
      if (!target.hasAttribute('data-base-ui-focus-guard')) seen.push(target.outerHTML.slice(0, 120));
    });
  });
  return () =>
    page.evaluate(() => (globalThis as unknown as { strayed: string[] }).strayed.splice(0, Number.POSITIVE_INFINITY));
}

/** Presses without waiting for what each does, as a held key does. */
async function press(page: Page, ...keys: readonly string[]): Promise<void> {
  await Promise.all(keys.map((key) => page.keyboard.press(key)));
}

const HELD = 60;
const tabs = (key = 'Tab'): readonly string[] => new Array<string>(HELD).fill(key);

test('Tab, however fast, stays within what lies on top', async () => {
  test.setTimeout(120_000);
  const home = mkdtempSync(join(tmpdir(), 'kh-home-'));
  const window = await FIRST_HOST.open(home);
  const { page } = window;
  const focusIsIn = (role: 'dialog' | 'alertdialog') =>
    expect.poll(() => page.getByRole(role).evaluate((one) => one.contains(document.activeElement)));
  try {
    await createVault(page, { bind: false });
    const strayed = await watchFocus(page);

    await test.step('a question', async () => {
      await goTo(page, 'Settings');
      const panic = page.getByRole('button', { name: 'Panic …' });
      await panic.focus();
      await press(page, 'Enter', ...tabs());
      await expect(page.getByRole('alertdialog')).toBeVisible();
      expect(await strayed()).toEqual([]);
      await press(page, ...tabs('Shift+Tab'));
      expect(await strayed()).toEqual([]);
      await focusIsIn('alertdialog').toBe(true);
      await page.keyboard.press('Escape');
      await expect(panic).toBeFocused();
    });

    await test.step('a sheet, and a question over it', async () => {
      await goTo(page, 'Providers');
      await page.keyboard.press('Control+n');
      const sheet = page.getByRole('dialog', { name: 'New key' });
      await expect(sheet.getByLabel('Paste your key')).toBeFocused();
      await press(page, ...tabs());
      await press(page, ...tabs('Shift+Tab'));
      expect(await strayed()).toEqual([]);
      await focusIsIn('dialog').toBe(true);
      await sheet.getByLabel(/^Label/).fill('work');
      await press(page, 'Escape', ...tabs());
      await expect(page.getByRole('alertdialog')).toBeVisible();
      await press(page, ...tabs());
      expect(await strayed()).toEqual([]);
      await focusIsIn('alertdialog').toBe(true);
      await page.getByRole('button', { name: 'Discard' }).click();
    });

    await test.step('the palette', async () => {
      await expect(page.getByRole('dialog')).toHaveCount(0);
      await page.keyboard.press('Control+k');
      await expect(page.getByRole('combobox')).toBeFocused();
      await press(page, ...tabs());
      expect(await strayed()).toEqual([]);
      await focusIsIn('dialog').toBe(true);
    });
  } finally {
    await window.close();
    rmSync(home, { recursive: true, force: true });
  }
});

test('a sheet begins at its first field, Escape closes it at once, and the focus goes back to what opened it', async () => {
  const home = mkdtempSync(join(tmpdir(), 'kh-home-'));
  const window = await FIRST_HOST.open(home);
  const { page } = window;
  try {
    await createVault(page, { bind: false });
    await goTo(page, 'Settings');
    // One after another: each goes back to its own button, not to that of one before.
    for (const [name, first] of [
      ['Panic …', page.getByRole('button', { name: 'Cancel' })],
      ['Make a new kit', page.getByLabel('Master password', { exact: true })],
      ['Add webhook', page.getByRole('textbox', { name: 'Address' })],
      ['Add provider', page.getByLabel('Name', { exact: true })],
      ['Change password', page.getByLabel('Current password')],
    ] as const) {
      const opener = page.getByRole('button', { name, exact: true });
      await opener.focus();
      await page.keyboard.press('Enter');
      await expect(page.locator('[data-modal]').and(page.locator('[data-open]'))).toBeVisible();
      await expect(first, name).toBeFocused();
      await page.keyboard.press('Escape');
      await expect(page.locator('[data-modal]'), name).toHaveCount(0);
      await expect(opener).toBeFocused();
    }

    for (const label of ['one', 'three', 'two']) {
      await result(page, 'credentials.add', {
        provider: 'openai',
        label,
        fields: { api_key: fakeKey('openai', 'project') },
      });
    }
    await goTo(page, 'Providers');
    await page.evaluate(() => {
      location.hash = '#/providers?view=list';
    });
    const row = (label: string) => page.getByRole('row', { name: label }).locator('[data-row]');
    await row('three').focus();
    await page.keyboard.press('Delete');
    await page.getByRole('button', { name: 'Move to bin' }).press('Enter');
    await expect(row('three')).toHaveCount(0);
    await expect(row('two'), 'the row below the one that went').toBeFocused();
  } finally {
    await window.close();
    rmSync(home, { recursive: true, force: true });
  }
});
