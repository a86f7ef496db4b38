import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { SMTPServer, type SMTPServerAuthentication, type SMTPServerOptions } from 'smtp-server';
import { describe, expect, it } from 'vitest';
import { smtpLogin } from '../../../electron/core/providers/mail/smtp-login.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { selfSigned } from '../../support/self-signed.ts';
import { type Asked, atEnd, check, closedPort } from './checked.ts';
import { lineServer } from './line-server.ts';

const USER = 'someone@example.invalid';
const PASSWORD = 'FAKE app-password with "marks" ä';
const TOKEN = 'FAKE-access-token.of.mail';
const tls = selfSigned();

interface Peer {
  readonly port: number;
  readonly tried: SMTPServerAuthentication[];
  /** Everything but logins that reached the server's hooks. */
  readonly mail: string[];
}

/** npm's smtp-server on loopback, with one account. */
async function smtpServer(options: SMTPServerOptions): Promise<Peer> {
  const tried: SMTPServerAuthentication[] = [];
  const mail: string[] = [];
  const server = new SMTPServer({
    ...tls,
    logger: false,
    disableReverseLookup: true,
    authMethods: ['PLAIN', 'LOGIN', 'XOAUTH2'],
    onMailFrom: ({ address }, _session, done) => {
      mail.push(address);
      done();
    },
    onAuth: (auth, _session, done) => {
      tried.push(auth);
      const good = auth.username === USER && (auth.password === PASSWORD || auth.accessToken === TOKEN);
      if (good) return done(null, { user: USER });
      if (auth.method === 'XOAUTH2') {
        return done(null, { data: { status: '401', schemes: 'bearer', scope: 'https://mail.example.invalid/' } });
      }
      done(new Error(`Invalid login for ${auth.password ?? ''}`)); // a careless server that echoes
    },
    ...options,
  });
  server.on('error', () => undefined); // a client that hangs up on its certificate
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => new Promise<void>((resolve) => server.close(resolve)));
  return { port: (server.server.address() as AddressInfo).port, tried, mail };
}

function login(port: number, fields: Readonly<Record<string, string>>, more: Partial<Asked> = {}) {
  return check({
    provider: 'email',
    kind: fields['access_token'] === undefined ? 'password' : 'xoauth2',
    check: 'smtp_login',
    fields: { host: '127.0.0.1', port: String(port), username: USER, ...fields },
    ...more,
  });
}

const trusted = { ca_certificate: tls.cert };

describe('a real SMTP server', () => {
  it.each([
    ['PLAIN', 'tls'],
    ['LOGIN', 'tls'],
    ['PLAIN', 'starttls'],
    ['LOGIN', 'starttls'],
  ] as const)('%s over %s: the right password is valid, and no mail is sent', async (method, security) => {
    const server = await smtpServer({ secure: security === 'tls', authMethods: [method] });
    const verdict = await login(server.port, { security, password: PASSWORD, ...trusted });
    expect(verdict).toMatchObject({ result: 'valid', detail: 'SMTP accepts this login.' });
    expect(verdict.latencyMs).toBeGreaterThan(0);
    expect(server.tried.map((each) => each.method)).toEqual([method]);
    expect(server.mail).toEqual([]);
  });

  it.each(['tls', 'starttls'] as const)('XOAUTH2 over %s: the right token is valid', async (security) => {
    const server = await smtpServer({ secure: security === 'tls' });
    const verdict = await login(server.port, { security, access_token: TOKEN, ...trusted });
    expect(verdict.result).toBe('valid');
    expect(server.tried.map(({ method, accessToken }) => [method, accessToken])).toEqual([['XOAUTH2', TOKEN]]);
  });

  it('a wrong password is an invalid key after one try, and its echo is covered', async () => {
    const server = await smtpServer({ secure: true });
    const verdict = await login(server.port, { security: 'tls', password: `${PASSWORD}!`, ...trusted });
    expect(verdict.result).toBe('invalid_key');
    expect(verdict.detail).toContain('535');
    expect(verdict.hint).toContain('app password');
    expect(JSON.stringify(verdict)).not.toContain(PASSWORD);
    expect(server.tried).toHaveLength(1);
  });

  it('a wrong token is an invalid key after one try', async () => {
    const server = await smtpServer({ secure: true });
    const verdict = await login(server.port, { security: 'tls', access_token: `${TOKEN}x`, ...trusted });
    expect(verdict.result).toBe('invalid_key');
    expect(verdict.hint).toContain('access token');
    expect(JSON.stringify(verdict)).not.toContain(TOKEN);
    expect(server.tried).toHaveLength(1);
  });

  it('a token is never sent as a password where the server knows no XOAUTH2', async () => {
    const server = await smtpServer({ secure: true, authMethods: ['PLAIN', 'LOGIN'] });
    const verdict = await login(server.port, { security: 'tls', access_token: TOKEN, ...trusted });
    expect(verdict.result).toBe('insufficient_permission');
    expect(server.tried).toEqual([]);
  });

  it('a server that takes no logins is not called valid', async () => {
    const server = await smtpServer({ secure: true, disabledCommands: ['AUTH'] });
    const verdict = await login(server.port, { security: 'tls', password: PASSWORD, ...trusted });
    expect(verdict.result).toBe('provider_unavailable');
    expect(verdict.detail).toContain('takes no logins on this port');
  });

  it.each(['tls', 'starttls'] as const)('over %s a certificate of its own is refused', async (security) => {
    const server = await smtpServer({ secure: security === 'tls' });
    const verdict = await login(server.port, { security, password: PASSWORD });
    expect(verdict).toMatchObject({ result: 'provider_unavailable', latencyMs: null });
    expect(verdict.detail).toBe(
      '127.0.0.1 has a certificate that this computer does not trust. The password was not sent.',
    );
    expect(server.tried).toEqual([]);
  });

  it('a trusted certificate for another name is refused', async () => {
    const server = await smtpServer({ secure: true });
    const verdict = await login(server.port, { host: 'localhost', security: 'tls', password: PASSWORD, ...trusted });
    expect(verdict.detail).toBe('localhost has a certificate for another name. The password was not sent.');
    expect(server.tried).toEqual([]);
  });

  it('without STARTTLS nothing is sent, and there is no falling back', async () => {
    const server = await smtpServer({ disabledCommands: ['STARTTLS'], allowInsecureAuth: true });
    const verdict = await login(server.port, { security: 'starttls', password: PASSWORD, ...trusted });
    expect(verdict.result).toBe('provider_unavailable');
    expect(verdict.detail).toContain('offers no encryption on this port');
    expect(server.tried).toEqual([]);
  });

  it('without encryption only a local host is asked, when that was chosen', async () => {
    const server = await smtpServer({ disabledCommands: ['STARTTLS'], allowInsecureAuth: true });
    const verdict = await login(server.port, { security: 'none', password: PASSWORD });
    expect(verdict.result).toBe('valid');
    expect(verdict.facts).toEqual([{ label: 'SMTP', value: `smtp+plain://127.0.0.1:${server.port}` }]);
    expect(() =>
      login(server.port, { host: 'mail.example.com', security: 'none', password: PASSWORD }, { local: false }),
    ).toThrow('Without encryption the password could be read');
  });
});

/** An SMTP server that answers the login with `reply`. */
function answering(reply: string) {
  return lineServer('220 mail.example.invalid ESMTP', (line, say) => {
    if (line.startsWith('EHLO')) say('250-mail.example.invalid\r\n250 AUTH PLAIN LOGIN XOAUTH2');
    else if (line.startsWith('AUTH')) say(reply);
    else if (line === 'QUIT') say('221 2.0.0 Bye');
  });
}

describe('answers to an SMTP login', () => {
  it.each([
    ['235 2.7.0 Authentication successful', 'valid'],
    ['535 5.7.8 Authentication credentials invalid', 'invalid_key'],
    ['535 5.7.139 Authentication unsuccessful, basic authentication is disabled.', 'insufficient_permission'],
    ['535 5.7.8 Password expired', 'expired'],
    ['534 5.7.9 Application-specific password required', 'insufficient_permission'],
    ['534 5.7.14 Please log in via your web browser', 'insufficient_permission'],
    ['530 5.7.0 Must issue a STARTTLS command first', 'provider_unavailable'],
    ['538 5.7.11 Encryption required for requested authentication mechanism', 'provider_unavailable'],
    ['504 5.5.4 Unrecognized authentication type', 'insufficient_permission'],
    ['502 5.5.1 Command not implemented', 'provider_unavailable'],
    ['454 4.7.0 Temporary authentication failure', 'provider_unavailable'],
    ['454 4.7.0 Too many login attempts, please try again later', 'rate_limited'],
    ['421 4.7.0 Too many connections, try again later', 'rate_limited'],
    ['421 4.3.2 Service shutting down', 'provider_unavailable'],
    ['451 4.3.0 Internal error', 'provider_unavailable'],
    ['452 4.2.2 Mailbox is full', 'quota_exceeded'],
    ['552 5.2.2 Storage quota exceeded', 'quota_exceeded'],
    ['554 5.7.1 Account disabled', 'insufficient_permission'],
    ['599 what is this', 'provider_unavailable'],
    ['hello there', 'provider_unavailable'],
  ])('%s means %s', async (reply, result) => {
    const server = await answering(reply);
    const verdict = await login(server.port, { security: 'none', password: PASSWORD });
    expect(verdict.result).toBe(result);
    expect(server.heard.filter((line) => line.startsWith('AUTH'))).toHaveLength(1);
    expect(server.heard).not.toContainEqual(expect.stringMatching(/^MAIL/i));
  });

  it('an app password that is wanted is said so, with what to do', async () => {
    const server = await answering('534 5.7.9 Application-specific password required');
    const verdict = await login(server.port, { security: 'none', password: PASSWORD });
    expect(verdict.detail).toContain('wants an app password');
    expect(verdict.hint).toContain('Make an app password');
  });

  it('what a server echoes is covered, in each form that was sent, and bounded', async () => {
    const plain = Buffer.from(`\0${USER}\0${PASSWORD}`).toString('base64');
    const once = Buffer.from(PASSWORD).toString('base64');
    const reply = `535 5.7.8 refused ${plain} ${once} \x1b[31m${'very '.repeat(200)}long`;
    const verdict = await login((await answering(reply)).port, { security: 'none', password: PASSWORD });
    expect(verdict.detail).not.toContain(plain);
    expect(verdict.detail).not.toContain(once);
    expect(verdict.detail).not.toContain('\x1b');
    expect(verdict.detail.length).toBeLessThan(300);
    expect(verdict.detail).toContain('••••');
  });

  it.each([
    ['554 5.7.1 No service for you', 'provider_unavailable'],
    ['421 4.7.0 Too many connections from your address', 'rate_limited'],
  ])('a greeting of %s means %s', async (greeting, result) => {
    const server = await lineServer(greeting);
    expect((await login(server.port, { security: 'none', password: PASSWORD })).result).toBe(result);
    expect(server.heard).toEqual([]);
  });
});

describe('an SMTP server that cannot be reached', () => {
  it('a closed port is no word about the login', async () => {
    const verdict = await login(await closedPort(), { security: 'tls', password: PASSWORD });
    expect(verdict).toMatchObject({ result: 'provider_unavailable', latencyMs: null });
    expect(verdict.detail).toBe('Nothing answers at 127.0.0.1 on this port.');
  });

  it('a name that does not exist is said so', async () => {
    const verdict = await login(465, { host: 'nowhere.invalid', security: 'tls', password: PASSWORD }, { local: true });
    expect(verdict.detail).toBe('There is no server named nowhere.invalid.');
  });

  it('beside an outbound proxy it is said that this is not used for mail', async () => {
    const address = { protocol: 'smtp', host: 'nowhere.invalid', port: 465, security: 'tls' } as const;
    const given = { local: false, addresses: [address] };
    const way = { outboundProxy: 'http://127.0.0.1:1', caCertificates: '' };
    const verdict = await login(465, { password: PASSWORD }, { ...given, way });
    expect(verdict.hint).toMatch(/not through the outbound proxy of the settings\.$/);
    expect((await login(465, { password: PASSWORD }, given)).hint).not.toContain('proxy');
  });

  it('a public name that leads to loopback is found out when the connection is made', async () => {
    const server = await lineServer('220 mail.example.invalid ESMTP');
    const address = { protocol: 'smtp', host: 'localhost', port: server.port, security: 'starttls' } as const;
    const verdict = await login(server.port, { password: PASSWORD }, { local: false, addresses: [address] });
    expect(verdict).toMatchObject({ result: 'provider_unavailable', latencyMs: null });
    expect(verdict.detail).toContain('an address where this login must not go');
    const literal = { ...address, host: '127.0.0.1' };
    const other = await login(server.port, { password: PASSWORD }, { local: false, addresses: [literal] });
    expect(other.detail).toContain('an address where this login must not go');
    expect(server.heard).toEqual([]);
  });

  it('a private or metadata address is refused before anything is stored', async () => {
    const server = await smtpServer({ secure: true });
    expect(() => login(server.port, { password: PASSWORD }, { local: false })).toThrow('private network');
    expect(() => login(server.port, { host: '169.254.169.254', password: PASSWORD })).toThrow('metadata');
    expect(server.tried).toEqual([]);
  });

  it('a port that speaks no TLS is said so', async () => {
    const server = await lineServer('220 mail.example.invalid ESMTP');
    const verdict = await login(server.port, { security: 'tls', password: PASSWORD });
    expect(verdict.detail).toContain('does not speak TLS on this port');
  });

  it('TLS 1.1 is not spoken', async () => {
    const server = createTlsServer({
      ...selfSigned(),
      minVersion: 'TLSv1.1',
      maxVersion: 'TLSv1.1',
      ciphers: 'ALL:@SECLEVEL=0',
    });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    atEnd(() => server.close());
    const verdict = await login((server.address() as AddressInfo).port, { security: 'tls', password: PASSWORD });
    expect(verdict.detail).toBe('127.0.0.1 offers no TLS 1.2 or newer. The password was not sent.');
  });

  it('a server that says nothing is a timeout after 10 s, and the connection is closed', async () => {
    const clock = new FakeClock();
    const server = await lineServer(null);
    const running = login(server.port, { security: 'none', password: PASSWORD }, { clock });
    await server.connected;
    clock.advance(9_999);
    clock.advance(1);
    expect(await running).toMatchObject({ result: 'timeout', hint: 'Check host and port.' });
    await server.closed;
  });

  it('a cancelled test rejects with its reason, and the connection is closed', async () => {
    const server = await lineServer(null);
    const abort = new AbortController();
    const running = login(server.port, { security: 'none', password: PASSWORD }, { signal: abort.signal });
    await server.connected;
    abort.abort(new Error('cancelled by the owner'));
    await expect(running).rejects.toThrow('cancelled by the owner');
    await server.closed;
  });

  it('a test that was called off before its library was there sends nothing', async () => {
    const server = await smtpServer({ disabledCommands: ['STARTTLS'], allowInsecureAuth: true });
    const outcome = await smtpLogin({
      address: { protocol: 'smtp', host: '127.0.0.1', port: server.port, security: 'none' },
      login: { user: USER, secret: PASSWORD, how: 'password' },
      local: true,
      ca: undefined,
      signal: AbortSignal.abort(new Error('locked')),
      version: '0',
    });
    expect(outcome).toEqual({ kind: 'timeout' });
    expect(server.tried).toEqual([]);
  });

  it('a connection that breaks is no word about the login', async () => {
    const server = await lineServer('220 mail.example.invalid ESMTP', (_line, _say, socket) => socket.destroy());
    const verdict = await login(server.port, { security: 'none', password: PASSWORD });
    expect(verdict.result).toBe('provider_unavailable');
    expect(verdict.detail).toContain('broke the connection');
  });

  it('a password with a line break is not sent', async () => {
    const server = await lineServer('220 mail.example.invalid ESMTP');
    const verdict = await login(server.port, { security: 'none', password: 'FAKE\0one' });
    expect(verdict.result).toBe('invalid_format');
    expect(server.heard).toEqual([]);
  });
});
