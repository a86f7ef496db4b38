import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { QuotaStatus } from '../../../shared/contract/quotas.ts';
import { type UnlockedHome, unlockedHome } from './unlocked-home.ts';

let vault: UnlockedHome;
beforeAll(async () => {
  vault = await unlockedHome('quota');
});
afterAll(() => vault.close());

const listed = async () => JSON.parse(await vault.must(['quota', 'list', '--json'])) as QuotaStatus[];

test('a quota is made in words, changed by what is said, listed, looked back on, and removed', async () => {
  expect(await vault.must(['quota', 'set', 'Spending', '--limit', '20usd'])).toBe(
    'Set: Spending: $20.00 a month, of everything\n  refuses calls at the limit\n  warns at 75 %, 90 %, 100 %, as in the settings\n',
  );
  const slowed = ['--slow-from', '80', '--slow-max', '2s', '--rollover', '25', '--warn-at', '50', '--count-imports'];
  const changed = await vault.must(['quota', 'set', 'Spending', '--limit', '$25.50', '--warn-only', ...slowed]);
  for (const words of [
    '$25.50 a month',
    'only warns',
    'warns at 50 %',
    'from 80 %, evenly, up to 2 s',
    'counts imported calls too',
    'up to 25 %',
  ]) {
    expect(changed).toContain(words);
  }
  expect(await listed()).toMatchObject([
    {
      definition: {
        counts: 'cost',
        limit: 25_500_000,
        atLimit: 'warn',
        throttle: { fromPercent: 80, maxDelayMs: 2000 },
      },
      used: 0,
      available: 25_500_000,
    },
  ]);
  expect(await vault.must(['quota', 'list'])).toMatch(/Spending +everything +\$0\.00 +\$25\.50 a month +0 +ok/);
  expect(await vault.must(['quota', 'what-if', 'Spending', '--limit', '$1'])).toContain('No call in');
  expect(await vault.must(['quota', 'history', 'Spending', '--periods', '2'])).toContain('(now)');
  expect(await vault.must(['quota', 'remove', 'Spending'])).toBe('The quota is removed.\n');
  expect(await listed()).toEqual([]);
});

test('what quotas do that say nothing else is shown and changed, and they follow it', async () => {
  expect(await vault.must(['quota', 'defaults'])).toBe(
    'Quotas that say nothing else:\n  warns at 75 %, 90 %, 100 %\n  calls that are slowed wait from 90 %, evenly, up to 5 s\n',
  );
  await vault.must(['quota', 'set', 'Follows', '--limit', '100', '--slow']);
  const changes = ['--warn-at', '50,80', '--slow-from', '60', '--slow-max', '9s', '--slow-curve', 'late'];
  expect(JSON.parse(await vault.must(['quota', 'defaults', ...changes, '--json']))).toEqual({
    warnAt: [50, 80],
    throttle: { fromPercent: 60, curve: 'late', maxDelayMs: 9000 },
  });
  const [follows] = await listed();
  expect(follows?.inForce).toEqual({
    warnAt: [50, 80],
    throttle: { fromPercent: 60, curve: 'late', maxDelayMs: 9000 },
  });
  await vault.must(['quota', 'set', 'Follows', '--warn-at', '99']);
  expect((await listed())[0]?.inForce.warnAt).toEqual([99]);
  await vault.must(['quota', 'set', 'Follows', '--warn-at', 'settings']);
  expect((await listed())[0]?.inForce.warnAt).toEqual([50, 80]);
  await vault.must(['quota', 'remove', 'Follows']);
  await vault.must(['quota', 'defaults', '--warn-at', '75,90,100', '--slow-from', '90', '--slow-curve', 'linear']);
});

test('a pool of clients, critical calls, a cron period, and a whole document', async () => {
  for (const name of ['editor', 'bot']) await vault.must(['client', 'add', name, '--grant', 'proxy:openai']);
  const pool = ['--client', 'editor', 'bot', '--keep-critical', '10', '--critical-client', 'bot'];
  const told = await vault.must([
    'quota',
    'set',
    'Team',
    '--limit',
    '2M',
    '--counts',
    'tokens',
    '--per',
    'day',
    ...pool,
  ]);
  expect(told).toContain('2,000,000 tokens a day, of clients editor, bot, shared fairly');
  expect(told).toContain('keeps 10 % for critical calls');
  const cron = ['--per', 'cron:0 9 * * 1-5', '--zone', 'Europe/Berlin', '--project', '/home/me/app'];
  await vault.must(['quota', 'set', 'Office', '--limit', '50', ...cron]);
  const [team, office] = await listed();
  expect(office?.definition).toMatchObject({
    period: { every: 'cron', expression: '0 9 * * 1-5', zone: 'Europe/Berlin' },
    scope: { kind: 'project', project: '/home/me/app' },
  });
  const path = join(vault.folder, 'quota.json');
  writeFileSync(path, JSON.stringify({ ...team?.definition, limit: 7, adjust: { min: 5, max: 9 } }));
  expect(await vault.must(['quota', 'set', 'Copy', '--file', path])).toContain('from 5 tokens to 9 tokens');
  const nobody = JSON.stringify({ ...team?.definition, scope: { kind: 'clients', clients: ['z'.repeat(10)] } });
  const refused = await vault.kh(['quota', 'set', 'Nobody', '--file', '-'], nobody);
  expect([refused.code, refused.stderr]).toEqual([4, expect.stringContaining('a client that has no access')]);
});

test('what is not limited is proposed, and taken by its id', async () => {
  await vault.must(['quota', 'set', 'Nothing', '--limit', '5', '--off']);
  const told = await vault.kh(['quota', 'proposals']);
  expect(told.code).toBe(0);
  expect((await vault.kh(['quota', 'apply', 'new:nobody:cost'])).code).toBe(4);
});

test('what is no quota is said, and nothing is changed', async () => {
  const before = await listed();
  const wrong: readonly (readonly string[])[] = [
    ['New'],
    ['New', '--limit', 'much'],
    ['New', '--limit', '5', '--per', 'year'],
    ['New', '--limit', '5', '--per', 'cron:61 * * * *'],
    ['New', '--limit', '5', '--provider', 'openai', '--system'],
    ['New', '--limit', '5', '--warn-at', '75,75'],
    ['New', '--limit', '5', '--keep-critical', '10'],
    ['New', '--limit', '5', '--adjust', '9..5'],
  ];
  for (const words of wrong) {
    const outcome = await vault.kh(['quota', 'set', ...words]);
    expect([words, outcome.code, outcome.stdout]).toEqual([words, 2, '']);
  }
  expect((await vault.kh(['quota', 'remove', 'Nowhere'])).code).toBe(4);
  expect(await listed()).toEqual(before);
});
