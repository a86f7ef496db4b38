import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { fromProcess } from '@aws-sdk/credential-provider-process';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { answeringServer, json } from '../../support/answering-server.ts';
import { fakeKey } from '../../support/fake-keys.ts';
import { program } from './programs.ts';
import { type UnlockedHome, unlockedHome } from './unlocked-home.ts';

const PASSWORD = ['back', 'up', 'pass', 'phrase'].join('-');
const AWS_ID = ['AKIA', 'FAKE'.repeat(4)].join('');
const AWS_SECRET = 's/ecret+'.repeat(5);
const CLAUDE = fakeKey('anthropic');
let vault: UnlockedHome;

beforeAll(async () => {
  vault = await unlockedHome('tools');
  await vault.must(
    ['add', 'http', '--label', 'backup', '--base-url', 'https://backup.example.com', '--stdin'],
    PASSWORD,
  );
  const fields = ['--field', `access_key_id=${AWS_ID}`, '--field', 'region=eu-central-1'];
  await vault.must(['add', 'aws', '--label', 'work', ...fields, '--stdin'], AWS_SECRET);
  await vault.must(['add', 'anthropic', '--stdin'], CLAUDE);
});
afterAll(() => vault.close());

function script(name: string, text: string): string {
  const path = join(vault.folder, name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o700 });
  return path;
}

test('restic takes its password from RESTIC_PASSWORD_COMMAND', async () => {
  const env = {
    ...vault.env,
    RESTIC_REPOSITORY: join(vault.folder, 'restic'),
    RESTIC_PASSWORD_COMMAND: 'keyharbor get kh://http/backup',
    RESTIC_CACHE_DIR: join(vault.folder, 'cache'),
  };
  expect(await program('restic', ['init'], env)).toMatchObject({ code: 0 });
  const { RESTIC_PASSWORD_COMMAND: _command, ...rest } = env;
  // The very password: given by hand it opens the same repository, another does not.
  expect(await program('restic', ['cat', 'config'], { ...rest, RESTIC_PASSWORD: PASSWORD })).toMatchObject({ code: 0 });
  expect((await program('restic', ['cat', 'config'], { ...rest, RESTIC_PASSWORD: 'other' })).code).not.toBe(0);
});

test('msmtp takes its password from passwordeval', async () => {
  const logins: unknown[] = [];
  const server = new SMTPServer({
    allowInsecureAuth: true,
    authMethods: ['PLAIN'],
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username, password }, _session, done) => {
      logins.push([username, password]);
      done(null, { user: username });
    },
    onData: (stream, _session, done) => {
      stream.on('end', () => done()).resume();
    },
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.server.address() as AddressInfo;
  const config = join(vault.folder, 'msmtprc');
  const lines = [
    'account default',
    'host 127.0.0.1',
    `port ${port}`,
    'tls off',
    'from a@example.invalid',
    'auth plain',
  ];
  const account = [...lines, 'user alice', 'passwordeval keyharbor get kh://http/backup', ''];
  writeFileSync(config, account.join('\n'), { mode: 0o600 });
  const sent = await program('msmtp', ['-C', config, 'b@example.invalid'], vault.env, 'Subject: hi\n\nhello\n');
  expect(sent).toMatchObject({ code: 0, stderr: '' });
  expect(logins).toEqual([['alice', PASSWORD]]);
});

test('ansible-vault takes its password from a script', async () => {
  const file = script('vault-password', 'exec keyharbor get kh://http/backup');
  const secrets = join(vault.folder, 'secrets.yml');
  writeFileSync(secrets, 'token: abc\n');
  const env = { ...vault.env, ANSIBLE_LOCAL_TEMP: join(vault.folder, 'ansible') };
  expect(await program('ansible-vault', ['encrypt', '--vault-password-file', file, secrets], env)).toMatchObject({
    code: 0,
  });
  const shown = await program('ansible-vault', ['view', '--vault-password-file', file, secrets], env);
  expect(shown).toMatchObject({ code: 0, stdout: 'token: abc\n' });
});

test('direnv gives a folder its keys, through inject or get', async () => {
  const folder = join(vault.folder, 'project');
  mkdirSync(folder);
  writeFileSync(join(folder, 'env.tmpl'), 'TWO="{{ kh://http/backup }}"\n');
  const lines = ['export ONE=$(keyharbor get kh://http/backup)', 'keyharbor inject -i env.tmpl -o .env && dotenv', ''];
  writeFileSync(join(folder, '.envrc'), lines.join('\n'));
  const env = {
    ...vault.env,
    XDG_DATA_HOME: join(vault.folder, 'data'),
    XDG_CONFIG_HOME: join(vault.folder, 'config'),
  };
  expect((await program('direnv', ['allow', folder], env)).code).toBe(0);
  const shown = await program('direnv', ['exec', folder, 'sh', '-c', 'printf "%s|%s" "$ONE" "$TWO"'], env);
  expect(shown).toMatchObject({ code: 0, stdout: `${PASSWORD}|${PASSWORD}` });
});

test("AWS's own SDK takes its keys from credential_process", async () => {
  const config = join(vault.folder, 'aws-config');
  writeFileSync(config, '[default]\ncredential_process = keyharbor credential-helper aws --ref kh://aws/work\n');
  const before = { ...process.env };
  onTestFinished(() => void (process.env = before));
  Object.assign(process.env, { PATH: vault.env['PATH'], KEYHARBOR_HOME: vault.home });
  const credentials = await fromProcess({ configFilepath: config, filepath: join(vault.folder, 'no-credentials') })();
  expect(credentials).toMatchObject({ accessKeyId: AWS_ID, secretAccessKey: AWS_SECRET });
});

test('credential_process: a session has its token and its end; a key that cannot sign is refused; nothing else on stdout', async () => {
  const session = [
    '--field',
    `access_key_id=${AWS_ID}`,
    '--field',
    'region=eu-central-1',
    '--field',
    'session_token=-',
  ];
  const words = ['add', 'aws', '--label', 'temporary', ...session, '--field', 'secret_access_key=-'];
  await vault.must([...words, '--expires', '2099-01-31T12:00:00Z'], `tok-en\n${AWS_SECRET}\n`);
  const answer = JSON.parse(await vault.must(['credential-helper', 'aws', '--ref', 'kh://aws/temporary'])) as unknown;
  const keys = { Version: 1, AccessKeyId: AWS_ID, SecretAccessKey: AWS_SECRET, SessionToken: 'tok-en' };
  expect(answer).toEqual({ ...keys, Expiration: '2099-01-31T12:00:00.000Z' });
  await vault.must(
    ['add', 'aws', '--auth', 'bedrock_api_key', '--label', 'bedrock', '--field', 'region=eu-central-1', '--stdin'],
    'ABSKfake',
  );
  const refused = await vault.kh(['credential-helper', 'aws', '--ref', 'kh://aws/bedrock']);
  expect(refused).toMatchObject({ code: 2, stdout: '' });
});

test('credential_process: temporary keys that are got for the call come with the end that they have', async () => {
  const Expiration = '2099-05-01T00:00:00.000Z';
  const given = { AccessKeyId: AWS_ID, SecretAccessKey: AWS_SECRET, SessionToken: 'session-tok-en' };
  const { url } = await answeringServer((response) => {
    const Credentials = { ...given, Expiration: Date.parse(Expiration) / 1000 };
    json(response, 200, { GetSessionTokenResponse: { GetSessionTokenResult: { Credentials } } });
  });
  const fields = ['--field', `root_access_key_id=${AWS_ID}`, '--field', 'region=eu-central-1'];
  const words = ['add', 'aws', '--auth', 'session', '--label', 'got', ...fields];
  const root = ['--field', 'root_secret_access_key=-', '--base-url', url, '--local'];
  await vault.must([...words, ...root], AWS_SECRET);
  const answer = JSON.parse(await vault.must(['credential-helper', 'aws', '--ref', 'kh://aws/got'])) as unknown;
  expect(answer).toEqual({ Version: 1, ...given, Expiration });
});

test('apiKeyHelper of Claude Code: run by a shell as it does, the key alone', async () => {
  const { code, stdout } = await program('sh', ['-c', 'keyharbor credential-helper claude'], vault.env);
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${CLAUDE}\n` });
  const lent = { ANTHROPIC_BASE_URL: 'http://127.0.0.1:7717/proxy/anthropic', ANTHROPIC_API_KEY: 'sk-kh_live_lent' };
  const inside = await program('sh', ['-c', 'keyharbor credential-helper claude'], { ...vault.env, ...lent });
  expect(inside.stdout).toBe('sk-kh_live_lent\n');
});

test('while the vault is locked every one of them is told, with no prompt and nothing on stdout', async () => {
  await vault.must(['lock']);
  for (const words of [
    ['credential-helper', 'aws', '--ref', 'kh://aws/work'],
    ['credential-helper', 'claude'],
    ['get', 'kh://http/backup'],
  ]) {
    const outcome = await vault.kh(words);
    expect(outcome).toMatchObject({ code: 3, stdout: '' });
    expect(outcome.stderr).toMatch(/locked[\s\S]*unlock/);
  }
  await vault.unlock();
});
