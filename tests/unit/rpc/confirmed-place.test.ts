import { describe, expect, it } from 'vitest';
import type { Question } from '../../../electron/core/seams.ts';
import type { Caller } from '../../../shared/contract/method.ts';
import { createRouter } from '../../../electron/rpc/router.ts';
import { PASSWORD, startUnlockedApp, type TestApp } from '../../support/test-app.ts';

/** An app whose owner says no to every question outside the page. */
async function declining() {
  const t = await startUnlockedApp();
  const asked: Question[] = [];
  Object.assign(t.shell, {
    confirm: (question: Question) => {
      asked.push(question);
      return Promise.resolve(false);
    },
  });
  const route = createRouter(t.app);
  const call = (caller: Caller, method: string, params: unknown) => route({ caller, connection: 'c', method, params });
  return { t, asked, call };
}

/** Says no from now on, and keeps the signal that it was given. */
function declinedWith({ shell }: TestApp): { signal?: AbortSignal } {
  const given: { signal?: AbortSignal } = {};
  Object.assign(shell, {
    confirm: (_question: Question, { signal }: { readonly signal: AbortSignal }) => {
      given.signal = signal;
      return Promise.resolve(false);
    },
  });
  return given;
}

const azure = { provider: 'azure_openai', fields: { api_key: 'FAKE', resource: 'mine' } };

describe('a place that a public field names', () => {
  it('is asked for outside the page, and a no stores nothing', async () => {
    const { t, asked, call } = await declining();
    await expect(call('window', 'credentials.add', azure)).rejects.toMatchObject({ code: 'forbidden' });
    expect(asked).toMatchObject([{ detail: 'https://mine.openai.azure.com' }]);
    expect(asked[0]?.message).toBe('Requests with “Azure OpenAI default” would go to mine.openai.azure.com.');
    expect(t.app.credentials.list({})).toEqual([]);
  });

  it('is the command line’s own word, and a window cannot change it without a yes', async () => {
    const { t, asked, call } = await declining();
    await call('socket', 'credentials.add', azure);
    expect(asked).toEqual([]);
    const [credential] = t.app.credentials.list({});
    const target = { id: credential?.id };
    await call('window', 'credentials.edit', { target, changes: { note: 'x', fields: { deployment: 'd' } } });
    expect(asked).toEqual([]);
    const moved = call('window', 'credentials.edit', { target, changes: { fields: { resource: 'theirs' } } });
    await expect(moved).rejects.toMatchObject({ code: 'forbidden' });
    expect(asked).toMatchObject([{ detail: 'https://theirs.openai.azure.com' }]);
  });

  it('names the credential by the name that the owner gave it', async () => {
    const { asked, call } = await declining();
    await expect(call('window', 'credentials.add', { ...azure, name: 'My house' })).rejects.toThrow();
    expect(asked[0]?.message).toContain('“Azure OpenAI My house”');
  });

  it('is asked about no longer once the vault is locked', async () => {
    const { t, call } = await declining();
    const shown = Promise.withResolvers<void>();
    Object.assign(t.shell, {
      confirm: (_question: Question, { signal }: { readonly signal: AbortSignal }) =>
        new Promise<boolean>((resolve) => {
          signal.addEventListener('abort', () => resolve(false));
          shown.resolve();
        }),
    });
    const add = expect(call('window', 'credentials.add', azure)).rejects.toMatchObject({ code: 'forbidden' });
    await shown.promise;
    t.app.vault.lock('asked');
    await add;
    await t.app.vault.unlock(PASSWORD, 'cli');
    expect(t.app.credentials.list({})).toEqual([]);
    const again = declinedWith(t);
    await expect(call('window', 'credentials.add', azure)).rejects.toThrow();
    expect(again.signal?.aborted).toBe(false);
  });

  it('is shown for mail servers and programs too', async () => {
    const { asked, call } = await declining();
    const mail = { host: 'smtp.example.com', imap_host: 'imap.example.com', username: 'a', password: 'FAKE' };
    await expect(call('window', 'credentials.add', { provider: 'email', fields: mail })).rejects.toThrow();
    expect(asked[0]?.message).toContain('smtp.example.com:465 and imap.example.com:993');
  });

  it('is asked for again with another environment of the same program', async () => {
    const { t, asked, call } = await declining();
    const fields = { command: 'node', args: 'server.js' };
    await call('socket', 'credentials.add', { provider: 'mcp', authKind: 'stdio', fields });
    const target = { ref: 'kh://mcp' };
    await call('window', 'credentials.edit', { target, changes: { note: 'x' } });
    expect(asked).toEqual([]);
    const changes = { fields: { env: 'NODE_OPTIONS=--import=data:text/javascript,' } };
    await expect(call('window', 'credentials.edit', { target, changes })).rejects.toMatchObject({ code: 'forbidden' });
    expect(asked).toMatchObject([{ accept: 'Allow this program' }]);
    expect(t.app.credentials.get(target).version).toBe(1);
  });

  it('gets a yes for what was shown alone: not for another credential, nor for another place of this one', async () => {
    const { t, call } = await declining();
    await call('socket', 'credentials.add', azure);
    await call('socket', 'credentials.add', { ...azure, label: 'other' });
    const [first, second] = ['kh://azure_openai', 'kh://azure_openai/other'].map(
      (ref) => t.app.credentials.get({ ref }).id,
    );
    const whileAsked = (act: () => unknown) =>
      Object.assign(t.shell, {
        confirm: () => {
          act();
          return Promise.resolve(true);
        },
      });
    const socket = (id: string | undefined, changes: object) =>
      t.app.credentials.edit({ id: id ?? '' }, changes, 'cli');
    whileAsked(() => {
      socket(first, { label: 'old' });
      socket(second, { label: 'default' });
    });
    const baseUrl = 'https://gateway.example.com';
    await call('window', 'credentials.edit', { target: { ref: 'kh://azure_openai' }, changes: { baseUrl } });
    expect(t.app.credentials.get({ id: second ?? '' }).baseUrl).not.toBe(baseUrl);
    expect(t.app.credentials.get({ id: first ?? '' }).baseUrl).toBe(baseUrl);

    const mail = { host: 'smtp.example.com', username: 'a', password: 'FAKE' };
    await call('socket', 'credentials.add', { provider: 'email', fields: mail });
    const target = { ref: 'kh://email' };
    whileAsked(() => t.app.credentials.edit(target, { fields: { host: 'smtp.example.net' } }, 'cli'));
    const moved = call('window', 'credentials.edit', { target, changes: { fields: { port: '2525' } } });
    await expect(moved).rejects.toMatchObject({ code: 'conflict' });
    expect(t.app.credentials.get(target).fields).not.toContainEqual(expect.objectContaining({ value: '2525' }));
  });
});

it('a grant on a provider that does not exist is refused by its name before anybody is asked', async () => {
  const { t, asked, call } = await declining();
  const client = (provider: string) => ({ name: 'editor', grants: [`keys:read:${provider}`] });
  await expect(call('window', 'clients.create', client('opanai'))).rejects.toMatchObject({
    message: 'There is no provider "opanai".',
    hint: expect.stringContaining('openai') as string,
  });
  await expect(call('socket', 'clients.create', client('opanai'))).rejects.toMatchObject({ code: 'not_found' });
  expect(asked).toEqual([]);
  expect(t.app.clients.list()).toEqual([]);
  await expect(call('socket', 'clients.create', client('openai'))).resolves.toBeDefined();
});

describe('a weaker form in which tools get a key', () => {
  const key = { provider: 'openai', fields: { api_key: 'FAKE' } };

  it('needs a yes outside the page, a safer one does not', async () => {
    const { t, asked, call } = await declining();
    await call('socket', 'credentials.add', key);
    const [credential] = t.app.credentials.list({});
    const target = { id: credential?.id };
    const set = (weakestForm: string | null) =>
      call('window', 'credentials.edit', { target, changes: { weakestForm } });
    await expect(set('value')).rejects.toMatchObject({ code: 'forbidden' });
    expect(asked).toMatchObject([{ message: expect.stringContaining('OpenAI default') as string }]);
    await set('proxy');
    expect(asked).toHaveLength(1);
    expect(t.app.credentials.get({ id: credential?.id ?? '' }).weakestForm).toBe('proxy');
    await expect(set(null)).rejects.toMatchObject({ code: 'forbidden' });
    expect(t.app.credentials.get({ id: credential?.id ?? '' }).weakestForm).toBe('proxy');
  });

  it('is the command line’s own word', async () => {
    const { t, asked, call } = await declining();
    await call('socket', 'credentials.add', key);
    await call('socket', 'credentials.edit', {
      target: { ref: 'kh://openai/default' },
      changes: { weakestForm: 'value' },
    });
    expect([asked, t.app.credentials.list({})[0]?.weakestForm]).toEqual([[], 'value']);
  });
});
