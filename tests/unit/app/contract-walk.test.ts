import { expect, test } from 'vitest';
import type { Input, MethodName, Output } from '../../../shared/contract/methods.ts';
import { createRouter } from '../../../electron/rpc/router.ts';
import { answeringServer, json } from '../../support/answering-server.ts';
import { fakeKey } from '../../support/fake-keys.ts';
import { PASSWORD, startTestApp } from '../../support/test-app.ts';

/** The main job through the contract's own router, which checks every answer against its schema. */
test('create, add, test, read, edit, delete, restore and lock, as a window and a command line do it', async () => {
  const { app } = startTestApp();
  const route = createRouter(app);
  const as =
    (caller: 'window' | 'socket') =>
    <M extends MethodName>(method: M, params: Input<M>): Promise<Output<M>> =>
      route({ caller, connection: 'test', method, params }) as Promise<Output<M>>;
  const window = as('window');
  const cli = as('socket');
  const key = fakeKey('openai', 'project');
  const server = await answeringServer((response) => json(response, 200, { object: 'list', data: [] }));

  expect((await window('vault.status', {})).state).toBe('no-vault');
  expect((await window('providers.list', {})).length).toBeGreaterThan(3);
  await cli('vault.create', { password: PASSWORD });
  expect((await window('providers.inspect', { value: key })).recognised?.provider).toBe('openai');
  const added = await window('credentials.add', {
    provider: 'openai',
    label: 'work',
    fields: { api_key: key },
    baseUrl: `${server.url}/v1`,
    local: true,
  });
  const { id } = added.credential;
  expect(await cli('credentials.test', { target: { ref: 'kh://openai/work' } })).toMatchObject({ result: 'valid' });
  expect((await window('credentials.list', {}))[0]?.lastTest?.result).toBe('valid');
  expect((await cli('credentials.read', { ref: 'kh://openai/work' })).value).toBe(key);
  expect((await window('credentials.reveal', { id })).value).toBe(key);
  expect((await window('credentials.copy', { id, as: 'value' })).clearsAfterMs).toBe(30_000);
  expect(await cli('credentials.environment', { items: [{ provider: 'kh://openai/work' }] })).toHaveLength(2);
  await window('credentials.edit', { target: { id }, changes: { name: 'Work', expiresAt: '2031-01-01' } });
  for (const method of ['suspend', 'reinstate', 'revoke', 'delete', 'restore', 'delete'] as const) {
    await cli(`credentials.${method}`, { target: { id } });
  }
  await cli('credentials.purge', { target: { id }, password: PASSWORD });
  expect(await window('credentials.list', { state: 'binned' })).toEqual([]);
  await window('settings.set', { app: { density: 'compact' }, vault: { autoLockMinutes: 5 } });
  expect((await window('app.doctor', {})).length).toBeGreaterThan(5);
  expect((await cli('vault.lock', {})).state).toBe('locked');
  await expect(cli('credentials.read', { ref: 'kh://openai/work' })).rejects.toThrow(
    expect.objectContaining({ code: 'vault_locked' }) as Error,
  );
});
