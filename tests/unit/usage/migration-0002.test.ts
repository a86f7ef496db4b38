import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../../electron/core/store/database.ts';
import { migrate, schemaVersion, USAGE_MIGRATIONS } from '../../../electron/core/store/migrate.ts';
import { STORED_LISTS } from '../../../electron/core/usage/dimensions.ts';

test('usage.db of version 1 gets the record tables and keeps its last-used times', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kh-usage-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const db = openDatabase(join(folder, 'usage.db'), 'usage', randomBytes(32), 'create');
  onTestFinished(() => {
    db.close();
  });
  migrate(db, USAGE_MIGRATIONS.slice(0, 1), () => undefined);
  db.prepare("INSERT INTO last_used VALUES ('client', 'abcdefghij', 7, 'editor')").run();
  migrate(db, USAGE_MIGRATIONS.slice(0, 2), () => undefined);
  expect(schemaVersion(db)).toBe(2);
  expect(db.prepare('SELECT * FROM last_used').all()).toEqual([
    { kind: 'client', id: 'abcdefghij', at_ms: 7, used_by: 'editor' },
  ]);
  expect(db.prepare('SELECT count(*) FROM usage_record').pluck().get()).toBe(0);
});

test('the numbers stored in usage.db mean what they meant', () => {
  expect(STORED_LISTS).toEqual({
    NAME_KINDS: ['provider', 'credential', 'client', 'project', 'model', 'endpoint', 'outcome'],
    DIMENSIONS: ['provider', 'credential', 'client', 'project', 'model', 'endpoint', 'outcome', 'all', 'cell'],
    SOURCES: ['proxy', 'reported', 'import'],
    MEASURES: ['measured', 'incomplete', 'missing', 'none'],
    UNITS: ['characters', 'seconds', 'images', 'captchas', 'messages', 'calls', 'searches'],
    PRICE_REASONS: [
      'provider',
      'own_price',
      'book',
      'listed_elsewhere',
      'at_least',
      'free',
      'nothing_used',
      'unknown_model',
      'no_price_then',
      'unknown_tier',
      'not_told',
      'no_unit_price',
    ],
  });
});
