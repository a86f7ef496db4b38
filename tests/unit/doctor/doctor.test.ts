import { chmodSync, closeSync, openSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { doctorFinding } from '../../../shared/contract/schemas.ts';
import { fakeKey } from '../../support/fake-keys.ts';
import { credentialInput, PASSWORD, startUnlockedApp } from '../../support/test-app.ts';
import { m } from '../../../renderer/i18n/messages.ts';

test('every finding fits the contract and tells no name, label, path or secret', async () => {
  const t = await startUnlockedApp();
  const key = fakeKey('openai', 'project');
  t.app.credentials.add(
    credentialInput({ provider: 'openai', label: 'label-of-mine', name: 'Name of mine', fields: { api_key: key } }),
    'cli',
  );
  const findings = await t.app.doctor();
  for (const each of findings) doctorFinding.parse(each);
  expect(new Set(findings.map((each) => each.id)).size).toBe(findings.length);
  const text = JSON.stringify(findings);
  for (const hidden of [key, 'label-of-mine', 'Name of mine', t.home]) expect(text).not.toContain(hidden);
  const status = (id: string) => findings.find((each) => each.id === id)?.status;
  expect([status('runtime'), status('home'), status('vault'), status('endpoint'), status('clock')]).toEqual([
    'ok',
    'ok',
    'ok',
    'ok',
    'ok',
  ]);
  expect([status('keychain'), status('device-binding'), status('recovery')]).toEqual(['warning', 'warning', 'warning']);
  expect(findings.find(({ id }) => id === 'recovery')?.hint).toContain(m.settings.renew);
});

test('a file that others can read is a problem', async () => {
  const t = await startUnlockedApp();
  chmodSync(join(t.home, 'vault.json'), 0o644);
  expect((await t.app.doctor()).find((each) => each.id === 'home')).toMatchObject({ status: 'problem' });
});

test('a page that cannot be read is a problem, also where unlocking did not touch it', async () => {
  const t = await startUnlockedApp();
  t.app.credentials.add(
    credentialInput({ provider: 'openai', label: 'one', fields: { api_key: fakeKey('openai', 'project') } }),
    'cli',
  );
  const { db } = t.app.vault.opened();
  const page = Number(db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'credential'").pluck().get());
  const bytes = Number(db.pragma('page_size', { simple: true }));
  t.app.vault.lock('asked');
  const file = openSync(join(t.home, 'vault.db'), 'r+');
  writeSync(file, Buffer.alloc(100, 0xa5), 0, 100, (page - 1) * bytes + 200);
  closeSync(file);
  await t.app.vault.unlock(PASSWORD, 'cli');
  const found = (await t.app.doctor()).find((each) => each.id === 'vault');
  expect(found).toMatchObject({ status: 'problem', detail: expect.stringContaining('damaged') as string });
});

test('a header that cannot be read is a problem, and nothing is said of what it would hold', async () => {
  const t = await startUnlockedApp();
  t.app.vault.lock('asked');
  writeFileSync(join(t.home, 'vault.json'), 'no header', { mode: 0o600 });
  const findings = await t.app.doctor();
  expect(findings.find((each) => each.id === 'vault')).toMatchObject({ status: 'problem' });
  expect(findings.filter((each) => each.id === 'recovery' || each.id === 'device-binding')).toEqual([]);
});

test('a clock before the last audit entry is told', async () => {
  const t = await startUnlockedApp();
  t.clock.wallMs -= 86_400_000;
  expect((await t.app.doctor()).find((each) => each.id === 'clock')).toMatchObject({ status: 'warning' });
});

describe('backups', () => {
  const DAY_MS = 86_400_000;
  const withKey = async () => {
    const t = await startUnlockedApp();
    const { app } = t;
    app.credentials.add(
      credentialInput({ provider: 'openai', label: 'one', fields: { api_key: fakeKey('openai', 'project') } }),
      'cli',
    );
    const finding = async (id = 'backups') => (await app.doctor()).find((each) => each.id === id);
    return { ...t, finding };
  };

  test('none of an empty vault is as it should be; none of one with keys is told', async () => {
    const empty = await startUnlockedApp();
    expect((await empty.app.doctor()).find((each) => each.id === 'backups')).toMatchObject({ status: 'ok' });
    const { finding } = await withKey();
    expect(await finding()).toMatchObject({ status: 'warning', detail: 'There is none yet.' });
  });

  test('the newest is told with its age, of whatever kind it is', async () => {
    const { app, clock, finding } = await withKey();
    await app.vault.backups.make('cli');
    expect(await finding()).toMatchObject({ status: 'ok', detail: 'There is one; the newest is less than a day old.' });
    clock.wallMs += 8 * DAY_MS;
    expect(await finding()).toMatchObject({ status: 'warning', detail: 'There is one; the newest is 8 days old.' });
  });

  test('a daily one that cannot be made is a problem, told once', async () => {
    const { app, clock, home, finding } = await withKey();
    rmSync(join(home, 'backups'), { recursive: true });
    writeFileSync(join(home, 'backups'), 'in the way');
    clock.advance(120_000);
    const problem = app.vault.backups.problem ?? '';
    expect(problem).toContain('could not be made');
    rmSync(join(home, 'backups'));
    expect(await finding()).toMatchObject({ status: 'problem', detail: problem });
    expect(await finding('vault')).toMatchObject({ status: 'ok' });
  });

  test('a damaged one, and what a restore kept, are told', async () => {
    const { app, home, finding } = await withKey();
    const first = await app.vault.backups.make('cli');
    await app.vault.backups.restore({ name: first, secret: PASSWORD, lock: true }, 'cli');
    await app.vault.unlock(PASSWORD, 'cli');
    expect(await finding('replaced')).toMatchObject({
      status: 'ok',
      detail: expect.stringMatching(/^A vault that a backup replaced is kept \(\d+\.\d MiB\)\.$/) as string,
    });
    truncateSync(join(home, 'backups', first, 'vault.db'), 100);
    expect(await finding()).toMatchObject({
      status: 'problem',
      detail: expect.stringContaining('One of them does not verify.') as string,
    });
  });
});
