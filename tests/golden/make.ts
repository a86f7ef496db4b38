/**
 * Makes the vault of the current format, with real parameters: `node tests/golden/make.ts tests/golden/0001`.
 * Run once per released format; the folders are never made again, so that every later version proves it reads them.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { appendAudit } from '../../electron/core/audit/audit-log.ts';
import { systemClock } from '../../electron/core/clock.ts';
import { createLog } from '../../electron/core/logs/log.ts';
import { resolvePaths } from '../../electron/core/paths.ts';
import { wrapDataKey } from '../../electron/core/vault/data-key.ts';
import { newDataKey, recordAad, sealField } from '../../electron/core/vault/envelope.ts';
import { Vault } from '../../electron/core/vault/vault.ts';
import { NO_KEYCHAIN } from '../support/no-keychain.ts';
import { GOLDEN } from './golden.ts';

const target = process.argv[2];
if (target === undefined) throw new Error('say where the vault is to be put');
// As on a machine with little memory, so that every machine can open it: 64 MiB, and passes up to the usual time.
process.availableMemory = () => 256 * 1024 * 1024;
const home = mkdtempSync(path.join(tmpdir(), 'keyharbor-golden-'));
const paths = resolvePaths({ KEYHARBOR_HOME: home });
const vault = new Vault({ paths, clock: systemClock, keychain: NO_KEYCHAIN, log: createLog(null) });
const { recoveryCode } = await vault.create({ password: GOLDEN.password, kdf: 'argon2id' });
const open = vault.opened();
const { provider, version } = GOLDEN.place;
const recordId = Buffer.from(GOLDEN.recordId, 'hex');
const dataKey = newDataKey();
open.write(() => {
  const now = systemClock.now();
  open.db
    .prepare(
      `INSERT INTO credential VALUES (?, ?, 'api_key', 'default', 'Golden', 'user', 'active', NULL, 1, '', '', '', 0, NULL, ?, ?, NULL)`,
    )
    .run(recordId, provider, now, now);
  const place = { ...GOLDEN.place, recordId };
  open.db
    .prepare(`INSERT INTO credential_version VALUES (?, ?, 'active', ?, '0000000000000000', ?, ?)`)
    .run(recordId, version, wrapDataKey(open, place, dataKey), now, now);
  const aad = recordAad({ ...place, vaultId: open.vaultId, field: GOLDEN.field, generation: open.generation });
  const sealed = sealField(dataKey, open.generation, aad, Buffer.from(GOLDEN.value));
  open.db
    .prepare(`INSERT INTO credential_field VALUES (?, ?, ?, ?, NULL, '')`)
    .run(recordId, version, GOLDEN.field, sealed);
  appendAudit(open, systemClock, { actor: 'system', action: 'golden.add', target: GOLDEN.recordId, result: 'ok' });
});
await vault.close();
for (const name of ['vault.json', 'vault.db', 'usage.db']) cpSync(path.join(home, name), path.join(target, name));
rmSync(home, { recursive: true });
console.log(recoveryCode);
