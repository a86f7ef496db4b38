import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imapLogin } from '../../../electron/core/providers/mail/imap-login.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { selfSigned } from '../../support/self-signed.ts';
import { type Asked, check } from './checked.ts';
import { type Dovecot, startDovecot } from './dovecot.ts';
import { lineServer } from './line-server.ts';

const USER = 'someone@example.invalid';
const PASSWORD = 'FAKE-password-of-mail-1';
const TOKEN = 'FAKE-access-token.of.mail';
const tls = selfSigned();
const trusted = { ca_certificate: tls.cert };

let dovecot: Dovecot;
let introspection: Server;
let tokensAsked = 0;

beforeAll(async () => {
  introspection = createServer((request, response) => {
    tokensAsked += 1;
    const good = request.url?.includes(TOKEN) === true && !request.url.includes(`${TOKEN}x`);
    response
      .writeHead(good ? 200 : 401, { 'content-type': 'application/json' })
      .end(JSON.stringify(good ? { active: true, email: USER } : { error: 'invalid_token' }));
  });
  await new Promise<void>((resolve) => introspection.listen(0, '127.0.0.1', resolve));
  const { port } = introspection.address() as AddressInfo;
  dovecot = await startDovecot({
    user: USER,
    password: PASSWORD,
    ...tls,
    introspectionUrl: `http://127.0.0.1:${port}/tokeninfo?access_token=`,
  });
});

afterAll(async () => {
  await dovecot.stop();
  introspection.closeAllConnections();
  introspection.close();
});

function login(port: number, fields: Readonly<Record<string, string>>, more: Partial<Asked> = {}) {
  return check({
    provider: 'email',
    kind: fields['access_token'] === undefined ? 'password' : 'xoauth2',
    check: 'imap_login',
    fields: { imap_host: '127.0.0.1', imap_port: String(port), username: USER, ...fields },
    ...more,
  });
}

const ports = { tls: () => dovecot.imapsPort, starttls: () => dovecot.imapPort };

/** Login lines in Dovecot's log since `from`. */
function logins(from: number): string[] {
  return dovecot.log.slice(from).filter((line) => line.includes('imap-login:'));
}

describe('Dovecot', () => {
  it.each(['tls', 'starttls'] as const)('over %s the right password is valid', async (security) => {
    const verdict = await login(ports[security](), { imap_security: security, password: PASSWORD, ...trusted });
    expect(verdict).toMatchObject({ result: 'valid', detail: 'IMAP accepts this login.' });
    const facts = new Map(verdict.facts.map(({ label, value }) => [label, value]));
    expect(facts.get('IMAP software')).toContain('Dovecot');
    expect(facts.get('IMAP can')).toContain('IMAP4rev1');
  });

  it.each(['tls', 'starttls'] as const)('over %s the right token is valid', async (security) => {
    const verdict = await login(ports[security](), { imap_security: security, access_token: TOKEN, ...trusted });
    expect(verdict.result).toBe('valid');
  });

  it('a wrong password is an invalid key after one try', async () => {
    const from = dovecot.log.length;
    const verdict = await login(dovecot.imapsPort, { imap_security: 'tls', password: `${PASSWORD}x`, ...trusted });
    expect(verdict.result).toBe('invalid_key');
    expect(verdict.detail).toContain('AUTHENTICATIONFAILED');
    expect(JSON.stringify(verdict)).not.toContain(PASSWORD);
    await expect.poll(() => logins(from).join()).toContain('auth failed, 1 attempts');
  });

  it('a wrong token is an invalid key after one try', async () => {
    const before = tokensAsked;
    const verdict = await login(dovecot.imapsPort, { imap_security: 'tls', access_token: `${TOKEN}x`, ...trusted });
    expect(verdict.result).toBe('invalid_key');
    expect(verdict.hint).toContain('access token');
    expect(JSON.stringify(verdict)).not.toContain(TOKEN);
    expect(tokensAsked).toBe(before + 1);
  });

  it.each(['tls', 'starttls'] as const)('over %s a certificate of its own is refused', async (security) => {
    const from = dovecot.log.length;
    const verdict = await login(ports[security](), { imap_security: security, password: PASSWORD });
    expect(verdict).toMatchObject({ result: 'provider_unavailable', latencyMs: null });
    expect(verdict.detail).toBe(
      '127.0.0.1 has a certificate that this computer does not trust. The password was not sent.',
    );
    expect(logins(from).join()).not.toContain('Login:');
  });
});

/** An IMAP server that answers the login with `reply`, a line without its tag. */
function answering(reply: string, capabilities = 'IMAP4rev1') {
  return lineServer(`* OK [CAPABILITY ${capabilities}] ready`, (line, say, socket) => {
    const [tag = '', command = ''] = line.split(' ');
    if (command === 'CAPABILITY') say(`* CAPABILITY ${capabilities}\r\n${tag} OK done`);
    else if (command === 'LOGIN' && reply.startsWith('*')) socket.end(`${reply}\r\n`);
    else if (command === 'LOGIN') say(`${tag} ${reply}`);
    else if (command === 'LOGOUT') say(`* BYE\r\n${tag} OK`);
    else say(`${tag} BAD unknown`);
  });
}

describe('answers to an IMAP login', () => {
  it.each([
    ['OK [CAPABILITY IMAP4rev1 IDLE] LOGIN completed', 'valid'],
    ['NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)', 'invalid_key'],
    ['NO LOGIN failed.', 'invalid_key'],
    ['NO [EXPIRED] Password expired', 'expired'],
    ['NO [AUTHORIZATIONFAILED] No such authorization', 'insufficient_permission'],
    ['NO [CONTACTADMIN] Account locked', 'insufficient_permission'],
    ['NO [PRIVACYREQUIRED] Use TLS', 'provider_unavailable'],
    ['NO [ALERT] Application-specific password required', 'insufficient_permission'],
    ['NO [WEBALERT https://example.invalid] Web login required.', 'insufficient_permission'],
    ['NO [UNAVAILABLE] Backend unavailable', 'provider_unavailable'],
    ['NO [INUSE] Mailbox in use', 'provider_unavailable'],
    ['NO [LIMIT] Too many connections', 'rate_limited'],
    ['NO [ALERT] Too many simultaneous connections', 'rate_limited'],
    ['NO [OVERQUOTA] Quota exceeded', 'quota_exceeded'],
    ['BAD Command syntax error', 'provider_unavailable'],
    ['* BYE [UNAVAILABLE] Server shutting down', 'provider_unavailable'],
  ])('%s means %s', async (reply, result) => {
    const server = await answering(reply);
    const verdict = await login(server.port, { imap_security: 'none', password: PASSWORD });
    expect(verdict.result).toBe(result);
    expect(server.heard.filter((line) => line.includes(' LOGIN '))).toHaveLength(1);
  });

  it('what a server echoes is covered', async () => {
    const reply = `NO [AUTHENTICATIONFAILED] no ${PASSWORD} ${Buffer.from(PASSWORD).toString('base64')}`;
    const verdict = await login((await answering(reply)).port, { imap_security: 'none', password: PASSWORD });
    expect(verdict.detail).toContain('no •••• ••••');
  });

  it('a server that refuses logins without encryption is not sent the password', async () => {
    const server = await answering('OK done', 'IMAP4rev1 LOGINDISABLED');
    const verdict = await login(server.port, { imap_security: 'none', password: PASSWORD });
    expect(verdict.result).toBe('insufficient_permission');
    expect(server.heard.join()).not.toContain(PASSWORD);
  });

  it('without STARTTLS nothing is sent, and there is no falling back', async () => {
    const server = await answering('OK done');
    const verdict = await login(server.port, { imap_security: 'starttls', password: PASSWORD });
    expect(verdict.detail).toContain('offers no encryption on this port');
    expect(server.heard.join()).not.toContain(PASSWORD);
  });

  it('a server that knows the client already proves nothing', async () => {
    const server = await lineServer('* PREAUTH [CAPABILITY IMAP4rev1] welcome', (line, say) => {
      const [tag = '', command = ''] = line.split(' ');
      if (command === 'LOGOUT') say('* BYE');
      say(command === 'CAPABILITY' ? `* CAPABILITY IMAP4rev1\r\n${tag} OK` : `${tag} OK`);
    });
    const verdict = await login(server.port, { imap_security: 'none', password: PASSWORD });
    expect(verdict.result).toBe('provider_unavailable');
    expect(verdict.detail).toContain('without asking for a login');
  });

  it('a greeting of BYE is no word about the login', async () => {
    const server = await lineServer('* BYE Too many connections from your address', undefined, true);
    const verdict = await login(server.port, { imap_security: 'none', password: PASSWORD });
    expect(verdict.result).toBe('rate_limited');
  });
});

describe('an IMAP server that cannot be reached', () => {
  it('a server that says nothing is a timeout after 10 s, and the connection is closed', async () => {
    const clock = new FakeClock();
    const server = await lineServer(null);
    const running = login(server.port, { imap_security: 'none', password: PASSWORD }, { clock });
    await server.connected;
    clock.advance(10_000);
    expect((await running).result).toBe('timeout');
    await server.closed;
  });

  it('a cancelled test rejects with its reason, and the connection is closed', async () => {
    const server = await lineServer(null);
    const abort = new AbortController();
    const running = login(server.port, { imap_security: 'none', password: PASSWORD }, { signal: abort.signal });
    await server.connected;
    abort.abort(new Error('cancelled by the owner'));
    await expect(running).rejects.toThrow('cancelled by the owner');
    await server.closed;
  });

  it('a test that was called off before its library was there sends nothing', async () => {
    const server = await lineServer('* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready', (line, say) =>
      say(`${line.split(' ')[0] ?? ''} NO not here`),
    );
    const outcome = await imapLogin({
      address: { protocol: 'imap', host: '127.0.0.1', port: server.port, security: 'none' },
      login: { user: 'someone', secret: PASSWORD, how: 'password' },
      local: true,
      ca: undefined,
      signal: AbortSignal.abort(new Error('locked')),
      version: '0',
    });
    expect(outcome).toEqual({ kind: 'timeout' });
    expect(server.heard).toEqual([]);
  });

  it('a line without an end is cut off', async () => {
    let sent = 0;
    const server = await lineServer(null, () => undefined);
    const running = login(server.port, { imap_security: 'none', password: PASSWORD });
    await server.connected;
    const chunk = 'x'.repeat(64 * 1024);
    const flood = (socket: Socket): void => {
      while (!socket.destroyed && sent < 64 * 1024 * 1024 && socket.write(chunk)) sent += chunk.length;
      if (!socket.destroyed && sent < 64 * 1024 * 1024) socket.once('drain', () => flood(socket));
    };
    flood(server.socket());
    expect((await running).result).toBe('provider_unavailable');
    expect(sent).toBeLessThan(32 * 1024 * 1024);
  });

  it('a public name that leads to loopback is found out when the connection is made', async () => {
    const server = await lineServer('* OK ready');
    const address = { protocol: 'imap', host: 'localhost', port: server.port, security: 'starttls' } as const;
    const verdict = await login(server.port, { password: PASSWORD }, { local: false, addresses: [address] });
    expect(verdict.detail).toContain('an address where this login must not go');
    expect(server.heard).toEqual([]);
  });

  it('a port that speaks no TLS is said so', async () => {
    const server = await lineServer('* OK ready');
    const verdict = await login(server.port, { imap_security: 'tls', password: PASSWORD });
    expect(verdict.detail).toContain('does not speak TLS on this port');
  });

  it('a connection that breaks is no word about the login', async () => {
    const server = await lineServer('* OK ready', (_line, _say, socket) => socket.destroy());
    const verdict = await login(server.port, { imap_security: 'none', password: PASSWORD });
    expect(verdict.result).toBe('provider_unavailable');
    expect(verdict.detail).toContain('broke the connection');
  });
});

describe('one login for SMTP and IMAP', () => {
  const both = (smtp: number, imap: number) => ({
    host: '127.0.0.1',
    port: String(smtp),
    security: 'none',
    imap_port: String(imap),
    imap_security: 'none',
    password: PASSWORD,
  });
  const smtpAnswering = (reply: string) =>
    lineServer('220 ready', (line, say) => {
      if (line.startsWith('EHLO')) say('250-x\r\n250 AUTH PLAIN');
      else if (line.startsWith('AUTH')) say(reply);
      else if (line === 'QUIT') say('221 bye');
    });

  it('is valid where both accept it', async () => {
    const [smtp, imap] = [await smtpAnswering('235 ok'), await answering('OK done')];
    const verdict = await login(imap.port, both(smtp.port, imap.port));
    expect(verdict).toMatchObject({ result: 'valid', detail: 'SMTP and IMAP accept this login.' });
    expect(verdict.facts.map(({ label }) => label)).toEqual(['SMTP', 'IMAP', 'IMAP can']);
  });

  it('refused by SMTP it is not tried at IMAP', async () => {
    const [smtp, imap] = [await smtpAnswering('535 5.7.8 no'), await answering('OK done')];
    const verdict = await login(imap.port, both(smtp.port, imap.port));
    expect(verdict.result).toBe('invalid_key');
    expect(verdict.detail).toMatch(/^SMTP: .* IMAP was not tried\.$/);
    expect(imap.heard).toEqual([]);
  });

  it('refused by IMAP alone is said so', async () => {
    const [smtp, imap] = [await smtpAnswering('235 ok'), await answering('NO [AUTHENTICATIONFAILED] no')];
    const verdict = await login(imap.port, both(smtp.port, imap.port));
    expect(verdict.result).toBe('invalid_key');
    expect(verdict.detail).toMatch(/^IMAP: .* SMTP accepts this login\.$/);
  });
});
