import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { createLog } from '../../electron/core/logs/log.ts';
import { resolvePaths } from '../../electron/core/paths.ts';
import { putRuleRow } from '../../electron/core/routing/routing-table.ts';
import { Vault } from '../../electron/core/vault/vault.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { fakeKey } from '../support/fake-keys.ts';
import { NO_KEYCHAIN } from '../support/no-keychain.ts';
import { startStandIn } from '../support/stand-in-provider.ts';
import { result } from './bridge.ts';
import { makeClient } from './endpoint-client.ts';
import { FIRST_HOST } from './hosts.ts';
import { ALL_LOOKS, expectLooks } from './looks.ts';
import { addKey, createVault, goTo, PASSWORD, unlock } from './window.ts';

const look = (page: Page, state: string) => expectLooks(page, ALL_LOOKS, `routing-${state}`);

test('a rule is written in the window, holds for calls, and tells how each credential does', async () => {
  test.setTimeout(180_000);
  const home = mkdtempSync(join(tmpdir(), 'kh-home-'));
  const provider = await startStandIn();
  const window = await FIRST_HOST.open(home);
  const { page } = window;
  try {
    await createVault(page);
    await goTo(page, 'Clients');
    await page.getByRole('tab', { name: 'Routing' }).click();
    await expect(page.getByText('Calls go as tools send them')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Add rule' })).toBeDisabled();
    await look(page, 'empty');

    const accept = () => window.accept('Use this host');
    for (const label of ['work', 'spare']) {
      const value = fakeKey('openai', 'project');
      await addKey(page, { value, provider: 'OpenAI', label, baseUrl: provider.url, test: false }, accept);
    }
    const { origin, token } = await makeClient(window, 'nightly script', ['proxy:openai']);

    await page.getByRole('button', { name: 'Add rule' }).click();
    const form = page.getByRole('dialog', { name: 'Add rule' });
    await form.getByRole('button', { name: 'Add rule' }).click();
    await expect(form.getByText(/The rule does nothing yet/)).toBeVisible();
    await form.getByRole('button', { name: 'Add header' }).first().click();
    await expect(form.getByLabel('What to do with header 1')).toBeFocused();
    await form.getByLabel('Name of header 1').fill('x team');
    await form.getByLabel('Value of header 1').fill('core');
    await form.getByRole('button', { name: 'Add path' }).click();
    await form.getByLabel('Path 1', { exact: true }).fill('/old');
    await form.getByLabel('Path 1 becomes').fill('models');
    await form.getByRole('checkbox', { name: 'Keep answers to GET' }).check();
    await form.getByLabel('Seconds at most').fill('0');
    await form.getByRole('checkbox', { name: /Try another credential/ }).check();
    await form.getByLabel('Which is tried first').selectOption('The cheapest');
    await form.getByLabel(/^Cost of a call with spare/).fill('much');
    await page.keyboard.press('Control+Enter');
    await expect(form.getByLabel('Name of header 1')).toBeFocused();
    await expect(form.getByLabel('Name of header 1')).toHaveAccessibleDescription(/no spaces/);
    await look(page, 'errors');
    await form.getByLabel('Which is tried first').scrollIntoViewIfNeeded();
    await look(page, 'errors-below');
    await form.getByLabel('Name of header 1').fill('X-Team');
    await form.getByLabel('Path 1 becomes').fill('/models');
    await form.getByRole('checkbox', { name: 'Keep answers to GET' }).uncheck();
    await form.getByLabel('Which is tried first').selectOption('In this order');
    await form.getByRole('button', { name: 'Move work up' }).press('Enter');
    await expect(form.getByRole('button', { name: 'Move work up' })).toBeFocused();
    await form.getByRole('button', { name: 'Add rule' }).click();
    await expect(form).toBeHidden();
    await expect(page.getByText('Requests: sets x-team to “core”.')).toBeVisible();
    await expect(page.getByText('Ready')).toHaveCount(2);

    const read = () => fetch(`${origin}/proxy/openai@work/old`, { headers: { authorization: `Bearer ${token}` } });
    expect((await read()).status).toBe(200);
    expect(provider.requests.at(-1)?.path).toBe('/models');
    provider.answerWith({ sample: 'openai', case: 'invalid_key' });
    expect((await read()).status).toBe(401);
    await expect(page.getByText(/^Rests until .*: (?:refused \(401\)|its last test failed)$/)).toHaveCount(2, {
      timeout: 15_000,
    });

    await page.getByRole('button', { name: 'Add rule' }).click();
    await form.getByLabel('Client').selectOption('nightly script');
    await form.getByRole('button', { name: 'Add header' }).last().click();
    await form.getByLabel('What to do with header 1').selectOption('Remove');
    await form.getByLabel('Name of header 1').fill('server');
    await form.getByRole('button', { name: 'Add rule' }).click();
    await expect(page.getByText('Answers: removes server.')).toBeVisible();
    await look(page, 'rules');

    await page.getByRole('button', { name: 'Edit the rule for OpenAI' }).click();
    const edit = page.getByRole('dialog', { name: 'Rule for OpenAI' });
    await edit.getByRole('button', { name: 'Remove path 1' }).click();
    await edit.getByRole('checkbox', { name: 'Keep answers to GET' }).check();
    await edit.getByRole('button', { name: 'Save rule' }).click();
    await expect(page.getByText('Answers to GET are kept for up to 5 minutes.')).toBeVisible();
    await expect(page.getByText(/Paths that begin/)).toBeHidden();

    await page.getByRole('button', { name: 'Remove the rule for OpenAI' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove rule' }).click();
    await expect(page.getByText('Requests: sets x-team to “core”.')).toBeHidden();
    await result(page, 'routing.remove', { client: token.split('_')[2] ?? '' });
    await expect(page.getByText('Calls go as tools send them', { exact: true })).toBeVisible();
  } finally {
    await window.close();
    await provider.close();
    rmSync(home, { recursive: true, force: true });
  }
});

/** Rules as nothing of ours would leave them. */
async function damageRules(home: string, ...scopes: readonly string[]): Promise<void> {
  const log = createLog(join(home, 'logs'));
  const paths = resolvePaths({ KEYHARBOR_HOME: home });
  const vault = new Vault({ paths, clock: new FakeClock(), keychain: NO_KEYCHAIN, log });
  try {
    await vault.unlock(PASSWORD);
    const opened = vault.opened();
    opened.write(() => {
      for (const scope of scopes) putRuleRow(opened.db, { scope, document: '{"for":' }, 0);
    });
  } finally {
    await vault.close();
    log.close();
  }
}

test('rules that cannot be read are named, and each is written anew or removed in place', async () => {
  test.setTimeout(120_000);
  const home = mkdtempSync(join(tmpdir(), 'kh-home-'));
  let window = await FIRST_HOST.open(home);
  const reopen = async (...scopes: readonly string[]): Promise<Page> => {
    await window.close();
    await damageRules(home, ...scopes);
    window = await FIRST_HOST.open(home);
    await unlock(window.page);
    await goTo(window.page, 'Clients');
    await window.page.getByRole('tab', { name: 'Routing' }).click();
    return window.page;
  };
  try {
    await createVault(window.page, { bind: false });
    let page = await reopen('provider:openai', 'provider:groq');
    await expect(page.getByRole('alert').getByText('2 routing rules cannot be read')).toBeVisible();
    const list = page.getByRole('list', { name: 'Rules that cannot be read' });
    await expect(list.getByRole('heading')).toHaveText(['Groq', 'OpenAI']);
    await look(page, 'unreadable');
    await page.getByRole('button', { name: 'Remove the rule for Groq' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove rule' }).click();
    await expect(page.getByText('A routing rule cannot be read', { exact: true })).toBeVisible();
    await page.getByRole('button', { name: 'Write the rule for OpenAI anew' }).click();
    const form = page.getByRole('dialog', { name: 'Rule for OpenAI' });
    await form.getByRole('button', { name: 'Add path' }).click();
    await form.getByLabel('Path 1', { exact: true }).fill('/old');
    await form.getByLabel('Path 1 becomes').fill('/models');
    await form.getByRole('button', { name: 'Save rule' }).click();
    await expect(page.getByText('Paths that begin with /old go to /models instead.')).toBeVisible();
    await expect(list).toHaveCount(0);

    page = await reopen('nobody');
    await expect(page.getByText(/nor whose calls it is for/)).toBeVisible();
    await page.getByRole('link', { name: 'Open the backups' }).click();
    await expect(page.getByRole('heading', { level: 2, name: 'Backups' })).toBeInViewport();
  } finally {
    await window.close();
    rmSync(home, { recursive: true, force: true });
  }
});
