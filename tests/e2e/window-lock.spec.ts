import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { fakeKey } from '../support/fake-keys.ts';
import { result } from './bridge.ts';
import { makeClient } from './endpoint-client.ts';
import { HOSTS } from './hosts.ts';
import { PASSWORD, unlock } from './window.ts';

for (const host of HOSTS) {
  test(`clients work on behind the locked window of the ${host.name} host`, async () => {
    test.setTimeout(90_000);
    const home = mkdtempSync(join(tmpdir(), 'kh-home-'));
    const window = await host.open(home);
    const { page } = window;
    try {
      await result(page, 'vault.create', { password: PASSWORD });
      await page.reload(); // the page itself made no vault: it looks again
      const fields = { api_key: fakeKey('openai', 'project') };
      await result(page, 'credentials.add', { provider: 'openai', label: 'work', fields });
      const { origin, token } = await makeClient(window, 'editor', ['keys:read:openai/work']);
      const read = async (): Promise<number> => {
        const headers = { authorization: `Bearer ${token}` };
        return (await fetch(`${origin}/v1/keys/openai/work`, { headers })).status;
      };
      const setting = result(page, 'settings.set', { vault: { workBehindLockHours: 1 } });
      await window.accept('Change the setting');
      await setting;

      await result(page, 'vault.lock', {}).catch(() => undefined); // the page is loaded anew meanwhile
      const password = page.getByLabel('Master password');
      await expect(password).toBeVisible();
      await expect(page.getByText('openai')).toHaveCount(0);
      expect(await read()).toBe(200);

      await unlock(page);
      await expect(password).toHaveCount(0);
      await expect(page.getByText('OpenAI').first()).toBeVisible();
      expect(await read()).toBe(200);
    } finally {
      await window.close();
      rmSync(home, { recursive: true, force: true });
    }
  });
}
