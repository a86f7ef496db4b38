import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readAudit } from '../../../electron/core/audit/audit-log.ts';
import type { ClientAsk } from '../../../electron/core/broker/gate.ts';
import { AppError } from '../../../shared/errors.ts';
import { ask, exchange } from './raw-http.ts';
import { bearer, makeSetting, SECRET, type Setting, tokenFor } from './running-endpoint.ts';

const code = (expected: string) => expect.objectContaining({ code: expected }) as Error;
const modeOf = (path: string) => statSync(path).mode & 0o777;
const audited = (setting: Setting) => readAudit(setting.vault.opened(), { limit: 100 });

let setting: Setting;
beforeEach(() => {
  setting = makeSetting();
});
afterEach(() => setting.close());

async function on(): Promise<{ port: number }> {
  const { port } = await setting.endpoint.on({ port: 0, actor: 'cli' });
  return { port: port ?? 0 };
}

/** Genuine, but of another vault. */
function strangeToken(): string {
  const other = makeSetting();
  const token = tokenFor(other, ['keys:list']);
  void other.close();
  return token;
}

const squat = (options: { host?: string; port?: number; path?: string }) =>
  new Promise<Server>((resolve) => {
    const server = createServer();
    server.listen(options, () => resolve(server));
  });
const end = (server: Server) => new Promise((resolve) => server.close(resolve));

describe('switching on and off', () => {
  test('listens on 127.0.0.1 and on the socket, and says where', async () => {
    const place = await on();
    const socket = join(setting.run, 'endpoint.sock');
    const status = { on: true, address: '127.0.0.1', port: place.port, socket, problem: null };
    expect(setting.endpoint.status()).toEqual(status);
    expect(setting.events).toEqual([{ event: 'endpoint.changed', data: status }]);
    const file = join(setting.run, 'endpoint.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      address: '127.0.0.1',
      port: place.port,
      pid: process.pid,
    });
    expect([modeOf(file), modeOf(socket), modeOf(setting.run)]).toEqual([0o600, 0o600, 0o700]);
    for (const where of [place, { path: socket }]) {
      const answer = await ask(where, '/healthz');
      expect(answer.status).toBe(200);
      expect(JSON.parse(answer.body)).toEqual({ status: 'ok', version: '0.0.0-test', locked: false });
    }
  });

  test('off ends connections and removes what said where it was', async () => {
    const place = await on();
    expect(await setting.endpoint.off('cli')).toEqual({
      on: false,
      address: null,
      port: null,
      socket: null,
      problem: null,
    });
    expect((await ask(place, '/healthz')).status).toBe(0);
    expect(() => statSync(join(setting.run, 'endpoint.json'))).toThrow('ENOENT');
    expect(() => statSync(join(setting.run, 'endpoint.sock'))).toThrow('ENOENT');
    expect(audited(setting).map(({ actor, action }) => [actor, action])).toEqual([
      ['cli', 'endpoint.off'],
      ['cli', 'endpoint.on'],
    ]);
  });

  test('a second on with the same port changes nothing, another port moves it', async () => {
    const first = await on();
    await setting.endpoint.on({ port: first.port, actor: 'cli' });
    expect(setting.events).toHaveLength(1);
    const free = await squat({ host: '127.0.0.1', port: 0 });
    const address = free.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await end(free);
    await setting.endpoint.on({ port, actor: 'cli' });
    expect((await ask(first, '/healthz')).status).toBe(0);
    expect((await ask({ port }, '/healthz')).status).toBe(200);
    expect(JSON.parse(readFileSync(join(setting.run, 'endpoint.json'), 'utf8'))).toMatchObject({ port });
  });

  test('a taken port is a conflict with advice, never another port', async () => {
    const other = await squat({ host: '127.0.0.1', port: 0 });
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(setting.endpoint.on({ port, actor: 'cli' })).rejects.toThrow(code('conflict'));
    expect(setting.endpoint.status()).toMatchObject({ on: false, port: null, socket: null });
    expect(setting.endpoint.status().problem).toContain('Another program uses this port');
    expect(() => statSync(join(setting.run, 'endpoint.json'))).toThrow('ENOENT');
    const place = await on();
    await expect(setting.endpoint.on({ port, actor: 'cli' })).rejects.toThrow(code('conflict'));
    expect((await ask(place, '/healthz')).status).toBe(200);
    expect(JSON.parse(readFileSync(join(setting.run, 'endpoint.json'), 'utf8'))).toMatchObject({ port: place.port });
    await end(other);
  });

  test('an act whose audit entry cannot be written does not happen', async () => {
    setting.vault.broken = true;
    await expect(on()).rejects.toThrow(code('internal'));
    expect(setting.endpoint.status().on).toBe(false);
    expect(() => statSync(join(setting.run, 'endpoint.json'))).toThrow('ENOENT');
    setting.vault.broken = false;
  });

  test('a socket that a killed process left is replaced, a living one is not', async () => {
    const path = join(setting.run, 'endpoint.sock');
    const living = await squat({ path });
    await expect(on()).rejects.toThrow(code('conflict'));
    await end(living);
    // What kill -9 leaves: the file without its listener.
    const hardLink = join(setting.run, 'other.sock');
    const doomed = await squat({ path: hardLink });
    linkSync(hardLink, path);
    await end(doomed);
    expect((await ask(await on(), '/healthz')).status).toBe(200);
  });

  test('what is no socket of ours is left alone', async () => {
    const path = join(setting.run, 'endpoint.sock');
    writeFileSync(path, 'precious');
    await expect(on()).rejects.toThrow(code('security_violation'));
    expect(readFileSync(path, 'utf8')).toBe('precious');
    rmSync(path);
    symlinkSync('/dev/null', path);
    await expect(on()).rejects.toThrow(code('security_violation'));
  });

  test('a folder that others may enter is refused', async () => {
    chmodSync(setting.run, 0o755);
    await expect(on()).rejects.toThrow(code('security_violation'));
  });

  test('where the path is too long, the socket lies in a private temporary folder that goes with it', async () => {
    const long = join(mkdtempSync(join(tmpdir(), 'kh-')), 'x'.repeat(100));
    mkdirSync(long, { recursive: true });
    const deep = makeSetting(long);
    await deep.endpoint.on({ port: 0, actor: 'cli' });
    const path = deep.endpoint.status().socket ?? '';
    expect(Buffer.byteLength(path)).toBeLessThanOrEqual(100);
    expect(path.startsWith(long)).toBe(false);
    expect(modeOf(dirname(path))).toBe(0o700);
    expect((await ask({ path }, '/healthz')).status).toBe(200);
    await deep.close();
    expect(() => statSync(dirname(path))).toThrow('ENOENT');
    rmSync(dirname(long), { recursive: true });
  });

  test('the host may say where the socket goes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kh-given-'));
    setting.endpoint.useSocket(join(folder, 'endpoint.sock'));
    await on();
    expect((await ask({ path: join(folder, 'endpoint.sock') }, '/healthz')).status).toBe(200);
    await setting.endpoint.off('cli');
    rmSync(folder, { recursive: true });
  });
});

describe('reading a key', () => {
  test('gives the published members, over TCP and over the socket', async () => {
    const place = await on();
    const token = tokenFor(setting, ['keys:read:openai']);
    for (const where of [place, { path: setting.endpoint.status().socket ?? '' }]) {
      const answer = await ask(where, '/v1/keys/openai/work', bearer(token));
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('application/json');
      expect(JSON.parse(answer.body)).toEqual({
        provider: 'openai',
        label: 'work',
        scope: 'user',
        version: 1,
        value: SECRET,
        fields: { api_key: SECRET },
        env: { OPENAI_API_KEY: SECRET },
        expiresAt: null,
        fingerprint: 'f'.repeat(16),
      });
    }
    expect(setting.activity).toBe(2);
    expect(setting.lastUsed.of('client', token.slice(8, 18))?.atMs).toBe(setting.clock.now());
    expect(setting.lastUsed.of('credential', '2'.repeat(32))?.usedBy).toBe('client 0');
    for (const field of setting.credentials.disposed) expect(field.every((byte) => byte === 0)).toBe(true);
  });

  test.each(['x-api-key', 'api-key', 'x-goog-api-key'])('takes the token from %s', async (name) => {
    const place = await on();
    const answer = await ask(place, '/v1/keys/openai', [[name, tokenFor(setting, ['keys:read:openai'])]]);
    expect(answer.status).toBe(200);
  });

  test.each([
    ['/v1/keys/openai/work', ['keys:read:openai/work'], 200],
    ['/v1/keys/openai', ['keys:read:openai/work'], 403],
    ['/v1/keys/openai', ['keys:read:openai/default'], 200],
    ['/v1/keys/openai', ['proxy:openai', 'keys:list', 'usage:read'], 403],
    ['/v1/keys/ollama', ['keys:read:openai'], 403],
    ['/v1/keys/openai/nowhere', ['keys:read:openai'], 404],
    ['/v1/keys', ['keys:read:openai'], 403],
    ['/v1/keys', ['keys:list'], 200],
    ['/v1/keys/', ['keys:list'], 404],
    ['/v1/keys/openai/', ['keys:read:openai'], 404],
    ['/v1/keys/openai/work/api_key', ['keys:read:openai'], 404],
    ['/v1/keys/openai?version=1', ['keys:read:openai'], 404],
    ['/v1/keys/%6fpenai', ['keys:read:openai'], 404],
    ['/v1/keys/../keys/openai', ['keys:read:openai'], 404],
    ['/v1//keys/openai', ['keys:read:openai'], 404],
    ['/proxy/openai/models', ['proxy:openai'], 404],
    ['/', ['keys:list'], 404],
  ] as const)('%s with %j: %i', async (target, grants, status) => {
    const answer = await ask(await on(), target, bearer(tokenFor(setting, grants)));
    expect(answer.status).toBe(status);
    expect(answer.body.includes(SECRET)).toBe(target !== '/v1/keys' && status === 200);
  });

  test('a missing grant is named, with how to get it', async () => {
    const answer = await ask(await on(), '/v1/keys/openai/work', bearer(tokenFor(setting, ['keys:list'])));
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(JSON.parse(answer.body)).toEqual({
      type: 'about:blank',
      title: 'Forbidden',
      status: 403,
      detail: expect.any(String) as string, // the gate's words
      code: 'forbidden',
      hint: 'The owner can make a client that has it: keyharbor client add NAME --grant keys:read:openai/work',
    });
  });

  test('a path that takes GET only says so', async () => {
    const token = tokenFor(setting, ['keys:read:openai']);
    const answer = await ask(await on(), '/v1/keys/openai', bearer(token), 'DELETE');
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET']);
  });

  test('a test token reaches local credentials only', async () => {
    const place = await on();
    const token = tokenFor(setting, ['keys:list', 'keys:read:openai', 'keys:read:ollama'], { test: true });
    expect(token).toMatch(/^kh_test_/);
    expect((await ask(place, '/v1/keys/openai', bearer(token))).status).toBe(403);
    expect((await ask(place, '/v1/keys/ollama', bearer(token))).status).toBe(200);
    const list = JSON.parse((await ask(place, '/v1/keys', bearer(token))).body) as { keys: { provider: string }[] };
    expect(list.keys.map(({ provider }) => provider)).toEqual(['ollama']);
  });

  test('the list shows what the client may use, and no note, value or mask', async () => {
    const place = await on();
    const list = async (grants: readonly string[]) => {
      const answer = await ask(place, '/v1/keys', bearer(tokenFor(setting, grants)));
      return (JSON.parse(answer.body) as { keys: { provider: string; label: string }[] }).keys;
    };
    expect(await list(['keys:list', 'keys:read:openai/work'])).toEqual([
      {
        provider: 'openai',
        label: 'work',
        name: 'work key',
        scope: 'user',
        version: 1,
        expiresAt: null,
        fingerprint: 'f'.repeat(16),
      },
    ]);
    expect((await list(['keys:list', 'proxy:ollama'])).map(({ provider }) => provider)).toEqual(['ollama']);
    expect(await list(['keys:list'])).toHaveLength(3);
  });
});

describe('a key that is not granted', () => {
  test('waits for the owner, is had after a yes, and the owner sees who asks and why', async () => {
    const place = await on();
    const token = tokenFor(setting, ['keys:list']);
    const asked: ClientAsk[] = [];
    let yes = (): void => undefined;
    setting.admit = (ask) => {
      asked.push(ask);
      return new Promise((resolve) => {
        yes = resolve;
      });
    };
    const reading = fetch(`http://127.0.0.1:${place.port}/v1/keys/openai/work`, {
      headers: { authorization: `Bearer ${token}`, 'keyharbor-reason': 'to run the tests' },
    });
    while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(asked[0]).toMatchObject({ form: 'value', granted: false, reason: 'to run the tests' });
    expect(asked[0]?.credential.label).toBe('work');
    yes();
    expect(await (await reading).json()).toMatchObject({ value: SECRET });
  });

  test('is not had after a no, and what is not there looks the same', async () => {
    const place = await on();
    const token = tokenFor(setting, ['keys:list']);
    setting.admit = () => Promise.reject(new AppError('forbidden', 'The owner said no.', 'Ask the owner.'));
    const refused = await ask(place, '/v1/keys/openai/work', bearer(token));
    expect([refused.status, refused.body.includes(SECRET)]).toEqual([403, false]);
    const absent = await ask(place, '/v1/keys/openai/nowhere', bearer(token));
    expect(absent.status).toBe(403);
    setting.clock.advance(60_000);
    const counted = audited(setting).filter(({ meta }) => meta['reason'] === 'grant');
    expect(counted).toMatchObject([{ actor: token.slice(8, 18), meta: { count: 2 } }]);
  });

  test('the question is withdrawn when the client leaves', async () => {
    const place = await on();
    const token = tokenFor(setting, ['keys:list']);
    const withdrawn = new Promise<void>((resolve) => {
      setting.admit = ({ signal }) => {
        signal.addEventListener('abort', () => resolve());
        return new Promise(() => undefined);
      };
    });
    const leaving = new AbortController();
    const reading = fetch(`http://127.0.0.1:${place.port}/v1/keys/openai`, {
      headers: { authorization: `Bearer ${token}` },
      signal: leaving.signal,
    }).catch(() => 'left');
    while (setting.activity === 0) await new Promise((resolve) => setImmediate(resolve));
    leaving.abort();
    await withdrawn;
    expect(await reading).toBe('left');
  });

  test('the gate may refuse a granted one too', async () => {
    const place = await on();
    setting.admit = () => {
      throw new AppError('forbidden', 'This key is given out by the proxy only.', 'Use /proxy/openai.');
    };
    const answer = await ask(place, '/v1/keys/openai', bearer(tokenFor(setting, ['keys:read:openai'])));
    expect(JSON.parse(answer.body)).toMatchObject({ status: 403, hint: 'Use /proxy/openai.' });
  });
});

describe('the port', () => {
  test('0 while it is on is any free one, so another; without a port it stays', async () => {
    const { port: first } = await on();
    const second = await setting.endpoint.on({ port: 0, actor: 'cli' });
    expect(second.port).not.toBe(first);
    expect((await ask({ port: second.port ?? 0 }, '/healthz')).status).toBe(200);
    expect((await ask({ port: first }, '/healthz')).status).toBe(0);
    expect((await setting.endpoint.on({ actor: 'cli' })).port).toBe(second.port);
  });
});

describe('who is nobody', () => {
  test.each<[string, () => readonly (readonly [string, string])[]]>([
    ['no token', () => []],
    ['a malformed token', () => bearer('kh_live_x')],
    ['a token with a typo', () => bearer(`${tokenFor(setting, ['keys:list']).slice(0, -1)}!`)],
    ["another vault's token", () => bearer(strangeToken())],
    [
      'a revoked token',
      () => {
        const token = tokenFor(setting, ['keys:read:openai']);
        setting.clients.revoke(token.slice(8, 18), 'cli');
        return bearer(token);
      },
    ],
  ])('%s: 401, and the same body for all', async (_name, headers) => {
    const answer = await ask(await on(), '/v1/keys/openai', headers());
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(JSON.parse(answer.body)).toEqual({
      type: 'about:blank',
      title: 'Unauthorized',
      status: 401,
      code: 'unauthorized',
      hint: '',
    });
    expect(setting.credentials.asked).toBe(0);
  });

  test('nobody learns which paths exist', async () => {
    expect((await ask(await on(), '/nowhere')).status).toBe(401);
  });

  test('revoking works at once on a connection that is open', async () => {
    const place = await on();
    const token = tokenFor(setting, ['keys:read:openai']);
    const request = (close: string) =>
      `GET /v1/keys/openai HTTP/1.1\r\nHost: 127.0.0.1:${place.port}\r\nAuthorization: Bearer ${token}\r\n${close}\r\n`;
    const socket = connect(place.port, '127.0.0.1');
    let text = '';
    const first = new Promise<void>((resolve) => {
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
        if (text.includes('"fingerprint"')) resolve();
      });
    });
    socket.write(request(''));
    await first;
    setting.clients.revoke(token.slice(8, 18), 'cli');
    text = '';
    const over = new Promise((resolve) => socket.on('close', resolve));
    socket.end(request('Connection: close\r\n'));
    await over;
    expect(text).toMatch(/^HTTP\/1\.1 401 /);
  });

  test('a token in the URL is refused, flagged, and stays valid in the header', async () => {
    const place = await on();
    const token = tokenFor(setting, ['keys:read:openai']);
    expect((await ask(place, `/v1/keys/openai?key=${token}`)).status).toBe(400);
    expect(setting.clients.list()).toMatchObject([{ exposed: true }]);
    expect((await ask(place, `/healthz?${token.replaceAll('_', '%5f')}`)).status).toBe(400);
    expect((await ask(place, '/v1/keys/openai', bearer(token))).status).toBe(200);
  });
});

describe('limits', () => {
  test('over the rate of a client: 429 with Retry-After, and others go on', async () => {
    const place = await on();
    const slow = tokenFor(setting, ['keys:read:openai'], { rate: 1 });
    const other = tokenFor(setting, ['keys:read:openai'], { rate: 1 });
    for (let n = 0; n < 3; n += 1) expect((await ask(place, '/v1/keys/openai', bearer(slow))).status).toBe(200);
    const over = await ask(place, '/v1/keys/openai', bearer(slow));
    expect([over.status, over.headers.get('retry-after')]).toEqual([429, '1']);
    expect(JSON.parse(over.body)).toMatchObject({ code: 'rate_limited' });
    expect((await ask(place, '/v1/keys/openai', bearer(other))).status).toBe(200);
    setting.clock.advance(1000);
    expect((await ask(place, '/v1/keys/openai', bearer(slow))).status).toBe(200);
  });

  test('bad tokens are slowed, a good one beside them is not', async () => {
    const place = await on();
    const token = tokenFor(setting, ['keys:read:openai']);
    for (let n = 0; n < 10; n += 1) expect((await ask(place, '/v1/keys', bearer('kh_live_bad'))).status).toBe(401);
    const slowed = await ask(place, '/v1/keys', bearer('kh_live_bad'));
    expect([slowed.status, slowed.headers.get('retry-after')]).toEqual([429, '1']);
    expect((await ask(place, '/v1/keys/openai', bearer(token))).status).toBe(200);
    expect((await ask(place, '/v1/keys')).status).toBe(401);
  });
});

describe('while the vault is locked', () => {
  test('the port stays; 401 without a token, 423 for any well-formed one', async () => {
    const place = await on();
    const token = tokenFor(setting, ['keys:read:openai']);
    const revoked = tokenFor(setting, ['keys:read:openai']);
    setting.clients.revoke(revoked.slice(8, 18), 'cli');
    setting.vault.lock();
    expect(setting.endpoint.status()).toMatchObject({ on: true, port: place.port });
    expect((await ask(place, '/v1/keys/openai')).status).toBe(401);
    expect((await ask(place, '/v1/keys/openai', bearer('kh_live_x'))).status).toBe(401);
    for (const any of [token, revoked]) {
      const answer = await ask(place, '/v1/keys/openai', bearer(any));
      expect(answer.status).toBe(423);
      expect(JSON.parse(answer.body)).toMatchObject({ code: 'vault_locked' });
    }
    expect(JSON.parse((await ask(place, '/healthz')).body)).toMatchObject({ locked: true });
    setting.vault.unlock();
    expect((await ask(place, '/v1/keys/openai', bearer(token))).status).toBe(200);
  });

  test('on and off work, and are told to the audit log later', async () => {
    setting.vault.lock();
    await on();
    await setting.endpoint.off('cli');
    const pending = readFileSync(join(dirname(setting.run), 'audit-pending.jsonl'), 'utf8');
    expect(pending).toContain('endpoint.on');
    expect(pending).toContain('endpoint.off');
  });
});

test('what was refused while locked is not forgotten at the end of the program', async () => {
  const place = await on();
  setting.vault.lock();
  await ask(place, '/v1/keys', bearer('kh_live_bad'));
  const pending = join(dirname(setting.run), 'audit-pending.jsonl');
  await setting.endpoint.close();
  expect(readFileSync(pending, 'utf8')).toContain('endpoint.badToken');
});

describe('audit', () => {
  test('reads are counted by client and credential, and written within a second', async () => {
    const place = await on();
    const token = tokenFor(setting, ['keys:read:openai']);
    for (const label of ['', '/work', '/work']) await ask(place, `/v1/keys/openai${label}`, bearer(token));
    const reads = () => audited(setting).filter((entry) => entry.action === 'key.read');
    expect(reads()).toEqual([]);
    setting.clock.advance(1000);
    const actor = token.slice(8, 18);
    expect(reads()).toMatchObject([
      { actor, target: '2'.repeat(32), result: 'ok', meta: { count: 2, minute: '2030-01-15T12:00:00.000Z' } },
      { actor, target: '1'.repeat(32), result: 'ok', meta: { count: 1 } },
    ]);
  });

  test('reads are written before the vault locks', async () => {
    const place = await on();
    await ask(place, '/v1/keys/openai', bearer(tokenFor(setting, ['keys:read:openai'])));
    setting.vault.lock();
    setting.vault.unlock();
    expect(audited(setting)[0]).toMatchObject({ action: 'key.read', meta: { count: 1 } });
  });

  test('while it cannot be written no key is handed out, and nothing counted is lost', async () => {
    const place = await on();
    const token = tokenFor(setting, ['keys:read:openai']);
    await ask(place, '/v1/keys/openai', bearer(token));
    setting.vault.broken = true;
    setting.clock.advance(1000);
    const refused = await ask(place, '/v1/keys/openai', bearer(token));
    expect(refused.status).toBe(500);
    expect(refused.body).not.toContain(SECRET);
    setting.vault.broken = false;
    setting.clock.advance(1000);
    expect(audited(setting)[0]).toMatchObject({ action: 'key.read', meta: { count: 1 } });
    expect((await ask(place, '/v1/keys/openai', bearer(token))).status).toBe(200);
  });

  test('failures are told in sum, with a word why', async () => {
    const place = await on();
    await ask(place, '/v1/keys');
    await ask(place, '/v1/keys', bearer('kh_live_bad'));
    await ask(place, '/v1/keys', bearer('kh_live_bad'));
    await ask(place, '/v1/keys', [['Origin', 'null']]);
    await exchange(place, 'GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n');
    setting.clock.advance(60_000);
    const sums = audited(setting).filter((entry) => entry.action === 'endpoint.refused');
    expect(Object.fromEntries(sums.map(({ meta }) => [meta['reason'], meta['count']]))).toEqual({
      'no-token': 1,
      'bad-token': 2,
      browser: 1,
      host: 1,
    });
  });
});
