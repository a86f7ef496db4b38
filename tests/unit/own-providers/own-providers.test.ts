import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createRouter } from '../../../electron/rpc/router.ts';
import type { Input, MethodName, Output } from '../../../shared/contract/methods.ts';
import { answeringServer, json } from '../../support/answering-server.ts';
import { fakeKey } from '../../support/fake-keys.ts';
import { credentialInput, PASSWORD, startTestApp, startUnlockedApp, type TestApp } from '../../support/test-app.ts';

const FILE = readFileSync(join(import.meta.dirname, '../../fixtures/own-provider.json'), 'utf8');
const KEY = `acme_${'0123456789abcdef'.repeat(2)}`;
type Entry = Record<string, unknown> & {
  id: string;
  baseUrl: Record<string, unknown>;
  auth: Record<string, unknown>[];
  checks: Record<string, unknown>[];
};

/** The file with changes made to it. */
function changed(change: (entry: Entry) => void): string {
  const entry = JSON.parse(FILE) as Entry;
  change(entry);
  return JSON.stringify(entry);
}

/** The same provider, on a server of this computer. */
function at(url: string): string {
  return changed((entry) => {
    entry.baseUrl['default'] = url;
    for (const kind of entry.auth) kind['local'] = true;
  });
}

function save({ app }: TestApp, document: string) {
  return app.ownProviders.save(document, app.ownProviders.preview(document).hash, 'cli');
}

function add({ app }: TestApp, label = 'default') {
  return app.credentials.add(credentialInput({ provider: 'acme_search', label, fields: { api_key: KEY } }), 'cli')
    .credential;
}

const code = (wanted: string) => expect.objectContaining({ code: wanted }) as Error;

function caller(t: TestApp, as: 'window' | 'socket') {
  const route = createRouter(t.app);
  return <M extends MethodName>(method: M, params: Input<M>): Promise<Output<M>> =>
    route({ caller: as, connection: 'test', method, params }) as Promise<Output<M>>;
}

test('one more provider is one file and no code: preview, add, recognise, test, hand out', async () => {
  const server = await answeringServer((response, { headers }) =>
    headers['x-acme-key'] === `Token ${KEY}` ? json(response, 200, { owner: 'Fake & Sons' }) : json(response, 401, {}),
  );
  const t = await startUnlockedApp();
  const before = t.app.providers.list().length;
  const document = at(server.url);
  const preview = t.app.ownProviders.preview(document);
  expect(preview).toMatchObject({
    id: 'acme_search',
    replaces: false,
    hosts: [new URL(server.url).host],
    kinds: [
      {
        sends: ['header X-Acme-Key: Token {api_key}'],
        environment: ['ACME_SEARCH_API_KEY'],
        check: { request: `GET ${server.url}/v2/account` },
      },
    ],
  });
  expect(t.app.providers.list()).toHaveLength(before);
  t.app.ownProviders.save(document, preview.hash, 'cli');
  expect(t.app.providers.list()).toHaveLength(before + 1);
  expect(t.heard).toContainEqual({ event: 'providers.changed', data: {} });
  expect(t.app.providers.inspect({ value: KEY }).recognised?.provider).toBe('acme_search');
  const { id, baseUrl } = add(t);
  expect(baseUrl).toBeNull();
  expect(await t.app.credentials.test({ id }, false, 'cli')).toMatchObject({
    result: 'valid',
    facts: [{ label: 'Account', value: 'Fake & Sons' }],
  });
  // The version that is off is not called, though its check comes first.
  expect(new Set(server.seen.map(({ path }) => path))).toEqual(new Set(['/v2/account']));
  expect(t.app.credentials.reads.read('kh://acme_search/default', 'cli').value).toBe(KEY);
  expect(t.app.credentials.reads.environment([{ provider: 'acme_search' }], 'cli')).toEqual([
    { name: 'ACME_SEARCH_API_KEY', value: KEY, secret: true },
    { name: 'ACME_SEARCH_BASE_URL', value: server.url, secret: false },
  ]);
});

test('own providers are there while the vault is unlocked, and again after the next unlock', async () => {
  const t = await startUnlockedApp();
  save(t, FILE);
  t.app.vault.lock('asked');
  expect(t.app.providers.list().some(({ own }) => own)).toBe(false);
  await t.app.vault.unlock(PASSWORD, 'cli');
  expect(t.app.providers.list().find(({ id }) => id === 'acme_search')).toMatchObject({ own: true, enabled: true });
});

test('one that is off takes no credentials, tests none, hands none out and recognises none', async () => {
  const t = await startUnlockedApp();
  save(t, FILE);
  const { id } = add(t);
  expect(t.app.ownProviders.enable('acme_search', false, 'cli').enabled).toBe(false);
  expect(() => add(t, 'second')).toThrow(code('conflict'));
  await expect(t.app.credentials.test({ id }, false, 'cli')).rejects.toThrow(code('conflict'));
  expect(() => t.app.credentials.reads.read('kh://acme_search', 'cli')).toThrow(code('conflict'));
  expect(() => t.app.credentials.resolve('acme_search', 'default')).toThrow(code('key_not_found'));
  expect(t.app.providers.inspect({ value: KEY }).recognised).toBeNull();
  expect(t.app.credentials.list({})).toHaveLength(1);
  t.app.ownProviders.enable('acme_search', true, 'cli');
  expect(t.app.credentials.reads.read('kh://acme_search', 'cli').value).toBe(KEY);
});

test('one with credentials is not removed, in the bin or not; without any it is', async () => {
  const t = await startUnlockedApp();
  save(t, FILE);
  const { id } = add(t);
  expect(() => t.app.ownProviders.remove('acme_search', 'cli')).toThrow(code('conflict'));
  t.app.credentials.move({ id }, 'delete', 'cli');
  expect(() => t.app.ownProviders.remove('acme_search', 'cli')).toThrow(/in the bin/);
  await t.app.credentials.purge({ id }, PASSWORD, 'cli');
  t.app.ownProviders.remove('acme_search', 'cli');
  expect(t.app.providers.list().some(({ own }) => own)).toBe(false);
  expect(() => t.app.ownProviders.remove('acme_search', 'cli')).toThrow(code('not_found'));
  expect(() => t.app.ownProviders.remove('openai', 'cli')).toThrow(code('not_found'));
});

test('a built-in id is refused', async () => {
  const t = await startUnlockedApp();
  expect(() => t.app.ownProviders.preview(changed((entry) => (entry.id = 'openai')))).toThrow(code('conflict'));
});

test('a key that the program knows is not claimed by a file', async () => {
  const t = await startUnlockedApp();
  const greedy = changed((entry) => {
    entry.auth[0] = {
      ...entry.auth[0],
      formats: [{ field: 'api_key', label: 'key', regex: '.{10,}', prefix: 'sk-proj-' }],
    };
  });
  save(t, greedy);
  expect(t.app.providers.inspect({ value: fakeKey('openai', 'project') }).recognised?.provider).toBe('openai');
});

describe('a changed descriptor', () => {
  const moved = changed((entry) => (entry.baseUrl['default'] = 'https://api.other-search.com'));

  test('moves keys only as its preview said: sealed for the new place, without their grants', async () => {
    const t = await startUnlockedApp();
    save(t, FILE);
    const { id } = add(t);
    const own = t.app.credentials.add(
      credentialInput({
        provider: 'acme_search',
        label: 'gateway',
        fields: { api_key: KEY },
        baseUrl: 'https://gateway.example.org',
      }),
      'cli',
    ).credential;
    const client = t.app.clients.create(
      { name: 'tool', grants: ['keys:read:acme_search/default'], expiresInDays: 30, ratePerSecond: 20, test: false },
      'cli',
    ).client;
    const origin = (of: string) =>
      t.app.vault.opened().db.prepare('SELECT origin FROM credential WHERE id = ?').pluck().get(Buffer.from(of, 'hex'));
    expect(origin(id)).toBe('https://api.acme-search.com');
    const preview = t.app.ownProviders.preview(moved);
    expect(preview).toMatchObject({ replaces: true, moves: 1, credentials: 2, hosts: ['api.other-search.com'] });
    expect(origin(id)).toBe('https://api.acme-search.com');
    t.app.ownProviders.save(moved, preview.hash, 'cli');
    expect(origin(id)).toBe('https://api.other-search.com');
    expect(origin(own.id)).toBe('https://gateway.example.org');
    expect(t.app.credentials.reads.read('kh://acme_search', 'cli').value).toBe(KEY);
    expect(t.app.clients.list().find((each) => each.id === client.id)?.grants).toEqual([]);
  });

  test('that came into the database without asking moves nothing', async () => {
    const real = await answeringServer((response) => json(response, 200, { owner: 'real' }));
    const thief = await answeringServer((response) => json(response, 200, { owner: 'thief' }));
    const t = await startUnlockedApp();
    save(t, at(real.url));
    const { id } = add(t);
    const vault = t.app.vault.opened();
    vault.write(() => vault.db.prepare('UPDATE own_provider SET document = ?').run(at(thief.url)));
    t.app.vault.lock('asked');
    await t.app.vault.unlock(PASSWORD, 'cli');
    expect((await t.app.credentials.test({ id }, true, 'cli')).result).toBe('valid');
    expect(real.seen.length).toBeGreaterThan(0);
    expect(thief.seen).toEqual([]);
  });

  test('is saved only with the hash of its preview, while things are as they were', async () => {
    const t = await startUnlockedApp();
    save(t, FILE);
    const { hash } = t.app.ownProviders.preview(moved);
    expect(() => t.app.ownProviders.save(FILE, hash, 'cli')).toThrow(code('conflict'));
    add(t);
    expect(() => t.app.ownProviders.save(moved, hash, 'cli')).toThrow(/preview/);
  });

  test.each([
    ['loses a kind in use', (entry: Entry) => (entry.auth[0] = { ...entry.auth[0], kind: 'other_key' })],
    [
      'makes a secret public',
      (entry: Entry) => {
        const fields = [
          { name: 'token', label: 'Token', secret: true, required: true },
          { name: 'api_key', label: 'API key', secret: false, required: true },
        ];
        entry.auth[0] = { ...entry.auth[0], primary: 'token', fields };
      },
    ],
  ])('that %s is refused while a credential has it', async (_, change) => {
    const t = await startUnlockedApp();
    save(t, FILE);
    add(t);
    const document = changed((entry) => {
      change(entry);
      for (const check of entry.checks) check['for'] = [entry.auth[0]?.['kind']];
    });
    expect(() => t.app.ownProviders.preview(document)).toThrow(code('conflict'));
  });
});

describe('a file may not', () => {
  const kind = (more: object) => changed((entry) => (entry.auth[0] = { ...entry.auth[0], ...more }));
  test.each([
    [
      'send a request to another place',
      changed((entry) => (entry.checks[0] = { ...entry.checks[0], baseUrl: 'https://elsewhere.com' })),
    ],
    ['name a program', kind({ address: [{ protocol: 'mcp_stdio', command: 'command', args: 'args' }] })],
    ['steer other programs by a variable', kind({ environment: [{ field: 'api_key', names: ['LD_PRELOAD'] }] })],
    ['bring a pattern that never ends', kind({ formats: [{ field: 'api_key', label: 'k', regex: '(a+)+b' }] })],
    [
      'bring a pattern with many variable parts',
      kind({ formats: [{ field: 'api_key', label: 'k', regex: 'a*a*a*b' }] }),
    ],
    ['be of another schema', changed((entry) => (entry['schema'] = 'keyharbor.provider/2'))],
    ['hold an unknown member', changed((entry) => (entry['hooks'] = []))],
    ['be larger than 256 KiB', changed((entry) => (entry['name'] = 'x'.repeat(300_000)))],
    ['repeat a member', FILE.replace('"id": "acme_search"', '"id": "acme_search", "id": "x"')],
    ['go to a metadata service', at('http://169.254.169.254')],
    ['go to a private host without saying local', changed((entry) => (entry.baseUrl['default'] = 'https://10.0.0.1'))],
  ])('%s', async (_, document) => {
    const t = await startUnlockedApp();
    expect(() => t.app.ownProviders.preview(document)).toThrow(/Nothing was|never a place/);
  });

  test('be repeated in what is said about it', async () => {
    const t = await startUnlockedApp();
    const wrong = JSON.stringify({
      private_key: 'VALUE-OF-A-SECRET',
      type: 'VALUE-OF-A-SECRET',
      'NAME-OF-A-MEMBER': 1,
    });
    expect.assertions(1);
    try {
      t.app.ownProviders.preview(wrong);
    } catch (error) {
      expect(JSON.stringify([String(error), error])).not.toMatch(/VALUE-OF|NAME-OF/);
    }
  });
});

describe('through the contract', () => {
  const pieces = (text: string) => text.match(/[^]{1,1000}/g) ?? [];

  test('a window is asked outside the page, and a no changes nothing', async () => {
    const t = await startUnlockedApp();
    const window = caller(t, 'window');
    const questions: unknown[] = [];
    let answer = false;
    t.shell.confirm = (question?: unknown) => {
      questions.push(question);
      return Promise.resolve(answer);
    };
    const { hash } = await window('providers.preview', { document: pieces(FILE) });
    const given = { document: pieces(FILE), hash };
    await expect(window('providers.save', given)).rejects.toThrow(code('forbidden'));
    expect(t.app.providers.list().some(({ own }) => own)).toBe(false);
    expect(JSON.stringify(questions)).toContain('api.acme-search.com');
    answer = true;
    expect(await window('providers.save', given)).toMatchObject({ id: 'acme_search', own: true, enabled: true });
  });

  test('the command line asks by itself; enable and remove work', async () => {
    const t = await startUnlockedApp();
    const cli = caller(t, 'socket');
    t.shell.confirm = () => Promise.reject(new Error('nobody is to be asked'));
    const { hash } = await cli('providers.preview', { document: pieces(FILE) });
    await cli('providers.save', { document: pieces(FILE), hash });
    expect((await cli('providers.enable', { id: 'acme_search', enabled: false })).enabled).toBe(false);
    await cli('providers.remove', { id: 'acme_search' });
  });

  test('a link from a file is opened only after a question', async () => {
    const t = await startUnlockedApp();
    save(t, FILE);
    let asked = 0;
    t.shell.confirm = () => {
      asked += 1;
      return Promise.resolve(true);
    };
    await caller(t, 'window')('app.openLink', { url: 'https://acme-search.com/keys' });
    expect(asked).toBe(1);
  });

  test('the descriptor comes back as it was given; a built-in one is not to be changed', async () => {
    const t = await startUnlockedApp();
    save(t, FILE);
    const window = caller(t, 'window');
    expect((await window('providers.document', { id: 'acme_search' })).document.join('')).toBe(FILE);
    await expect(window('providers.document', { id: 'openai' })).rejects.toThrow(code('not_found'));
  });

  test('a locked vault knows no preview', async () => {
    const t = startTestApp();
    await expect(caller(t, 'socket')('providers.preview', { document: [FILE] })).rejects.toThrow(
      code('vault_not_found'),
    );
  });
});

test('what a test costs is told with the dearest check that may be run, and the daily check leaves it alone', async () => {
  const server = await answeringServer((response) => json(response, 200, {}));
  const t = await startUnlockedApp();
  const document = changed((entry) => {
    entry.baseUrl['default'] = server.url;
    for (const kind of entry.auth) kind['local'] = true;
    entry.checks.push({ ...entry.checks.at(-1), id: 'paid', costMicroUsd: 2000 });
    for (const rule of entry.interpret as { checks?: string[] }[]) rule.checks?.push('paid');
  });
  expect(t.app.ownProviders.preview(document).kinds[0]?.check?.costMicroUsd).toBe(2000);
  save(t, document);
  add(t);
  const info = t.app.providers.list().find(({ id }) => id === 'acme_search');
  expect(info?.auth[0]?.check?.costMicroUsd).toBe(2000);
  t.app.settings.set({ vault: { dailyCheck: true } }, 'ui');
  t.clock.wallMs += 86_400_000;
  t.clock.advance(15 * 60_000);
  await t.app.scheduledCheck.settled();
  expect(server.seen).toHaveLength(0);
});
