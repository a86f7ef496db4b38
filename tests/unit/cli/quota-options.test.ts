import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import type { AgentClient } from '../../../cli/agent-client.ts';
import { amount } from '../../../cli/quota-amounts.ts';
import { definitionFrom, type QuotaOptions, withQuotaOptions } from '../../../cli/quota-options.ts';
import { type QuotaDefinition, quotaDefinition } from '../../../shared/quotas.ts';
import { AppError } from '../../../shared/errors.ts';

const CLIENTS = ['editor', 'bot'].map((name, n) => ({ id: String(n).repeat(10), name, state: 'active' }));
const agent = { call: () => Promise.resolve(CLIENTS) } as unknown as AgentClient;

const optionsOf = (words: readonly string[]): QuotaOptions =>
  withQuotaOptions(new Command()).parse(words, { from: 'user' }).opts<QuotaOptions>();

const made = async (
  words: readonly string[],
  before: Partial<QuotaDefinition> | null = null,
): Promise<QuotaDefinition> =>
  await definitionFrom(
    agent,
    'Q',
    optionsOf(words),
    before === null ? null : quotaDefinition.parse({ ...REQUESTS, ...before }),
  );

const REQUESTS = {
  name: 'Q',
  counts: 'requests',
  scope: { kind: 'all' },
  period: { every: 'month' },
  limit: 1000,
} as const;
const CRON = { every: 'cron', expression: '0 9 * * 1', zone: 'Europe/Berlin' } as const;
const POOL = { kind: 'clients', clients: CLIENTS.map(({ id }) => id), fair: true } as const;

test.each<readonly [readonly string[], Partial<QuotaDefinition> | null, RegExp]>([
  [['--counts', 'cost'], {}, /--limit is missing: the limit there is counts requests/],
  [['--limit', '5usd'], { adjust: { min: 1, max: 9 } }, /--adjust is missing/],
  [['--limit', '5usd', '--counts', 'tokens'], null, /--limit is money/],
  [['--limit', '5', '--per', 'day', '--zone', 'America/New_York'], null, /--zone is for a cron expression/],
  [['--zone', 'America/New_York'], {}, /--zone is for a cron expression/],
  [['--first-come'], {}, /--first-come is for clients that share/],
  [['--fair', '--provider', 'openai'], { scope: POOL }, /--fair is for clients that share/],
  [['--fair', '--first-come'], { scope: POOL }, /--fair and --first-come do not go together/],
  [['--warn-only', '--block'], {}, /--warn-only and --block do not go together/],
  [['--on', '--off'], {}, /--on and --off do not go together/],
  [['--slow', '--no-slow'], {}, /--slow and --no-slow do not go together/],
  [['--no-slow', '--limit', '5', '--slow'], {}, /--slow and --no-slow do not go together/],
  [['--count-imports', '--no-count-imports'], {}, /--count-imports and --no-count-imports do not go together/],
  [['--no-slow', '--slow-from', '50'], {}, /--no-slow and --slow-from do not go together/],
  [['--keep-critical', '0', '--critical-client', 'bot'], {}, /--keep-critical 0 and --critical-client/],
  [['--file', 'quota.json', '--limit', '99'], {}, /--file and --limit do not go together/],
  [['--file', 'quota.json', '--no-slow'], {}, /--file and --no-slow do not go together/],
  [['--limit', '5', '--client', 'bot', '--count-imports'], null, /Imported calls know no key/],
  [['--limit', '5', '--project', '~somebody/work'], null, /--project is no folder/],
])('%j on %j is refused, and what to do is said', async (words, before, message) => {
  const thrown = await made(words, before).catch((error: unknown) => error);
  if (!(thrown instanceof AppError)) throw new Error('it was not refused');
  expect(thrown.code).toBe('invalid_input');
  expect(thrown.message).toMatch(message);
  expect(thrown.hint).not.toBe('');
});

test.each<readonly [readonly string[], string]>([
  [['--warn-at', '0'], '--warn-at takes up to eight different percentages from 1 to 100'],
  [['--warn-at', '75,75'], '--warn-at takes up to eight different percentages'],
  [['--slow-from', '100'], '--slow-from takes 1 to 99 percent.'],
  [['--slow-max', '61s'], '--slow-max takes 100ms to 60s.'],
  [['--slow-curve', 'steep'], '--slow-curve takes linear, late, early.'],
  [['--keep-critical', '60', '--critical-client', 'bot'], '--keep-critical takes 1 to 50 percent'],
  [['--rollover', '101'], '--rollover takes 1 to 100 percent'],
  [['--adjust', '500..100'], '--adjust takes the least limit and then the most'],
  [['--client', 'bot', 'bot'], '--client takes up to 32 clients, each once.'],
  [['--provider', 'No Such!'], '--provider takes one of "keyharbor providers".'],
  [['--per', 'cron:* * * * *', '--zone', ''], '--zone takes a time zone'],
])('%j is refused by what the option takes, not in the words of a checker', async (words, message) => {
  const thrown = await made(['--limit', '5', ...words]).catch((error: unknown) => error);
  expect((thrown as AppError).message).toContain(message);
});

test('a name is kept without spaces around it', () => {
  const given = { ...REQUESTS, name: ' All spending ' };
  expect(quotaDefinition.parse(given).name).toBe('All spending');
  expect(quotaDefinition.safeParse({ ...REQUESTS, name: '  ' }).success).toBe(false);
});

test('another unit needs its limit and its range; then both are in it', async () => {
  const changed = await made(['--counts', 'tokens', '--limit', '2m', '--adjust', '1m..3m'], {
    adjust: { min: 1, max: 9 },
  });
  expect(changed).toMatchObject({ counts: 'tokens', limit: 2_000_000, adjust: { min: 1_000_000, max: 3_000_000 } });
});

test('the zone of a cron expression is changed alone, and stays where only the expression is changed', async () => {
  expect((await made(['--zone', 'Asia/Tokyo'], { period: CRON })).period).toEqual({ ...CRON, zone: 'Asia/Tokyo' });
  const other = ['--per', 'cron:0 8 * * *'];
  expect((await made(other, { period: CRON })).period).toEqual({ ...CRON, expression: '0 8 * * *' });
  expect((await made(['--limit', '5', ...other])).period).toEqual({
    every: 'cron',
    expression: '0 8 * * *',
    zone: 'UTC',
  });
});

test('how clients share is changed alone, and stays where other clients share', async () => {
  const firstCome = await made(['--first-come'], { scope: POOL });
  expect(firstCome.scope).toEqual({ ...POOL, fair: false });
  expect((await made(['--client', 'editor', 'bot'], { scope: firstCome.scope })).scope).toEqual(firstCome.scope);
  expect((await made(['--fair'], { scope: firstCome.scope })).scope).toEqual(POOL);
});

test('the folder of a project is kept as a whole path', async () => {
  const folder = async (typed: string) => (await made(['--limit', '5', '--project', typed])).scope;
  expect(await folder('.')).toEqual({ kind: 'project', project: process.cwd() });
  expect(await folder('~/work')).toEqual({ kind: 'project', project: join(homedir(), 'work') });
  expect(await folder('app')).toEqual({ kind: 'project', project: resolve('app') });
});

test('amounts are read by their digits, with the letters that the window takes', () => {
  const read = ['1000', '50k', '2m', '2M', '1.1M', '1.5B', '2g', '0.5K'].map((text) =>
    amount(text, 'tokens', '--limit'),
  );
  expect(read).toEqual([1000, 50_000, 2_000_000, 2_000_000, 1_100_000, 1_500_000_000, 2_000_000_000, 500]);
  expect(['20usd', '$0.000001', '2.50 USD', '0'].map((text) => amount(text, 'cost', '--limit'))).toEqual([
    20e6, 1, 2.5e6, 0,
  ]);
  for (const text of ['1.5', '1.0005k', '', 'M', '1e3', '99999999999999B']) {
    expect(() => amount(text, 'tokens', '--limit'), text).toThrow('--limit is no number');
  }
  for (const text of ['$0.0000001', '1,5', 'usd', '2M']) {
    expect(() => amount(text, 'cost', '--limit'), text).toThrow('--limit is no amount of money');
  }
});

test.each(['20eur', '€20', '20 GBP', '1.50€', 'CHF 5'])('%s is not in the one currency that costs are in', (typed) => {
  for (const counts of ['requests', 'cost']) expect(() => amount(typed, counts, '--limit')).toThrow('US dollars');
});
