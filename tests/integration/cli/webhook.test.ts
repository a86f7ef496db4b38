import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answeringServer, json } from '../../support/answering-server.ts';
import { type UnlockedHome, unlockedHome } from './unlocked-home.ts';

let vault: UnlockedHome;
beforeAll(async () => {
  vault = await unlockedHome('webhook');
});
afterAll(() => vault.close());

test('a webhook from its making to its end, with a receiver that the official library stands in', async () => {
  let status = 200;
  const bodies: string[] = [];
  const server = await answeringServer(async (response, request) => {
    bodies.push(await request.body());
    json(response, status, {});
  });
  const refused = await vault.kh(['webhook', 'add', `${server.url}/hook`, '--label', 'ops', '--events', 'all']);
  expect([refused.code, refused.stdout]).toEqual([2, '']);
  expect(refused.stderr).toContain('--local');
  const events = 'client.created,key.died';
  const added = await vault.must(
    ['webhook', 'add', '-', '--label', 'ops', '--events', events, '--local'],
    `${server.url}/hook\n`,
  );
  const secret = added.trim();
  expect(added).toMatch(/^whsec_[A-Za-z0-9+/]{43}=\n$/);

  expect(await vault.must(['webhook', 'test', 'ops'])).toMatch(/^ops: delivered, answered 200 after \d+ ms\n$/);
  const verified = new Webhook(secret).verify(bodies[0] ?? '', server.seen[0]?.headers as Record<string, string>);
  expect(verified).toMatchObject({ type: 'webhook.test' });

  await vault.must(['client', 'add', 'editor', '--grant', 'keys:list']);
  await expect.poll(() => bodies.length, { timeout: 5_000 }).toBe(2);
  expect(JSON.parse(bodies[1] ?? '')).toMatchObject({ type: 'client.created', data: { client: { name: 'editor' } } });

  status = 503;
  const failed = await vault.kh(['webhook', 'test', 'ops']);
  expect([failed.code, failed.stdout]).toEqual([6, 'ops: not taken: answered 503\n']);
  expect(JSON.parse(await vault.must(['webhook', 'deliveries', 'ops', '--state', 'dead', '--json']))).toEqual([]);
  const dead = JSON.parse(await vault.must(['webhook', 'deliveries', 'ops', '--limit', '1', '--json'])) as {
    id: string;
  }[];
  expect((await vault.kh(['webhook', 'redeliver', 'ops'])).stderr).toContain('ops is no id of a delivery');
  status = 200;
  expect(await vault.must(['webhook', 'redeliver', dead[0]?.id ?? ''])).toBe('1 delivery is queued again.\n');
  await expect.poll(() => bodies.length, { timeout: 5_000 }).toBe(4);
  expect(JSON.parse(bodies[3] ?? '')).toMatchObject({ id: dead[0]?.id });

  expect(await vault.must(['webhook', 'rotate', 'ops', '--overlap', '3d'])).not.toBe(added);
  expect(await vault.must(['webhook', 'edit', 'ops', '--off', '--label', 'oncall'])).toContain('oncall is off');
  const listed = await vault.must(['webhook', 'list']);
  expect(listed).toContain(`${server.url}/...`); // the locale of tests has no …
  expect(listed).not.toContain('/hook');
  expect(listed).not.toContain('whsec_');
  await vault.must(['webhook', 'remove', 'oncall']);
  expect((await vault.kh(['webhook', 'test', 'oncall'])).code).toBe(4);
});

test('the inbox tells of it; lines are read, put away, and dismissed', async () => {
  const all = await vault.must(['inbox']);
  expect(all).toMatch(/^ {3}1 \* \d{4}-\d\d-\d\d \d\d:\d\d {2}The client “editor” was let in\. It has a token/);
  expect(await vault.must(['inbox', 'read', '1'])).toBe('In the inbox: 1, unread: 0, snoozed: 0.\n');
  expect(await vault.must(['inbox', 'snooze', '1', '--for', '4h'])).toBe('In the inbox: 0, unread: 0, snoozed: 1.\n');
  expect(JSON.parse(await vault.must(['inbox', 'list', '--snoozed', '--json']))).toMatchObject({
    notices: [{ id: 1 }],
  });
  expect(await vault.must(['inbox', 'snooze', '1', '--back'])).toContain('unread: 1');
  expect(await vault.must(['inbox', 'dismiss', '--all'])).toBe('In the inbox: 0, unread: 0, snoozed: 0.\n');
  expect((await vault.kh(['inbox', 'dismiss', '1'])).code).toBe(4);
  expect((await vault.kh(['inbox', 'read'])).code).toBe(2);
});
