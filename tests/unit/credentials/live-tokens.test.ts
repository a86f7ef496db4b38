import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { readAudit } from '../../../electron/core/audit/audit-log.ts';
import { answeringServer, json, type SeenRequest } from '../../support/answering-server.ts';
import { localCatalogue } from '../../support/local-catalogue.ts';
import { credentialInput, PASSWORD, startTestApp, startUnlockedApp, type TestApp } from '../../support/test-app.ts';

const SECRET = ['xY1', '8Q~', 'FAKE-client-secret-of-a-test-0001'].join('');
const ENTRA = { tenant_id: 'tenant-1', client_id: 'client-1', client_secret: SECRET, resource: 'mine' };
const HOUR_MS = 3_600_000;

type Answer = (response: Parameters<typeof json>[0], request: SeenRequest, form: URLSearchParams) => unknown;

/** The app over a copy of the catalogue whose token endpoints are a server of the test. */
async function setting(ids: readonly string[], answer: Answer) {
  const forms: URLSearchParams[] = [];
  const server = await answeringServer(async (response, request) => {
    const form = new URLSearchParams(request.method === 'POST' ? await request.body() : '');
    if (request.method === 'POST') forms.push(form);
    answer(response, request, form);
  });
  const resources = localCatalogue(ids, server.url);
  const t = await startUnlockedApp('requests', resources);
  return { t, server, forms, resources };
}

function add({ app }: TestApp, provider: string, authKind: string, fields: Record<string, string>): string {
  return app.credentials.add(credentialInput({ provider, authKind, fields }), 'cli').credential.id;
}

async function get({ app }: TestApp, ref: string): Promise<string> {
  await app.credentials.reads.prepare(ref);
  return app.credentials.reads.read(ref, 'cli').value;
}

const code = (wanted: string) => expect.objectContaining({ code: wanted }) as Error;
const counting = (lifetime: number | null = 3600): Answer => {
  let count = 0;
  return (response) => {
    count += 1;
    const expires = lifetime === null ? {} : { expires_in: lifetime };
    json(response, 200, { token_type: 'Bearer', access_token: `live-token-${count}`, ...expires });
  };
};

describe('a live access token', () => {
  test('is got once for all who ask, kept, and replaced ahead of its end', async () => {
    const { t, server, forms } = await setting(['azure_openai'], counting());
    const id = add(t, 'azure_openai', 'entra', ENTRA);
    expect(server.seen).toHaveLength(0);
    const values = await Promise.all(Array.from({ length: 10 }, () => get(t, 'kh://azure_openai')));
    expect(new Set(values)).toEqual(new Set(['live-token-1']));
    expect(server.seen).toHaveLength(1);
    expect(server.seen[0]?.path).toBe('/tenant-1/oauth2/v2.0/token');
    expect(Object.fromEntries(forms[0] ?? [])).toEqual({
      grant_type: 'client_credentials',
      client_id: 'client-1',
      client_secret: SECRET,
      scope: 'https://cognitiveservices.azure.com/.default',
    });
    t.clock.wallMs += HOUR_MS - 4 * 60_000;
    expect(await get(t, 'kh://azure_openai')).toBe('live-token-1');
    t.clock.wallMs += 90_000; // two and a half minutes before its end
    expect(await get(t, 'kh://azure_openai')).toBe('live-token-2');
    expect(t.app.credentials.get({ id })).toMatchObject({ version: 1, primary: 'access_token' });
    expect(t.heard.filter(({ event }) => event === 'credentials.changed').length).toBeGreaterThan(1);
  });

  test('that is refused right after it was got is not got anew; after a lock that is no longer known', async () => {
    const { t } = await setting(['azure_openai'], counting());
    const id = add(t, 'azure_openai', 'entra', ENTRA);
    expect(await get(t, 'kh://azure_openai')).toBe('live-token-1');
    const refused = (): Promise<void> | null => t.app.credentials.renewId(id, t.clock.monotonic());
    t.clock.advance(1000);
    expect(refused()).toBeNull();
    t.app.vault.lock('asked');
    await t.app.vault.unlock(PASSWORD, 'cli');
    await refused();
    expect(await get(t, 'kh://azure_openai')).toBe('live-token-2');
    t.clock.advance(60_000);
    await refused();
    expect(await get(t, 'kh://azure_openai')).toBe('live-token-3');
  });

  test('survives a restart of the program', async () => {
    const { t, server, resources } = await setting(['azure_openai'], counting());
    add(t, 'azure_openai', 'entra', ENTRA);
    await get(t, 'kh://azure_openai');
    await t.app.close('quit');
    const again = startTestApp('requests', t.home, resources);
    again.clock.wallMs = t.clock.wallMs;
    await again.app.vault.unlock(PASSWORD, 'cli');
    expect(await get(again, 'kh://azure_openai')).toBe('live-token-1');
    expect(server.seen).toHaveLength(1);
  });

  test('is what run and a reveal hand out, and other fields need no provider', async () => {
    const { t, server } = await setting(['azure_openai'], counting());
    const id = add(t, 'azure_openai', 'entra', ENTRA);
    expect(await get(t, 'kh://azure_openai/default/client_secret')).toBe(SECRET);
    expect(server.seen).toHaveLength(0);
    await t.app.credentials.reads.prepareEnvironment([{ provider: 'azure_openai' }]);
    expect(t.app.credentials.reads.environment([{ provider: 'azure_openai' }], 'cli')).toContainEqual({
      name: 'AZURE_OPENAI_AD_TOKEN',
      value: 'live-token-1',
      secret: true,
    });
    expect((await t.app.credentials.reads.reveal({ id }, 'ui')).value).toBe('live-token-1');
    expect(server.seen).toHaveLength(1);
  });

  test('without an end is kept for good', async () => {
    const { t, server } = await setting(['azure_openai'], counting(null));
    add(t, 'azure_openai', 'entra', ENTRA);
    await get(t, 'kh://azure_openai');
    t.clock.wallMs += 1000 * HOUR_MS;
    expect(await get(t, 'kh://azure_openai')).toBe('live-token-1');
    expect(server.seen).toHaveLength(1);
  });

  test('that was never got: every hint names a command that can be copied, also after the label changed', async () => {
    const { t } = await setting(['google'], counting());
    const id = add(t, 'google', 'oauth2', { client_id: 'c', client_secret: SECRET });
    const found = await t.app.credentials.test({ id }, false, 'cli');
    expect(found.hint).toContain('keyharbor rotate kh://google/default"');
    await expect(t.app.credentials.reads.prepare('kh://google')).rejects.toThrow(
      expect.objectContaining({ hint: found.hint }) as Error,
    );
    t.app.credentials.edit({ id }, { label: 'mine' }, 'cli');
    expect(t.app.credentials.get({ id }).lastTest?.hint).toContain('keyharbor rotate kh://google/mine"');
  });

  test('cannot be given by the owner', async () => {
    const { t } = await setting(['azure_openai'], counting());
    expect(() => add(t, 'azure_openai', 'entra', { ...ENTRA, access_token: 'mine' })).toThrow(/cannot be given/);
    const id = add(t, 'azure_openai', 'entra', ENTRA);
    expect(() => t.app.credentials.edit({ id }, { fields: { access_token: 'mine' } }, 'cli')).toThrow(
      /cannot be given/,
    );
  });

  test('that ends beyond all dates is kept as one without an end', async () => {
    const { t, server } = await setting(['azure_openai'], counting(1e300));
    add(t, 'azure_openai', 'entra', ENTRA);
    expect(await get(t, 'kh://azure_openai')).toBe('live-token-1');
    t.clock.wallMs += 1000 * HOUR_MS;
    expect(await get(t, 'kh://azure_openai')).toBe('live-token-1');
    expect(server.seen).toHaveLength(1);
  });

  test.each(['two words', 'line\r\nx-evil: 1', 'nul\0', ''])(
    'that cannot stand in a header is none: %j',
    async (token) => {
      const { t } = await setting(['azure_openai'], (response) => json(response, 200, { access_token: token }));
      const id = add(t, 'azure_openai', 'entra', ENTRA);
      await expect(get(t, 'kh://azure_openai')).rejects.toThrow(code('provider_unavailable'));
      expect(t.app.credentials.get({ id }).fields.map(({ name }) => name)).not.toContain('access_token');
    },
  );

  test('is got anew after a change, in a new version only for a new secret', async () => {
    const { t } = await setting(['azure_openai'], counting());
    const id = add(t, 'azure_openai', 'entra', ENTRA);
    const { fingerprint } = t.app.credentials.get({ id });
    await get(t, 'kh://azure_openai');
    expect(t.app.credentials.get({ id }).fingerprint).toBe(fingerprint);
    expect(t.app.credentials.edit({ id }, { fields: { scopes: 'other' } }, 'cli').credential.version).toBe(1);
    expect(await get(t, 'kh://azure_openai')).toBe('live-token-2');
    const changed = t.app.credentials.edit({ id }, { fields: { client_secret: `${SECRET}x` } }, 'cli').credential;
    expect(changed.version).toBe(2);
    expect(changed.fingerprint).not.toBe(fingerprint);
    expect(await get(t, 'kh://azure_openai')).toBe('live-token-3');
    expect(await get(t, 'kh://azure_openai?version=1')).toBe('live-token-2');
  });

  test('takes no base URL: what is kept is for its own server', async () => {
    const { t } = await setting(['azure_openai'], counting());
    const input = { provider: 'azure_openai', authKind: 'entra', fields: ENTRA, baseUrl: 'https://models.example.com' };
    expect(() => t.app.credentials.add(credentialInput(input), 'cli')).toThrow(code('invalid_input'));
  });
});

describe('a refresh that fails', () => {
  const rows = [
    [400, { error: 'invalid_client', error_description: SECRET }, 'invalid_key', 'invalid_key'],
    [401, { error: 'invalid_client' }, 'invalid_key', 'invalid_key'],
    [400, { error: 'invalid_scope' }, 'insufficient_permission', 'insufficient_permission'],
    [400, { error: SECRET }, 'provider_unavailable', 'provider_unavailable'],
    [200, { nothing: true }, 'provider_unavailable', 'provider_unavailable'],
    [429, {}, 'rate_limited', 'rate_limited'],
    [500, { error: 'server_error' }, 'provider_unavailable', 'provider_unavailable'],
    [302, {}, 'provider_unavailable', 'provider_unavailable'],
  ] as const;
  test.each(rows)('with %i %j is %s', async (status, body, result, error) => {
    const headers: Record<string, string> = status === 302 ? { location: 'https://elsewhere.example/' } : {};
    const { t } = await setting(['azure_openai'], (response) => json(response, status, body, headers));
    const id = add(t, 'azure_openai', 'entra', ENTRA);
    await expect(get(t, 'kh://azure_openai')).rejects.toThrow(code(error));
    const card = t.app.credentials.get({ id });
    expect(card.lastTest?.result).toBe(result);
    expect(JSON.stringify([card, readAudit(t.app.vault.opened(), { limit: 50 })])).not.toContain(SECRET);
    const died = { event: 'credentials.died', data: { ids: [id] } };
    const changed = { event: 'credentials.changed', data: { ids: [id] } };
    expect(t.heard.slice(-2)).toEqual(result === 'invalid_key' ? [changed, died] : [expect.anything(), changed]);
    t.clock.advance(60_000); // asked again: what is dead already is not told again
    await expect(get(t, 'kh://azure_openai')).rejects.toThrow(code(error));
    expect(t.heard.filter(({ event }) => event === 'credentials.died')).toHaveLength(result === 'invalid_key' ? 1 : 0);
  });

  test('is the state on the card until one works again, and asks nobody for a moment', async () => {
    let down = true;
    const good = counting();
    const { t, server } = await setting(['azure_openai'], (response, request, form) =>
      down ? json(response, 503, {}) : good(response, request, form),
    );
    const id = add(t, 'azure_openai', 'entra', ENTRA);
    await expect(get(t, 'kh://azure_openai')).rejects.toThrow(code('provider_unavailable'));
    await expect(get(t, 'kh://azure_openai')).rejects.toThrow(code('provider_unavailable'));
    expect(server.seen).toHaveLength(1);
    down = false;
    t.clock.advance(31_000);
    expect(await get(t, 'kh://azure_openai')).toBe('live-token-1');
    expect(t.app.credentials.get({ id }).lastTest).toBeNull();
  });

  test('counts once, however many waited for it', async () => {
    const { t, server } = await setting(['azure_openai'], (response) => json(response, 503, {}));
    const id = add(t, 'azure_openai', 'entra', ENTRA);
    const all = await Promise.allSettled(Array.from({ length: 10 }, () => get(t, 'kh://azure_openai')));
    expect(all.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 'rejected'));
    expect(server.seen).toHaveLength(1);
    const audited = readAudit(t.app.vault.opened(), { limit: 50 }).filter(({ action }) => action === 'credential.test');
    expect(audited).toHaveLength(1);
    await expect(t.app.credentials.test({ id }, true, 'cli')).resolves.toMatchObject({
      result: 'provider_unavailable',
    });
  });

  test('three times in a row pauses for a while', async () => {
    const { t, server } = await setting(['azure_openai'], (response) => json(response, 503, {}));
    add(t, 'azure_openai', 'entra', ENTRA);
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await expect(get(t, 'kh://azure_openai')).rejects.toThrow(code('provider_unavailable'));
      t.clock.advance(31_000);
    }
    expect(server.seen).toHaveLength(3);
  });

  test('leaves the token its last minutes', async () => {
    let down = false;
    const good = counting();
    const { t } = await setting(['azure_openai'], (response, request, form) =>
      down ? json(response, 503, {}) : good(response, request, form),
    );
    const id = add(t, 'azure_openai', 'entra', ENTRA);
    await get(t, 'kh://azure_openai');
    down = true;
    t.clock.wallMs += HOUR_MS - 60_000;
    expect(await get(t, 'kh://azure_openai')).toBe('live-token-1');
    expect(t.app.credentials.get({ id }).lastTest?.result).toBe('provider_unavailable');
    t.clock.wallMs += 120_000;
    await expect(get(t, 'kh://azure_openai')).rejects.toThrow(code('provider_unavailable'));
  });

  test('of the time before a lock keeps nobody from asking after it', async () => {
    let down = true;
    const good = counting();
    const { t, server } = await setting(['azure_openai'], (response, request, form) =>
      down ? json(response, 503, {}) : good(response, request, form),
    );
    add(t, 'azure_openai', 'entra', ENTRA);
    await expect(get(t, 'kh://azure_openai')).rejects.toThrow(code('provider_unavailable'));
    down = false;
    t.app.vault.lock('asked');
    await t.app.vault.unlock(PASSWORD, 'cli');
    expect(await get(t, 'kh://azure_openai')).toBe('live-token-1');
    expect(server.seen).toHaveLength(2);
  });

  test('because the vault was locked meanwhile keeps nothing', async () => {
    let asked = (): void => undefined;
    const arrived = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const { t } = await setting(['azure_openai'], () => asked());
    add(t, 'azure_openai', 'entra', ENTRA);
    const waiting = expect(get(t, 'kh://azure_openai')).rejects.toThrow(code('vault_locked'));
    await arrived;
    t.app.vault.lock('asked');
    await waiting;
  });
});

describe('a refresh token', () => {
  const FIELDS = { client_id: '1.2', client_secret: 'fake-slack-secret', refresh_token: 'xoxe-1-FAKE-first' };
  test('that is replaced with each use is kept in the same version, and the old one is gone', async () => {
    let round = 0;
    const { t, forms } = await setting(['slack'], (response) => {
      round += 1;
      const tokens = {
        access_token: `xoxe.xoxb-1-${round}`,
        refresh_token: `xoxe-1-FAKE-${round}`,
        expires_in: 43_200,
      };
      json(response, 200, { ok: true, token_type: 'bot', team: { id: 'T0' }, ...tokens });
    });
    const id = add(t, 'slack', 'oauth2', FIELDS);
    expect(await get(t, 'kh://slack')).toBe('xoxe.xoxb-1-1');
    t.clock.wallMs += 12 * HOUR_MS;
    expect(await get(t, 'kh://slack')).toBe('xoxe.xoxb-1-2');
    expect(forms.map((form) => form.get('refresh_token'))).toEqual(['xoxe-1-FAKE-first', 'xoxe-1-FAKE-1']);
    expect(t.app.credentials.reads.read('kh://slack/default/refresh_token', 'cli').value).toBe('xoxe-1-FAKE-2');
    expect(t.app.credentials.get({ id }).version).toBe(1);
  });

  test('is not used up where its successor could not be kept', async () => {
    const { t, server } = await setting(['slack'], counting());
    add(t, 'slack', 'oauth2', FIELDS);
    t.app.vault.opened().db.pragma('query_only = ON');
    await expect(get(t, 'kh://slack')).rejects.toThrow();
    expect(server.seen).toHaveLength(0);
    t.app.vault.opened().db.pragma('query_only = OFF');
    expect(await get(t, 'kh://slack')).toBe('live-token-1');
  });

  test('that is refused with status 200 has expired', async () => {
    const { t } = await setting(['slack'], (response) =>
      json(response, 200, { ok: false, error: 'invalid_refresh_token' }),
    );
    const id = add(t, 'slack', 'oauth2', FIELDS);
    await expect(get(t, 'kh://slack')).rejects.toThrow(code('expired_key'));
    expect(await t.app.credentials.test({ id }, true, 'cli')).toMatchObject({
      result: 'expired',
      facts: [{ label: 'Step', value: 'Getting an access token' }],
    });
  });

  test('of a mailbox goes to the service that issued it', async () => {
    const { t, server } = await setting(['email'], counting());
    const fields = { host: 'smtp.example.com', username: 'a@example.com', client_id: 'c', refresh_token: '1//fake' };
    const microsoft = { ...fields, host: '127.0.0.1', token_service: 'microsoft' };
    const input = credentialInput({ provider: 'email', authKind: 'xoauth2', fields: microsoft, local: true });
    t.app.credentials.add(input, 'cli');
    expect(await get(t, 'kh://email')).toBe('live-token-1');
    expect(server.seen[0]?.path).toBe('/common/oauth2/v2.0/token');
    const { host: _, ...bare } = fields;
    const none = { ...bare, host: '127.0.0.1', label: 'x' };
    expect(() => add(t, 'email', 'xoauth2', { host: none.host, username: 'a' })).toThrow(
      /access_token or refresh_token/,
    );
  });
});

/** A provider that replaces the refresh token with each use, whose answers wait until they are let go. */
async function replacing() {
  let valid = 'xoxe-1-FAKE-0';
  let round = 0;
  const held: (() => void)[] = [];
  let came = (): void => undefined;
  let isHeld = false;
  const asked = () =>
    new Promise<void>((resolve) => {
      came = resolve;
    });
  const given = await setting(['slack'], (response, request, form) => {
    if (request.method !== 'POST' || !form.has('refresh_token')) return json(response, 200, { ok: true });
    if (form.get('refresh_token') !== valid) return json(response, 200, { ok: false, error: 'invalid_refresh_token' });
    round += 1;
    valid = `xoxe-1-FAKE-${round}`; // the old one is gone before anyone has heard
    const tokens = { access_token: `xoxe.xoxb-1-${round}`, refresh_token: valid, expires_in: 43_200 };
    const answer = () => json(response, 200, { ok: true, token_type: 'bot', ...tokens });
    if (isHeld) held.push(answer);
    else answer();
    came();
  });
  const id = add(given.t, 'slack', 'oauth2', {
    client_id: '1.2',
    client_secret: 'fake-slack-secret',
    refresh_token: valid,
  });
  const hold = () => {
    isHeld = true;
    return asked();
  };
  const letGo = () => {
    isHeld = false;
    for (const answer of held.splice(0)) answer();
  };
  return { ...given, id, hold, letGo };
}

describe('a refresh token whose successor is on its way', () => {
  test('when the vault locks is told on the card after unlock, and a refusal then names the reason', async () => {
    const { t, id, hold, letGo } = await replacing();
    const asked = hold();
    const waiting = expect(get(t, 'kh://slack')).rejects.toThrow(code('vault_locked'));
    await asked;
    t.app.vault.lock('asked');
    await waiting;
    letGo();
    await t.app.vault.unlock(PASSWORD, 'cli');
    const card = t.app.credentials.get({ id }).lastTest;
    expect(card).toMatchObject({ result: 'timeout', facts: [{ label: 'Step', value: 'Getting an access token' }] });
    expect([card?.detail, card?.hint]).toEqual([
      expect.stringContaining('the vault was locked'),
      expect.stringContaining('sign in again'),
    ]);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await expect(get(t, 'kh://slack')).rejects.toThrow(code('expired_key'));
      expect(t.app.credentials.get({ id }).lastTest?.detail).toContain('never got here');
      t.clock.advance(31_000);
    }
  });

  test('when the program ends is told by the next one', async () => {
    const { t, id, hold, resources } = await replacing();
    const asked = hold();
    const waiting = expect(get(t, 'kh://slack')).rejects.toThrow(code('vault_locked'));
    await asked;
    await Promise.all([t.app.close('quit'), waiting]);
    const again = startTestApp('requests', t.home, resources);
    await again.app.vault.unlock(PASSWORD, 'cli');
    expect(again.app.credentials.get({ id }).lastTest?.detail).toContain('Keyharbor ended');
  });

  test('is no matter where the provider kept the old one: the next use clears the state', async () => {
    let silent = true;
    let arrived = (): void => undefined;
    const asked = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const good = counting();
    const { t } = await setting(['slack'], (response, request, form) => {
      if (!silent) return good(response, request, form);
      arrived();
      return undefined;
    });
    const fields = { client_id: '1.2', client_secret: 'fake', refresh_token: 'xoxe-1-FAKE-kept' };
    const id = add(t, 'slack', 'oauth2', fields);
    const waiting = expect(get(t, 'kh://slack')).rejects.toThrow(code('vault_locked'));
    await asked;
    t.app.vault.lock('asked');
    await waiting;
    silent = false;
    await t.app.vault.unlock(PASSWORD, 'cli');
    expect(t.app.credentials.get({ id }).lastTest?.result).toBe('timeout');
    expect(await get(t, 'kh://slack')).toBe('live-token-1');
    expect(t.app.credentials.get({ id }).lastTest).toBeNull();
    t.app.vault.lock('asked');
    await t.app.vault.unlock(PASSWORD, 'cli');
    expect(t.app.credentials.get({ id }).lastTest).toBeNull();
  });

  test('when its test is cancelled is waited for all the same, and kept', async () => {
    const { t, id, hold, letGo } = await replacing();
    const asked = hold();
    const testing = expect(t.app.credentials.test({ id }, false, 'cli')).rejects.toThrow(code('conflict'));
    await asked;
    t.app.credentials.cancelTest({ id });
    await testing;
    const waiting = get(t, 'kh://slack'); // joins the request that is still out
    letGo();
    expect(await waiting).toBe('xoxe.xoxb-1-1');
    expect(t.app.credentials.reads.read('kh://slack/default/refresh_token', 'cli').value).toBe('xoxe-1-FAKE-1');
  });

  test('when the owner rotates the credential is kept in the version that it is of', async () => {
    const { t, id, hold, letGo } = await replacing();
    const asked = hold();
    const waiting = get(t, 'kh://slack').catch(() => 'superseded');
    await asked;
    t.app.credentials.edit({ id }, { fields: { refresh_token: 'xoxe-1-FAKE-other' } }, 'cli');
    letGo();
    await waiting;
    expect(t.app.credentials.reads.read('kh://slack/default/refresh_token?version=1', 'cli').value).toBe(
      'xoxe-1-FAKE-1',
    );
    expect(t.app.credentials.reads.read('kh://slack/default/refresh_token', 'cli').value).toBe('xoxe-1-FAKE-other');
  });
});

test('a cancelled test stops its token request where nothing can be lost by that', async () => {
  let arrived = (): void => undefined;
  const asked = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  let gone = (): void => undefined;
  const closed = new Promise<void>((resolve) => {
    gone = resolve;
  });
  const { t } = await setting(['azure_openai'], (response) => {
    response.on('close', () => gone());
    arrived();
  });
  const id = add(t, 'azure_openai', 'entra', ENTRA);
  const testing = expect(t.app.credentials.test({ id }, false, 'cli')).rejects.toThrow(code('conflict'));
  await asked;
  t.app.credentials.cancelTest({ id });
  await testing;
  await closed;
  expect(t.app.credentials.get({ id }).lastTest).toBeNull();
});

describe('a private key', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const pkcs1 = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  const publicKey = createPublicKey(privateKey);

  test('of a service account signs for Google’s token server, whatever the file says', async () => {
    const { t, server, forms } = await setting(['google'], counting());
    const account = {
      type: 'service_account',
      client_email: 'robot@fake.iam.gserviceaccount.com',
      private_key_id: 'key-1',
      private_key: pkcs8,
      token_uri: 'https://evil.example/token',
    };
    add(t, 'google', 'service_account', { json: JSON.stringify(account), scopes: 'scope-1' });
    expect(await get(t, 'kh://google')).toBe('live-token-1');
    const form = forms[0] ?? new URLSearchParams();
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const { payload, protectedHeader } = await jwtVerify(form.get('assertion') ?? '', publicKey, {
      issuer: account.client_email,
      audience: `${server.url}/token`,
      currentDate: new Date(t.clock.now()),
    });
    expect(protectedHeader).toMatchObject({ alg: 'RS256', kid: 'key-1' });
    expect(payload).toMatchObject({ scope: 'scope-1', exp: Number(payload.iat) + 3600 });
  });

  test.each([
    'not JSON',
    '{"type":"service_account"}',
    JSON.stringify({ client_email: 'a', private_key: 'x', private_key_id: 'k' }),
  ])('%s is no key and is not sent', async (text) => {
    const { t, server } = await setting(['google'], counting());
    const id = add(t, 'google', 'service_account', { json: text });
    await expect(get(t, 'kh://google')).rejects.toThrow(code('invalid_key'));
    expect(t.app.credentials.get({ id }).lastTest?.result).toBe('invalid_format');
    expect(server.seen).toHaveLength(0);
  });

  test('of a GitHub App gets installation tokens, and both are tested', async () => {
    const { t, server } = await setting(['github'], (response, request) => {
      if (request.method === 'POST') {
        const expires = new Date(Date.UTC(2030, 0, 15, 13)).toISOString().replace('.000', '');
        json(response, 201, { token: 'ghs_FAKE', expires_at: expires });
      } else if (request.path.startsWith('/installation/')) json(response, 200, { total_count: 3, repositories: [] });
      else json(response, 200, { slug: 'fake', name: 'Fake App', owner: { login: 'octo' } });
    });
    const id = add(t, 'github', 'app', { app_id: '77', private_key: pkcs1, installation_id: '42' });
    expect(await get(t, 'kh://github')).toBe('ghs_FAKE');
    expect(server.seen[0]).toMatchObject({ method: 'POST', path: '/app/installations/42/access_tokens' });
    const jwt = server.seen[0]?.headers.authorization?.replace('Bearer ', '') ?? '';
    const { payload } = await jwtVerify(jwt, publicKey, { issuer: '77', currentDate: new Date(t.clock.now()) });
    expect(Number(payload.exp) - Number(payload.iat)).toBeLessThanOrEqual(600);
    const found = await t.app.credentials.test({ id }, false, 'cli');
    expect(found).toMatchObject({ result: 'valid', facts: [{ label: 'Repositories', value: '3' }] });
    expect(server.seen[1]?.headers.authorization).toBe('Bearer ghs_FAKE');

    const input = { provider: 'github', authKind: 'app', label: 'app', fields: { app_id: '77', private_key: pkcs1 } };
    const app = t.app.credentials.add(credentialInput(input), 'cli').credential.id;
    expect(await t.app.credentials.test({ id: app }, false, 'cli')).toMatchObject({
      result: 'valid',
      facts: [
        { label: 'App', value: 'Fake App' },
        { label: 'Owner', value: 'octo' },
      ],
    });
  });

  test.each([
    [401, 'invalid_key'],
    [404, 'insufficient_permission'],
    [500, 'provider_unavailable'],
  ] as const)('of a GitHub App that is answered %i is %s', async (status, result) => {
    const { t } = await setting(['github'], (response) => json(response, status, { message: 'no' }));
    const id = add(t, 'github', 'app', { app_id: '77', private_key: pkcs1, installation_id: '42' });
    expect((await t.app.credentials.test({ id }, false, 'cli')).result).toBe(result);
  });
});

test('a token that the provider revoked before its time is replaced once in a test', async () => {
  const good = counting();
  const { t, server } = await setting(['azure_openai'], (response, request, form) => {
    if (request.method === 'POST') return good(response, request, form);
    const fresh = request.headers.authorization === 'Bearer live-token-2';
    return fresh ? json(response, 200, { data: [] }) : json(response, 401, { error: { code: '401' } });
  });
  const id = add(t, 'azure_openai', 'entra', ENTRA);
  await get(t, 'kh://azure_openai');
  expect((await t.app.credentials.test({ id }, false, 'cli')).result).toBe('valid');
  expect(server.seen.map(({ method }) => method)).toEqual(['POST', 'GET', 'POST', 'GET']);
});
