import { describe, expect, it } from 'vitest';
import type { Question } from '../../../electron/core/seams.ts';
import { createRouter } from '../../../electron/rpc/router.ts';
import { answeringServer, json } from '../../support/answering-server.ts';
import { filesHolding } from '../../support/files-holding.ts';
import { credentialInput, startUnlockedApp, type TestApp } from '../../support/test-app.ts';
import { guardedMcp } from './mcp-oauth-peer.ts';

const HOUR_MS = 3_600_000;
const code = (wanted: string, parts: object = {}) => expect.objectContaining({ code: wanted, ...parts }) as Error;

function add({ app }: TestApp, url: string, fields: Readonly<Record<string, string>> = {}): string {
  const input = credentialInput({ provider: 'mcp', authKind: 'oauth', fields: { url, ...fields }, local: true });
  return app.credentials.add(input, 'cli').credential.id;
}

/** What the owner's browser does: it opens the page, and the page leads it back to loopback. */
async function signIn({ app }: TestApp, id: string): Promise<URL> {
  const page = new URL(await app.credentials.startSignIn({ id }, 'cli'));
  const finished = app.credentials.finishSignIn({ id }, 'cli');
  const [answer] = await Promise.all([fetch(page), finished]);
  expect(answer.status).toBe(200);
  return page;
}

describe('a guarded MCP server made with the official SDK', () => {
  it('is signed in to with a client registered on the way, tested, and its token renewed', async () => {
    const peer = await guardedMcp();
    const t = await startUnlockedApp();
    const id = add(t, peer.url);
    await expect(t.app.credentials.test({ id }, false, 'cli')).resolves.toMatchObject({
      result: 'invalid_key',
      detail: expect.stringContaining('not signed in') as string,
    });
    expect(peer.seen).toHaveLength(0);

    const page = await signIn(t, id);
    expect(Object.fromEntries(page.searchParams)).toMatchObject({
      code_challenge_method: 'S256',
      resource: peer.url,
      scope: 'tools',
    });
    expect([...peer.authorization.clients.values()]).toMatchObject([
      { client_name: 'Keyharbor', redirect_uris: [page.searchParams.get('redirect_uri')] },
    ]);
    const found = await t.app.credentials.test({ id }, true, 'cli');
    expect(found).toMatchObject({ result: 'valid', detail: 'The server answers with this token.' });
    expect(found.facts).toContainEqual({ label: 'Server', value: 'guarded 1.0.0' });

    t.clock.wallMs += HOUR_MS;
    await t.app.credentials.reads.prepare('kh://mcp');
    expect(t.app.credentials.reads.read('kh://mcp', 'cli').value).toBe('FAKE-access-2');
    t.clock.wallMs += HOUR_MS;
    await t.app.credentials.reads.prepare('kh://mcp');
    expect(t.app.credentials.reads.read('kh://mcp', 'cli').value).toBe('FAKE-access-3');
    expect(peer.authorization.resources).toEqual([peer.url, peer.url, peer.url]);
    expect(filesHolding(t.home, ['FAKE-access', 'FAKE-refresh', page.searchParams.get('client_id') ?? ''])).toEqual([]);
  });

  it('is found where it says that its metadata lie, and only on its own host (RFC 9728 section 5.1)', async () => {
    const peer = await guardedMcp({ told: '/told' });
    const t = await startUnlockedApp();
    const page = await signIn(t, add(t, peer.url));
    expect(page.searchParams.get('scope')).toBe('told');
    expect(peer.seen.slice(0, 2)).toEqual([
      { method: 'POST', path: '/mcp' },
      { method: 'GET', path: '/told' },
    ]);

    const elsewhere = await answeringServer((response) => json(response, 200, {}));
    const other = await guardedMcp({ told: `${elsewhere.url}/told` });
    await startUnlockedApp().then((t2) => t2.app.credentials.startSignIn({ id: add(t2, other.url) }, 'cli'));
    expect(elsewhere.seen).toHaveLength(0);
  });

  it('that waits for its sign-in is no duplicate of another one', async () => {
    const t = await startUnlockedApp();
    add(t, 'http://127.0.0.1:1/mcp');
    const fields = { url: 'http://127.0.0.1:2/mcp' };
    const input = credentialInput({ provider: 'mcp', authKind: 'oauth', label: 'two', fields, local: true });
    expect(t.app.credentials.add(input, 'cli').warnings).toEqual([]);
  });

  it('whose token was revoked is got a new one in a test, and one that can get none says to sign in again', async () => {
    const peer = await guardedMcp();
    const t = await startUnlockedApp();
    const id = add(t, peer.url);
    await signIn(t, id);
    peer.authorization.live.clear();
    expect(await t.app.credentials.test({ id }, true, 'cli')).toMatchObject({ result: 'valid' });
    peer.authorization.live.clear();
    peer.authorization.refreshToken = 'another';
    expect(await t.app.credentials.test({ id }, true, 'cli')).toMatchObject({
      result: 'expired',
      hint: expect.stringContaining('Sign in again') as string,
    });
  });

  it('that signs people in on another host: nothing goes there before the owner agreed to it', async () => {
    const peer = await guardedMcp({ apart: true });
    const t = await startUnlockedApp();
    const id = add(t, peer.url);
    await expect(t.app.credentials.startSignIn({ id }, 'cli')).rejects.toThrow(
      code('conflict', {
        message: expect.stringContaining(new URL(peer.issuer.origin).host) as string,
        hint: expect.stringContaining(`--field issuer=${peer.issuer.origin}`) as string,
      }),
    );
    expect(peer.issuer.seen).toHaveLength(0);

    const place = t.app.credentials.changedPlace({ id }, { fields: { issuer: peer.issuer.origin }, local: true });
    expect(place?.origin).toBe(`${peer.url} ${peer.issuer.origin}`);
    t.app.credentials.edit({ id }, { fields: { issuer: peer.issuer.origin }, local: true }, 'cli');
    await signIn(t, id);
    expect(await t.app.credentials.test({ id }, true, 'cli')).toMatchObject({ result: 'valid' });
    expect(peer.issuer.seen.map(({ path }) => path)).toContain('/register');
    expect(peer.seen.every(({ path }) => path === '/mcp' || path.startsWith('/.well-known/'))).toBe(true);
  });
});

/** A server of the older revision, which is its own authorization server; what it says of itself can be changed. */
async function described(change: (metadata: Record<string, unknown>, url: string) => object, resource?: object) {
  const registrations: string[] = [];
  const server = await answeringServer(async (response, request) => {
    const { path } = request;
    if (path === '/register') registrations.push(await request.body());
    if (path.startsWith('/.well-known/oauth-protected-resource')) {
      return resource === undefined ? json(response, 404, {}) : json(response, 200, resource);
    }
    if (path !== '/.well-known/oauth-authorization-server') return json(response, 404, {});
    const metadata = {
      issuer: server.url,
      authorization_endpoint: `${server.url}/authorize`,
      token_endpoint: `${server.url}/token`,
      registration_endpoint: `${server.url}/register`,
      code_challenge_methods_supported: ['S256'],
    };
    return json(response, 200, change(metadata, server.url));
  });
  const t = await startUnlockedApp();
  const start = (fields = {}) => {
    const id = add(t, `${server.url}/mcp`, fields);
    return t.app.credentials.startSignIn({ id }, 'cli');
  };
  /** Besides the question to the server itself, which carries nothing. */
  const posts = () => server.seen.filter(({ method, path }) => method !== 'GET' && path !== '/mcp').length;
  return { start, posts, server, registrations };
}

describe('what a server says about its sign-in', () => {
  it('is taken of itself where it names nobody (revision 2025-03-26), with a client of the owner', async () => {
    const { start, posts, server } = await described((metadata) => metadata);
    const page = new URL(await start({ client_id: 'mine' }));
    expect(`${page.origin}${page.pathname}`).toBe(`${server.url}/authorize`);
    expect(page.searchParams.get('client_id')).toBe('mine');
    expect(posts()).toBe(0);
  });

  it.each<[string, (metadata: Record<string, unknown>, url: string) => object, string]>([
    ['of another issuer', (metadata) => ({ ...metadata, issuer: 'https://elsewhere.example' }), 'provider_unavailable'],
    [
      'with tokens from another host',
      (metadata) => ({ ...metadata, token_endpoint: 'https://elsewhere.example/t' }),
      'provider_unavailable',
    ],
    [
      'with registration on another host',
      (metadata) => ({ ...metadata, registration_endpoint: 'https://elsewhere.example/r' }),
      'provider_unavailable',
    ],
    [
      'without PKCE',
      (metadata) => ({ ...metadata, code_challenge_methods_supported: ['plain'] }),
      'provider_unavailable',
    ],
    [
      'with a page of another scheme',
      (metadata) => ({ ...metadata, authorization_endpoint: 'javascript:alert(1)' }),
      'provider_unavailable',
    ],
    [
      'with a page in the clear elsewhere',
      (metadata) => ({ ...metadata, authorization_endpoint: 'http://elsewhere.example/a' }),
      'provider_unavailable',
    ],
    ['without registration', (metadata) => ({ ...metadata, registration_endpoint: undefined }), 'unsupported'],
  ])('%s is refused, and nothing is sent', async (_, change, result) => {
    const { start, posts } = await described(change);
    await expect(start()).rejects.toThrow(code(result));
    expect(posts()).toBe(0);
  });

  it('for another resource is refused', async () => {
    const { start, posts } = await described((metadata) => metadata, {
      resource: 'https://elsewhere.example/mcp',
      authorization_servers: ['https://elsewhere.example'],
    });
    await expect(start()).rejects.toThrow(code('provider_unavailable'));
    expect(posts()).toBe(0);
  });

  it('a registration that is refused is told without what the server said, and nobody listens any more', async () => {
    const { start, posts, registrations } = await described((metadata) => metadata);
    await expect(start()).rejects.toThrow(/did not register a client/);
    expect(posts()).toBe(1);
    const asked = JSON.parse(registrations[0] ?? '') as { redirect_uris: string[] };
    await expect(fetch(asked.redirect_uris[0] ?? '')).rejects.toThrow();
  });
});

describe('the window', () => {
  it('asks for the other host, then for the page, and opens nothing without both', async () => {
    const peer = await guardedMcp({ apart: true });
    const t = await startUnlockedApp();
    const id = add(t, peer.url);
    const answers: boolean[] = [];
    const asked: string[] = [];
    const opened: string[] = [];
    Object.assign(t.shell, {
      confirm: ({ detail }: Question) => {
        asked.push(detail);
        return Promise.resolve(answers.shift() ?? false);
      },
      openLink: (url: string) => Promise.resolve(void opened.push(url)),
    });
    const route = createRouter(t.app);
    const start = () =>
      route({ caller: 'window', connection: 'c', method: 'credentials.startSignIn', params: { target: { id } } });
    await expect(start()).rejects.toMatchObject({ code: 'forbidden' });
    expect(asked).toEqual([`${peer.url} ${peer.issuer.origin}`]);
    expect(peer.issuer.seen).toHaveLength(0);
    answers.push(true, false);
    await expect(start()).rejects.toMatchObject({ code: 'forbidden' });
    expect(asked.at(-1)).toMatch(new RegExp(`^${peer.issuer.origin}/authorize\\?`));
    expect(opened).toEqual([]);
    answers.push(true);
    await start();
    expect(opened).toEqual([asked.at(-1)]);
    t.app.credentials.cancelSignIn({ id });
  });
});
