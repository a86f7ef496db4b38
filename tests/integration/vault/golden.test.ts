import { cpSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readAudit, verifyAudit } from '../../../electron/core/audit/audit-log.ts';
import { VAULT_MIGRATIONS } from '../../../electron/core/store/migrate.ts';
import { unwrapDataKey } from '../../../electron/core/vault/data-key.ts';
import { openField, recordAad } from '../../../electron/core/vault/envelope.ts';
import type { OpenVault } from '../../../electron/core/vault/open-vault.ts';
import { GOLDEN, RECOVERY_CODES } from '../../golden/golden.ts';
import { OTHER_PASSWORD, testHome, testVault } from '../../support/test-vault.ts';

const folder = path.join(import.meta.dirname, '../../golden');
const formats = Object.keys(RECOVERY_CODES);

function copyOf(format: string) {
  const paths = testHome();
  for (const name of readdirSync(path.join(folder, format))) {
    cpSync(path.join(folder, format, name), path.join(paths.home, name));
  }
  return testVault(paths);
}

function readValue(open: OpenVault): string {
  const recordId = Buffer.from(GOLDEN.recordId, 'hex');
  const wrapped = open.db
    .prepare('SELECT data_key FROM credential_version WHERE credential_id = ?')
    .pluck()
    .get(recordId);
  const sealed = open.db.prepare('SELECT sealed FROM credential_field WHERE credential_id = ?').pluck().get(recordId);
  const place = { ...GOLDEN.place, recordId };
  const dataKey = unwrapDataKey(open, place, wrapped as Buffer);
  const aad = recordAad({ ...place, vaultId: open.vaultId, field: GOLDEN.field, generation: open.generation });
  return openField(dataKey, aad, sealed as Buffer).toString();
}

describe.each(formats)('a vault of format %s', (format) => {
  test('opens with its password, true parameters and all, and gives its value', async () => {
    const { vault } = copyOf(format);
    await vault.unlock(GOLDEN.password);
    expect(readValue(vault.opened())).toBe(GOLDEN.value);
    expect(verifyAudit(vault.opened()).firstBadSeq).toBeNull();
    expect(readAudit(vault.opened(), { limit: 9 }).map((entry) => entry.action)).toContain('golden.add');
  });

  test('gets the layout of today after a backup of how it was, and loses nothing', async () => {
    const { vault, paths } = copyOf(format);
    await vault.unlock(GOLDEN.password);
    const { db } = vault.opened();
    expect(db.pragma('user_version', { simple: true })).toBe(VAULT_MIGRATIONS.length);
    expect(db.prepare('SELECT count(*) FROM own_provider').pluck().get()).toBe(0);
    const [backup, ...more] = readdirSync(paths.backups).filter((name) => name.startsWith('migration-'));
    expect(more).toEqual([]);
    const restored = testHome();
    for (const name of ['vault.json', 'vault.db']) {
      cpSync(path.join(paths.backups, backup ?? '', name), path.join(restored.home, name));
    }
    const again = testVault(restored).vault;
    await again.unlock(GOLDEN.password);
    expect(readValue(again.opened())).toBe(GOLDEN.value);
  });

  test('opens with its recovery code', async () => {
    const { vault } = copyOf(format);
    await vault.recover(RECOVERY_CODES[format] ?? '', OTHER_PASSWORD);
    expect(readValue(vault.opened())).toBe(GOLDEN.value);
  });

  test('was made with parameters that are written today', () => {
    const header = JSON.parse(readFileSync(path.join(folder, format, 'vault.json'), 'utf8')) as {
      slots: { kdf: { memoryKiB?: number; passes?: number } }[];
    };
    const kdf = header.slots[0]?.kdf;
    expect(kdf?.memoryKiB).toBeGreaterThanOrEqual(65_536);
    expect(kdf?.passes).toBeGreaterThanOrEqual(3);
  });
});

test('every golden folder is tested', () => {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map((entry) => entry.name).sort()).toEqual([...formats].sort());
});
