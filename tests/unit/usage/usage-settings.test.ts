import { expect, test } from 'vitest';
import { vaultSettings } from '../../../shared/contract/schemas.ts';
import { startUnlockedApp } from '../../support/test-app.ts';
import { usageCall } from './usage-file.ts';

test('another reporting zone sums the days anew at once, and reports count its days', async () => {
  const { app, clock } = await startUnlockedApp();
  app.settings.set({ vault: { reportingZone: 'UTC' } }, 'ui');
  const atMs = Date.UTC(2030, 0, 14, 23, 30);
  app.usage.record([usageCall({ atMs })]);
  const days = async () => {
    const query = { by: 'day' } as const;
    const report = await app.usageReader.query('report', { query, zone: app.reportingZone(), nowMs: clock.now() });
    return report.rows.map(({ key }) => key);
  };
  expect(await days()).toEqual(['2030-01-14']);
  app.settings.set({ vault: { reportingZone: 'Europe/Berlin' } }, 'ui');
  expect(await days()).toEqual(['2030-01-15']);
});

test('a zone that there is not, and days that are none, are refused by the contract', () => {
  const { reportingZone, usageRecordDays } = vaultSettings.shape;
  expect(reportingZone.safeParse('Mars/Olympus').success).toBe(false);
  expect(reportingZone.safeParse('').success).toBe(true);
  expect(usageRecordDays.safeParse(-1).success).toBe(false);
  expect(usageRecordDays.safeParse(0).success).toBe(true);
});

test('calls are kept as long as the setting says', async () => {
  const { app, clock } = await startUnlockedApp();
  const count = () => app.vault.opened().usageDb.prepare('SELECT count(*) FROM usage_record').pluck().get();
  app.usage.record([usageCall({ atMs: clock.now() - 40 * 24 * 3_600_000 }), usageCall({ atMs: clock.now() })]);
  app.usage.flush();
  clock.advance(20_000);
  expect(count()).toBe(2);
  app.settings.set({ vault: { usageRecordDays: 30 } }, 'ui');
  clock.advance(1000);
  expect(count()).toBe(1);
});
