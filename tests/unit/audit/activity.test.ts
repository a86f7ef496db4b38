import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { appendAudit } from '../../../electron/core/audit/audit-log.ts';
import { Activity } from '../../../electron/core/audit/activity.ts';
import { downloadsFolder } from '../../../electron/core/store/new-file.ts';
import { AUDIT_AREAS, AUDIT_PREFIXES, auditWords } from '../../../shared/audit-words.ts';
import { auditFilter, auditPage, auditPiece, type AuditFilter } from '../../../shared/contract/audit.ts';
import { routingRule } from '../../../shared/contract/routing.ts';
import { fakeKey } from '../../support/fake-keys.ts';
import { credentialInput, startUnlockedApp } from '../../support/test-app.ts';

function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kh-user-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function setUp() {
  const { app, clock } = await startUnlockedApp();
  const user = ownFolder();
  mkdirSync(join(user, 'Downloads'));
  const { vault, clients, credentials } = app;
  const activity = new Activity({
    vault,
    clock,
    clients,
    credentials,
    catalogue: app.providers.catalogue,
    env: { HOME: user },
  });
  const fields = { api_key: fakeKey('openai', 'project') };
  const { id } = credentials.add(credentialInput({ provider: 'openai', label: 'work', fields }), 'ui').credential;
  const client = clients.create(
    { name: 'editor', grants: ['keys:list'], expiresInDays: 30, ratePerSecond: 20, test: false },
    'cli',
  );
  const list = (filter: AuditFilter = {}, limit = 50) => activity.list({ filter, limit });
  const acts = (filter: AuditFilter) => list(filter).entries.map(({ action }) => action);
  return { app, clock, activity, list, acts, id, client, downloads: join(user, 'Downloads') };
}

describe('the log as a person reads it', () => {
  test('is newest first, with names in place of ids', async () => {
    const { app, list, id, client } = await setUp();
    app.credentials.report(id, { reason: 'refused' }, { id: client.client.id, name: 'editor' });
    const { entries, more } = auditPage.parse(list());
    expect(more).toBe(false);
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, at) => entries.length - at));
    expect(entries[0]).toMatchObject({
      action: 'credential.reported',
      actorName: 'editor',
      target: id,
      targetName: 'kh://openai/work',
      meta: { reason: 'refused' },
    });
    expect(entries.find(({ action }) => action === 'client.create')).toMatchObject({ actor: 'cli', actorName: null });
  });

  test('names the provider or the client whose routing rule was set', async () => {
    const { app, list, client } = await setUp();
    const { id } = client.client;
    app.routing.set(routingRule.parse({ for: 'provider', provider: 'openai' }), 'cli');
    app.routing.set(routingRule.parse({ for: 'client', client: id }), 'cli');
    app.routing.remove({ provider: 'openai' }, 'cli');
    expect(list({ area: 'settings' }).entries.map(({ target, targetName }) => [target, targetName])).toEqual([
      ['provider:openai', 'OpenAI'],
      [`client:${id}`, 'editor'],
      ['provider:openai', 'OpenAI'],
    ]);
  });

  test('comes in pages that neither repeat nor leave out', async () => {
    const { activity, list } = await setUp();
    const all = list().entries.map(({ seq }) => seq);
    const first = activity.list({ filter: {}, limit: 2 });
    expect(first.more).toBe(true);
    const rest = activity.list({ filter: {}, before: first.entries.at(-1)?.seq, limit: 50 });
    expect([...first.entries, ...rest.entries].map(({ seq }) => seq)).toEqual(all);
    expect(activity.list({ filter: {}, before: 1, limit: 50 })).toEqual({ entries: [], more: false });
  });

  test('names a key that lies in the bin', async () => {
    const { app, list, id } = await setUp();
    app.credentials.move({ id }, 'delete', 'ui');
    const named = list({ target: id }).entries.map(({ targetName }) => targetName);
    expect(named.length).toBeGreaterThan(1);
    expect(new Set(named)).toEqual(new Set(['kh://openai/work']));
  });

  test('names a quota and a webhook, also when they are gone', async () => {
    const { app, clock, list } = await setUp();
    const vault = app.vault.opened();
    const log = (action: string, target: string, meta = {}) =>
      vault.write(() => appendAudit(vault, clock, { actor: 'ui', action, target, result: 'ok', meta }));
    log('quota.set', 'aaaaaaaaaaaaaaaa', { name: 'First name' });
    log('webhook.create', 'bbbbbbbbbbbbbbbb', { host: 'hooks.example.org' });
    log('quota.set', 'aaaaaaaaaaaaaaaa', { name: 'Monthly' });
    log('quota.remove', 'aaaaaaaaaaaaaaaa');
    log('webhook.rotate', 'bbbbbbbbbbbbbbbb');
    log('quota.remove', 'cccccccccccccccc');
    expect(list({ area: 'settings' }).entries.map(({ targetName }) => targetName)).toEqual([
      null,
      'hooks.example.org',
      'Monthly',
      'Monthly',
      'hooks.example.org',
      'Monthly',
    ]);
  });

  test('is narrowed by area, actor, result, target and time', async () => {
    const { app, acts, clock, id } = await setUp();
    expect(acts({ area: 'keys' })).toEqual(['credential.add']);
    expect(acts({ area: 'clients' })).toEqual(['client.create']);
    expect(acts({ actor: 'ui' })).toEqual(['credential.add']);
    expect(acts({ target: id })).toEqual(['credential.add']);
    expect(acts({ result: 'failed' })).toEqual([]);
    const from = new Date(clock.now() + 60_000).toISOString();
    clock.advance(60_000);
    app.credentials.move({ id }, 'suspend', 'cli');
    expect(acts({ from })).toEqual(['credential.suspend']);
    expect(acts({ from, to: from })).toEqual([]);
    expect(acts({ area: 'keys', actor: 'cli' })).toEqual(['credential.suspend']);
  });

  test('a filter with a word of ours that is none is no filter', () => {
    expect(auditFilter.safeParse({ area: 'key' }).success).toBe(false);
    expect(auditFilter.safeParse({ sql: '1' }).success).toBe(false);
  });

  test('every act that the log of a session holds has words, and belongs to an area', async () => {
    const { list } = await setUp();
    const prefixes = new Set(AUDIT_AREAS.flatMap((area) => AUDIT_PREFIXES[area]));
    for (const { action } of list().entries) {
      expect(auditWords(action), action).not.toBe(action);
      expect(prefixes.has(action.split('.')[0] ?? ''), action).toBe(true);
    }
  });
});

describe('the log as a whole', () => {
  test('is found whole, or from where it was changed', async () => {
    const { app, activity, list } = await setUp();
    const entries = list().entries.length;
    expect(activity.verify()).toEqual({ entries, firstBad: null });
    app.vault.opened().db.exec('DROP TRIGGER audit_no_update');
    app.vault.opened().db.prepare(`UPDATE audit SET actor = 'cli' WHERE action = 'credential.add'`).run();
    const bad = list().entries.find(({ action }) => action === 'credential.add')?.seq;
    expect(activity.verify()).toMatchObject({ firstBad: bad });
  });

  test('is exported oldest first with its chain, however long it is; its export is in it', async () => {
    const { app, activity, id } = await setUp();
    for (let turn = 0; turn < 300; turn += 1) {
      app.credentials.move({ id }, 'suspend', 'cli');
      app.credentials.move({ id }, 'reinstate', 'cli');
    }
    const first = auditPiece.parse(activity.export({ filter: {}, after: 0 }, 'cli'));
    expect(first.entries).toHaveLength(500);
    const rest = auditPiece.parse(activity.export({ filter: {}, after: first.next ?? 0 }, 'cli'));
    expect(rest.next).toBeNull();
    const all = [...first.entries, ...rest.entries];
    all.forEach(({ seq, prev }, at) => {
      expect([seq, prev]).toEqual([at + 1, at === 0 ? '0'.repeat(64) : all[at - 1]?.mac]);
    });
    expect(all.filter(({ action }) => action === 'audit.export')).toHaveLength(1);
  });

  test('is saved among the downloads for its owner alone, and over no other file', async () => {
    const { activity, downloads } = await setUp();
    const saved = activity.save({ filter: {} }, 'ui');
    expect(saved).toMatchObject({ fileName: 'keyharbor-activity-2030-01-15.jsonl', folder: downloads });
    const path = join(downloads, saved.fileName);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    expect(lines).toHaveLength(saved.entries);
    expect(lines.map((line) => (JSON.parse(line) as { seq: number }).seq)).toEqual(lines.map((_, at) => at + 1));
    expect(activity.save({ filter: { area: 'keys' } }, 'ui')).toMatchObject({
      fileName: 'keyharbor-activity-2030-01-15-2.jsonl',
      entries: 1,
    });
    expect(readdirSync(downloads)).toHaveLength(2);
  });
});

test('downloads go where the desktop says, else into Downloads, else into the user’s folder', () => {
  const user = ownFolder();
  expect(downloadsFolder({ HOME: user })).toBe(user);
  mkdirSync(join(user, 'Downloads'));
  expect(downloadsFolder({ HOME: user })).toBe(join(user, 'Downloads'));
  mkdirSync(join(user, '.config'));
  mkdirSync(join(user, 'Geladen'));
  writeFileSync(join(user, '.config/user-dirs.dirs'), '# made by hand\nXDG_DOWNLOAD_DIR="$HOME/Geladen"\n');
  expect(downloadsFolder({ HOME: user })).toBe(join(user, 'Geladen'));
  writeFileSync(join(user, '.config/user-dirs.dirs'), 'XDG_DOWNLOAD_DIR="relative"\n');
  expect(downloadsFolder({ HOME: user })).toBe(join(user, 'Downloads'));
});
