import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import type { PanelBridge } from '../../shared/approval-panel.ts';
import type { Answer } from '../../shared/contract/bridge.ts';
import { WINDOW_METHODS } from '../../shared/contract/window-methods.ts';
import { fakeKey } from '../support/fake-keys.ts';
import { call, result } from './bridge.ts';
import { type RunningDesktop, startDesktopHost } from './desktop-host.ts';

/** What only the desktop host does: Electron's own hardening, tray, menu, dialogs, the system's events. */
const PASSWORD = 'correct horse battery staple 42';
const onStandIn = process.env.KEYHARBOR_E2E_HOST !== 'electron';

/** null while the document is being replaced, as it is after each lock. */
const state = (host: RunningDesktop) =>
  result(host.page, 'vault.status', {}).then(
    (status) => status.state,
    () => null,
  );

test.describe('the desktop host', () => {
  let home: string;
  let host: RunningDesktop;

  test.beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'kh-home-'));
    host = await startDesktopHost(home);
  });
  test.afterEach(async () => {
    await host.close();
    rmSync(home, { recursive: true, force: true });
  });

  async function makeVault(): Promise<void> {
    await result(host.page, 'vault.create', { password: PASSWORD });
    expect(await state(host)).toBe('unlocked');
  }

  function standIn() {
    const acts = host.desktop.standIn;
    if (acts === null) throw new Error('needs the stand-in');
    return acts;
  }

  test('the page has the bridge of the contract, frozen, and nothing of Node or Electron', async () => {
    const seen = await host.page.evaluate(() => {
      const all = window as unknown as Record<string, unknown> & { keyharbor: object };
      return {
        names: Object.keys(all.keyharbor).sort(),
        frozen: Object.isFrozen(all.keyharbor),
        leaked: ['require', 'process', 'module', 'Buffer', 'ipcRenderer'].filter((name) => name in all),
      };
    });
    expect(seen).toEqual({ names: [...WINDOW_METHODS, 'onEvent'].sort(), frozen: true, leaked: [] });
  });

  test('the window can reach nothing but its own files', async () => {
    const reach = (url: string) =>
      host.page.evaluate(
        (target) =>
          fetch(target).then(
            (response) => response.status,
            () => 'refused',
          ),
        url,
      );
    expect(await reach('./index.html')).toBe(200);
    expect(await reach('./confirm.html')).toBe(404);
    expect(await reach('./..%2f..%2fpackage.json')).toBe(404);
    expect(await reach('https://example.com/')).toBe('refused');
    const policy = await host.page.evaluate(() =>
      fetch('./index.html').then((response) => response.headers.get('content-security-policy')),
    );
    expect(policy).toContain("default-src 'none'; script-src 'self'");
  });

  test('the page cannot leave and opens no window', async () => {
    const before = host.page.url();
    await host.page.evaluate(() => {
      window.open('https://example.com/');
      window.location.href = 'https://example.com/';
    });
    expect(await state(host)).toBe('no-vault'); // a round trip later
    expect(host.page.url()).toBe(before);
  });

  test('the screen lock, suspend and a user switch lock the vault and give a new document', async () => {
    await makeVault();
    for (const event of ['lock-screen', 'suspend', 'user-did-resign-active']) {
      await host.page.evaluate(() => Object.assign(window, { old: true }));
      await host.desktop.power(event);
      await host.page.waitForFunction(() => !('old' in window) && 'keyharbor' in window);
      await expect.poll(() => state(host), event).toBe('locked');
      await result(host.page, 'vault.unlock', { password: PASSWORD });
    }
  });

  test('a copied secret is cleared from the clipboard by lock, and only if it is still ours', async () => {
    await makeVault();
    const value = fakeKey('openai');
    const { credential } = await result(host.page, 'credentials.add', {
      provider: 'openai',
      fields: { api_key: value },
    });
    await result(host.page, 'credentials.copy', { id: credential.id, as: 'value' });
    expect(await host.desktop.clipboardText()).toBe(value);
    await result(host.page, 'vault.lock', {}).catch(() => undefined); // its answer may be lost with the document
    await expect.poll(() => host.desktop.clipboardText()).toBe('');

    await host.page.waitForFunction(() => 'keyharbor' in window);
    await result(host.page, 'vault.unlock', { password: PASSWORD });
    await result(host.page, 'credentials.copy', { id: credential.id, as: 'value' });
    await host.desktop.setClipboard('of somebody else');
    await host.desktop.power('lock-screen');
    await expect.poll(() => state(host)).toBe('locked');
    expect(await host.desktop.clipboardText()).toBe('of somebody else');
  });

  test('a client token is made only after a yes outside of the page', async () => {
    await makeVault();
    const create = () => call(host.page, 'clients.create', { name: 'demo', grants: ['keys:list'] });
    const [refused] = await Promise.all([create(), host.desktop.answerBox('Cancel')]);
    expect(refused.ok).toBe(false);
    expect(await result(host.page, 'clients.list', {})).toEqual([]);
  });

  test('closing the window ends the app', async () => {
    await makeVault();
    const ended = new Promise((resolve) => host.process.once('exit', resolve));
    if (host.desktop.standIn === null) await host.page.close();
    else await host.desktop.standIn.closeWindow();
    expect(await ended).toBe(0);
  });

  test.describe('as Electron was told', () => {
    test.skip(!onStandIn, 'read from the records of the stand-in');

    test('every setting of SECURITY-DESIGN.md section 8 is made', async () => {
      const { sandboxed, schemes, windows, sessions, userData } = await standIn().state();
      expect(sandboxed).toBe(true);
      expect(userData).toBe(join(home, 'run', 'window'));
      expect(schemes).toEqual([{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } }]);
      expect(sessions).toEqual(
        ['keyharbor-approval', 'keyharbor'].map((partition) => ({
          partition,
          options: { cache: false },
          spellChecker: false,
        })),
      );
      expect(windows).toHaveLength(1);
      expect(windows[0]).toMatchObject({
        contentProtection: true,
        minWidth: 720,
        minHeight: 480,
        openHandler: { action: 'deny' },
        webPreferences: {
          contextIsolation: true,
          sandbox: true,
          nodeIntegration: false,
          nodeIntegrationInWorker: false,
          nodeIntegrationInSubFrames: false,
          webSecurity: true,
          webviewTag: false,
          spellcheck: false,
        },
      });
    });

    test('permissions, devices, screen capture and downloads are refused', async () => {
      for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read', 'openExternal']) {
        expect(await standIn().permission(permission), permission).toEqual({
          requested: false,
          checked: false,
          device: false,
          display: false,
          download: false,
        });
      }
      expect(await standIn().allows('app://bundle/index.html')).toBe(true);
      for (const url of ['https://example.com/', 'http://127.0.0.1:7717/', 'file:///etc/passwd', 'app://other/']) {
        expect(await standIn().allows(url), url).toBe(false);
      }
    });

    test('only the top frame of our own page in our own window is heard', async () => {
      const ours = { url: 'app://bundle/', origin: 'app://bundle', parent: null };
      const ask = async (frame: typeof ours | null, parent: typeof ours | null, foreign = false) =>
        (await standIn().invoke(
          'keyharbor:vault.status',
          {},
          frame && { ...frame, parent },
          foreign,
        )) as Answer<unknown>;
      expect((await ask(ours, null)).ok).toBe(true);
      const refused = [
        await ask(ours, ours),
        await ask({ ...ours, origin: 'app://bundle.evil' }, null),
        await ask({ ...ours, origin: 'https://example.com' }, null),
        await ask({ ...ours, origin: 'null' }, null),
        await ask(null, null),
        await ask(ours, null, true),
      ];
      for (const answer of refused) expect(answer).toMatchObject({ ok: false, error: { code: 'forbidden' } });
      expect((await standIn().state()).channels).toEqual(
        ['keyharbor-approval:says', ...WINDOW_METHODS.map((name) => `keyharbor:${name}`)].sort(),
      );
    });

    test('the approval panel is a window of its own above the others, and the main page cannot answer it', async () => {
      await makeVault();
      const isPanel = (page: Page) => page.url().startsWith('https://approval.app.invalid/');
      const panel = () => host.page.context().pages().find(isPanel);
      await result(host.page, 'credentials.add', { provider: 'openai', fields: { api_key: fakeKey('openai') } });
      const terminal = spawn(join(import.meta.dirname, '../../cli/keyharbor'), ['get', 'kh://openai'], {
        env: { ...process.env, KEYHARBOR_HOME: home },
        stdio: 'ignore',
      });
      const ended = new Promise<number | null>((resolve) => terminal.once('exit', resolve));
      await standIn().minimize();
      await expect.poll(() => panel() !== undefined).toBe(true);
      await expect(panel()?.getByText('asks to act as you').last() ?? host.page.locator('none')).toBeVisible();
      const { windows, notifications } = await standIn().state();
      expect(windows).toHaveLength(2);
      expect(windows[1]).toMatchObject({
        alwaysOnTop: true,
        visible: true,
        contentProtection: true,
        openHandler: { action: 'deny' },
        webPreferences: windows[0]?.webPreferences,
      });
      expect(notifications).toEqual([
        {
          title: 'Keyharbor asks for your decision',
          body: expect.stringContaining('within a minute') as unknown as string,
        },
      ]);
      const reach = (url: string) =>
        host.page.evaluate(
          (target) =>
            fetch(target).then(
              ({ status }) => status,
              () => 'refused',
            ),
          url,
        );
      expect(await reach('./approval.html')).toBe(404);
      expect(await reach('https://approval.app.invalid/')).toBe('refused');
      const shown = await panel()?.evaluate(
        () =>
          new Promise<{ turn: number; requests: readonly { id: string }[] }>((resolve) => {
            const bridge = (globalThis as unknown as { keyharborApproval: PanelBridge }).keyharborApproval;
            bridge.onState(resolve);
            bridge.ready();
          }),
      );
      const answer = { kind: 'answer', id: shown?.requests[0]?.id, turn: shown?.turn, answer: 'deny' };
      const main = { url: 'app://bundle/', origin: 'app://bundle', parent: null };
      const panelFrame = { url: 'app://approval/', origin: 'app://approval', parent: null };
      await standIn().invoke('keyharbor-approval:says', answer, main, false);
      await standIn().invoke('keyharbor-approval:says', answer, panelFrame, false);
      expect((await standIn().state()).windows).toHaveLength(2);
      await panel()
        ?.keyboard.press('Escape')
        .catch(() => undefined); // the window may go while the key goes up
      expect(await ended).not.toBe(0);
    });

    test('panic in the tray and in the menu locks, drops and revokes, and says so', async () => {
      const panic = 'Lock, drop all grants, revoke all client tokens, switch the endpoint and all webhooks off';
      for (const press of [() => standIn().clickTray(panic), () => standIn().clickMenu(panic)]) {
        if ((await state(host)) === 'no-vault') await makeVault();
        else await result(host.page, 'vault.unlock', { password: PASSWORD });
        await result(host.page, 'endpoint.on', { port: 0 });
        await press();
        await expect.poll(() => state(host)).toBe('locked');
        expect((await result(host.page, 'endpoint.status', {})).on).toBe(false);
        await expect
          .poll(async () => (await standIn().state()).notifications.at(-1))
          .toEqual({
            title: 'Keyharbor is locked',
            body: 'The endpoint and all webhooks are off. Grants dropped: 0. Client tokens revoked: 0.',
          });
      }
    });

    test('a message that is too large or holds unknown members is refused', async () => {
      const ours = { url: 'app://bundle/', origin: 'app://bundle', parent: null };
      const ask = (params: unknown) => standIn().invoke('keyharbor:vault.status', params, ours, false);
      for (const params of [{ more: 1 }, { text: 'x'.repeat(1_100_000) }, [], null]) {
        expect(await ask(params)).toMatchObject({ ok: false, error: { code: 'invalid_input' } });
      }
    });

    test('menu, tray and global shortcut lock', async () => {
      await makeVault();
      const acts = [
        () => standIn().clickMenu('Lock'),
        () => standIn().clickTray('Lock'),
        () => standIn().shortcut('CommandOrControl+Shift+L'),
      ];
      for (const act of acts) {
        await expect.poll(async () => (await standIn().state()).tray[0]?.image).toBe('tray-unlocked.png');
        await act();
        await expect.poll(() => state(host)).toBe('locked');
        await expect.poll(async () => (await standIn().state()).tray[0]?.image).toBe('tray-locked.png');
        await result(host.page, 'vault.unlock', { password: PASSWORD });
      }
    });

    test('the tray switches the endpoint and copies its base URL', async () => {
      await makeVault();
      await expect.poll(async () => (await standIn().state()).tray[0]?.toolTip).toContain('Unlocked');
      await result(host.page, 'endpoint.on', { port: 0 });
      await expect.poll(async () => (await standIn().state()).tray[0]?.toolTip).toContain('endpoint on');
      const { address, port } = await result(host.page, 'endpoint.status', {});
      expect(address).not.toBeNull();
      await standIn().clickTray('Copy base URL');
      expect(await host.desktop.clipboardText()).toBe(`http://127.0.0.1:${port}`);
      await standIn().clickTray('Switch endpoint off');
      await expect.poll(async () => (await result(host.page, 'endpoint.status', {})).on).toBe(false);
    });

    test('a copied secret carries the mark that clipboard managers respect', async () => {
      test.skip(process.platform !== 'linux', 'the mark of this platform');
      await makeVault();
      const { credential } = await result(host.page, 'credentials.add', {
        provider: 'openai',
        fields: { api_key: fakeKey('openai') },
      });
      await result(host.page, 'credentials.copy', { id: credential.id, as: 'value' });
      expect((await standIn().state()).clipboard).toEqual({
        'text/plain': fakeKey('openai'),
        'electron application/osclipboard;format="x-kde-passwordManagerHint"': 'secret',
      });
    });

    test('the dialog says no unless asked, and a yes that came too fast is asked again', async () => {
      await makeVault();
      const answer = call(host.page, 'clients.create', { name: 'demo', grants: ['keys:list'] });
      const { buttons, defaultId, cancelId } = await standIn().answerBox('Cancel');
      expect([buttons[0], defaultId, cancelId]).toEqual(['Cancel', 0, 0]);
      expect((await answer).ok).toBe(false);

      const again = call(host.page, 'clients.create', { name: 'demo', grants: ['keys:list'] });
      await standIn().answerBox(buttons[1] ?? '');
      const second = await standIn().answerBox('Cancel');
      expect(second.buttons).toEqual(buttons);
      expect((await again).ok).toBe(false);
    });

    test('a lock takes the question off the screen, which is a no', async () => {
      await makeVault();
      const asked = call(host.page, 'clients.create', { name: 'demo', grants: ['keys:list'] });
      await expect.poll(async () => (await standIn().state()).boxes).toBe(1);
      await host.desktop.power('lock-screen');
      const answer = await asked.catch(() => null); // it may be lost with the document
      expect(answer?.ok ?? false).toBe(false);
      await expect.poll(async () => (await standIn().state()).boxes).toBe(0);
    });

    test('a link is opened only if it is https', async () => {
      expect((await call(host.page, 'app.openLink', { url: 'file:///etc/passwd' })).ok).toBe(false);
      expect((await standIn().state()).openedLinks).toEqual([]);
    });

    test('a second start shows the window of the first and ends', async () => {
      await standIn().minimize();
      const second = spawnSync(process.execPath, host.process.spawnargs.slice(1), {
        env: { ...process.env, KEYHARBOR_HOME: home },
        timeout: 20_000,
      });
      expect(second.status).toBe(0);
      expect((await standIn().state()).windows[0]).toMatchObject({ visible: true, timesInFront: 1 });
    });

    test('a production build refuses switches that would open it', () => {
      for (const flag of ['--no-sandbox', '--inspect=0', '--remote-debugging-port=0', '--js-flags=--expose-gc']) {
        const { status, stderr } = spawnSync(process.execPath, [...host.process.spawnargs.slice(1), flag], {
          env: { ...process.env, KEYHARBOR_HOME: home, KEYHARBOR_STAND_IN_PACKAGED: '1' },
          timeout: 20_000,
        });
        expect(status, flag).toBe(1);
        expect(stderr.toString()).toContain(`does not start with ${flag.split('=')[0]}`);
      }
    });
  });
});

test('the app works on a desktop without a tray', async () => {
  test.skip(!onStandIn, 'needs a desktop without a tray');
  const home = mkdtempSync(join(tmpdir(), 'kh-home-'));
  const host = await startDesktopHost(home, { KEYHARBOR_STAND_IN_TRAY: 'none' });
  expect((await host.desktop.standIn?.state())?.tray).toEqual([]);
  expect(await state(host)).toBe('no-vault');
  expect(await host.close()).toBe(0);
  expect(readdirSync(join(home, 'run'))).not.toContain('agent.json');
  rmSync(home, { recursive: true, force: true });
});
