import { createElement, Fragment } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { backupSettings } from '../../../renderer/backups/backup-settings.tsx';
import type { Setting } from '../../../renderer/settings/setting-row.tsx';
import { webhookSettings } from '../../../renderer/webhooks/webhook-settings.tsx';
import { AppError } from '../../../shared/errors.ts';

const failure = new AppError('internal', 'The folder could not be read.', 'Look at the log.');
const shown = (rows: readonly Setting[]): string =>
  renderToStaticMarkup(createElement(Fragment, null, ...rows.map(({ below }) => below)));

test('a list in the settings that could not be read says so and can be read again: it does not look empty', () => {
  for (const rows of [backupSettings(null, failure), webhookSettings({ state: 'failed', error: failure, list: [] })]) {
    expect(shown(rows)).toContain('The folder could not be read.');
    expect(shown(rows)).toContain('Try again');
  }
});

test('a list in the settings that is on its way has its place', () => {
  for (const rows of [backupSettings(null, null), webhookSettings({ state: 'loading', error: null, list: [] })]) {
    expect(shown(rows)).toContain('role="status"');
  }
  const none = { backups: [], replaced: [], problem: null };
  for (const rows of [backupSettings(none, null), webhookSettings({ state: 'ready', error: null, list: [] })]) {
    expect(shown(rows)).toBe('');
  }
});
