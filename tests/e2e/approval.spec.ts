import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { fakeKey } from '../support/fake-keys.ts';
import { type StandIn, startStandIn } from '../support/stand-in-provider.ts';
import { result } from './bridge.ts';
import { makeClient } from './endpoint-client.ts';
import { HOSTS, type OpenWindow } from './hosts.ts';
import { axeFindings } from './looks.ts';
import { allow, PASSWORD } from './window.ts';

for (const host of HOSTS) {
  test.describe(`a client without a grant, in the ${host.name} host`, () => {
    let home: string;
    let provider: StandIn;
    let window: OpenWindow;
    let origin: string;
    let token: string;

    test.beforeEach(async () => {
      home = mkdtempSync(join(tmpdir(), 'kh-home-'));
      provider = await startStandIn();
      window = await host.open(home);
      const { page } = window;
      await result(page, 'vault.create', { password: PASSWORD });
      await page.reload(); // the page itself made no vault: it looks again
      const adding = result(page, 'credentials.add', {
        provider: 'openai',
        label: 'work',
        fields: { api_key: fakeKey('openai', 'project') },
        baseUrl: provider.url,
        local: true,
      });
      await window.accept('Use this host');
      await adding;
      ({ origin, token } = await makeClient(window, 'editor', ['keys:list']));
    });
    test.afterEach(async () => {
      await window.close();
      await provider.close();
      rmSync(home, { recursive: true, force: true });
    });

    const ask = async (): Promise<number> => {
      const answer = await fetch(`${origin}/proxy/openai@work/models`, {
        headers: { authorization: `Bearer ${token}` },
      });
      await answer.arrayBuffer();
      return answer.status;
    };
    const panelLooksRight = async (panel: Page, scheme: 'light' | 'dark'): Promise<void> => {
      await expect(panel.locator('html')).toHaveAttribute('data-theme', scheme);
      const findings = await axeFindings(panel);
      expect(findings.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join()}`)).toEqual(
        [],
      );
      await panel.screenshot({ path: test.info().outputPath(`panel-${scheme}.png`) });
    };

    test('is asked about in a window of its own, once or until the lock, and its grant is revoked', async () => {
      const { page } = window;

      await test.step('the panel names who asks and for what, with Deny as the first answer', async () => {
        await result(page, 'settings.set', { app: { theme: 'dark' } });
        const asked = ask();
        const panel = await window.panel();
        await expect(panel.getByRole('heading', { level: 1 })).toHaveText('editor asks to use 1 credential');
        await expect(panel.getByText('openai/work')).toBeVisible();
        await expect(panel.getByText('Unverified name.')).toBeVisible();
        await expect(panel.getByText('The program never gets the key.')).toBeVisible();
        await expect(panel.getByRole('button', { name: 'Deny', exact: true })).toBeFocused();
        expect(
          await panel.evaluate(() => [
            'keyharbor' in globalThis,
            Object.isFrozen((globalThis as Record<string, unknown>)['keyharborApproval']),
          ]),
        ).toEqual([false, true]);
        await panelLooksRight(panel, 'dark');
        await allow(panel, 'Allow once');
        expect(await asked).toBe(200);
      });

      await test.step('once was once: it asks again; until the lock it is not asked any more', async () => {
        await result(page, 'settings.set', { app: { theme: 'light' } });
        const asked = ask();
        const panel = await window.panel();
        await panelLooksRight(panel, 'light');
        await panel.getByRole('radio', { name: 'Until the vault locks' }).check();
        await allow(panel, 'Allow until lock');
        expect(await asked).toBe(200);
        expect(await ask()).toBe(200);
        await expect
          .poll(
            () =>
              page
                .context()
                .pages()
                .filter((one) => !one.isClosed()).length,
          )
          .toBe(1);
      });

      await test.step('the grant stands in the table; revoked, the client has to ask again, and a no is a 403', async () => {
        await page.evaluate(() => (location.hash = '#/clients?tab=grants'));
        const row = page.getByRole('row').filter({ hasText: 'Until lock' });
        await expect(row).toContainText('openai/work');
        await row.getByRole('button', { name: /^Acts for/ }).click();
        await page.getByRole('menuitem', { name: 'Revoke' }).click();
        await page.getByRole('button', { name: 'Revoke grant' }).click();
        await expect(row).toBeHidden();
        const asked = ask();
        const panel = await window.panel();
        await expect(panel.getByRole('button', { name: 'Deny', exact: true })).toBeFocused(); // earlier nobody listens
        await panel.keyboard.press('Escape').catch(() => undefined); // the window may go while the key goes up
        expect(await asked).toBe(403);
        expect(provider.requests.filter(({ path }) => path === '/models')).toHaveLength(3);
      });
    });

    test('gets a no when the panel is closed', async () => {
      const asked = ask();
      const panel = await window.panel();
      await expect(panel.getByRole('button', { name: 'Deny', exact: true })).toBeVisible();
      await panel.close();
      expect(await asked).toBe(403);
      expect(provider.requests).toEqual([]);
    });
  });
}
