import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readAudit } from '../../../electron/core/audit/audit-log.ts';
import { AppError } from '../../../shared/errors.ts';
import { credentialInput, startUnlockedApp, type TestApp } from '../../support/test-app.ts';
import { lineServer } from './line-server.ts';

const PASSWORD = 'FAKE-password-of-mail-2';
const PEER = join(import.meta.dirname, 'mcp-peer.ts');

function smtpAnswering(reply: string) {
  return lineServer('220 ready', (line, say) => {
    if (line.startsWith('EHLO')) say('250-x\r\n250 AUTH PLAIN XOAUTH2');
    else if (line.startsWith('AUTH')) say(reply);
    else if (line === 'QUIT') say('221 bye');
  });
}

function mailFields(port: number, more: Readonly<Record<string, string>> = {}) {
  return { host: '127.0.0.1', port: String(port), security: 'none', username: 'me', password: PASSWORD, ...more };
}

function addMail({ app }: TestApp, fields: Record<string, string>, authKind = 'password'): string {
  return app.credentials.add(credentialInput({ provider: 'email', authKind, fields, local: true }), 'cli').credential
    .id;
}

/** Every file of the home as one text: what is on the disk in the clear. */
function onDisk(home: string): string {
  const files = readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1')).join('\n');
}

function failure(act: () => unknown): AppError {
  try {
    act();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

describe('a mail login in the vault', () => {
  it('is tested, and its public fields are shown as they are', async () => {
    const t = await startUnlockedApp();
    const server = await smtpAnswering('235 ok');
    const id = addMail(t, mailFields(server.port));
    expect((await t.app.credentials.test({ id }, false, 'cli')).result).toBe('valid');
    const shown = t.app.credentials.get({ id });
    expect(shown.baseUrl).toBeNull();
    expect(shown.local).toBe(true);
    const fields = Object.fromEntries(shown.fields.map(({ name, shown: text }) => [name, text]));
    expect(fields).toMatchObject({ host: '127.0.0.1', port: String(server.port), username: 'me' });
    expect(fields['password']).not.toContain('FAKE-password');
  });

  it('gives a child only the variables of the servers that it has', async () => {
    const t = await startUnlockedApp();
    const fields = { host: 'smtp.example.com', port: '465', username: 'me', password: PASSWORD };
    t.app.credentials.add(credentialInput({ provider: 'email', label: 'smtp', fields }), 'cli');
    const both = { ...fields, imap_host: 'imap.example.com' };
    t.app.credentials.add(credentialInput({ provider: 'email', label: 'both', fields: both }), 'cli');
    const names = (label: string) =>
      t.app.credentials.reads.environment([{ provider: `email/${label}` }], 'cli').map(({ name }) => name);
    expect(names('smtp')).toEqual(['SMTP_HOST', 'SMTP_PORT', 'SMTP_USER', 'SMTP_PASS']);
    expect(names('both')).toEqual(expect.arrayContaining(['SMTP_PASS', 'IMAP_HOST', 'IMAP_USER', 'IMAP_PASSWORD']));
  });

  it('that fails three times is left alone, and nothing holds the password', async () => {
    const t = await startUnlockedApp();
    const server = await smtpAnswering(`535 5.7.8 ${PASSWORD} is wrong`);
    const id = addMail(t, mailFields(server.port));
    for (let tried = 0; tried < 3; tried += 1) {
      expect((await t.app.credentials.test({ id }, true, 'cli')).result).toBe('invalid_key');
    }
    await expect(t.app.credentials.test({ id }, true, 'cli')).rejects.toMatchObject({ code: 'validation_cooldown' });
    expect(server.heard.filter((line) => line.startsWith('AUTH'))).toHaveLength(3);
    const told = JSON.stringify([
      t.app.credentials.get({ id }),
      readAudit(t.app.vault.opened(), { limit: 50 }),
      t.heard,
    ]);
    expect(told).not.toContain(PASSWORD);
    expect(onDisk(t.home)).not.toContain(PASSWORD);
  });

  it('with a token that is refused is tried once, not twice', async () => {
    const t = await startUnlockedApp();
    const server = await smtpAnswering('535 5.7.8 no');
    const { password: _, ...fields } = mailFields(server.port);
    const id = addMail(t, { ...fields, access_token: 'FAKE-token-of-mail' }, 'xoauth2');
    expect((await t.app.credentials.test({ id }, false, 'cli')).result).toBe('invalid_key');
    expect(server.heard.filter((line) => line.startsWith('AUTH'))).toHaveLength(1);
  });

  it('is bound to its server: a change on the disk is found out, and nothing is sent', async () => {
    const t = await startUnlockedApp();
    const [own, other] = [await smtpAnswering('235 ok'), await smtpAnswering('235 ok')];
    const id = addMail(t, mailFields(own.port));
    const vault = t.app.vault.opened();
    vault.write(() =>
      vault.db.prepare(`UPDATE credential_field SET value = ? WHERE name = 'port'`).run(String(other.port)),
    );
    await expect(t.app.credentials.test({ id }, false, 'cli')).rejects.toMatchObject({ code: 'security_violation' });
    expect([...own.heard, ...other.heard]).toEqual([]);
  });

  it('moved to another server keeps its versions, and local has to be said again', async () => {
    const t = await startUnlockedApp();
    const [first, second] = [await smtpAnswering('235 ok'), await smtpAnswering('235 ok')];
    const id = addMail(t, mailFields(first.port));
    const fields = { port: String(second.port) };
    expect(failure(() => t.app.credentials.edit({ id }, { fields }, 'cli')).code).toBe('invalid_input');
    t.app.credentials.edit({ id }, { fields, local: true }, 'cli');
    expect((await t.app.credentials.test({ id }, false, 'cli')).result).toBe('valid');
    expect(first.heard).toEqual([]);
    expect(t.app.credentials.get({ id }).version).toBe(1);
    // Nothing about the place changes: local stays.
    t.app.credentials.edit({ id }, { fields: { username: 'you' } }, 'cli');
    expect(t.app.credentials.get({ id }).local).toBe(true);
  });

  it.each([
    [{ host: '127.0.0.1' }, 'invalid_input', /on this computer or a private network/],
    [{ host: 'smtp.example.com', security: 'none' }, 'invalid_input', /could be read on its way/],
    [{ host: '169.254.169.254' }, 'security_violation', /metadata/],
    [{ host: 'smtp.example.com', port: '99999' }, 'invalid_input', /SMTP port is not valid/],
    [{ host: 'smtp.example.com', security: 'maybe' }, 'invalid_input', /not valid/],
    [{ host: 'smtp.example.com:25' }, 'invalid_input', /not valid/],
    [{}, 'invalid_input', /No server was given/],
  ] as const)('with %o is refused', async (place, code, words) => {
    const { app } = await startUnlockedApp();
    const fields = { username: 'me', password: PASSWORD, ...place };
    const error = failure(() => app.credentials.add(credentialInput({ provider: 'email', fields }), 'cli'));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
    expect(`${error.message} ${error.hint}`).not.toContain(PASSWORD);
  });
});

describe('an MCP server in the vault', () => {
  it('without a secret can be kept, also twice, and is tested', async () => {
    const { app } = await startUnlockedApp();
    const fields = { command: process.execPath, args: JSON.stringify([PEER, 'serve']) };
    const add = (label: string) =>
      app.credentials.add(credentialInput({ provider: 'mcp', authKind: 'stdio', label, fields }), 'cli');
    const first = add('one');
    expect(add('two').warnings).toEqual([]);
    expect((await app.credentials.test({ id: first.credential.id }, false, 'cli')).result).toBe('valid');
    expect(app.credentials.get({ id: first.credential.id }).fingerprint).toBe('');
  });

  it('as a program is bound to its command', async () => {
    const { app } = await startUnlockedApp();
    const fields = { command: process.execPath, args: JSON.stringify([PEER, 'serve']), env: 'PEER_TOKEN=FAKE' };
    const input = credentialInput({ provider: 'mcp', authKind: 'stdio', fields });
    expect(app.credentials.newPlace(input)?.origin).toContain(PEER);
    const { id } = app.credentials.add(input, 'cli').credential;
    const vault = app.vault.opened();
    vault.write(() => vault.db.prepare(`UPDATE credential_field SET value = 'other' WHERE name = 'command'`).run());
    await expect(app.credentials.test({ id }, false, 'cli')).rejects.toMatchObject({ code: 'security_violation' });
  });

  it('on a public host needs https, and takes no base URL', async () => {
    const { app } = await startUnlockedApp();
    const add = (url: string, more = {}) =>
      failure(() =>
        app.credentials.add(credentialInput({ provider: 'mcp', fields: { url, token: 'FAKE-token' }, ...more }), 'cli'),
      );
    expect(add('http://mcp.example.com/mcp').code).toBe('invalid_input');
    expect(add('https://127.0.0.1/mcp').code).toBe('invalid_input');
    expect(add('https://mcp.example.com/mcp', { baseUrl: 'https://other.example.com' }).code).toBe('invalid_input');
  });
});
