/** Runs inside a private D-Bus session: `unlocked|locked|none`, what to do, and the home. Prints one JSON object. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { systemClock } from '../../../electron/core/clock.ts';
import { createLog } from '../../../electron/core/logs/log.ts';
import { resolvePaths } from '../../../electron/core/paths.ts';
import type { Keychain } from '../../../electron/core/seams.ts';
import { deviceAccount } from '../../../electron/core/vault/device-secret.ts';
import { osKeychain } from '../../../electron/core/vault/os-keychain.ts';
import { Vault } from '../../../electron/core/vault/vault.ts';

const PASSWORD = 'correct horse battery staple 42';
const OTHER = 'seven purple lanterns drift 88';
const [keyring = '', what = '', home = ''] = process.argv.slice(2);
const paths = resolvePaths({ KEYHARBOR_HOME: home });
const codeFile = `${home}.code`;

async function startKeyring(): Promise<() => Promise<void>> {
  if (keyring === 'none') return () => Promise.resolve();
  const mode = keyring === 'unlocked' ? ['--unlock'] : ['--start'];
  const daemon = spawn('gnome-keyring-daemon', [...mode, '--foreground', '--components=secrets'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = once(daemon, 'exit');
  daemon.stdin.end(keyring === 'unlocked' ? 'keyring password' : '');
  const wanted = keyring === 'unlocked' ? (name: string | null) => name !== null : () => serviceAnswers;
  let serviceAnswers = false;
  for (let tries = 0; tries < 200; tries += 1) {
    const found = await osKeychain().probe();
    serviceAnswers = found.name !== null || !found.reason.startsWith('no secret service');
    if (wanted(found.name)) break;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return async () => {
    daemon.kill();
    await ended;
  };
}

const keychain: Keychain = osKeychain();
const vault = new Vault({ paths, clock: systemClock, keychain, log: createLog(null) });
const codeOf = (act: Promise<unknown>) =>
  act.then(
    () => 'opened',
    (error: { code: string }) => error.code,
  );

async function bind(): Promise<string> {
  const { recoveryCode } = await vault.create({ password: PASSWORD, kdf: 'argon2id' });
  await vault.confirmRecovery({ proof: { code: recoveryCode }, password: PASSWORD, bindDevice: true });
  return recoveryCode;
}

function deviceId(): string {
  const header = JSON.parse(readFileSync(paths.header, 'utf8')) as { slots: { deviceId?: string }[] };
  return header.slots.find((slot) => slot.deviceId !== undefined)?.deviceId ?? '';
}

async function walk() {
  const probe = await keychain.probe();
  const code = await bind();
  const { deviceBound, keychain: name, recoveryConfirmed } = vault.protection();
  vault.lock('asked');
  await vault.unlock(PASSWORD);
  const unlocked = vault.state;
  const { vaultId } = vault.opened();
  const account = deviceAccount(vaultId, deviceId());
  const accountNamesVault = account.includes(vaultId.toString('hex')) && (await keychain.read(account)) !== null;
  vault.lock('asked');
  await keychain.remove(account);
  const entryLost = await codeOf(vault.unlock(PASSWORD));
  await vault.recover(code, OTHER);
  const recovered = { deviceBound: vault.protection().deviceBound, state: vault.state };
  vault.lock('asked');
  await vault.unlock(OTHER);
  const afterConfirm = { deviceBound, keychain: name, recoveryConfirmed };
  return { probe, afterConfirm, unlocked, accountNamesVault, entryLost, recovered, unlockedAgain: vault.state };
}

async function values() {
  const value = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  await keychain.write('test', value);
  const same = (await keychain.read('test'))?.equals(value);
  await keychain.remove('test');
  await keychain.remove('test');
  return { same, absent: await keychain.read('never stored'), removed: await keychain.read('test') };
}

async function open() {
  const probe = await keychain.probe();
  let message = '';
  const unlock = await codeOf(
    vault.unlock(PASSWORD).catch((error: Error) => {
      message = error.message;
      throw error;
    }),
  );
  const { state } = vault;
  const failedUnlocks = vault.failedUnlocks();
  if (unlock === 'opened') return { unlock, state };
  const recoverGives = await vault.recover(readFileSync(codeFile, 'utf8'), OTHER);
  return { probe, unlock, message, state, failedUnlocks, recoverGives, afterRecover: vault.state };
}

async function plain() {
  await bind();
  vault.lock('asked');
  await vault.unlock(PASSWORD);
  const { deviceBound, keychain: name, recoveryConfirmed, note } = vault.protection();
  return { deviceBound, keychain: name, recoveryConfirmed, note, state: vault.state };
}

const stopKeyring = await startKeyring();
let told: unknown;
if (what === 'walk') told = await walk();
else if (what === 'values') told = await values();
else if (what === 'plain') told = await plain();
else if (what === 'open') told = await open();
else {
  writeFileSync(codeFile, await bind(), { mode: 0o600 });
  told = existsSync(codeFile);
}
await vault.close();
await stopKeyring();
console.log(JSON.stringify(told));
