import { expect, test } from 'vitest';
import { readAudit } from '../../../electron/core/audit/audit-log.ts';
import { fakeKey } from '../../support/fake-keys.ts';
import { credentialInput, PASSWORD, startUnlockedApp, type TestApp } from '../../support/test-app.ts';

const OPENAI = fakeKey('openai', 'project');
const OTHER = fakeKey('openai', 'legacy');

function add({ app }: TestApp, given: Partial<Parameters<typeof credentialInput>[0]> = {}) {
  return app.credentials.add(credentialInput({ provider: 'openai', fields: { api_key: OPENAI }, ...given }), 'cli');
}

const code = (wanted: string, parts: object = {}): unknown => expect.objectContaining({ code: wanted, ...parts });

test('an added credential is listed masked and read whole', async () => {
  const t = await startUnlockedApp();
  t.app.settings.set({ vault: { reportingZone: 'Asia/Tokyo' } }, 'ui');
  const { credential, warnings } = add(t, {
    label: 'work',
    name: 'Work',
    tags: ['b', 'a', 'b '],
    expiresAt: '2031-01-31',
  });
  expect(warnings).toEqual([]);
  expect(credential).toMatchObject({
    ref: 'kh://openai/work',
    state: 'active',
    version: 1,
    primary: 'api_key',
    masked: `sk-proj-••••••••${OPENAI.slice(-4)}`,
    tags: ['a', 'b'],
    expiresAt: '2031-01-31T14:59:59.999Z', // the end of that day there
    baseUrl: null,
    versions: [{ version: 1, state: 'active' }],
  });
  expect(credential.fingerprint).toMatch(/^[0-9a-f]{16}$/);
  expect(JSON.stringify(t.app.credentials.list({}))).not.toContain(OPENAI);
  expect(t.app.credentials.reads.read('kh://openai/work', 'cli')).toEqual({ value: OPENAI, scope: 'user', version: 1 });
  expect(t.app.credentials.get({ ref: 'kh://openai/work' })).toMatchObject({ lastUsedBy: 'cli' });
});

test('nothing of a secret stands in the database, the audit log or an event', async () => {
  const t = await startUnlockedApp();
  const { id } = add(t).credential;
  await t.app.credentials.reads.reveal({ id }, 'ui');
  t.app.credentials.reads.read('kh://openai', 'cli');
  const vault = t.app.vault.opened();
  const tables = ['credential', 'credential_version', 'credential_field', 'credential_tag', 'audit', 'setting'];
  for (const table of tables) {
    for (const row of vault.db.prepare(`SELECT * FROM ${table}`).all() as Record<string, unknown>[]) {
      for (const cell of Object.values(row)) expect(Buffer.from(String(cell)).includes(OPENAI)).toBe(false);
    }
  }
  expect(JSON.stringify(t.heard)).not.toContain(OPENAI);
  const actions = readAudit(vault, { limit: 10 }).map((entry) => entry.action);
  expect(actions.slice(0, 3)).toEqual(['credential.read', 'credential.reveal', 'credential.add']);
});

test.each([
  ['an unknown field', { api_key: OPENAI, colour: 'red' }, 'invalid_input', /no field called “colour”/],
  [
    'a name that could be a key',
    { api_key: OPENAI, deadbeefdeadbeefdeadbeefdeadbeef: 'x' },
    'invalid_input',
    /one of these names/,
  ],
  ['a missing field', {}, 'invalid_input', /API key \(field api_key\) is missing/],
  ['an empty secret', { api_key: '' }, 'invalid_input', /missing/],
  ['a space in the key', { api_key: `${OPENAI} ` }, 'invalid_key_format', /cannot be sent/],
  ['a line break in the key', { api_key: `${OPENAI}\nX-Evil: 1` }, 'invalid_key_format', /cannot be sent/],
  ['a key beyond ASCII', { api_key: `${OPENAI}é` }, 'invalid_key_format', /cannot be sent/],
  ['an endless key', { api_key: 'a'.repeat(9000) }, 'invalid_key_format', /longer than/],
  [
    'a header-breaking organization',
    { api_key: OPENAI, organization: 'org\u0001' },
    'invalid_input',
    /Organization id/,
  ],
])('%s is refused and nothing is stored', async (_, fields, wanted, message) => {
  const t = await startUnlockedApp();
  const given = () => add(t, { fields });
  expect(given).toThrow(code(wanted, { message: expect.stringMatching(message) as string }));
  expect(given).not.toThrow(expect.stringContaining(OPENAI) as string);
  expect(t.app.credentials.count()).toBe(0);
});

test('an unusual format, another provider and a repeated value only warn', async () => {
  const t = await startUnlockedApp();
  expect(add(t, { label: 'odd', fields: { api_key: 'not-like-any-other-key' } }).warnings).toMatchObject([
    { code: 'unusual_format' },
  ]);
  const anthropic = fakeKey('anthropic', 'API key');
  expect(add(t, { label: 'wrong', fields: { api_key: anthropic } }).warnings).toEqual([
    {
      code: 'other_provider',
      message: 'This starts with sk-ant-api03-, an Anthropic API key. It is not an OpenAI key.',
    },
  ]);
  add(t, { label: 'one' });
  expect(add(t, { label: 'two' }).warnings).toEqual([
    { code: 'duplicate_value', message: 'Same value as kh://openai/one.' },
  ]);
});

test('a label is unique per provider and scope, and free again in the bin', async () => {
  const t = await startUnlockedApp();
  const first = add(t).credential;
  expect(() => add(t)).toThrow(code('conflict'));
  expect(add(t, { scope: 'system', fields: { api_key: OTHER } }).credential.scope).toBe('system');
  t.app.credentials.move({ id: first.id }, 'delete', 'ui');
  const second = add(t).credential;
  expect(() => t.app.credentials.move({ id: first.id }, 'restore', 'ui')).toThrow(
    code('conflict', { hint: expect.stringContaining('another label') as string }),
  );
  t.app.credentials.edit({ id: second.id }, { label: 'new' }, 'ui');
  expect(t.app.credentials.move({ id: first.id }, 'restore', 'ui').state).toBe('active');
});

test('the user’s own credential is taken before a system one, and neither while suspended', async () => {
  const t = await startUnlockedApp();
  add(t, { scope: 'system', fields: { api_key: OTHER } });
  const own = add(t).credential;
  expect(t.app.credentials.resolve('openai', 'default')).toMatchObject({ id: own.id, scope: 'user', version: 1 });
  t.app.credentials.move({ id: own.id }, 'suspend', 'ui');
  expect(t.app.credentials.resolve('openai', 'default').scope).toBe('system');
  expect(() => t.app.credentials.openFields(own.id, 1)).toThrow(code('key_not_found'));
  const system = t.app.credentials.list({}).find((each) => each.scope === 'system');
  t.app.credentials.move({ id: system?.id ?? '' }, 'revoke', 'ui');
  expect(() => t.app.credentials.resolve('openai', 'default')).toThrow(code('key_not_found', { hint: '' }));
  expect(() => t.app.credentials.reads.read('kh://openai', 'cli')).toThrow(
    code('key_not_found', { hint: expect.stringContaining('reinstate') as string }),
  );
});

test('an unknown label is told with the labels there are, to the owner only', async () => {
  const t = await startUnlockedApp();
  add(t, { label: 'work' });
  expect(() => t.app.credentials.reads.read('kh://openai', 'cli')).toThrow(
    code('key_not_found', { hint: 'Labels of this provider: work.' }),
  );
  expect(() => t.app.credentials.resolve('openai', 'default')).toThrow(code('key_not_found', { hint: '' }));
});

test('opened fields are wiped when they are disposed', async () => {
  const t = await startUnlockedApp();
  const { id } = add(t, { fields: { api_key: OPENAI, organization: 'org-fake' } }).credential;
  const opened = t.app.credentials.openFields(id, 1);
  expect(opened.primary).toBe('api_key');
  expect(opened.fields.get('organization')?.toString()).toBe('org-fake');
  expect(opened.environment).toEqual([
    { name: 'OPENAI_API_KEY', field: 'api_key' },
    { name: 'OPENAI_ORG_ID', field: 'organization' },
  ]);
  const bytes = opened.fields.get('api_key');
  expect(bytes?.toString()).toBe(OPENAI);
  opened.dispose();
  expect(bytes?.every((byte) => byte === 0)).toBe(true);
  expect(opened.fields.size).toBe(0);
});

test('a changed secret makes a new version; the old one waits, is readable by number and later counts as rotated', async () => {
  const t = await startUnlockedApp();
  const { id } = add(t, { fields: { api_key: OPENAI, organization: 'org-fake' } }).credential;
  const { credential } = t.app.credentials.edit({ id }, { fields: { api_key: OTHER } }, 'ui');
  expect(credential).toMatchObject({
    version: 2,
    rotatedAt: expect.any(String) as string,
    versions: [
      { version: 2, state: 'active' },
      { version: 1, state: 'rotation_pending' },
    ],
  });
  expect(credential.fields.find((field) => field.name === 'organization')?.shown).toBe('org-fake');
  expect(t.app.credentials.reads.read('kh://openai', 'cli').value).toBe(OTHER);
  expect(t.app.credentials.reads.read('kh://openai?version=1', 'cli')).toMatchObject({ value: OPENAI, version: 1 });
  expect(() => t.app.credentials.reads.read('kh://openai?version=9', 'cli')).toThrow(code('key_not_found'));
  t.app.vault.lock('asked');
  t.clock.wallMs += 91 * 86_400_000;
  await t.app.vault.unlock(PASSWORD, 'cli');
  expect(t.app.credentials.get({ id }).versions[1]?.state).toBe('rotated');
});

test('the same secret again, or public fields alone, make no new version', async () => {
  const t = await startUnlockedApp();
  const { id } = add(t, { fields: { api_key: OPENAI, organization: 'org-fake' } }).credential;
  const edited = t.app.credentials.edit(
    { id },
    { fields: { api_key: OPENAI, organization: '', project: 'proj_x' } },
    'ui',
  );
  expect(edited.credential.version).toBe(1);
  expect(edited.credential.fields.map((field) => field.name)).toEqual(['api_key', 'project']);
});

test('a changed base URL reseals every version, and the old place no longer opens them', async () => {
  const t = await startUnlockedApp();
  const { id } = add(t).credential;
  t.app.credentials.edit({ id }, { fields: { api_key: OTHER } }, 'ui');
  const edited = t.app.credentials.edit({ id }, { baseUrl: 'HTTPS://Gateway.Example.com:443/v1/' }, 'ui');
  expect(edited.credential).toMatchObject({ baseUrl: 'https://gateway.example.com/v1', version: 2 });
  expect(t.app.credentials.reads.read('kh://openai', 'cli').value).toBe(OTHER);
  expect(t.app.credentials.reads.read('kh://openai?version=1', 'cli').value).toBe(OPENAI);
  const vault = t.app.vault.opened();
  vault.write(() => vault.db.prepare(`UPDATE credential SET origin = 'https://evil.example.com'`).run());
  expect(() => t.app.credentials.reads.read('kh://openai', 'cli')).toThrow(code('integrity_failure'));
});

test('a sealed field moved to another credential does not open', async () => {
  const t = await startUnlockedApp();
  add(t, { label: 'one' });
  add(t, { label: 'two', fields: { api_key: OTHER } });
  const vault = t.app.vault.opened();
  const moved = `UPDATE credential_field SET sealed = (SELECT f.sealed FROM credential_field f JOIN credential c
    ON c.id = f.credential_id WHERE c.label = 'one') WHERE credential_id = (SELECT id FROM credential WHERE label = 'two')`;
  vault.write(() => vault.db.prepare(moved).run());
  expect(() => t.app.credentials.reads.read('kh://openai/two', 'cli')).toThrow(code('integrity_failure'));
});

test('purge needs the bin and the password, and leaves nothing but the audit log', async () => {
  const t = await startUnlockedApp();
  const { id } = add(t).credential;
  t.app.credentials.reads.read('kh://openai', 'cli');
  t.clock.advance(1000);
  await expect(t.app.credentials.purge({ id }, PASSWORD, 'ui')).rejects.toThrow(code('conflict'));
  t.app.credentials.move({ id }, 'delete', 'ui');
  await expect(t.app.credentials.purge({ id }, 'not the password at all', 'ui')).rejects.toThrow(
    code('wrong_password'),
  );
  await t.app.credentials.purge({ ref: 'kh://openai' }, PASSWORD, 'ui');
  const vault = t.app.vault.opened();
  for (const table of ['credential', 'credential_version', 'credential_field']) {
    expect(vault.db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()).toBe(0);
  }
  expect(vault.usageDb.prepare('SELECT count(*) FROM last_used').pluck().get()).toBe(0);
  expect(readAudit(vault, { limit: 1 })[0]).toMatchObject({ action: 'credential.purge', target: id });
});

test('the bin is emptied thirty days after the deletion, not before', async () => {
  const t = await startUnlockedApp();
  const { id } = add(t).credential;
  t.app.credentials.move({ id }, 'delete', 'ui');
  for (const [days, left] of [
    [29, 1],
    [2, 0],
  ] as const) {
    t.app.vault.lock('asked');
    t.clock.wallMs += days * 86_400_000;
    await t.app.vault.unlock(PASSWORD, 'cli');
    expect(t.app.credentials.list({ state: 'binned' })).toHaveLength(left);
  }
});

test('a suspended credential goes to the bin and comes back suspended', async () => {
  const t = await startUnlockedApp();
  const { id } = add(t).credential;
  t.app.credentials.move({ id }, 'suspend', 'ui');
  expect(t.app.credentials.move({ id }, 'delete', 'ui')).toMatchObject({
    state: 'binned',
    binnedAt: expect.any(String) as string,
  });
  expect(t.app.credentials.list({})).toHaveLength(0);
  await expect(t.app.credentials.reads.reveal({ id }, 'ui')).rejects.toThrow(code('conflict'));
  expect(t.app.credentials.move({ ref: 'kh://openai' }, 'restore', 'cli')).toMatchObject({
    state: 'suspended',
    binnedAt: null,
  });
});

test('after ten reveals in a minute the password is asked, and opens the way again', async () => {
  const t = await startUnlockedApp();
  const { id } = add(t).credential;
  for (let count = 0; count < 10; count += 1) {
    expect((await t.app.credentials.reads.reveal({ id }, 'ui')).value).toBe(OPENAI);
  }
  await expect(t.app.credentials.reads.reveal({ id }, 'ui')).rejects.toThrow(
    code('throttled', { retryAfterMs: 60_000 }),
  );
  await expect(t.app.credentials.reads.copy({ id, as: 'value' }, 'ui')).rejects.toThrow(code('throttled'));
  expect(readAudit(t.app.vault.opened(), { limit: 1 })[0]).toMatchObject({
    action: 'credential.copy',
    result: 'refused',
  });
  expect((await t.app.credentials.reads.reveal({ id, password: PASSWORD }, 'ui')).value).toBe(OPENAI);
  expect((await t.app.credentials.reads.reveal({ id }, 'ui')).value).toBe(OPENAI);
});

test('after ten reveals a wrong password shows nothing and opens no way; a minute or a lock does', async () => {
  const t = await startUnlockedApp();
  const { id } = add(t).credential;
  const { reads } = t.app.credentials;
  const ten = async () => {
    for (let count = 0; count < 10; count += 1) await reads.reveal({ id }, 'ui');
    await expect(reads.reveal({ id }, 'ui')).rejects.toThrow(code('throttled'));
  };
  await ten();
  await expect(reads.reveal({ id, password: 'wrong' }, 'ui')).rejects.toThrow(code('wrong_password'));
  await expect(reads.reveal({ id }, 'ui')).rejects.toThrow(code('throttled'));
  t.clock.advance(60_000);
  await ten();
  t.app.vault.lock('asked');
  await t.app.vault.unlock(PASSWORD, 'ui');
  expect((await reads.reveal({ id }, 'ui')).value).toBe(OPENAI);
});

test('a copy goes to the clipboard, as it is or as an env line, and is cleared after thirty seconds', async () => {
  const t = await startUnlockedApp();
  const { id } = add(t).credential;
  expect(await t.app.credentials.reads.copy({ id, as: 'env' }, 'ui')).toEqual({
    clearsAfterMs: 30_000,
    what: 'OPENAI_API_KEY',
  });
  expect(t.shell.text).toBe(`OPENAI_API_KEY=${OPENAI}`);
  const cleared = new Promise<void>((resolve) => {
    t.app.onEvent((event) => event.event === 'clipboard.cleared' && resolve());
  });
  t.clock.advance(30_000);
  await cleared;
  expect(t.shell.text).toBe('');
});

test('the environment of a child has the usual names, the own base URL, and refuses a clash', async () => {
  const t = await startUnlockedApp();
  add(t, { baseUrl: 'http://127.0.0.1:8080/v1', local: true, fields: { api_key: OPENAI, organization: 'org-fake' } });
  add(t, { label: 'work', fields: { api_key: OTHER } });
  expect(t.app.credentials.reads.environment([{ provider: 'openai' }], 'cli')).toEqual([
    { name: 'OPENAI_API_KEY', value: OPENAI, secret: true },
    { name: 'OPENAI_ORG_ID', value: 'org-fake', secret: false },
    { name: 'OPENAI_BASE_URL', value: 'http://127.0.0.1:8080/v1', secret: false },
  ]);
  expect(t.app.credentials.reads.environment([{ name: 'KEY', ref: 'kh://openai/work' }], 'cli')).toEqual([
    { name: 'KEY', value: OTHER, secret: true },
  ]);
  const both = [{ provider: 'openai' }, { provider: 'openai/work' }];
  expect(() => t.app.credentials.reads.environment(both, 'cli')).toThrow(
    code('conflict', { message: expect.stringContaining('OPENAI_API_KEY') as string }),
  );
  expect(() => t.app.credentials.reads.environment([{ name: 'K', ref: 'kh://openai/work/project' }], 'cli')).toThrow(
    code('key_not_found'),
  );
});

test('five thousand credentials are listed in a handful of statements', async () => {
  const t = await startUnlockedApp();
  const vault = t.app.vault.opened();
  vault.write(() => {
    for (let number = 0; number < 5000; number += 1) {
      t.app.credentials.add(
        credentialInput({ provider: 'openai', label: `key-${number}`, fields: { api_key: `${OTHER}${number}` } }),
        'cli',
      );
    }
  });
  const prepared: string[] = [];
  const prepare = vault.db.prepare.bind(vault.db);
  vault.db.prepare = (sql: string) => {
    prepared.push(sql);
    return prepare(sql);
  };
  expect(t.app.credentials.list({})).toHaveLength(5000);
  expect(prepared.length).toBeLessThanOrEqual(6);
}, 60_000);

test('a provider that does not exist is named, with the nearest one; what could be a key is not said again', async () => {
  const t = await startUnlockedApp();
  const { credentials, providers } = t.app;
  const read = (provider: string) => () => credentials.reads.read(`kh://${provider}`, 'cli');
  const told = { message: 'There is no provider "opanai".', hint: expect.stringContaining('mean openai?') as string };
  expect(read('opanai')).toThrow(code('key_not_found', told));
  expect(() => credentials.get({ ref: 'kh://opanai/work' })).toThrow(code('key_not_found', told));
  expect(() => providers.catalogue.get('opanai')).toThrow(code('not_found', told));
  expect(read('openai')).toThrow(code('key_not_found', { message: 'There is no such credential.' }));
  const pasted = ['abcdefghij', '0123456789', 'klmnop'].join('');
  expect(read(pasted)).toThrow(code('key_not_found', { message: 'There is no provider of this name.' }));
});

test('an end that has passed already is stored and warned of', async () => {
  const t = await startUnlockedApp();
  const add = (label: string, expiresAt: string) =>
    t.app.credentials.add(
      credentialInput({ provider: 'http', label, fields: FIELDS_OF_HTTP, baseUrl: BASE, expiresAt }),
      'cli',
    );
  expect(add('past', '2020-01-31').warnings.map((each) => each.code)).toContain('already_expired');
  expect(add('future', '2999-01-31').warnings.map((each) => each.code)).not.toContain('already_expired');
});

const BASE = 'https://api.example.com';
const FIELDS_OF_HTTP = { api_key: 'quite-a-fake-key-of-a-test' };
