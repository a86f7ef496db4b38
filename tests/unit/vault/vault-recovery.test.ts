import { describe, expect, test } from 'vitest';
import { readAudit } from '../../../electron/core/audit/audit-log.ts';
import {
  codeOf,
  deviceBoundVault,
  OTHER_PASSWORD,
  PASSWORD,
  testVault,
  unlockedVault,
} from '../../support/test-vault.ts';

const groupsOf = (code: string, ...indexes: number[]) =>
  indexes.map((index) => ({ index, text: code.split('-')[index] ?? '' }));

describe('confirming the kit', () => {
  test('with two right groups binds the vault to this computer', async () => {
    const { vault, keychain, recoveryCode } = await unlockedVault();
    const proof = { groups: groupsOf(recoveryCode, 2, 5) };
    await vault.confirmRecovery({ proof, password: PASSWORD, bindDevice: true });
    expect(vault.protection()).toMatchObject({ deviceBound: true, recoveryConfirmed: true, keychain: 'Test Keychain' });
    expect(keychain.entries.size).toBe(1);
    expect([...keychain.entries.keys()][0]).toContain(vault.opened().vaultId.toString('hex'));
  });

  test('without binding leaves the password alone, and says why', async () => {
    const { vault, keychain, recoveryCode } = await unlockedVault();
    const proof = { code: recoveryCode.toLowerCase() };
    await vault.confirmRecovery({ proof, password: PASSWORD, bindDevice: false });
    await vault.refreshKeychain();
    expect(vault.protection()).toMatchObject({ deviceBound: false, recoveryConfirmed: true });
    expect(vault.protection().note).toContain('so it could be');
    expect(keychain.entries.size).toBe(0);
  });

  test('where no keychain works keeps the plain slot, and says so', async () => {
    const { vault, keychain, recoveryCode } = await unlockedVault();
    keychain.name = null;
    await vault.confirmRecovery({ proof: { code: recoveryCode }, password: PASSWORD, bindDevice: true });
    expect(vault.protection()).toMatchObject({ deviceBound: false, recoveryConfirmed: true, keychain: null });
    expect(vault.protection().note).toContain('no keychain works here: it is locked');
    vault.lock('asked');
    await vault.unlock(PASSWORD);
  });

  test.each([
    ['nothing', () => null],
    ['less', (value: Buffer) => value.subarray(1)],
    ['something else', (value: Buffer) => Buffer.from(value.map((byte) => byte ^ 1))],
  ])('does not rely on a keychain that gives back %s', async (_, change) => {
    const { vault, keychain, recoveryCode } = await unlockedVault();
    const read = keychain.read.bind(keychain);
    keychain.read = async (account) => {
      const value = await read(account);
      const given = value === null ? null : change(value);
      return given === null ? null : Buffer.from(given);
    };
    await vault.confirmRecovery({ proof: { code: recoveryCode }, password: PASSWORD, bindDevice: true });
    expect(vault.protection()).toMatchObject({ deviceBound: false, recoveryConfirmed: true });
    keychain.entries.clear();
    vault.lock('asked');
    await vault.unlock(PASSWORD);
  });

  test('again, where the vault is bound already, leaves the device secret as it is', async () => {
    const { vault, keychain, recoveryCode } = await deviceBoundVault();
    const before = [...keychain.entries.keys()];
    await vault.confirmRecovery({ proof: { code: recoveryCode }, password: PASSWORD, bindDevice: true });
    expect([...keychain.entries.keys()]).toEqual(before);
    expect(vault.protection()).toMatchObject({ deviceBound: true, recoveryConfirmed: true });
  });

  test.each([
    ['wrong groups', (code: string) => ({ groups: [...groupsOf(code, 1), { index: 2, text: 'ZZZZZ' }] })],
    ['one group twice', (code: string) => ({ groups: groupsOf(code, 1, 1) })],
    ['no code at all', () => ({ code: 'hello' })],
    ['another code', () => ({ code: '00000-00000-00000-00000-00000-00000-0000' })],
  ])('with %s changes nothing', async (_, proofOf) => {
    const { vault, recoveryCode } = await unlockedVault();
    const confirm = () => vault.confirmRecovery({ proof: proofOf(recoveryCode), password: PASSWORD, bindDevice: true });
    expect(await codeOf(confirm)).toBe('invalid_input');
    expect(vault.protection()).toMatchObject({ deviceBound: false, recoveryConfirmed: false });
  });

  test('with a wrong password changes nothing', async () => {
    const { vault, recoveryCode } = await unlockedVault();
    const confirm = () => vault.confirmRecovery({ proof: { code: recoveryCode }, password: 'wrong', bindDevice: true });
    expect(await codeOf(confirm)).toBe('wrong_password');
    expect(vault.protection().recoveryConfirmed).toBe(false);
  });

  test('by groups is over after a lock: the code is no longer kept', async () => {
    const { vault, recoveryCode } = await unlockedVault();
    vault.lock('asked');
    await vault.unlock(PASSWORD);
    const proof = { groups: groupsOf(recoveryCode, 0, 1) };
    expect(await codeOf(() => vault.confirmRecovery({ proof, password: PASSWORD, bindDevice: false }))).toBe(
      'conflict',
    );
    await vault.confirmRecovery({ proof: { code: recoveryCode }, password: PASSWORD, bindDevice: false });
  });
});

test('a renewed code works and the old one does not', async () => {
  const { vault, recoveryCode } = await unlockedVault();
  const renewed = await vault.renewRecovery(PASSWORD, 'ui');
  vault.lock('asked');
  expect(await codeOf(() => vault.recover(recoveryCode, OTHER_PASSWORD))).toBe('wrong_password');
  await vault.recover(renewed, OTHER_PASSWORD);
  expect(vault.state).toBe('unlocked');
});

test('what was wrong comes with what to do', async () => {
  const { vault, recoveryCode } = await unlockedVault();
  const hintOf = (act: Promise<unknown>): Promise<string> =>
    act.then(
      () => 'it did not fail',
      (error: { readonly hint: string }) => error.hint,
    );
  await vault.renewRecovery(PASSWORD, 'ui');
  vault.lock('asked');
  expect(await hintOf(vault.unlock('wrong'))).toContain('keyharbor recover');
  expect(await hintOf(vault.recover(recoveryCode, OTHER_PASSWORD))).toContain('newest kit');
});

describe('recovering', () => {
  test('sets the new password and a new code, and leaves the vault unlocked', async () => {
    const { vault, recoveryCode } = await unlockedVault();
    vault.lock('asked');
    const renewed = await vault.recover(recoveryCode, OTHER_PASSWORD, 'cli');
    expect(vault.state).toBe('unlocked');
    expect(vault.protection().recoveryConfirmed).toBe(false);
    vault.lock('asked');
    expect(await codeOf(() => vault.unlock(PASSWORD))).toBe('wrong_password');
    expect(await codeOf(() => vault.recover(recoveryCode, PASSWORD))).toBe('wrong_password');
    await vault.recover(renewed ?? '', PASSWORD);
    expect(readAudit(vault.opened(), { limit: 1 })[0]).toMatchObject({ action: 'vault.recover', result: 'ok' });
  });

  test('a vault that is open does not open it once more', async () => {
    const { vault, recoveryCode } = await unlockedVault();
    let opened = 0;
    vault.onUnlocked(() => {
      opened += 1;
    });
    const session = vault.opened();
    expect(await vault.recover(recoveryCode, OTHER_PASSWORD)).not.toBeNull();
    expect([vault.opened() === session, opened]).toEqual([true, 0]);
  });

  test('tells a mistyped code from a wrong one, and counts only the wrong one', async () => {
    const { vault, recoveryCode } = await unlockedVault();
    vault.lock('asked');
    const mistyped = recoveryCode.slice(0, -1) + (recoveryCode.endsWith('Z') ? 'Y' : 'Z');
    expect(await codeOf(() => vault.recover(mistyped, OTHER_PASSWORD))).toBe('invalid_input');
    expect(vault.failedUnlocks()).toBe(0);
    const { recoveryCode: foreign } = await unlockedVault();
    expect(await codeOf(() => vault.recover(foreign, OTHER_PASSWORD))).toBe('wrong_password');
    expect(vault.failedUnlocks()).toBe(1);
  });

  test('needs a new password that will do', async () => {
    const { vault, recoveryCode } = await unlockedVault();
    vault.lock('asked');
    expect(await codeOf(() => vault.recover(recoveryCode, 'password1234'))).toBe('invalid_input');
    expect(vault.state).toBe('locked');
  });

  test('waits like any other attempt', async () => {
    const { vault, recoveryCode } = await unlockedVault();
    vault.lock('asked');
    for (let round = 0; round < 4; round += 1) await codeOf(() => vault.unlock('wrong'));
    expect(await codeOf(() => vault.recover(recoveryCode, OTHER_PASSWORD))).toBe('throttled');
  });
});

describe('a vault bound to this computer', () => {
  test('opens with password and device secret, also after a restart', async () => {
    const { vault, restart } = await deviceBoundVault();
    vault.lock('asked');
    await vault.unlock(PASSWORD);
    const again = await restart();
    await again.unlock(PASSWORD);
    expect(again.protection().note).toContain('Test Keychain');
  });

  test('while the keychain is locked says so, counts nothing, and does not call the secret lost', async () => {
    const { vault, keychain } = await deviceBoundVault();
    vault.lock('asked');
    keychain.name = null;
    await expect(vault.unlock(PASSWORD)).rejects.toMatchObject({
      code: 'decryption_failed',
      message: expect.stringContaining('cannot be asked: it is locked') as string,
    });
    expect([vault.failedUnlocks(), vault.state]).toEqual([0, 'locked']);
    keychain.name = 'Test Keychain';
    await vault.unlock(PASSWORD);
  });

  test('whose entry is gone opens with the recovery code and is bound anew', async () => {
    const { vault, keychain, recoveryCode } = await deviceBoundVault();
    vault.lock('asked');
    keychain.entries.clear();
    await expect(vault.unlock(PASSWORD)).rejects.toMatchObject({
      code: 'decryption_failed',
      message: expect.stringContaining('does not have it') as string,
      hint: expect.stringContaining('recovery code') as string,
    });
    await vault.recover(recoveryCode, OTHER_PASSWORD);
    expect([keychain.entries.size, vault.protection().deviceBound]).toEqual([1, true]);
    vault.lock('asked');
    await vault.unlock(OTHER_PASSWORD);
  });

  test('recovered while its keychain cannot be asked is opened, and nothing is replaced', async () => {
    const { vault, keychain, recoveryCode } = await deviceBoundVault();
    vault.lock('asked');
    keychain.name = null;
    expect(await vault.recover(recoveryCode, OTHER_PASSWORD)).toBeNull();
    expect(vault.state).toBe('unlocked');
    vault.lock('asked');
    keychain.name = 'Test Keychain';
    expect(await codeOf(() => vault.unlock(OTHER_PASSWORD))).toBe('wrong_password');
    await vault.unlock(PASSWORD);
    expect(await vault.recover(recoveryCode, OTHER_PASSWORD)).not.toBeNull();
  });

  test('leaves no old secret in the keychain after recovery', async () => {
    const { vault, keychain, recoveryCode } = await deviceBoundVault();
    const before = [...keychain.entries.keys()];
    await vault.recover(recoveryCode, OTHER_PASSWORD);
    const after = [...keychain.entries.keys()];
    expect(after).toHaveLength(1);
    expect(after).not.toEqual(before);
  });

  test.each([
    ['cut short', (value: Buffer) => value.subarray(0, -1)],
    ['with a bit flipped', (value: Buffer) => Buffer.from(value.map((byte, at) => (at === 30 ? byte ^ 1 : byte)))],
    ['of a newer version', (value: Buffer) => Buffer.from(value.map((byte, at) => (at === 0 ? 2 : byte)))],
    ['empty', () => Buffer.alloc(0)],
  ])('refuses an entry %s with plain words', async (_, change) => {
    const { vault, keychain } = await deviceBoundVault();
    vault.lock('asked');
    for (const [account, value] of keychain.entries) keychain.entries.set(account, change(value));
    await expect(vault.unlock(PASSWORD)).rejects.toMatchObject({
      code: 'decryption_failed',
      message: expect.stringContaining('was changed or belongs to another vault') as string,
    });
  });

  test('cannot be opened with another vault’s entry', async () => {
    const one = await deviceBoundVault();
    const other = await deviceBoundVault();
    one.vault.lock('asked');
    const [account] = one.keychain.entries.keys();
    const [foreign] = other.keychain.entries.values();
    if (account !== undefined && foreign !== undefined) one.keychain.entries.set(account, foreign);
    expect(await codeOf(() => one.vault.unlock(PASSWORD))).toBe('decryption_failed');
  });

  test('tells when the keychain has another name now, and goes on', async () => {
    const { vault, keychain, restart } = await deviceBoundVault();
    vault.lock('asked');
    keychain.name = 'Another Keychain';
    const again = await restart();
    await again.unlock(PASSWORD);
    expect(again.notices().join(' ')).toContain('Another Keychain');
    expect(again.protection().note).toContain('Another Keychain');
  });
});

test('without a keychain a new vault has a plain password slot, said before it is made', async () => {
  const { vault, keychain } = testVault();
  keychain.name = null;
  await vault.refreshKeychain();
  expect(vault.protection()).toEqual({
    deviceBound: false,
    keychain: null,
    kdf: null,
    recoveryConfirmed: false,
    note: 'No keychain works here (it is locked), so the master password alone will open the vault.',
  });
});
