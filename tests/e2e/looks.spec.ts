import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { fakeKey } from '../support/fake-keys.ts';
import { startStandIn } from '../support/stand-in-provider.ts';
import { FIRST_HOST, type OpenWindow } from './hosts.ts';
import { ALL_LOOKS, axeFindings, inLooks, LIGHT, NARROW_DARK } from './looks.ts';
import { addKey, createVault, expectFits, goTo, unlock } from './window.ts';

test('every screen and state passes axe and fits, in both themes, wide and narrow', async () => {
  test.setTimeout(300_000);
  const home = mkdtempSync(join(tmpdir(), 'kh-home-'));
  const provider = await startStandIn();
  const window: OpenWindow = await FIRST_HOST.open(home);
  const { page } = window;
  const found: string[] = [];

  /** Shows one state in each look: no axe finding, nothing cut off sideways. */
  const look = (state: string, looks = ALL_LOOKS): Promise<void> =>
    inLooks(page, looks, state, async ({ name }) => {
      await expectFits(page, `${state}, ${name}`).catch((fault: Error) => found.push(fault.message));
      for (const { id, nodes } of await axeFindings(page)) {
        found.push(`${state}, ${name}: ${id} at ${nodes.map(({ target }) => target.join(' ')).join('; ')}`);
      }
    });

  try {
    await look('01-welcome');
    await page.getByRole('button', { name: 'Create vault' }).click();
    await page.getByLabel('Master password', { exact: true }).fill('password1234');
    await expect(page.getByText(/Too easy|Weak|Very weak/).first()).toBeVisible();
    await look('02-password');
    await page.reload();
    await createVault(page, { at: (step) => look(`02-${step}`) });
    await look('03-providers-empty');
    await goTo(page, 'Home');
    await expect(page.getByRole('heading', { name: 'Three steps to begin' })).toBeVisible();
    await look('03-home-empty');
    await goTo(page, 'Providers');

    await page.keyboard.press('Control+n');
    await page.getByLabel('Paste your key').fill(fakeKey('github', 'classic'));
    await expect(page.getByText(/GitHub/).first()).toBeVisible();
    await look('04-add-key');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Discard' }).click();
    await uncovered(page);

    const accept = () => window.accept('Use this host');
    await addKey(
      page,
      { value: fakeKey('openai', 'project'), provider: 'OpenAI', label: 'work', baseUrl: provider.url },
      accept,
    );
    await expect(page.getByText('Healthy').first()).toBeVisible();
    provider.answerWith({ sample: 'anthropic', case: 'invalid_key' });
    await addKey(
      page,
      { value: fakeKey('anthropic', 'API key'), provider: 'Anthropic', label: 'lab', baseUrl: provider.url },
      accept,
    );
    await expect(page.getByText('Failing').first()).toBeVisible();
    await addKey(page, { value: fakeKey('github', 'classic'), provider: 'GitHub', label: 'cli', test: false });
    await look('05-providers-cards');
    await page.getByRole('button', { name: 'Reveal work' }).click();
    await look('06-providers-revealed');
    await page.getByRole('button', { name: 'Hide work' }).click();
    await page
      .getByRole('radio', { name: 'List' })
      .or(page.getByRole('button', { name: 'List' }))
      .first()
      .click();
    await look('07-providers-list');
    await page.locator('[data-row]').filter({ hasText: 'lab' }).first().click();
    await look('08-detail');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await look('09-palette');
    await page.keyboard.type('nothing is named so');
    await expect(page.getByRole('status').filter({ hasText: 'Nothing found.' })).toBeVisible();
    await look('09-palette-none', [LIGHT, NARROW_DARK]);
    await page.keyboard.press('Escape');
    await uncovered(page);
    await page.keyboard.press('Control+/');
    await look('10-shortcuts');
    await page.keyboard.press('Escape');
    await uncovered(page);

    await page.keyboard.press('Control+f');
    await page.keyboard.type('state:nonsense');
    await expect(page.getByRole('heading', { name: 'No key matches' })).toBeVisible();
    await look('10-no-match', [LIGHT, NARROW_DARK]);
    await page.getByRole('button', { name: 'Clear filters' }).last().click();
    await page
      .getByRole('button', { name: /^More acts for/ })
      .first()
      .click();
    await expect(page.getByRole('menu')).toBeVisible();
    await look('10-menu', [LIGHT]);
    await page.keyboard.press('Escape');
    await uncovered(page);

    await goTo(page, 'Clients');
    await look('11-clients-empty');
    await page.getByRole('button', { name: 'New client' }).first().click();
    await page.getByLabel('Name of the tool').fill('nightly script');
    await page.getByRole('checkbox', { name: 'openai/work' }).check();
    await page.getByRole('button', { name: 'Hand out the key itself' }).click();
    await look('12-new-client');
    await page.getByRole('button', { name: 'Create client' }).click();
    await window.accept('Create token');
    await expect(page.getByRole('dialog', { name: 'Client created' })).toBeVisible();
    await look('13-token');
    await page.getByRole('button', { name: 'I stored it' }).click();
    await look('14-clients');
    await page.getByRole('button', { name: 'Acts for nightly script' }).click();
    await page.getByRole('menuitem', { name: 'Narrow' }).click();
    await look('14-narrow-client');
    await page.keyboard.press('Escape');
    await uncovered(page);
    await page.getByRole('tab', { name: 'Grants' }).click();
    await expect(page.getByRole('cell', { name: 'openai/work', exact: true })).toBeVisible();
    await look('14-grants');
    await page.getByRole('tab', { name: 'Connect a tool' }).click();
    await page.getByLabel('Tool', { exact: true }).selectOption('Python');
    await look('14-connect');
    await goTo(page, 'Activity');
    await expect(page.getByRole('cell', { name: 'Client made' })).toBeVisible();
    await page.getByRole('button', { name: 'Verify chain' }).click();
    await expect(page.getByText(/The log is whole: \d+ entries/)).toBeVisible();
    await page.getByLabel('About').selectOption('Keys');
    await expect(page.getByRole('cell', { name: 'Client made' })).toHaveCount(0);
    await page.getByLabel('Result').selectOption('Failed');
    await expect(page.getByRole('cell', { name: 'Key tested' })).toBeVisible();
    await look('14-activity');
    await goTo(page, 'Settings');
    await look('15-settings');
    await page.getByRole('button', { name: 'Panic …' }).click();
    await look('15-panic');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await uncovered(page);
    await page.keyboard.press('Control+l');
    await expect(page.getByRole('heading', { name: 'Unlock your vault' })).toBeVisible();
    await look('16-locked');
    await unlock(page, 'not the password at all');
    await expect(page.getByText('Wrong password').first()).toBeVisible();
    await look('17-wrong-password');
    await page.getByRole('button', { name: 'Use recovery code' }).click();
    await look('18-recovery');
    expect(found).toEqual([]);
  } finally {
    await window.close();
    await provider.close();
    rmSync(home, { recursive: true, force: true });
  }
});

test('the main job with the keyboard alone', async () => {
  test.setTimeout(120_000);
  const home = mkdtempSync(join(tmpdir(), 'kh-home-'));
  const window = await FIRST_HOST.open(home);
  const { page } = window;
  try {
    await createVault(page);
    await page.keyboard.press('Control+n');
    await page.keyboard.insertText(fakeKey('github', 'classic'));
    await expect(
      page
        .getByRole('dialog', { name: 'New key' })
        .getByText(/GitHub/)
        .first(),
    ).toBeVisible();
    await page.getByRole('checkbox', { name: 'Test the key after saving' }).focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('Control+Enter');
    await expect(page.getByRole('region', { name: 'GitHub' })).toBeVisible();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('git');
    await page.keyboard.press('Enter');
    await expect(page.getByText(/Copied .* clears in/)).toBeVisible();
    await focusFirstKey(page);
    await page.keyboard.press('Delete');
    await page.getByRole('button', { name: 'Move to bin' }).focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('region', { name: 'GitHub' })).toBeHidden();
    await page.keyboard.press('Control+l');
    await expect(page.getByLabel('Master password')).toBeFocused();
    await page.keyboard.insertText('correct horse battery staple 42');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1, name: 'Providers' })).toBeVisible();
  } finally {
    await window.close();
    rmSync(home, { recursive: true, force: true });
  }
});

/** No dialog or sheet lies over the screen any more. */
async function uncovered(page: Page): Promise<void> {
  await expect(page.getByRole('dialog').or(page.getByRole('alertdialog'))).toHaveCount(0);
}

async function focusFirstKey(page: Page): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(() => document.activeElement?.hasAttribute('data-row') === true)) return;
  }
  throw new Error('Tab never reaches a key');
}
