import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { fromHttp } from '@aws-sdk/credential-provider-http';
import vaultClient from 'node-vault';
import { expect, test } from 'vitest';
import { fakeKey } from '../../support/fake-keys.ts';
import { credentialInput, PASSWORD, startUnlockedApp, type TestApp } from '../../support/test-app.ts';

/** Tools that were written for other servers, against the real vault. */
const run = promisify(execFile);
const KEY = fakeKey('openai', 'project');
const AWS = { access_key_id: ['AKIA', 'FAKE0FAKE0FAKE00'].join(''), secret_access_key: 'fake/'.repeat(8) };

interface Setup {
  readonly t: TestApp;
  readonly url: string;
  readonly client: (...grants: readonly string[]) => string;
}

async function setUp(): Promise<Setup> {
  const t = await startUnlockedApp();
  const port = (await t.app.endpoint.on({ port: 0, actor: 'cli' })).port ?? 0;
  let made = 0;
  return {
    t,
    url: `http://127.0.0.1:${port}`,
    client: (...grants) => {
      made += 1;
      const rest = { name: `tool ${made}`, expiresInDays: 30, ratePerSecond: 20, test: false };
      return t.app.clients.create({ ...rest, grants: [...grants] }, 'cli').token;
    },
  };
}

function add({ app }: TestApp, provider: string, label: string, fields: Record<string, string>, authKind?: string) {
  return app.credentials.add(
    credentialInput({ provider, label, fields, ...(authKind === undefined ? {} : { authKind }) }),
    'cli',
  ).credential;
}

test('the AWS SDK for JavaScript takes its credentials from the endpoint, and sees a rotated key', async () => {
  const { t, url, client } = await setUp();
  const { id } = add(t, 'aws', 'main', { ...AWS, region: 'eu-central-1' });
  add(t, 'aws', 'bedrock', { api_key: 'fake-bedrock-key' }, 'bedrock_api_key');
  const provider = (label: string, token: string) =>
    fromHttp({
      awsContainerCredentialsFullUri: `${url}/v1/aws/credentials/${label}`,
      awsContainerAuthorizationToken: token,
      maxRetries: 0,
    });
  const get = provider('main', client('keys:read:aws/main'));
  expect(await get()).toMatchObject({
    accessKeyId: AWS.access_key_id,
    secretAccessKey: AWS.secret_access_key,
    expiration: new Date(t.clock.now() + 3_600_000),
  });
  t.app.credentials.edit(
    { id },
    { fields: { ...AWS, secret_access_key: 'again/'.repeat(7), session_token: 's' } },
    'cli',
  );
  expect(await get()).toMatchObject({ secretAccessKey: 'again/'.repeat(7), sessionToken: 's' });
  await expect(provider('main', client('keys:read:openai'))()).rejects.toThrow();
  await expect(provider('bedrock', client('keys:read:aws'))()).rejects.toThrow();
  t.app.vault.lock('asked');
  await expect(get()).rejects.toThrow();
});

test('node-vault reads a key while the switch is on, and nothing while it is off', async () => {
  const { t, url, client } = await setUp();
  add(t, 'openai', 'work', { api_key: KEY, organization: 'org-x' });
  const vault = vaultClient({ apiVersion: 'v1', endpoint: url, token: client('keys:read:openai') });
  await expect(vault.read('secret/data/openai/work')).rejects.toThrow(/switched off/);
  t.app.settings.set({ vault: { vaultKv: true } }, 'cli');
  expect(await vault.health()).toMatchObject({ initialized: true, sealed: false });
  const secret = (await vault.read('secret/data/openai/work')) as { data: unknown };
  expect(secret.data).toMatchObject({
    data: { api_key: KEY, organization: 'org-x', value: KEY },
    metadata: { version: 1, destroyed: false, deletion_time: '', custom_metadata: null },
  });
  expect(await vault.read('secret/metadata/openai/work')).toMatchObject({
    data: { current_version: 1, versions: { 1: { destroyed: false } } },
  });
  await expect(vault.read('secret/data/openai/nowhere')).rejects.toThrow('Status 404');
  await expect(vault.read('secret/data/anthropic/default')).rejects.toThrow(/lacks the grant/);
  await expect(vault.write('secret/data/openai/work', { data: { api_key: 'x' } })).rejects.toThrow(/does not take/);
  await expect(vault.delete('secret/metadata/openai/work')).rejects.toThrow(/does not take/);
  await expect(vault.list('secret/metadata/openai')).rejects.toThrow();
  t.app.vault.lock('asked');
  await expect(vault.read('secret/data/openai/work')).rejects.toThrow('Vault is sealed');
  await t.app.vault.unlock(PASSWORD);
  expect(t.app.credentials.list({})[0]).toMatchObject({ lastUsedBy: 'tool 1' });
});

test('curl lists by GET ?list=true what the token may read, and no more', async () => {
  const { t, url, client } = await setUp();
  t.app.settings.set({ vault: { vaultKv: true } }, 'cli');
  add(t, 'openai', 'work', { api_key: KEY });
  add(t, 'openai', 'home', { api_key: `${KEY}2` });
  add(t, 'anthropic', 'work', { api_key: fakeKey('anthropic') });
  const token = client('keys:read:openai', 'keys:list', 'proxy:anthropic');
  const curl = async (path: string): Promise<{ status: number; body: unknown }> => {
    const { stdout } = await run('curl', [
      ...['-sS', '--noproxy', '*', '-w', '\n%{http_code}'],
      ...['-H', `X-Vault-Token: ${token}`, `${url}${path}`],
    ]);
    const at = stdout.lastIndexOf('\n');
    return { status: Number(stdout.slice(at + 1)), body: JSON.parse(stdout.slice(0, at)) };
  };
  for (const path of ['/v1/secret/metadata?list=true', '/v1/secret/metadata/?list=true']) {
    expect(await curl(path)).toMatchObject({ status: 200, body: { data: { keys: ['openai/'] } } });
  }
  const labels = (await curl('/v1/secret/metadata/openai/?list=true')).body as { data: { keys: string[] } };
  expect(labels.data.keys.toSorted()).toEqual(['home', 'work']);
  expect(await curl('/v1/secret/metadata/anthropic?list=true')).toEqual({ status: 404, body: { errors: [] } });
  expect(await curl('/v1/secret/data/openai/work?version=1')).toMatchObject({ status: 200 });
  expect(await curl('/v1/secret/data/openai/work?version=2')).toEqual({ status: 404, body: { errors: [] } });
  for (const path of ['/v1/secret/data/openai/work?version=1&version=1', '/v1/secret/data/openai/work?cas=1']) {
    expect((await curl(path)).status).toBe(404);
  }
});
