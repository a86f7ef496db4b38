import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { fakeKey } from '../support/fake-keys.ts';
import { filesHolding } from '../support/files-holding.ts';
import { startStandIn } from '../support/stand-in-provider.ts';
import { HOSTS } from './hosts.ts';
import { addKey, allow, createVault, goTo, PASSWORD, unlock } from './window.ts';

const run = promisify(execFile);
const KEYHARBOR = join(import.meta.dirname, '../../cli/keyharbor');

for (const host of HOSTS) {
  test(`the main job, end to end, in the ${host.name} host`, async () => {
    test.setTimeout(120_000);
    const home = mkdtempSync(join(tmpdir(), 'kh-home-'));
    const openai = fakeKey('openai', 'project');
    const anthropic = fakeKey('anthropic', 'API key');
    const github = fakeKey('github', 'classic');
    const provider = await startStandIn();
    let window = await host.open(home);
    let { page } = window;
    const keyharbor = (...args: string[]) => run(KEYHARBOR, args, { env: { ...process.env, KEYHARBOR_HOME: home } });
    let recoveryCode = '';
    let token = '';

    try {
      await test.step('first run: password, recovery kit, an empty Providers screen that says what to do', async () => {
        recoveryCode = await createVault(page);
        await expect(page.getByRole('heading', { name: 'Add your first key' })).toBeVisible();
      });

      await test.step('a key is recognised, kept and tested against its own address', async () => {
        const accept = () => window.accept('Use this host');
        await addKey(page, { value: openai, provider: 'OpenAI', label: 'work', baseUrl: provider.url }, accept);
        const card = page.getByRole('region', { name: 'OpenAI' });
        await expect(card.getByText('Healthy')).toBeVisible();
        await expect(card.getByText(/\d+ ms/)).toBeVisible();
        expect(provider.requests.map(({ authorization }) => authorization)).toContain(`Bearer ${openai}`);
        await expect(page.locator('body')).not.toContainText(openai);
      });

      await test.step('the key of another provider is named, and one click goes there', async () => {
        await page.keyboard.press('Control+n');
        const form = page.getByRole('dialog', { name: 'New key' });
        await form.getByLabel('Paste your key').fill(anthropic);
        await expect(form.getByText(/Anthropic/).first()).toBeVisible();
        await form.getByRole('checkbox', { name: 'Test the key after saving' }).uncheck();
        await form.getByRole('button', { name: 'Save key' }).click();
        await expect(page.getByRole('region', { name: 'Anthropic' })).toBeVisible();
        await addKey(page, { value: github, provider: 'GitHub', label: 'cli', test: false });
        await expect(page.getByRole('region', { name: 'GitHub' })).toBeVisible();
      });

      await test.step('a refused key is said to be refused, not to be unreachable', async () => {
        provider.answerWith({ sample: 'openai', case: 'invalid_key' });
        await page.getByRole('button', { name: 'Test work' }).click();
        const card = page.getByRole('region', { name: 'OpenAI' });
        await expect(card.getByText('Failing')).toBeVisible();
        await expect(card.getByText('Refused by the provider')).toBeVisible();
        provider.answerWith('valid');
      });

      await test.step('reveal shows the key once asked, copy puts it on the clipboard', async () => {
        await page.getByRole('button', { name: 'Reveal work' }).click();
        await expect(page.locator('body')).toContainText(openai);
        await page.getByRole('button', { name: 'Hide work' }).click();
        await expect(page.locator('body')).not.toContainText(openai);
        await page.getByRole('button', { name: 'Copy work', exact: true }).click();
        await expect(page.getByText(/Copied .* clears in/)).toBeVisible();
        const copied = await window.clipboard();
        if (copied !== null) expect(copied).toBe(openai);
        await page.getByRole('button', { name: 'Clear now' }).click();
        await expect.poll(async () => (await window.clipboard()) ?? '').toBe('');
      });

      await test.step('the command line shares the unlocked vault', async () => {
        const got = keyharbor('get', 'kh://openai/work');
        const panel = await window.panel();
        await expect(panel.getByRole('heading', { level: 1 })).toContainText('asks to act as you');
        await panel.screenshot({ path: test.info().outputPath('panel-owner.png') });
        await panel.getByRole('radio', { name: 'Until the vault locks' }).check();
        await allow(panel, 'Allow until lock');
        expect((await got).stdout).toBe(openai);
        await run('sh', ['-c', `printf %s "$KEY" | "${KEYHARBOR}" add openai --label shell --stdin`], {
          env: { ...process.env, KEYHARBOR_HOME: home, KEY: `${openai}x` },
        });
        await expect(page.getByRole('region', { name: 'OpenAI' }).getByText('shell')).toBeVisible();
      });

      await test.step('search and filter narrow the list', async () => {
        await page.keyboard.press('/');
        await page.getByRole('searchbox', { name: 'Search keys' }).fill('provider:github');
        await expect(page.getByRole('region', { name: 'GitHub' })).toBeVisible();
        await expect(page.getByRole('region', { name: 'OpenAI' })).toBeHidden();
        await page.getByRole('searchbox', { name: 'Search keys' }).fill('');
        await expect(page.getByRole('region', { name: 'OpenAI' })).toBeVisible();
      });

      await test.step('delete asks, moves to the bin, and can be undone', async () => {
        await page.getByRole('button', { name: 'More acts for shell' }).click();
        await page.getByRole('menuitem', { name: 'Delete' }).click();
        await page.getByRole('button', { name: 'Move to bin' }).click();
        await expect(page.getByRole('region', { name: 'OpenAI' }).getByText('shell')).toBeHidden();
        await page.getByRole('button', { name: 'Undo' }).click();
        await expect(page.getByRole('region', { name: 'OpenAI' }).getByText('shell')).toBeVisible();
      });

      await test.step('endpoint on, a client with one grant, its token shown once, the key over HTTP', async () => {
        await goTo(page, 'Clients');
        await keyharbor('endpoint', 'on', '--port', '0');
        await expect(page.getByRole('switch', { name: 'Switch the endpoint on' })).toBeChecked();
        await page.getByRole('button', { name: 'New client' }).first().click();
        const sheet = page.getByRole('dialog', { name: 'New client' });
        await sheet.getByLabel('Name of the tool').fill('editor');
        await sheet.getByRole('button', { name: 'Hand out the key itself' }).click();
        await sheet
          .getByRole('group', { name: 'Hand out the key itself' })
          .getByRole('checkbox', { name: 'openai/work' })
          .check();
        await sheet.getByRole('button', { name: 'Create client' }).click();
        await window.accept('Create token');
        const made = page.getByRole('dialog', { name: 'Client created' });
        token = /kh_live_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}/.exec((await made.textContent()) ?? '')?.[0] ?? '';
        expect(token).not.toBe('');
        await made.getByRole('button', { name: 'I stored it' }).click();
        const url = `${/http:\/\/127\.0\.0\.1:\d+/.exec(await page.locator('main').innerText())?.[0] ?? ''}/v1/keys/openai`;
        const ask = (path: string) => fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
        expect(((await (await ask('/work')).json()) as { value: string }).value).toBe(openai);
        expect((await ask('/shell')).status).toBe(403);
        await page.getByRole('button', { name: 'Revoke editor' }).click();
        await page.getByRole('button', { name: 'Revoke client' }).click();
        await expect.poll(async () => (await ask('/work')).status).toBe(401);
      });

      await test.step('locked shows nothing; a wrong password says only that', async () => {
        await page.keyboard.press('Control+l');
        await expect(page.getByRole('heading', { name: 'Unlock your vault' })).toBeVisible();
        for (const word of ['openai', 'OpenAI', 'work', 'editor', 'GitHub']) {
          await expect(page.locator('body')).not.toContainText(word);
        }
        await expect(keyharbor('get', 'kh://openai/work')).rejects.toMatchObject({ code: 3 });
        await unlock(page, `${PASSWORD}!`);
        await expect(page.getByText('Wrong password').first()).toBeVisible();
        await unlock(page);
        await expect(page.getByRole('heading', { level: 1, name: 'Clients' })).toBeVisible();
      });

      await test.step('after a restart the vault is locked and opens with the password', async () => {
        expect(await window.close()).toBe(0);
        window = await host.open(home);
        page = window.page;
        await unlock(page);
        await expect(page.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();
        await goTo(page, 'Providers');
        await expect(page.getByRole('region', { name: 'OpenAI' })).toBeVisible();
        await page.reload();
        await expect(page.getByRole('region', { name: 'OpenAI' })).toBeVisible();
      });

      await test.step('no secret in what the host printed or wrote', async () => {
        expect(await window.close()).toBe(0);
        const secrets = [openai, anthropic, github, token, PASSWORD, recoveryCode];
        for (const secret of secrets) expect(window.output()).not.toContain(secret);
        expect(filesHolding(home, secrets)).toEqual([]);
      });
    } finally {
      await window.close();
      await provider.close();
      rmSync(home, { recursive: true, force: true });
    }
  });
}
