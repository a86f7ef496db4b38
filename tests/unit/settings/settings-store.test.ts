import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DEFAULT_APP_SETTINGS } from '../../../electron/core/settings/app-settings-file.ts';
import { putSetting } from '../../../electron/core/settings/setting-table.ts';
import { readAudit } from '../../../electron/core/audit/audit-log.ts';
import { vaultSettings } from '../../../shared/contract/schemas.ts';
import { PASSWORD, startTestApp, startUnlockedApp, type TestApp } from '../../support/test-app.ts';

const newHome = () => mkdtempSync(join(tmpdir(), 'kh-settings-'));

test('look is kept in settings.json, 0600 and complete, for the next start', () => {
  const home = newHome();
  startTestApp('window', home).app.settings.set({ app: { theme: 'dark' } }, 'ui');
  expect(statSync(join(home, 'settings.json')).mode & 0o777).toBe(0o600);
  expect(startTestApp('window', home).app.settings.app()).toEqual({ ...DEFAULT_APP_SETTINGS, theme: 'dark' });
});

test('a first start has the look of the system, and the endpoint off at its usual port', () => {
  expect(startTestApp('window', newHome()).app.settings.app()).toEqual({
    theme: 'system',
    language: 'system',
    density: 'comfortable',
    railCollapsed: false,
    endpointOn: false,
    endpointPort: 7717,
  });
});

test('a file that is far too large is not read, and is kept beside; that is said, and what is set then is kept', () => {
  const home = newHome();
  const text = `{"theme":"dark"${' '.repeat(64 * 1024)}}`;
  writeFileSync(join(home, 'settings.json'), text, { mode: 0o600 });
  const { app } = startTestApp('window', home);
  expect(app.settings.app()).toEqual(DEFAULT_APP_SETTINGS);
  expect(app.settings.notices()).toEqual([expect.stringContaining('far too large')]);
  expect(readFileSync(join(home, 'settings.json.damaged'), 'utf8')).toBe(text);
  app.settings.set({ app: { theme: 'light' } }, 'ui');
  const next = startTestApp('window', home).app.settings;
  expect([next.app().theme, next.notices()]).toEqual(['light', []]);
  expect(readFileSync(join(home, 'settings.json.damaged'), 'utf8')).toBe(text);
});

test('a file of an older version gets the defaults of what it lacks', () => {
  const home = newHome();
  writeFileSync(join(home, 'settings.json'), '{"theme":"light"}', { mode: 0o600 });
  const { settings } = startTestApp('window', home).app;
  expect(settings.app()).toEqual({ ...DEFAULT_APP_SETTINGS, theme: 'light' });
  expect(settings.notices()).toEqual([]);
});

test.each([
  ['no JSON', '{"theme":'],
  ['an unknown member', '{"theme":"dark","secret":"x"}'],
  ['a wrong value', '{"endpointPort":"7717"}'],
  ['another type', '[]'],
  ['nothing', ''],
])('a damaged file (%s) gives the defaults, says so and is kept', (_, text) => {
  const home = newHome();
  writeFileSync(join(home, 'settings.json'), text, { mode: 0o600 });
  const { app } = startTestApp('window', home);
  expect(app.settings.app()).toEqual(DEFAULT_APP_SETTINGS);
  expect(app.notices().join(' ')).toContain('settings file was damaged');
  expect(readFileSync(join(home, 'settings.json.damaged'), 'utf8')).toBe(text);
});

test('a settings file that is a link is refused', () => {
  const home = newHome();
  const other = join(newHome(), 'other.json');
  writeFileSync(other, '{}');
  symlinkSync(other, join(home, 'settings.json'));
  expect(() => startTestApp('window', home)).toThrow(expect.objectContaining({ code: 'security_violation' }));
  expect(existsSync(`${other}.damaged`)).toBe(false);
});

test('settings of the vault are rows of it, told to the audit log, and not to be had while locked', async () => {
  const t = await startUnlockedApp();
  expect(t.app.settings.vault()).toEqual({
    autoLockMinutes: 10,
    clipboardSeconds: 30,
    checkFailuresBeforeCooldown: 3,
    checkCooldownMinutes: 15,
    dailyCheck: false,
    askTerminals: 'with-window',
    workBehindLockHours: 0,
    vaultKv: false,
    firstSteps: true,
    askForUsage: true,
    usageRecordDays: 90,
    reportingZone: '',
    quotaWarnAt: [75, 90, 100],
    quotaSlowFromPercent: 90,
    quotaSlowCurve: 'linear',
    quotaSlowMaxSeconds: 5,
    proxyConnectSeconds: 10,
    proxyFirstByteSeconds: 600,
    proxyIdleSeconds: 300,
    proxyMaxBodyMiB: 0,
    proxyHttp2: true,
    proxyOutbound: '',
    proxyCaCertificates: '',
  });
  t.app.settings.set({ vault: { clipboardSeconds: 60 } }, 'ui');
  expect(t.app.settings.get()).toEqual({ app: t.app.settings.app(), vault: t.app.settings.vault() });
  expect(t.heard).toContainEqual({ event: 'settings.changed', data: t.app.settings.get() });
  expect(readAudit(t.app.vault.opened(), { limit: 1 })[0]).toMatchObject({
    action: 'settings.change',
    meta: { clipboardSeconds: 60 },
  });
  t.app.vault.lock('asked');
  expect(t.app.settings.get().vault).toBeNull();
  expect(() => t.app.settings.set({ vault: { clipboardSeconds: 90 }, app: { theme: 'dark' } }, 'ui')).toThrow(
    expect.objectContaining({ code: 'vault_locked' }),
  );
  expect(t.app.settings.app().theme).toBe('system');
  await t.app.vault.unlock(PASSWORD, 'ui');
  expect(t.app.settings.vault().clipboardSeconds).toBe(60);
});

test('levels to warn at are kept as they were given: several, one, none', async () => {
  const { app } = await startUnlockedApp();
  for (const quotaWarnAt of [[50, 80], [7], []]) {
    app.settings.set({ vault: { quotaWarnAt } }, 'ui');
    expect(app.settings.vault().quotaWarnAt).toEqual(quotaWarnAt);
  }
  app.settings.set({ vault: { quotaWarnAt: [50, 80] } }, 'ui');
  expect(readAudit(app.vault.opened(), { limit: 1 })[0]).toMatchObject({ meta: { quotaWarnAt: '[50, 80]' } });
});

test('a switch, a word, a number and a text are read back as what they were', async () => {
  const t = await startUnlockedApp();
  const changed = {
    dailyCheck: true,
    firstSteps: false,
    askTerminals: 'always',
    usageRecordDays: 0,
    reportingZone: 'Europe/Berlin',
  } as const;
  t.app.settings.set({ vault: changed }, 'ui');
  expect(t.app.settings.vault()).toMatchObject(changed);
  t.app.vault.lock('asked');
  await t.app.vault.unlock(PASSWORD, 'ui');
  expect(t.app.settings.vault()).toMatchObject(changed);
  t.app.settings.set({ vault: { reportingZone: '' } }, 'ui');
  expect(t.app.settings.vault()).toMatchObject({ ...changed, reportingZone: '' });
});

test('a row that this version cannot read counts as not set', async () => {
  const { app } = await startUnlockedApp();
  const vault = app.vault.opened();
  const rows = [
    ['clipboardSeconds', '5'],
    ['dailyCheck', '1'],
    ['quotaWarnAt', '[50, 50]'],
    ['askTerminals', 'sometimes'],
    ['usageRecordDays', ''],
    ['ofAnotherVersion', 'true'],
  ] as const;
  vault.write(() => {
    for (const [name, value] of rows) putSetting(vault.db, name, value);
  });
  const settings = app.settings.vault();
  expect(settings).toMatchObject({
    clipboardSeconds: 30,
    dailyCheck: false,
    quotaWarnAt: [75, 90, 100],
    askTerminals: 'with-window',
    usageRecordDays: 90,
  });
  expect(Object.keys(settings)).not.toContain('ofAnotherVersion');
});

test('what was not given is left as it is', async () => {
  const { app } = await startUnlockedApp();
  app.settings.set({ app: { theme: 'dark' }, vault: { clipboardSeconds: 60 } }, 'ui');
  app.settings.set({ app: { theme: undefined, railCollapsed: true }, vault: { clipboardSeconds: undefined } }, 'ui');
  expect(app.settings.app()).toMatchObject({ theme: 'dark', railCollapsed: true });
  expect(app.settings.vault().clipboardSeconds).toBe(60);
});

test('where settings.json cannot be written, the rows of the vault stay as they were, and nobody hears of a change', async () => {
  const t = await startUnlockedApp();
  mkdirSync(join(t.home, 'settings.json')); // what can be replaced by no file
  const before = { settings: t.app.settings.get(), log: readAudit(t.app.vault.opened(), { limit: 1 }) };
  const heard = t.heard.length;
  const change = { app: { theme: 'dark' }, vault: { clipboardSeconds: 60 } } as const;
  expect(() => t.app.settings.set(change, 'ui')).toThrow();
  expect(t.app.settings.get()).toEqual(before.settings);
  expect(readAudit(t.app.vault.opened(), { limit: 1 })).toEqual(before.log);
  expect(t.heard.length).toBe(heard);
  rmdirSync(join(t.home, 'settings.json'));
  expect(t.app.settings.set(change, 'ui')).toMatchObject({ app: change.app, vault: change.vault });
});

test('no change at all writes neither a file nor a row', async () => {
  const t = await startUnlockedApp();
  const before = { settings: t.app.settings.get(), log: readAudit(t.app.vault.opened(), { limit: 1 }) };
  expect(t.app.settings.set({ vault: {} }, 'ui')).toEqual(before.settings);
  expect(existsSync(join(t.home, 'settings.json'))).toBe(false);
  expect(readAudit(t.app.vault.opened(), { limit: 1 })).toEqual(before.log);
});

/** Makes the end of each write to the vault fail, after `first`: what a full disk does to the commit. */
function failAtTheEnd(t: TestApp, first: () => void): void {
  const { db } = t.app.vault.opened();
  db.function('fail_now', () => {
    first();
    throw new Error('the disk is full');
  });
  db.exec('CREATE TEMP TRIGGER no_commit BEFORE UPDATE OF epoch ON main.vault_state BEGIN SELECT fail_now(); END');
}

test('where the rows of the vault cannot be written, settings.json stays as it was', async () => {
  const t = await startUnlockedApp();
  t.app.settings.set({ app: { density: 'compact' } }, 'ui');
  const before = { settings: t.app.settings.get(), file: readFileSync(join(t.home, 'settings.json'), 'utf8') };
  const heard = t.heard.length;
  failAtTheEnd(t, () => expect(readFileSync(join(t.home, 'settings.json'), 'utf8')).toContain('dark'));
  expect(() => t.app.settings.set({ app: { theme: 'dark' }, vault: { clipboardSeconds: 60 } }, 'ui')).toThrow(
    'the disk is full',
  );
  expect(t.app.settings.get()).toEqual(before.settings);
  expect(readFileSync(join(t.home, 'settings.json'), 'utf8')).toBe(before.file);
  expect(t.heard.length).toBe(heard);
});

test('where settings.json cannot be taken back, that is said, and everybody hears what holds now', async () => {
  const t = await startUnlockedApp();
  failAtTheEnd(t, () => {
    rmSync(join(t.home, 'settings.json'));
    mkdirSync(join(t.home, 'settings.json'));
  });
  expect(() => t.app.settings.set({ app: { theme: 'dark' }, vault: { clipboardSeconds: 60 } }, 'ui')).toThrow(
    'Only a part of the settings was changed',
  );
  expect(t.heard.at(-1)).toEqual({ event: 'settings.changed', data: t.app.settings.get() });
  expect(t.app.settings.get()).toMatchObject({ app: { theme: 'dark' }, vault: { clipboardSeconds: 30 } });
});

// More ways to try than can be tried, where white space between two of them may belong to either.
test('a long bundle of certificates is taken, and refused where a line between them is of another kind', () => {
  const one = `-----BEGIN CERTIFICATE-----\n${'QUJD'.repeat(16)}\n-----END CERTIFICATE-----`;
  const isTaken = (text: string) => vaultSettings.shape.proxyCaCertificates.safeParse(text).success;
  const bundle = `${one}\n\n`.repeat(60);
  expect([isTaken(''), isTaken(one), isTaken(`\n ${bundle}`)]).toEqual([true, true, true]);
  expect(isTaken(`${bundle}# the end`)).toBe(false);
});

test('the endpoint’s switch and port are kept', () => {
  const home = newHome();
  const { app, heard } = startTestApp('window', home);
  app.settings.setEndpoint({ on: true, port: 0 });
  expect(app.settings.app()).toMatchObject({ endpointOn: true, endpointPort: 0 });
  expect(heard).toContainEqual({ event: 'settings.changed', data: app.settings.get() });
  expect(startTestApp('window', home).app.settings.app()).toMatchObject({ endpointOn: true, endpointPort: 0 });
  app.settings.setEndpoint({ on: false });
  expect(app.settings.app()).toMatchObject({ endpointOn: false, endpointPort: 0 });
  app.settings.setEndpoint({ port: 7718 });
  expect(app.settings.app()).toMatchObject({ endpointOn: false, endpointPort: 7718 });
});
