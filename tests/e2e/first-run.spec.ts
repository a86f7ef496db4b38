import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { environment, KEYHARBOR, outcomeOf } from '../integration/cli/command.ts';
import { FIRST_HOST } from './hosts.ts';
import { PASSWORD } from './window.ts';

test('a window that waits at its first page goes on with the vault that the command line made', async () => {
  const home = mkdtempSync(join(tmpdir(), 'kh-home-'));
  const kit = mkdtempSync(join(tmpdir(), 'kh-kit-'));
  const window = await FIRST_HOST.open(home);
  const { page } = window;
  try {
    await page.getByRole('button', { name: 'Create vault' }).click();
    await page.getByLabel('Master password', { exact: true }).fill('half a password');
    const args = ['init', '--password-stdin', '--no-keychain', '--recovery-file', join(kit, 'kit.txt')];
    const init = spawn(KEYHARBOR, args, { env: environment(home) });
    init.stdin.end(`${PASSWORD}\n`);
    expect(await outcomeOf(init)).toMatchObject({ code: 0 });
    await expect(page.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();
    await expect(page.getByText('The vault was made and unlocked outside this window.')).toBeVisible();
  } finally {
    await window.close();
    for (const folder of [home, kit]) rmSync(folder, { recursive: true, force: true });
  }
});
