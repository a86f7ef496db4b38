import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { fakeKey } from '../support/fake-keys.ts';
import { result } from './bridge.ts';
import { FIRST_HOST, type OpenWindow } from './hosts.ts';
import { ALL_LOOKS, expectLooks, inLooks, NARROW } from './looks.ts';
import { expectFits, goTo, PASSWORD, unlock } from './window.ts';

const backupsSection = (page: Page) => page.getByRole('region', { name: 'Backups' });
/** The daily one comes when it comes. */
const ownBackup = (page: Page) => backupsSection(page).getByRole('listitem').filter({ hasText: 'Your own' });

async function addKey(page: Page, label: string): Promise<void> {
  await result(page, 'credentials.add', {
    provider: 'openai',
    label,
    fields: { api_key: fakeKey('openai', 'project') },
  });
}

test('a backup is made, checked and put back in the window, and a damaged vault offers the way back', async () => {
  test.setTimeout(180_000);
  const home = mkdtempSync(join(tmpdir(), 'kh-home-'));
  let window: OpenWindow = await FIRST_HOST.open(home);
  let { page } = window;
  try {
    await result(page, 'vault.create', { password: PASSWORD });
    await page.reload();
    await addKey(page, 'before');
    await goTo(page, 'Settings');
    const section = backupsSection(page);
    await section.getByRole('button', { name: 'Back up now' }).click();
    const own = ownBackup(page);
    await expect(own.getByText('Checked when made')).toBeVisible();
    await own.getByRole('button', { name: /^Check the backup/ }).click();
    await expect(own.getByText('Verifies', { exact: true })).toBeVisible();
    await addKey(page, 'after');

    // It says which keys would go; a wrong password changes nothing.
    await own.getByRole('button', { name: /^Put back the backup/ }).click();
    const dialog = page.getByRole('dialog', { name: /^Put back the backup/ });
    await expect(dialog.getByText('1 key is not in it, and will be gone: openai/after.')).toBeVisible();
    await expectLooks(page, ALL_LOOKS, 'backup-restore');
    const secret = dialog.getByLabel(/of that day$/);
    await secret.fill('not the password at all');
    await dialog.getByRole('button', { name: 'Put it back' }).click();
    await expect(secret).toHaveAccessibleDescription(/^Wrong password/);
    await expect(secret, 'typing begins anew').toBeFocused();
    await inLooks(page, [NARROW], 'backup-restore-wrong', async () => {
      await expect(dialog.getByRole('button', { name: 'Put it back' }), 'in view').toBeInViewport({ ratio: 1 });
      // Else the ring of the field that has the focus is seen below them, at both ends.
      const acts = dialog.getByRole('button', { name: 'Put it back' }).locator('..');
      const least = await dialog.evaluate(({ clientWidth }) => clientWidth);
      expect(await acts.evaluate(({ offsetWidth }: HTMLElement) => offsetWidth), 'edge to edge').toBe(least);
    });
    await secret.fill(PASSWORD);
    await dialog.getByRole('button', { name: 'Put it back' }).click();
    await window.accept('Put it back');
    await expect(page.getByText(/The backup of .* is in place/)).toBeVisible();
    await expect(page.getByText('It holds 1 key and 0 clients.')).toBeVisible();
    await expectLooks(page, ALL_LOOKS, 'backup-restored');
    await unlock(page);
    await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
    expect((await result(page, 'credentials.list', {})).map(({ label }) => label)).toEqual(['before']);

    // What stood there can be put back too, or removed with the password.
    await expect(section.getByText('Can be put back')).toBeVisible();
    await page.goto(`${page.url().split('#')[0]}#/settings?section=backups`);
    await expectLooks(page, ALL_LOOKS, 'backup-settings');
    await section.getByRole('button', { name: /^Remove what was replaced/ }).click();
    const removal = page.getByRole('dialog', { name: /^Remove what was replaced/ });
    const password = removal.getByLabel('Master password');
    await password.fill('not the password at all');
    await removal.getByRole('button', { name: 'Remove for good' }).click();
    await expect(password).toHaveAccessibleDescription('Wrong password');
    await expect(password).toBeFocused();
    await password.fill(PASSWORD);
    await removal.getByRole('button', { name: 'Remove for good' }).click();
    await expect(removal).toHaveCount(0);
    await expect(section.getByText('Kept by a restore')).toHaveCount(0);
    expect(readdirSync(join(home, 'backups')).filter((name) => name.includes('replaced'))).toEqual([]);
    await window.close();

    truncateSync(join(home, 'vault.db'), 1000);
    window = await FIRST_HOST.open(home);
    ({ page } = window);
    await expect(page.getByRole('heading', { level: 1, name: 'The vault is damaged' })).toBeVisible();
    await expectLooks(page, ALL_LOOKS, 'backup-damaged');
    await page.getByLabel(/of that day$/).fill(PASSWORD);
    await page.getByRole('button', { name: 'Put it back' }).click();
    await window.accept('Put it back');
    await expect(page.getByText(/The backup of .* is in place/)).toBeVisible();
    await unlock(page);
    await expect(page.getByRole('navigation', { name: 'Screens' })).toBeVisible();
    expect((await result(page, 'credentials.list', {})).map(({ label }) => label)).toContain('before');
    await expectFits(page, 'after the way back');
  } finally {
    await window.close();
    rmSync(home, { recursive: true, force: true });
  }
});
