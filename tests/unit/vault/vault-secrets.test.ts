import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { sealField, newDataKey, recordAad } from '../../../electron/core/vault/envelope.ts';
import { fakeKey } from '../../support/fake-keys.ts';
import { addCredentialRow, codeOf, deviceBoundVault, OTHER_PASSWORD, PASSWORD } from '../../support/test-vault.ts';

test('no file of the home holds a password, code, key or name in any form, after all that can happen to a vault', async () => {
  const { vault, paths, clock, keychain, recoveryCode } = await deviceBoundVault();
  const secretKey = fakeKey('openai');
  const name = 'A very private label';
  const errors: string[] = [];
  const failing = async (act: Promise<unknown>) => {
    const error = await act.then(
      () => new Error('it did not fail'),
      (thrown: Error) => thrown,
    );
    errors.push(JSON.stringify(error), error.message, String((error as { hint?: string }).hint), String(error.stack));
  };
  const open = vault.opened();
  open.write(() => {
    open.db.prepare('INSERT INTO setting VALUES (?, ?)').run(name, secretKey);
    const place = {
      vaultId: open.vaultId,
      table: 't',
      recordId: randomBytes(16),
      field: 'f',
      version: 1,
      provider: 'p',
      origin: '',
      generation: 1,
    };
    const sealed = sealField(newDataKey(), 1, recordAad(place), Buffer.from(secretKey));
    open.db.prepare('INSERT INTO setting VALUES (?, ?)').run('sealed', sealed.toString('base64'));
  });
  addCredentialRow(vault);
  clock.advance(1000); // the daily backup
  vault.lock('idle');
  await failing(vault.unlock('a wrong password of mine'));
  await failing(vault.recover('11111-22222-33333-44444-55555-66666-7777', OTHER_PASSWORD));
  await failing(vault.create({ password: 'another secret phrase 99', kdf: 'argon2id' }));
  await vault.unlock(PASSWORD);
  await vault.changePassword(PASSWORD, OTHER_PASSWORD);
  const renewed = await vault.renewRecovery(OTHER_PASSWORD);
  await failing(vault.confirmRecovery({ proof: { code: recoveryCode }, password: OTHER_PASSWORD, bindDevice: false }));
  expect(await codeOf(() => vault.verifyPassword('a wrong password of mine'))).toBe('wrong_password');

  const [device = Buffer.alloc(0)] = keychain.entries.values();
  const deviceSecret = device.subarray(17, 49);
  const texts = [PASSWORD, OTHER_PASSWORD, 'a wrong password of mine', 'another secret phrase 99', secretKey, name];
  texts.push(recoveryCode, renewed, recoveryCode.replaceAll('-', ''), renewed.replaceAll('-', ''));
  texts.push(...recoveryCode.split('-').slice(0, 6), ...renewed.split('-').slice(0, 6));
  const needles: Buffer[] = texts.flatMap((text) => [
    Buffer.from(text),
    Buffer.from(Buffer.from(text).toString('base64').slice(0, -4)),
  ]);
  needles.push(
    deviceSecret,
    Buffer.from(deviceSecret.toString('hex')),
    Buffer.from(deviceSecret.toString('base64').slice(0, -3)),
  );

  const files = readdirSync(paths.home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.map((file) => file.name)).toEqual(
    expect.arrayContaining(['vault.db', 'vault.db-wal', 'keyharbor.log', 'vault.json']),
  );
  const places = files.map((file) => [file.name, readFileSync(path.join(file.parentPath, file.name))] as const);
  for (const [where, bytes] of [...places, ['errors', Buffer.from(errors.join('\n'))] as const]) {
    for (const needle of needles) {
      if (needle.byteLength < 5) continue;
      expect([where, bytes.includes(needle)]).toEqual([where, false]);
    }
  }
});
