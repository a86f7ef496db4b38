import { expect, test } from 'vitest';
import { parseClientToken } from '../../../electron/core/endpoint/client-token.ts';
import { createRouter } from '../../../electron/rpc/router.ts';
import { PASSWORD, startTestApp, startUnlockedApp } from '../../support/test-app.ts';
import { OTHER_PASSWORD } from '../../support/test-vault.ts';

test('a new app has no vault, listens nowhere and tells so', async () => {
  const { app } = startTestApp();
  expect(app.vault.state).toBe('no-vault');
  expect(app.endpoint.status()).toMatchObject({ on: false, port: null });
  expect(app.settings.get()).toMatchObject({ app: { theme: 'system', endpointPort: 7717 }, vault: null });
  expect(app.providers.list().map((each) => each.id)).toEqual(
    expect.arrayContaining(['anthropic', 'github', 'openai', 'http']),
  );
  const findings = await app.doctor();
  expect(findings.find((each) => each.id === 'vault')?.detail).toContain('no vault yet');
});

test('lock and unlock are told, with the reason', async () => {
  const { app, heard } = await startUnlockedApp();
  app.vault.lock('asked');
  expect(app.vault.state).toBe('locked');
  expect(() => app.credentials.list({})).toThrow(expect.objectContaining({ code: 'vault_locked' }));
  await app.vault.unlock(PASSWORD, 'cli');
  expect(heard.filter((each) => each.event.startsWith('vault.'))).toEqual([
    { event: 'vault.unlocked', data: {} },
    { event: 'vault.locked', data: { reason: 'asked' } },
    { event: 'vault.unlocked', data: {} },
  ]);
});

test('a new password drops what was decided about tokens: each is checked against its row again', async () => {
  const { app } = await startUnlockedApp();
  const input = { name: 'tool', grants: ['usage:read'], expiresInDays: 30, ratePerSecond: null, test: false };
  const token = parseClientToken(app.clients.create(input, 'cli').token);
  if (token === null) throw new Error('no token');
  expect(app.clients.verify(token)).not.toBeNull();
  app.vault.opened().db.exec('UPDATE client SET row_mac = zeroblob(32)');
  expect(app.clients.verify(token)).not.toBeNull(); // as decided before
  const params = { oldPassword: PASSWORD, newPassword: OTHER_PASSWORD };
  await createRouter(app)({ caller: 'window', connection: 'test', method: 'vault.changePassword', params });
  expect(app.clients.verify(token)).toBeNull();
});

test('close locks, clears the clipboard and can be called twice', async () => {
  const { app, shell } = await startUnlockedApp();
  await app.clipboard.copy('fake-value');
  await Promise.all([app.close('quit'), app.close('quit')]);
  expect(shell.text).toBe('');
  expect(app.vault.state).toBe('locked');
});

test('one failing listener does not keep the others from hearing an event', async () => {
  const { app, heard } = await startUnlockedApp();
  const stop = app.onEvent(() => {
    throw new Error('broken window');
  });
  app.settings.set({ app: { theme: 'dark' } }, 'ui');
  stop();
  expect(heard.at(-1)).toMatchObject({ event: 'settings.changed', data: { app: { theme: 'dark' } } });
});
