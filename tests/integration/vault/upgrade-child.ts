/** Makes a vault whose password slot has the low-memory parameters, unlocks it, and prints what became of the slot. */
import { readdirSync, readFileSync } from 'node:fs';
import { readAudit } from '../../../electron/core/audit/audit-log.ts';
import { systemClock } from '../../../electron/core/clock.ts';
import { createLog } from '../../../electron/core/logs/log.ts';
import { resolvePaths } from '../../../electron/core/paths.ts';
import { replaceFile } from '../../../electron/core/store/atomic-file.ts';
import { formatHeader, type Header, macHeader, parseHeader } from '../../../electron/core/vault/header.ts';
import { deriveKeyObject } from '../../../electron/core/vault/hkdf.ts';
import { derive } from '../../../electron/core/vault/kdf.ts';
import { Secret } from '../../../electron/core/vault/secret.ts';
import { type PasswordSlot, unwrapSlot, wrapSlot } from '../../../electron/core/vault/slot.ts';
import { Vault } from '../../../electron/core/vault/vault.ts';
import { NO_KEYCHAIN } from '../../support/no-keychain.ts';

const [home = '', password = ''] = process.argv.slice(2);
const paths = resolvePaths({ KEYHARBOR_HOME: home });
let daysLater = 0;
const clock = { ...systemClock, now: () => systemClock.now() + daysLater * 24 * 3600 * 1000 };
const vault = new Vault({ paths, clock, keychain: NO_KEYCHAIN, log: createLog(null) });

function passwordSlot(header: Header): Extract<PasswordSlot, { type: 'password' }> {
  const slot = header.slots.find((one) => one.type === 'password');
  if (slot?.type !== 'password') throw new Error('a plain password slot was expected');
  return slot;
}
const readHeader = () => parseHeader(readFileSync(paths.header));
const cost = (slot: PasswordSlot) => {
  if (slot.kdf.id !== 'argon2id') throw new Error('Argon2id was expected');
  const { memoryKiB, passes, lanes } = slot.kdf;
  return { memoryKiB, passes, lanes };
};

/** What an older Keyharbor, or the explicit low-memory choice, could have written. */
async function weaken(): Promise<PasswordSlot> {
  const header = readHeader();
  const old = passwordSlot(header);
  const vaultId = Buffer.from(header.vaultId, 'hex');
  const vmk = unwrapSlot(old, vaultId, { input: await derive(Secret.fromText(password), old.kdf) });
  if (vmk === null) throw new Error('the slot did not open');
  const kdf = { id: 'argon2id', memoryKiB: 19 * 1024, passes: 2, lanes: 1, salt: '11'.repeat(16) } as const;
  const input = await derive(Secret.fromText(password), kdf);
  const weak = wrapSlot<PasswordSlot>({ type: 'password', kdf, createdMs: 1, label: '' }, vaultId, { input }, vmk);
  const slots = header.slots.map((slot) => (slot.id === old.id ? weak : slot));
  const { mac: _, ...fields } = header;
  replaceFile(paths.header, formatHeader(macHeader({ ...fields, slots }, deriveKeyObject(vmk, vaultId, 'headerMac'))));
  return weak;
}

const keptHeaders = () => readdirSync(paths.backups).filter((name) => name.startsWith('header-')).length;

await vault.create({ password, kdf: 'argon2id' });
vault.lock('asked');
const weak = await weaken();
await vault.unlock(password);
const strong = passwordSlot(readHeader());
const audited = readAudit(vault.opened(), { limit: 5 }).some((entry) => entry.action === 'vault.upgradeSlot');
const kept = keptHeaders();
vault.lock('asked');
await vault.unlock(password);
const opensAgain = vault.state;
vault.lock('asked');
daysLater = 8;
await weaken();
await vault.unlock(password);
console.log(
  JSON.stringify({
    before: cost(weak),
    after: cost(strong),
    sameSalt: weak.kdf.salt === strong.kdf.salt,
    keptHeaders: kept,
    opensAgain,
    keptAfterEightDays: keptHeaders(),
    audited,
  }),
);
await vault.close();
