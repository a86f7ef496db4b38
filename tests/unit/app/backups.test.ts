import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { Question } from '../../../electron/core/seams.ts';
import { systemZone } from '../../../electron/core/usage/reporting-days.ts';
import { createRouter } from '../../../electron/rpc/router.ts';
import type { Caller } from '../../../shared/contract/method.ts';
import type { Input, MethodName, Output } from '../../../shared/contract/methods.ts';
import { momentInWords } from '../../../shared/moment-words.ts';
import { fakeKey } from '../../support/fake-keys.ts';
import { credentialInput, PASSWORD, startUnlockedApp } from '../../support/test-app.ts';

/** A window and a terminal over a vault with a backup, and with a key and a revoked client since. */
async function setUp() {
  const t = await startUnlockedApp('window');
  const { app } = t;
  const route = createRouter(app);
  const as =
    (caller: Caller) =>
    <M extends MethodName>(method: M, params: Input<M>) =>
      route({ caller, connection: 'test', method, params }) as Promise<Output<M>>;
  const made = { grants: ['keys:read:openai'], expiresInDays: 30, ratePerSecond: null, test: false };
  const { client } = app.clients.create({ name: 'nightly', ...made }, 'cli');
  const { name } = await as('window')('vault.backUp', {});
  app.clients.revoke(client.id, 'cli');
  app.credentials.add(
    credentialInput({ provider: 'openai', label: 'work', fields: { api_key: fakeKey('openai', 'project') } }),
    'cli',
  );
  const asked: Question[] = [];
  const answers = (yes: boolean) => {
    t.shell.confirm = (...[question]: unknown[]) => {
      asked.push(question as Question);
      return Promise.resolve(yes);
    };
  };
  answers(true);
  return { ...t, name, asked, answers, inWindow: as('window'), onSocket: as('socket') };
}

test('a window is told what a backup would change, and is asked outside the page before that', async () => {
  const { inWindow, name, asked, answers, app } = await setUp();
  expect(await inWindow('vault.checkBackup', { name })).toMatchObject({
    ...{ whole: true, keys: 0, clients: 1 },
    gone: { count: 1, names: ['openai/work'] },
    clientsAgain: { count: 1, names: ['nightly'] },
  });
  // A wrong password costs no yes.
  const wrong = inWindow('vault.restoreBackup', { name, password: 'not the password', lock: true });
  await expect(wrong).rejects.toMatchObject({ code: 'wrong_password' });
  expect(asked).toEqual([]);
  answers(false);
  const declined = inWindow('vault.restoreBackup', { name, password: PASSWORD, lock: true });
  await expect(declined).rejects.toMatchObject({ code: 'forbidden' });
  expect(asked).toHaveLength(1);
  expect(asked[0]?.detail).toContain('revoked');
  expect(app.vault.state).toBe('unlocked');
  expect(app.credentials.count()).toBe(1);
});

test('the question before that has its time in the reporting zone; of a vault that is not open, in that of the computer', async () => {
  const { inWindow, name, asked, answers, app } = await setUp();
  const at = (await inWindow('vault.backups', {})).backups[0]?.at ?? '';
  const there = (zone: string) => `The vault becomes that of ${momentInWords(zone, Date.parse(at))}.`;
  answers(false);
  const question = async () => {
    await expect(inWindow('vault.restoreBackup', { name, password: PASSWORD, lock: true })).rejects.toThrow(/declined/);
    return asked.at(-1)?.message;
  };
  app.settings.set({ vault: { reportingZone: 'Pacific/Kiritimati' } }, 'cli');
  expect(await question()).toBe(there('Pacific/Kiritimati'));
  app.vault.lock('asked');
  expect(await question()).toBe(there(systemZone()));
});

test('one look at the disk tells all that a status says of the vault', async () => {
  const { app, home, inWindow } = await setUp();
  app.vault.lock('asked');
  const file = join(home, 'vault.db');
  writeFileSync(file, readFileSync(file).subarray(0, 1000));
  const looks = vi.spyOn(app.vault, 'problem');
  const { damage, notices } = await inWindow('vault.status', {});
  expect(looks).toHaveBeenCalledTimes(1);
  expect(notices.filter((notice) => notice.startsWith(damage ?? '?'))).toHaveLength(1);
});

test('what was put back is told to the window until it is opened, and to no other program', async () => {
  const { inWindow, onSocket, name, heard } = await setUp();
  await inWindow('vault.restoreBackup', { name, password: PASSWORD, lock: true });
  const { state, restored } = await inWindow('vault.status', {});
  expect(state).toBe('locked');
  expect(restored).toMatchObject({ name, keys: 0, clients: 1, headerOnly: false, passedOver: [] });
  expect((await onSocket('vault.status', {})).restored).toBeNull();
  const events = heard.map(({ event }) => event);
  expect(events.filter((event) => event === 'backups.changed').length).toBeGreaterThan(1);
  expect(heard.findLast(({ event }) => event === 'vault.locked')).toMatchObject({ data: { reason: 'restore' } });
  expect((await inWindow('vault.backups', {})).replaced).toMatchObject([{ name: restored?.replaced, complete: true }]);
  await inWindow('vault.unlock', { password: PASSWORD });
  expect((await inWindow('vault.status', {})).restored).toBeNull();
  expect((await inWindow('clients.list', {})).map((one) => one.state)).toEqual(['active']);
});

test('a terminal puts nothing in the place of an open vault unless it says that it may be locked', async () => {
  const { onSocket, name, app, asked } = await setUp();
  const refused = onSocket('vault.restoreBackup', { name, password: PASSWORD });
  await expect(refused).rejects.toMatchObject({ code: 'conflict' });
  expect(app.vault.state).toBe('unlocked');
  await onSocket('vault.restoreBackup', { name, password: PASSWORD, lock: true });
  expect([app.vault.state, asked.length]).toEqual(['locked', 0]);
});

test('behind a locked window the vault is closed too before it is replaced', async () => {
  const { app, inWindow, name } = await setUp();
  app.settings.set({ vault: { workBehindLockHours: 2 } }, 'cli');
  await app.endpoint.on({ port: 0, actor: 'cli' });
  await inWindow('vault.lock', {});
  expect(app.vault.state).toBe('unlocked');
  await inWindow('vault.restoreBackup', { name: null, password: PASSWORD, lock: true });
  expect(app.vault.state).toBe('locked');
  await inWindow('vault.unlock', { password: PASSWORD });
  expect((await inWindow('credentials.list', {})).length).toBe(0);
  expect((await inWindow('vault.backups', {})).backups.map((one) => one.name)).toEqual([name]);
});

test('a window of a damaged vault is told so, and puts the newest backup back that verifies', async () => {
  const { app, home, inWindow, name } = await setUp();
  app.vault.lock('asked');
  const file = join(home, 'vault.db');
  writeFileSync(file, readFileSync(file).subarray(0, 1000));
  expect((await inWindow('vault.status', {})).damage).toMatch(/cut short/);
  expect(await inWindow('vault.restoreBackup', { name: null, password: PASSWORD, lock: true })).toMatchObject({ name });
  expect((await inWindow('vault.status', {})).damage).toBeNull();
  await inWindow('vault.unlock', { password: PASSWORD });
  const { replaced } = await inWindow('vault.backups', {});
  const [{ name: kept = '' } = {}] = replaced;
  await expect(inWindow('vault.removeReplaced', { name: kept, password: 'not it' })).rejects.toMatchObject({
    code: 'wrong_password',
  });
  await inWindow('vault.removeReplaced', { name: kept, password: PASSWORD });
  expect((await inWindow('vault.backups', {})).replaced).toEqual([]);
});
