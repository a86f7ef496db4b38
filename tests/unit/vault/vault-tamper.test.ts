import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Header } from '../../../electron/core/vault/header.ts';
import { deviceBoundVault, OTHER_PASSWORD, PASSWORD, type TestVault, unlockedVault } from '../../support/test-vault.ts';

/** Whoever can write the files but has no key (T2) must not get anything past us: each change is refused by name. */
type Path = readonly (string | number)[];

function pathsOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  return Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...at, key]));
}

/** A different value of the same kind: the next hexadecimal digit, the next number, the other boolean, other text. */
function changed(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  const text = String(value);
  if (/^[0-9a-f]{24,}$/.test(text)) return (text.startsWith('0') ? '1' : '0') + text.slice(1);
  return `${text}x`;
}

function withChange(header: unknown, at: Path): unknown {
  const copy: unknown = structuredClone(header);
  let inside = copy as Record<string | number, unknown>;
  for (const key of at.slice(0, -1)) inside = inside[key] as Record<string | number, unknown>;
  const last = at.at(-1) ?? '';
  inside[last] = changed(inside[last]);
  return copy;
}

async function lockedWithHeader<T extends TestVault>(make: () => Promise<T>) {
  const test = await make();
  test.vault.lock('asked');
  return { ...test, header: JSON.parse(readFileSync(test.paths.header, 'utf8')) as Header };
}

/** What the vault says when this header lies there; failures in a row do not slow the next try. */
async function refusal(test: TestVault, header: unknown): Promise<string> {
  writeFileSync(test.paths.header, typeof header === 'string' ? header : JSON.stringify(header));
  test.clock.advance(60_000);
  try {
    await test.vault.unlock(PASSWORD);
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'opened';
}

describe.each([
  ['a plain vault', unlockedVault],
  ['a vault bound to this computer', deviceBoundVault],
])('in the header of %s', (_, make) => {
  test('every single field that is changed keeps the vault shut, and the right header opens it again', async () => {
    const vault = await lockedWithHeader(make);
    const fields = pathsOf(vault.header);
    expect(fields.length).toBeGreaterThan(20);
    for (const field of fields) {
      const said = await refusal(vault, withChange(vault.header, field));
      expect([field.join('.'), said]).not.toEqual([field.join('.'), 'opened']);
      // A changed wrap, nonce or salt cannot be told from a wrong password or a lost device secret; all else is named.
      expect(['integrity_failure', 'wrong_password', 'decryption_failed', 'unsupported']).toContain(said);
    }
    expect(await refusal(vault, vault.header)).toBe('opened');
  });

  test('an unknown, missing or doubled slot or field is refused', async () => {
    const vault = await lockedWithHeader(make);
    const { header } = vault;
    const [first, second] = header.slots;
    for (const other of [
      { ...header, extra: 1 },
      { ...header, slots: [] },
      { ...header, slots: [first] },
      { ...header, slots: [second, first] },
      { ...header, slots: [first, first, second] },
      { ...header, slots: [{ ...first, extra: 1 }, second] },
      { ...header, slots: [{ ...first, type: 'quick' }, second] },
      { ...header, slots: [{ ...first, wrapped: first?.wrapped.slice(2) }, second] },
      { ...header, slots: [{ ...first, nonce: `${first?.nonce}00` }, second] },
      { ...header, slots: [{ ...first, id: first?.id.slice(2) }, second] },
      { ...header, mac: header.mac.slice(2) },
      { ...header, mac: undefined },
    ]) {
      expect(await refusal(vault, other)).toBe('integrity_failure');
    }
  });

  test('a cheaper derivation is refused before it is run', async () => {
    const vault = await lockedWithHeader(make);
    const cheap = structuredClone(vault.header);
    const slot = cheap.slots.find((one) => one.type !== 'recovery');
    if (slot?.kdf.id !== 'argon2id') throw new Error('an Argon2id slot was expected');
    slot.kdf.memoryKiB = 8;
    expect(await refusal(vault, cheap)).toBe('integrity_failure');
    slot.kdf.memoryKiB = 4 * 1024 * 1024;
    expect(await refusal(vault, cheap)).toBe('integrity_failure');
    expect(vault.vault.failedUnlocks()).toBe(0);
  });
});

test('where the recovery slot was cut out, the code is refused by name and not counted as wrong', async () => {
  const { vault, paths, header, recoveryCode } = await lockedWithHeader(unlockedVault);
  const slots = header.slots.filter(({ type }) => type !== 'recovery');
  writeFileSync(paths.header, JSON.stringify({ ...header, slots }));
  await expect(vault.recover(recoveryCode, OTHER_PASSWORD)).rejects.toMatchObject({ code: 'unsupported' });
  expect(vault.failedUnlocks()).toBe(0);
});

test('a header of a newer Keyharbor asks for an update', async () => {
  const vault = await lockedWithHeader(unlockedVault);
  expect(await refusal(vault, { format: 'keyharbor-vault', version: 2, whatever: true })).toBe('unsupported');
});

test.each([
  ['an empty file', ''],
  ['half a file', '{"format":"keyharbor-vault","vers'],
  ['another JSON file', '{"name":"something"}'],
  ['no JSON', 'hello'],
  ['a list', '[]'],
  ['null', 'null'],
])('%s in place of the header is damage, never a new vault', async (_, text) => {
  const vault = await lockedWithHeader(unlockedVault);
  expect(await refusal(vault, text)).toBe('integrity_failure');
  expect(vault.vault.state).toBe('locked');
  expect(vault.vault.notices().join(' ')).toContain('vault.json');
});

test('a header of another vault does not open this one', async () => {
  const one = await lockedWithHeader(unlockedVault);
  const other = await lockedWithHeader(unlockedVault);
  expect(await refusal(one, other.header)).toBe('integrity_failure');
});

test('an old copy of the header is noticed, because the database remembers a newer one', async () => {
  const test = await unlockedVault();
  const old = readFileSync(test.paths.header, 'utf8');
  await test.vault.renewRecovery(PASSWORD);
  test.vault.lock('asked');
  await expect(
    (async () => {
      writeFileSync(test.paths.header, old);
      await test.vault.unlock(PASSWORD);
    })(),
  ).rejects.toMatchObject({ code: 'integrity_failure', message: expect.stringContaining('older') as string });
});

test('a header that is newer than its mirror, as after a crash in between, opens and the mirror follows', async () => {
  const test = await unlockedVault();
  const { db } = test.vault.opened();
  await test.vault.renewRecovery(PASSWORD);
  // The state row as it was before: what a crash after the rename and before the commit leaves.
  test.vault.opened().write(() => db.prepare('UPDATE vault_state SET header_epoch = 1').run());
  test.vault.lock('asked');
  await test.vault.unlock(PASSWORD);
  const mirror = test.vault.opened().db.prepare('SELECT header_epoch FROM vault_state').pluck().get();
  expect(mirror).toBe(2);
});

describe('the state row of the database', () => {
  test.each([
    ['epoch', 'UPDATE vault_state SET epoch = epoch - 1'],
    ['mirror of the header', 'UPDATE vault_state SET header_epoch = 0'],
    ['count of wraps', 'UPDATE vault_state SET record_wraps = record_wraps + 1'],
    ['length of the log', 'UPDATE vault_state SET audit_seq = audit_seq - 1'],
    ['end of the log', 'UPDATE vault_state SET audit_mac = zeroblob(32)'],
    ['MAC', 'UPDATE vault_state SET mac = zeroblob(32)'],
    ['MAC, cut short', 'UPDATE vault_state SET mac = zeroblob(31)'],
    ['place', 'DELETE FROM vault_state'],
  ])('keeps the vault shut where its %s was changed by whoever has only the key of the pages', async (_, sql) => {
    const { vault, paths } = await unlockedVault();
    const { db } = vault.opened();
    db.exec(sql);
    db.pragma('wal_checkpoint(TRUNCATE)');
    const changedFile = readFileSync(paths.vaultDb); // before the lock, whose audit entry seals the row anew
    await vault.close();
    writeFileSync(paths.vaultDb, changedFile);
    await expect(vault.unlock(PASSWORD)).rejects.toMatchObject({
      code: 'integrity_failure',
      message: expect.stringContaining('state row') as string,
    });
    expect(vault.state).toBe('locked');
  });
});
