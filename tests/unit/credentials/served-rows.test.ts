import { expect, test } from 'vitest';
import { fakeKey } from '../../support/fake-keys.ts';
import { credentialInput, PASSWORD, startUnlockedApp, type TestApp } from '../../support/test-app.ts';

const KEY = fakeKey('openai', 'project');
const OTHER = fakeKey('openai', 'legacy');
const notFound: unknown = expect.objectContaining({ code: 'key_not_found' });

function add({ app }: TestApp, given: Partial<Parameters<typeof credentialInput>[0]> = {}) {
  return app.credentials.add(credentialInput({ provider: 'openai', fields: { api_key: KEY }, ...given }), 'cli')
    .credential;
}

/** What the endpoint would hand out now; twice, so that the second time comes from what is kept. */
function served({ app }: TestApp, label = 'default'): string | undefined {
  const once = (): string | undefined => {
    const { id, version } = app.credentials.resolve('openai', label);
    using opened = app.credentials.openFields(id, version);
    return opened.fields.get('api_key')?.toString();
  };
  expect(once()).toBe(once());
  return once();
}

test('a new value is served at once, and the old version no more', async () => {
  const t = await startUnlockedApp();
  const { id } = add(t);
  expect(served(t)).toBe(KEY);
  t.app.credentials.edit({ id }, { fields: { api_key: OTHER } }, 'cli');
  expect(served(t)).toBe(OTHER);
  expect(() => t.app.credentials.openFields(id, 1)).toThrow(notFound);
});

test.each(['suspend', 'revoke', 'delete'] as const)('after %s nothing is served any more', async (move) => {
  const t = await startUnlockedApp();
  const { id } = add(t);
  expect(served(t)).toBe(KEY);
  t.app.credentials.move({ id }, move, 'cli');
  expect(() => served(t)).toThrow(notFound);
  expect(() => t.app.credentials.openFields(id, 1)).toThrow(notFound);
});

test('a user credential comes before the system one as soon as it is there', async () => {
  const t = await startUnlockedApp();
  add(t, { scope: 'system' });
  expect(served(t)).toBe(KEY);
  const own = add(t, { fields: { api_key: OTHER } });
  expect(served(t)).toBe(OTHER);
  t.app.credentials.edit({ id: own.id }, { label: 'mine' }, 'cli');
  expect(served(t)).toBe(KEY);
  expect(served(t, 'mine')).toBe(OTHER);
});

test('two uses never share a buffer, and disposing one leaves the other whole', async () => {
  const t = await startUnlockedApp();
  const { id } = add(t);
  const first = t.app.credentials.openFields(id, 1);
  const second = t.app.credentials.openFields(id, 1);
  const kept = first.fields.get('api_key');
  first.dispose();
  expect(kept?.every((byte) => byte === 0)).toBe(true);
  expect(second.fields.get('api_key')?.toString()).toBe(KEY);
  second.dispose();
});

test('a lock ends it, and the next unlock serves again', async () => {
  const t = await startUnlockedApp();
  const { id } = add(t);
  expect(served(t)).toBe(KEY);
  t.app.vault.lock('asked');
  expect(() => t.app.credentials.openFields(id, 1)).toThrow(expect.objectContaining({ code: 'vault_locked' }));
  await t.app.vault.unlock(PASSWORD);
  expect(served(t)).toBe(KEY);
});

test('a row that was changed in the file is noticed, also after it was served', async () => {
  const t = await startUnlockedApp();
  add(t);
  expect(served(t)).toBe(KEY);
  t.app.vault.opened().db.exec('UPDATE credential_field SET sealed = zeroblob(length(sealed))');
  expect(() => served(t)).toThrow(expect.objectContaining({ code: 'integrity_failure' }));
});
