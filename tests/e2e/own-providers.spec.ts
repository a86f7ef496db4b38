import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { fakeKey } from '../support/fake-keys.ts';
import { startStandIn } from '../support/stand-in-provider.ts';
import { FIRST_HOST, HOSTS } from './hosts.ts';
import { DARK, expectLooks, LIGHT, NARROW } from './looks.ts';
import { addKey, createVault, goTo } from './window.ts';

const FILE = join(import.meta.dirname, '../fixtures/own-provider.json');

const look = (page: Page, state: string) => expectLooks(page, [LIGHT, DARK, NARROW], `own-${state}`);

for (const host of HOSTS) {
  test(`an own provider by a form and by a file, in the ${host.name} host`, async () => {
    test.setTimeout(120_000);
    const home = mkdtempSync(join(tmpdir(), 'kh-home-'));
    const window = await host.open(home);
    const { page } = window;
    const looked = host === FIRST_HOST ? (state: string) => look(page, state) : () => Promise.resolve();
    try {
      await createVault(page);
      await page.keyboard.press('Control+,');
      await page.getByRole('heading', { name: 'Own providers' }).waitFor();

      await page.getByRole('button', { name: 'Add provider' }).click();
      const form = page.getByRole('dialog', { name: 'Add a provider' });
      await form.getByLabel('Name', { exact: true }).fill('House API');
      await expect(form.getByLabel('Id')).toHaveValue('house_api');
      await form.getByLabel('Base URL').fill('http://house.example.com');
      await form.getByLabel('How the key is sent').selectOption('A header of its own');
      await form.getByLabel('Value of the header').fill('Token {api_key}');
      await form.getByLabel(/^Path to test a key/).fill('/me');
      await form.getByRole('button', { name: 'Add version' }).click();
      await form.getByLabel('Name of version 1').fill('v2');
      await form.getByLabel('Path of version 1').fill('/v2');
      await looked('form');
      await form.getByRole('button', { name: 'Preview' }).click();
      await expect(form.getByRole('alert').getByText(/is not https/)).toBeVisible();
      await form.getByLabel('Base URL').fill('https://house-api.com');
      await form.getByRole('button', { name: 'Preview' }).click();
      await expect(form.getByText('house-api.com', { exact: true })).toBeVisible();
      await expect(form.getByText('GET https://house-api.com/v2/me (free)')).toBeVisible();
      await looked('preview');
      await form.getByRole('button', { name: 'Add provider' }).click();
      await window.accept('Add provider');
      await expect(form).toBeHidden();

      await page.getByRole('button', { name: 'Edit House API' }).click();
      const edit = page.getByRole('dialog', { name: 'Edit House API' });
      await expect(edit.getByLabel('Id')).not.toBeEditable();
      await expect(edit.getByLabel('Value of the header')).toHaveValue('Token {api_key}');
      await expect(edit.getByLabel('Path of version 1')).toHaveValue('/v2');
      await edit.getByLabel('Name', { exact: true }).fill('House & Garden API');
      await edit.getByLabel(/^Path to test a key/).fill('/whoami');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Keep editing' }).click();
      await edit.getByRole('button', { name: 'Preview' }).click();
      await expect(edit.getByText('GET https://house-api.com/v2/whoami (free)')).toBeVisible();
      await edit.getByRole('button', { name: 'Save changes' }).click();
      await window.accept('Replace provider');
      await expect(edit).toBeHidden();
      await expect(page.getByText('House & Garden API (house_api)')).toBeVisible();

      await page.getByRole('button', { name: 'Import a file' }).click();
      const sheet = page.getByRole('dialog', { name: 'Import a provider' });
      await sheet.locator('input[type=file]').setInputFiles(FILE);
      await expect(sheet.getByText('api.acme-search.com', { exact: true })).toBeVisible();
      await sheet.getByRole('button', { name: 'Add provider' }).click();
      await window.accept('Add provider');
      await expect(sheet).toBeHidden();

      await page.getByRole('button', { name: 'Edit Acme Search' }).click();
      const descriptor = page.getByRole('dialog', { name: 'Edit Acme Search' });
      await expect(descriptor.getByLabel('Descriptor')).toHaveValue(/"id": "acme_search"/);
      await looked('edit-text');
      await descriptor.getByRole('button', { name: 'Cancel' }).click();
      await expect(descriptor).toBeHidden();

      const acme = page.getByRole('switch', { name: 'Use Acme Search' });
      await expect(acme).toBeChecked();
      await acme.click();
      await expect(acme).not.toBeChecked();
      await acme.scrollIntoViewIfNeeded();
      await looked('settings');
      await page.getByRole('button', { name: 'Remove Acme Search' }).click();
      await page.getByRole('alertdialog').getByRole('button', { name: 'Remove provider' }).click();
      await expect(acme).toHaveCount(0);
      await expect(page.getByRole('alertdialog')).toHaveCount(0);

      await page.keyboard.press('Control+n');
      const key = page.getByRole('dialog', { name: 'New key' });
      await key.getByPlaceholder(/provider/i).fill('House');
      await page.getByRole('option', { name: 'House & Garden API' }).click();
      await expect(
        key
          .getByText('Key in X-API-Key')
          .or(key.getByLabel('Key', { exact: true }))
          .first(),
      ).toBeVisible();
      await key.getByRole('button', { name: 'How to get a key' }).click();
      const guide = page.getByRole('dialog', { name: 'Guide to House & Garden API' });
      await expect(guide.getByText(/You added this provider yourself/)).toBeVisible();
      await page.keyboard.press('Escape');
      await expect(guide).toBeHidden();
      await expect(key).toBeVisible();
    } finally {
      await window.close();
      rmSync(home, { recursive: true, force: true });
    }
  });
}

test('all keys are tested with one button; what failed leads to its fix', async () => {
  test.setTimeout(120_000);
  const [host] = HOSTS;
  if (host === undefined) throw new Error('no host');
  const home = mkdtempSync(join(tmpdir(), 'kh-home-'));
  const provider = await startStandIn();
  const window = await host.open(home);
  const { page } = window;
  try {
    await createVault(page);
    const accept = () => window.accept('Use this host');
    const keys = [
      { value: fakeKey('openai', 'project'), provider: 'OpenAI', label: 'one' },
      { value: fakeKey('openai', 'service'), provider: 'OpenAI', label: 'two' },
    ];
    for (const key of keys) await addKey(page, { ...key, baseUrl: provider.url, test: false }, accept);
    await page.getByRole('button', { name: 'Test all' }).click();
    await expect(page.getByText('2 of 2 keys work.')).toBeVisible();
    await expect(page.getByText('Healthy')).toHaveCount(2);

    provider.answerWith('silent');
    await page.getByRole('button', { name: 'Test all' }).click();
    await expect(page.getByText('Tested 0 of 2 keys')).toBeVisible();
    await page.screenshot({ path: join('test-results/looks', 'own-test-all.png') });
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await expect(page.getByText(/^Stopped after/)).toBeVisible();

    provider.answerWith({ sample: 'openai', case: 'invalid_key' });
    await page.getByRole('button', { name: 'Test all' }).click();
    await expect(page.getByText('0 of 2 keys work.')).toBeVisible();
    await page
      .locator('[data-row], [data-id]')
      .or(page.getByText('one', { exact: true }))
      .first()
      .click();
    const detail = page.getByRole('complementary', { name: /./ });
    await expect(detail.getByRole('button', { name: 'Replace value' })).toBeVisible();
    await look(page, 'failed');
    await detail.getByRole('button', { name: 'Replace value' }).click();
    const sheet = page.getByRole('dialog', { name: /^Edit/ });
    await expect(sheet.getByLabel('API key', { exact: true })).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(sheet).toBeHidden();
    await detail.getByRole('button', { name: 'Mark as revoked' }).click();
    await expect(page.getByRole('alertdialog')).toBeVisible();
  } finally {
    await window.close();
    await provider.close();
    rmSync(home, { recursive: true, force: true });
  }
});

test('a test that costs something names its cost and waits for a yes', async () => {
  test.setTimeout(120_000);
  const [host] = HOSTS;
  if (host === undefined) throw new Error('no host');
  const home = mkdtempSync(join(tmpdir(), 'kh-home-'));
  const provider = await startStandIn();
  const entry = JSON.parse(readFileSync(FILE, 'utf8')) as {
    baseUrl: { default: string };
    auth: { local?: boolean }[];
    checks: { costMicroUsd: number }[];
  };
  entry.baseUrl.default = provider.url;
  for (const kind of entry.auth) kind.local = true;
  for (const check of entry.checks) check.costMicroUsd = 2000;
  const file = join(home, 'dear.json');
  writeFileSync(file, JSON.stringify(entry));
  const window = await host.open(join(home, 'keyharbor'));
  const { page } = window;
  try {
    await createVault(page);
    await page.keyboard.press('Control+,');
    await page.getByRole('button', { name: 'Import a file' }).click();
    const sheet = page.getByRole('dialog', { name: 'Import a provider' });
    await sheet.locator('input[type=file]').setInputFiles(file);
    await sheet.getByRole('button', { name: 'Add provider' }).click();
    await window.accept('Add provider');
    await expect(sheet).toBeHidden();
    await goTo(page, 'Providers');
    await page.keyboard.press('Control+n');
    const form = page.getByRole('dialog', { name: 'New key' });
    await form.getByLabel('Paste your key').fill(`acme_${'0123456789abcdef'.repeat(2)}`);
    await expect(form.getByText(/Acme Search/).first()).toBeVisible();
    await form.getByRole('button', { name: 'Save key' }).click();

    const cost = page.getByRole('alertdialog', { name: 'This test costs money' });
    await expect(cost).toContainText('up to $0.002 for 1 such test');
    await expect(cost.getByRole('button', { name: 'Cancel' })).toBeFocused();
    await look(page, 'cost');
    await page.keyboard.press('Escape');
    await expect(cost).toBeHidden();
    expect(provider.requests).toEqual([]);

    await page.getByRole('button', { name: 'Test default' }).click();
    await cost.getByRole('button', { name: 'Test anyway' }).click();
    await expect.poll(() => provider.requests.length).toBe(1);
    await page.getByRole('button', { name: 'Test all' }).click();
    await expect(cost).toContainText('up to $0.002');
    await cost.getByRole('button', { name: 'Cancel' }).click();
    expect(provider.requests).toHaveLength(1);
  } finally {
    await window.close();
    await provider.close();
    rmSync(home, { recursive: true, force: true });
  }
});
