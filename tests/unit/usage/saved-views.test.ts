import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { savePicture } from '../../../electron/core/usage/export/saved-picture.ts';
import { listViews, removeView, saveView } from '../../../electron/core/usage/saved-views.ts';
import { MOST_VIEWS, type SavedView } from '../../../shared/contract/usage-explore.ts';
import { startUnlockedApp } from '../../support/test-app.ts';

const VIEW: SavedView['view'] = {
  figure: 'tokens',
  by: 'project',
  then: 'model',
  bucket: 'week',
  top: 5,
  picture: 'lines',
  from: '90d',
  to: null,
  filter: { client: ['nightly script'] },
};

test('a view is kept in the vault by its name, changed, and removed; each is noted in the audit log', async () => {
  const { app, clock } = await startUnlockedApp();
  const vault = () => app.vault.opened();
  const save = (given: { readonly id?: string; readonly name: string; readonly pinned?: boolean }) =>
    saveView(vault(), clock, { pinned: false, view: VIEW, ...given }, 'ui');
  const weeks = save({ name: 'Weeks' });
  const other = save({ name: 'A first one', pinned: true });
  expect(listViews(vault()).map(({ name }) => name)).toEqual(['A first one', 'Weeks']);
  expect(() => save({ name: 'weeks' })).toThrow(expect.objectContaining({ code: 'conflict' }));
  expect(() => save({ id: '0'.repeat(16), name: 'Nobody' })).toThrow(expect.objectContaining({ code: 'not_found' }));
  expect(save({ id: weeks.id, name: 'WEEKS', pinned: true })).toMatchObject({ id: weeks.id, view: VIEW });
  removeView(vault(), clock, other.id, 'ui');
  expect(() => removeView(vault(), clock, other.id, 'ui')).toThrow(expect.objectContaining({ code: 'not_found' }));
  expect(listViews(vault())).toEqual([{ id: weeks.id, name: 'WEEKS', pinned: true, view: VIEW }]);
  const { entries } = app.activity.list({ filter: {}, limit: 10 });
  expect(entries.filter(({ action }) => action.startsWith('usage.view-')).map(({ action }) => action)).toEqual([
    'usage.view-removed',
    'usage.view-saved',
    'usage.view-saved',
    'usage.view-saved',
  ]);
  for (let more = 1; more < MOST_VIEWS; more += 1) save({ name: `View ${more}` });
  expect(() => save({ name: 'one too many' })).toThrow(expect.objectContaining({ code: 'invalid_input' }));
});

// One pixel.
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

test('a picture gets a name of ours and a file that only the user can read; anything else is refused', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kh-downloads-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const deps = { nowMs: Date.UTC(2029, 4, 6), env: { HOME: folder } };
  expect(savePicture(PNG, deps)).toEqual({ fileName: 'keyharbor-usage-2029-05-06.png', folder });
  expect(savePicture(PNG, deps).fileName).toBe('keyharbor-usage-2029-05-06-2.png');
  const file = join(folder, 'keyharbor-usage-2029-05-06.png');
  expect(readFileSync(file).toString('base64')).toBe(PNG);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const script = Buffer.from('#!/bin/sh\necho no\n').toString('base64');
  for (const wrong of [script, PNG.slice(0, 60), '']) {
    expect(() => savePicture(wrong, deps)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
  }
  expect(readdirSync(folder)).toHaveLength(2);
});
