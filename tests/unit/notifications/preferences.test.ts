import { expect, test } from 'vitest';
import { readAudit } from '../../../electron/core/audit/audit-log.ts';
import { readPreferences } from '../../../electron/core/notifications/preferences.ts';
import { putSetting } from '../../../electron/core/settings/setting-table.ts';
import type { OpenVault } from '../../../electron/core/vault/open-vault.ts';
import { startUnlockedApp } from '../../support/test-app.ts';
import { vaultTables } from '../../support/vault-tables.ts';

const DEFAULTS = {
  desktop: [
    'quota.warning',
    'quota.exceeded',
    'key.died',
    'key.expiring',
    'key.expired',
    'usage.anomaly',
    'client.created',
    'webhook.failed',
  ],
  desktopDetails: false,
  quietHours: null,
  zone: null,
};
const OWN = { desktop: ['key.died'], desktopDetails: true, quietHours: { from: '22:00', to: '07:00' }, zone: 'UTC' };

test.each([
  ['none at all', null, DEFAULTS],
  ['one', JSON.stringify(OWN), OWN],
  ['no JSON', '{"desktop":', DEFAULTS],
  ['a wrong value', JSON.stringify({ ...OWN, desktopDetails: 'yes' }), DEFAULTS],
  ['a kind that is not known here', JSON.stringify({ ...OWN, desktop: ['key.new'] }), DEFAULTS],
  ['one that lacks something', '{"desktop":[]}', DEFAULTS],
])('where the row is %s', (_, row, read) => {
  const db = vaultTables();
  if (row !== null) putSetting(db, 'notifications', row);
  expect(readPreferences({ db } as OpenVault)).toEqual(read);
});

test('what is given is changed, once each, and everything else stays; the log has no words of it', async () => {
  const { app } = await startUnlockedApp();
  const { notifications } = app;
  notifications.setPreferences({ ...OWN, desktop: ['key.died', 'quota.warning', 'key.died'] }, 'ui');
  let expected: unknown = { ...OWN, desktop: ['key.died', 'quota.warning'] };
  expect(notifications.preferences()).toEqual(expected);
  expect(readAudit(app.vault.opened(), { limit: 1 })).toMatchObject([
    {
      action: 'notifications.preferences',
      actor: 'ui',
      result: 'ok',
      meta: { desktop: 'key.died quota.warning', desktopDetails: true, quiet: true },
    },
  ]);
  for (const change of [
    {},
    { desktop: [] },
    { desktopDetails: false },
    { quietHours: { from: '00:00', to: '01:00' } },
    { quietHours: null },
    { zone: 'Europe/Berlin' },
    { zone: null },
  ]) {
    expected = { ...(expected as object), ...change };
    expect(notifications.setPreferences(change, 'cli')).toEqual(expected);
    expect(notifications.preferences()).toEqual(expected);
  }
  expect(readAudit(app.vault.opened(), { limit: 1 })).toMatchObject([
    { actor: 'cli', meta: { desktop: '', desktopDetails: false, quiet: false } },
  ]);
  expect(() => notifications.setPreferences({ zone: 'Mars/Olympus', desktopDetails: true }, 'cli')).toThrow(
    'There is no such time zone. Nothing was changed.',
  );
  expect(notifications.preferences()).toEqual(expected);
});
