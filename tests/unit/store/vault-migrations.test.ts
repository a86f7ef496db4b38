import { randomBytes } from 'node:crypto';
import type Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../../electron/core/store/database.ts';
import { migrate, schemaVersion, VAULT_MIGRATIONS } from '../../../electron/core/store/migrate.ts';
import { testHome } from '../../support/test-vault.ts';

const ID = Buffer.alloc(16, 7);
const MAC = Buffer.alloc(32, 9);

/** A database as version `version` left it, with a credential and a client in it. */
function atVersion(version: number): Database.Database {
  const db = openDatabase(testHome().vaultDb, 'vault', randomBytes(32), 'create');
  migrate(db, VAULT_MIGRATIONS.slice(0, version), () => undefined);
  db.prepare(
    `INSERT INTO credential (id, provider, auth_kind, label, name, scope, state, current_version, project, note, origin,
      local, created_at_ms, updated_at_ms) VALUES (?, 'openai', 'api_key', 'work', '', 'user', 'active', 1, '', 'kept', '',
      0, 1, 2)`,
  ).run(ID);
  db.prepare(
    `INSERT INTO client (id, name, kind, grants, secret_mac, row_mac, created_at_ms, expires_at_ms)
      VALUES ('abcdefghij', 'tool', 'live', '["keys:list"]', ?, ?, 1, 2)`,
  ).run(MAC, MAC);
  return db;
}

function newest(db: Database.Database): Database.Database {
  let backups = 0;
  migrate(db, VAULT_MIGRATIONS, () => {
    backups += 1;
  });
  expect([schemaVersion(db), backups]).toEqual([VAULT_MIGRATIONS.length, 1]);
  return db;
}

test.each([1, 2, 3, 4, 5, 6, 7, 8, 9])(
  'a vault of version %i keeps its data, and gets the default for what it did not know',
  (version) => {
    const db = newest(atVersion(version));
    expect(db.prepare('SELECT label, note, weakest_form FROM credential').all()).toEqual([
      { label: 'work', note: 'kept', weakest_form: null },
    ]);
    expect(db.prepare('SELECT name, grants FROM client').all()).toEqual([{ name: 'tool', grants: '["keys:list"]' }]);
    const since = ['own_provider', 'access_grant', 'token_request', 'routing_rule', 'notice', 'notice_told', 'webhook'];
    for (const table of [
      ...since,
      'webhook_secret',
      'webhook_delivery',
      'own_price',
      'price_update',
      'unknown_model',
      'quota',
    ]) {
      expect(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()).toBe(0);
    }
    db.close();
  },
);

test('a grant goes with its credential, and takes no form and no caller that is unknown', () => {
  const db = newest(atVersion(2));
  const insert = db.prepare(
    `INSERT INTO access_grant (id, credential_id, form, caller_kind, caller_name, client_id, created_at_ms, row_mac)
      VALUES (?, ?, ?, 'client', 'tool', ?, 1, ?)`,
  );
  insert.run('0123456789abcdef', ID, 'proxy', 'abcdefghij', MAC);
  expect(() => insert.run('0123456789abcdee', ID, 'everything', 'abcdefghij', MAC)).toThrow(/CHECK/);
  expect(() => insert.run('0123456789abcded', ID, 'proxy', null, MAC)).toThrow(/CHECK/);
  expect(() => insert.run('0123456789abcdec', ID, 'proxy', 'unknown999', MAC)).toThrow(/FOREIGN KEY/);
  expect(() => db.prepare(`UPDATE credential SET weakest_form = 'all'`).run()).toThrow(/CHECK/);
  db.prepare('DELETE FROM credential').run();
  expect(db.prepare('SELECT count(*) FROM access_grant').pluck().get()).toBe(0);
  db.close();
});

test('of the address of a webhook that was made before, only what stands up to the host is left to see', () => {
  const db = atVersion(8);
  const insert = db.prepare(
    `INSERT INTO webhook (id, label, origin, shown_url, local, events, is_on, url_version, url_data_key, sealed_url,
      created_at_ms) VALUES (?, ?, ?, ?, 0, '[]', 1, 1, ?, ?, 1)`,
  );
  const before = [
    ['bare', 'https://a.example', 'https://a.example/'],
    ['path', 'https://a.example:8443', 'https://a.example:8443/hunter/T0K…'],
    ['query', 'https://b.example', 'https://b.example/?key=…'],
  ] as const;
  for (const [at, row] of before.entries()) insert.run(Buffer.alloc(16, at), ...row, MAC, ID);
  expect(newest(db).prepare('SELECT label, shown_url, sealed_url FROM webhook ORDER BY label').raw().all()).toEqual([
    ['bare', 'https://a.example', ID],
    ['path', 'https://a.example:8443/…', ID],
    ['query', 'https://b.example/…', ID],
  ]);
  db.close();
});

describe('the end of a key that was picked as a day', () => {
  const UTC_END = Date.UTC(2027, 5, 30, 23, 59, 59, 999);
  /** What becomes of an end and of the word that was told of it, where the setting says this zone (null: nothing). */
  function moved(endMs: number | null, zone: string | null) {
    const db = atVersion(9);
    if (zone !== null) db.prepare("INSERT INTO setting VALUES ('reportingZone', ?)").run(zone);
    db.prepare('UPDATE credential SET expires_at_ms = ?').run(endMs);
    db.prepare('INSERT INTO notice_told (key, at_ms) VALUES (?, 1)').run(`key.expiring:${ID.toString('hex')}:${endMs}`);
    newest(db);
    const after = db.prepare('SELECT expires_at_ms FROM credential').pluck().get() as number | null;
    expect(db.prepare('SELECT key FROM notice_told').pluck().all()).toEqual([
      `key.expiring:${ID.toString('hex')}:${after}`,
    ]);
    expect(db.prepare('SELECT expires_at_ms FROM client').pluck().get()).toBe(2);
    db.close();
    return after === null ? null : new Date(after).toISOString();
  }

  test('is the end of that day where the vault counts its days', () => {
    expect(moved(UTC_END, 'Asia/Tokyo')).toBe('2027-06-30T14:59:59.999Z');
    expect(moved(UTC_END, 'America/Los_Angeles')).toBe('2027-07-01T06:59:59.999Z');
    expect(moved(UTC_END, 'UTC')).toBe('2027-06-30T23:59:59.999Z');
    // Of 25 hours, the last of them in winter.
    expect(moved(Date.UTC(2027, 9, 31, 23, 59, 59, 999), 'Europe/Berlin')).toBe('2027-10-31T22:59:59.999Z');
  });

  test('is that of this computer where no zone is named, or one that is not known', () => {
    const here = new Date(2027, 6, 1).getTime() - 1;
    for (const zone of [null, '', 'Mars/Olympus']) expect(moved(UTC_END, zone)).toBe(new Date(here).toISOString());
  });

  test('and none that was given as a time, or not at all', () => {
    expect(moved(Date.UTC(2027, 5, 30, 23, 59, 59), 'Asia/Tokyo')).toBe('2027-06-30T23:59:59.000Z');
    expect(moved(null, 'Asia/Tokyo')).toBeNull();
  });
});
