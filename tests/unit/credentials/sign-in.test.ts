import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { readAudit } from '../../../electron/core/audit/audit-log.ts';
import { SIGN_IN_TIMEOUT_MS } from '../../../electron/core/providers/tokens/sign-in.ts';
import { answeringServer, json } from '../../support/answering-server.ts';
import { localCatalogue } from '../../support/local-catalogue.ts';
import { credentialInput, PASSWORD, startUnlockedApp } from '../../support/test-app.ts';

const SECRET = ['GOC', 'SPX-', 'FAKE_client_secret_of_a_test'].join('');
const FIELDS = { client_id: 'client-1', client_secret: SECRET, scopes: 'one two' };

const code = (wanted: string) => expect.objectContaining({ code: wanted }) as Error;

/** A Google credential that was not signed in yet, and a token server that takes what PKCE says it should. */
async function setting() {
  const forms: URLSearchParams[] = [];
  let challenge = '';
  const server = await answeringServer(async (response, request) => {
    const form = new URLSearchParams(await request.body());
    forms.push(form);
    const proof = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (form.get('grant_type') === 'authorization_code' && (form.get('code') !== 'good' || proof !== challenge)) {
      json(response, 400, { error: 'invalid_grant', error_description: SECRET });
    } else {
      const count = forms.length;
      json(response, 200, { access_token: `ya29.${count}`, refresh_token: `1//r${count}`, expires_in: 3600 });
    }
  });
  const t = await startUnlockedApp('requests', localCatalogue(['google', 'slack'], server.url));
  const input = credentialInput({ provider: 'google', authKind: 'oauth2', fields: FIELDS });
  const { id } = t.app.credentials.add(input, 'cli').credential;
  const start = async () => {
    const url = new URL(await t.app.credentials.startSignIn({ id }, 'cli'));
    challenge = url.searchParams.get('code_challenge') ?? '';
    const redirect = url.searchParams.get('redirect_uri') ?? '';
    const state = url.searchParams.get('state') ?? '';
    const comeBack = (query: Record<string, string>) =>
      fetch(`${redirect}?${new URLSearchParams({ state, ...query })}`);
    return { url, redirect, state, comeBack };
  };
  return { t, id, forms, server, start };
}

describe('a sign-in', () => {
  test('opens the provider’s page with PKCE, and its answer is kept in the version that had no tokens', async () => {
    const { t, id, forms, start } = await setting();
    const { url, redirect, comeBack } = await start();
    expect(`${url.origin}${url.pathname}`).toBe('https://accounts.google.com/o/oauth2/v2/auth');
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      response_type: 'code',
      client_id: 'client-1',
      scope: 'one two',
      code_challenge_method: 'S256',
      access_type: 'offline',
      prompt: 'consent',
    });
    expect(url.href).not.toContain(SECRET);
    expect(redirect).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/signed-in$/);
    const finished = t.app.credentials.finishSignIn({ id }, 'cli');
    const page = await comeBack({ code: 'good' });
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(await finished).toMatchObject({ version: 1, masked: expect.any(String) as string });
    expect(forms[0]?.get('redirect_uri')).toBe(redirect);
    await t.app.credentials.reads.prepare('kh://google');
    expect(t.app.credentials.reads.read('kh://google', 'cli').value).toBe('ya29.1');
    expect(t.app.credentials.reads.read('kh://google/default/refresh_token', 'cli').value).toBe('1//r1');
    t.clock.wallMs += 3_600_000;
    await t.app.credentials.reads.prepare('kh://google');
    expect(forms[1]?.get('refresh_token')).toBe('1//r1');
    await expect(fetch(redirect)).rejects.toThrow(); // nobody listens any more
  });

  test('is a rotation where there were tokens already', async () => {
    const { t, id, start } = await setting();
    for (const version of [1, 2]) {
      const { comeBack } = await start();
      const finished = t.app.credentials.finishSignIn({ id }, 'cli');
      await comeBack({ code: 'good' });
      expect((await finished).version).toBe(version);
    }
    expect(t.app.credentials.reads.read('kh://google?version=1', 'cli').value).toBe('ya29.1');
    expect(t.app.credentials.reads.read('kh://google', 'cli').value).toBe('ya29.2');
    expect(t.app.credentials.reads.read('kh://google/default/client_secret', 'cli').value).toBe(SECRET);
  });

  test('is asked for where a token is wanted and none is there', async () => {
    const { t, id, server } = await setting();
    await expect(t.app.credentials.reads.prepare('kh://google')).rejects.toThrow(/not signed in to yet/);
    expect((await t.app.credentials.test({ id }, false, 'cli')).hint).toContain('rotate');
    expect(server.seen).toHaveLength(0);
  });

  test('takes no answer of another state, host, path or method', async () => {
    const { t, id, redirect, state, server } = await (async () => {
      const given = await setting();
      return { ...given, ...(await given.start()) };
    })();
    const finished = t.app.credentials.finishSignIn({ id }, 'cli');
    const { port } = new URL(redirect);
    const raw = (request: string) =>
      new Promise<string>((resolve) => {
        let text = '';
        const socket = connect(Number(port), '127.0.0.1', () => socket.end(request));
        socket.on('data', (chunk) => (text += chunk.toString())).on('close', () => resolve(text));
      });
    const query = `state=${state}&code=good`;
    const get = (target: string, host: string, method = 'GET') =>
      raw(`${method} ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    const here = `127.0.0.1:${port}`;
    expect(await get(`/signed-in?state=forged&code=good`, here)).toMatch(/^HTTP\/1.1 404/);
    expect(await get(`/signed-in?${query}`, 'evil.example')).toMatch(/^HTTP\/1.1 404/);
    expect(await get(`/other?${query}`, here)).toMatch(/^HTTP\/1.1 404/);
    expect(await get(`/signed-in?${query}`, here, 'POST')).toMatch(/^HTTP\/1.1 404/);
    expect(server.seen).toHaveLength(0);
    expect(await get(`/signed-in?${query}`, here)).toMatch(/^HTTP\/1.1 200/);
    expect((await finished).version).toBe(1);
  });

  test.each([
    [{ error: 'access_denied' }, 'insufficient_permission', 'was declined'],
    [{ error: 'invalid_scope' }, 'insufficient_permission', 'for these scopes'],
    [{ code: 'stale' }, 'invalid_key', 'this sign-in'],
  ] as const)('that comes back with %j ends with %s and changes nothing', async (query, error, words) => {
    const { t, id, start } = await setting();
    const { comeBack } = await start();
    const finished = t.app.credentials.finishSignIn({ id }, 'cli');
    const failing = expect(finished).rejects.toThrow(code(error));
    await comeBack(query);
    await failing;
    await expect(finished).rejects.not.toThrow(SECRET);
    await expect(finished).rejects.toThrow(words);
    expect(t.app.credentials.get({ id }).fields.map(({ name }) => name)).not.toContain('refresh_token');
    expect(JSON.stringify(readAudit(t.app.vault.opened(), { limit: 50 }))).not.toContain(SECRET);
  });

  test('ends after ten minutes, when called off, and with the lock', async () => {
    const { t, id, start } = await setting();
    await start();
    let finished = expect(t.app.credentials.finishSignIn({ id }, 'cli')).rejects.toThrow(code('validation_timeout'));
    for (let passed = 0; passed < SIGN_IN_TIMEOUT_MS; passed += 60_000) {
      t.app.lockPolicy.activity();
      t.clock.advance(60_000);
    }
    await finished;
    await start();
    finished = expect(t.app.credentials.finishSignIn({ id }, 'cli')).rejects.toThrow(code('conflict'));
    t.app.credentials.cancelSignIn({ id });
    await finished;
    const { redirect } = await start();
    finished = expect(t.app.credentials.finishSignIn({ id }, 'cli')).rejects.toThrow(code('vault_locked'));
    t.app.vault.lock('asked');
    await finished;
    await expect(fetch(redirect)).rejects.toThrow();
  });

  test('that a lock ended is none after the unlock: there it was never started', async () => {
    const { t, id, start } = await setting();
    await start();
    t.app.vault.lock('asked');
    await t.app.vault.unlock(PASSWORD, 'cli');
    await expect(t.app.credentials.finishSignIn({ id }, 'cli')).rejects.toThrow(code('conflict'));
  });

  test('is called off by other data for it: what it brought would pass for theirs', async () => {
    const { t, id, start } = await setting();
    const { comeBack } = await start();
    const finished = expect(t.app.credentials.finishSignIn({ id }, 'cli')).rejects.toThrow(code('conflict'));
    t.app.credentials.edit({ id }, { note: 'not of the sign-in' }, 'cli');
    t.app.credentials.edit({ id }, { fields: { client_id: 'client-2' } }, 'cli');
    await finished;
    await expect(comeBack({ code: 'good' })).rejects.toThrow();
  });

  test('that is only starting is called off by a lock, a cancel and the next one', async () => {
    const { t, id, redirect, url } = await (async () => {
      const given = await setting();
      const { redirect: first, url: page } = await given.start();
      given.t.app.credentials.cancelSignIn({ id: given.id });
      return { ...given, redirect: first, url: page };
    })();
    expect(url.searchParams.get('redirect_uri')).toBe(redirect);
    const { port } = new URL(redirect); // free again, and known by name
    const fields = { client_id: '1.2', client_secret: 'fake', redirect_port: port };
    const slack = t.app.credentials.add(credentialInput({ provider: 'slack', authKind: 'oauth2', fields }), 'cli');
    const target = { id: slack.credential.id };
    const start = () => t.app.credentials.startSignIn(target, 'cli');
    const cancelled = expect(start()).rejects.toThrow(code('conflict'));
    t.app.credentials.cancelSignIn(target);
    await cancelled;
    const overtaken = expect(start()).rejects.toThrow(code('conflict'));
    expect(await start()).toContain('state=');
    await overtaken;
    t.app.credentials.cancelSignIn(target);
    const locked = expect(start()).rejects.toThrow(code('vault_locked'));
    t.app.vault.lock('asked');
    await locked;
    await expect(fetch(redirect)).rejects.toThrow(); // nobody listens
    expect(id).not.toBe(target.id);
  });

  test('comes back to the registered port where the provider wants one', async () => {
    const { t, redirect } = await (async () => {
      const given = await setting();
      const taken = await given.start();
      return { ...given, ...taken };
    })();
    const { port } = new URL(redirect); // in use by the other sign-in
    const fields = { client_id: '1.2', client_secret: 'fake', redirect_port: port };
    const input = credentialInput({ provider: 'slack', authKind: 'oauth2', fields });
    const { id } = t.app.credentials.add(input, 'cli').credential;
    await expect(t.app.credentials.startSignIn({ id }, 'cli')).rejects.toThrow(code('conflict'));
  });

  test('leaves the secrets sealed until the browser comes back', async () => {
    const { t, id, forms, start } = await setting();
    const { comeBack } = await start();
    const sealed = t.app.vault.opened().db.prepare('UPDATE credential_field SET sealed = ? WHERE name = ?');
    const { sealed: before } = t.app.vault
      .opened()
      .db.prepare("SELECT sealed FROM credential_field WHERE name = 'client_secret'")
      .get() as { sealed: Buffer };
    sealed.run(Buffer.concat([before.subarray(0, -1), Buffer.from([(before.at(-1) ?? 0) ^ 1])]), 'client_secret');
    const finished = expect(t.app.credentials.finishSignIn({ id }, 'cli')).rejects.toThrow(code('integrity_failure'));
    await comeBack({ code: 'good' });
    await finished;
    expect(forms).toHaveLength(0);
  });

  test('is not there for other kinds', async () => {
    const { t } = await setting();
    const input = credentialInput({ provider: 'google', label: 'key', fields: { api_key: 'AQ.fake' } });
    const { id } = t.app.credentials.add(input, 'cli').credential;
    await expect(t.app.credentials.startSignIn({ id }, 'cli')).rejects.toThrow(code('unsupported'));
    await expect(t.app.credentials.finishSignIn({ id }, 'cli')).rejects.toThrow(code('conflict'));
  });
});
