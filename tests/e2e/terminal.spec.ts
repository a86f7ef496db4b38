import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { environment, KEYHARBOR, outcomeOf } from '../integration/cli/command.ts';
import { fakeKey } from '../support/fake-keys.ts';
import { result } from './bridge.ts';
import { HOSTS, type OpenWindow } from './hosts.ts';
import { PASSWORD } from './window.ts';

const KEY = fakeKey('openai', 'project');

/** The command line beside a window: the terminal's session is asked about once, in the panel. */
for (const host of HOSTS) {
  test.describe(`a terminal beside the ${host.name} host`, () => {
    let home: string;
    let window: OpenWindow;

    test.beforeEach(async () => {
      home = mkdtempSync(join(tmpdir(), 'kh-home-'));
      window = await host.open(home);
      await result(window.page, 'vault.create', { password: PASSWORD });
      await result(window.page, 'credentials.add', { provider: 'openai', label: 'work', fields: { api_key: KEY } });
    });
    test.afterEach(async () => {
      await window.close();
      rmSync(home, { recursive: true, force: true });
    });

    /** @param ownSession - as from another terminal. */
    const keyharbor = (args: readonly string[], { ownSession = false, stdin = '' } = {}) => {
      const child = spawn(KEYHARBOR, args, { env: environment(home), stdio: 'pipe', detached: ownSession });
      child.stdin.end(stdin);
      return outcomeOf(child);
    };

    test('is asked about once a session; a no, and another session, are told at once what to do', async () => {
      test.setTimeout(120_000);
      await test.step('what tells no secret is free', async () => {
        expect((await keyharbor(['status'])).code).toBe(0);
        expect((await keyharbor(['list'])).stdout).toContain('kh://openai/work');
      });

      await test.step('the panel shows the command, and after a yes the session works on', async () => {
        const asked = keyharbor(['get', 'kh://openai/work']);
        const panel = await window.panel();
        await expect(panel.getByText('main.cjs get kh://openai/work').first()).toBeVisible();
        await panel.screenshot({ path: test.info().outputPath('terminal.png') });
        await panel.getByRole('radio', { name: 'Until the vault locks' }).check();
        await panel
          .getByRole('button', { name: 'Allow until lock', exact: true })
          .click()
          .catch(() => undefined);
        const waits: unknown = expect.stringContaining('Waiting for your answer');
        expect(await asked).toMatchObject({ code: 0, stdout: KEY, stderr: waits });
        expect(await keyharbor(['get', 'kh://openai/work'])).toMatchObject({ code: 0, stdout: KEY, stderr: '' });
        const run = ['run', '--no-mask', '--env', 'K=kh://openai/work', '--', 'sh', '-c', 'printf %s "$K"'];
        expect(await keyharbor(run)).toMatchObject({ code: 0, stdout: KEY });
        expect((await result(window.page, 'grants.list', {})).map(({ form }) => form)).toEqual(['owner']);
      });

      await test.step('another session is asked about anew; no is no', async () => {
        const asked = keyharbor(['get', 'kh://openai/work'], { ownSession: true });
        const panel = await window.panel();
        await panel
          .getByRole('button', { name: 'Deny', exact: true })
          .click()
          .catch(() => undefined);
        const outcome = await asked;
        expect(outcome).toMatchObject({ code: 5, stdout: '' });
        expect(outcome.stderr).toContain('said no');
      });

      await test.step('a program cannot answer for the owner', async () => {
        const outcome = await keyharbor(['approve'], { ownSession: true });
        expect(outcome.code).toBe(5);
      });

      await test.step('after a lock the session is asked about again, or proves itself by the password', async () => {
        expect((await keyharbor(['lock'])).code).toBe(0);
        const unlocked = await keyharbor(['unlock', '--password-stdin'], { stdin: `${PASSWORD}\n` });
        expect(unlocked.code).toBe(0);
        expect(await keyharbor(['get', 'kh://openai/work'])).toMatchObject({ code: 0, stdout: KEY });
      });
    });
  });
}
