import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answeringServer, json } from '../../support/answering-server.ts';
import { kh, onTerminal } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'kh-own-'));
const home = join(folder, 'home');
const file = join(folder, 'acme.json');
const FILE = readFileSync('tests/fixtures/own-provider.json', 'utf8');
const KEY = `acme_${'0123456789abcdef'.repeat(2)}`;
const PASSWORD = 'correct horse battery staple 42\n';

beforeAll(async () => {
  const kit = join(folder, 'kit.txt');
  await kh(['init', '--password-stdin', '--no-keychain', '--recovery-file', kit], { home, stdin: PASSWORD });
  await kh(['unlock', '--password-stdin'], { home, stdin: PASSWORD });
  writeFileSync(file, FILE);
});
afterAll(async () => {
  await kh(['stop'], { home });
  rmSync(folder, { recursive: true, force: true });
});

test('without a terminal and without --yes the preview is shown and nothing is added', async () => {
  const { code, stdout, stderr } = await kh(['providers', 'add', file], { home });
  expect(stdout).toMatch(/Sends keys to: +api\.acme-search\.com/);
  expect(stderr).toContain('--yes');
  expect(code).toBe(2);
  expect((await kh(['providers', 'acme_search'], { home })).code).toBe(4);
});

test('on a terminal it asks, and no is the default', async () => {
  const { stdout } = await onTerminal(['providers', 'add', file], { home }, [{ after: '[y/N]', type: '\r' }]);
  expect(stdout).toContain('Nothing was changed.');
  expect((await kh(['providers', 'acme_search'], { home })).code).toBe(4);
});

test('one more provider by one file: listed, recognised, tested, handed out, switched off, removed', async () => {
  const server = await answeringServer((response, { headers }) =>
    headers['x-acme-key'] === `Token ${KEY}` ? json(response, 200, { owner: 'Fake' }) : json(response, 401, {}),
  );
  const entry = JSON.parse(FILE) as { baseUrl: { default: string }; auth: { local?: boolean }[] };
  entry.baseUrl.default = server.url;
  for (const kind of entry.auth) kind.local = true;
  writeFileSync(file, JSON.stringify(entry));
  const added = await kh(['providers', 'add', file, '--yes'], { home });
  expect([added.code, added.stderr]).toEqual([0, '']);
  expect(added.stdout).toContain('Acme Search (acme_search) is added.');
  const listed = JSON.parse((await kh(['providers', '--json'], { home })).stdout) as { id: string; own: boolean }[];
  expect(listed.find(({ id }) => id === 'acme_search')).toMatchObject({ own: true, enabled: true });
  expect((await kh(['providers', 'acme_search'], { home })).stdout).toContain('ACME_SEARCH_API_KEY');
  expect((await kh(['add', 'acme_search', '--stdin'], { home, stdin: KEY })).code).toBe(0);
  expect((await kh(['test', 'kh://acme_search'], { home })).code).toBe(0);
  expect((await kh(['get', 'kh://acme_search'], { home })).stdout).toBe(KEY);
  expect((await kh(['providers', 'disable', 'acme_search'], { home })).code).toBe(0);
  expect((await kh(['get', 'kh://acme_search'], { home })).code).toBe(1);
  expect((await kh(['providers', 'enable', 'acme_search'], { home })).code).toBe(0);
  const kept = await kh(['providers', 'remove', 'acme_search'], { home });
  expect([kept.code, kept.stderr]).toEqual([1, expect.stringContaining('purge')]);
  await kh(['delete', 'kh://acme_search'], { home });
  await kh(['purge', 'kh://acme_search', '--password-stdin'], { home, stdin: PASSWORD });
  expect((await kh(['providers', 'remove', 'acme_search'], { home })).code).toBe(0);
  expect((await kh(['providers', 'acme_search'], { home })).code).toBe(4);
});

test('a test that costs something is asked about: no terminal, a no, and --yes', async () => {
  const server = await answeringServer((response) => json(response, 200, { owner: 'Fake' }));
  const entry = JSON.parse(FILE) as {
    id: string;
    baseUrl: { default: string };
    auth: { local?: boolean }[];
    checks: { costMicroUsd: number }[];
  };
  entry.id = 'dear';
  entry.baseUrl.default = server.url;
  for (const kind of entry.auth) kind.local = true;
  for (const check of entry.checks) check.costMicroUsd = 2000;
  writeFileSync(file, JSON.stringify(entry));
  await kh(['providers', 'add', file, '--yes'], { home });
  const added = await kh(['add', 'dear', '--stdin', '--test'], { home, stdin: KEY });
  expect([added.code, added.stderr]).toEqual([0, expect.stringContaining('It was not tested. Providers charge up to')]);
  const refused = await kh(['test', 'kh://dear'], { home });
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/up to \$0\.0020 for a test.*--yes/s)]);
  const no = await onTerminal(['test', '--all'], { home }, [{ after: '[y/N]', type: '\r' }]);
  expect([no.code, no.stdout]).toEqual([5, expect.stringContaining('Nothing was sent.')]);
  expect(server.seen).toHaveLength(0);
  const yes = await onTerminal(['test', 'kh://dear'], { home }, [{ after: '[y/N]', type: 'y\r' }]);
  expect(yes.code).toBe(0);
  expect((await kh(['test', '--all', '--yes', '--force'], { home })).code).toBe(0);
  expect(server.seen).toHaveLength(2);
});

test('a guide is read on the terminal: a built-in one with its note, an own one with its descriptor', async () => {
  const slack = (await kh(['providers', 'slack', '--guide'], { home })).stdout;
  expect(slack).toContain('https://api.slack.com/apps, choose or create an app');
  expect(slack).toMatch(/\nPermissions\n=+\nA bot that only posts needs chat:write/);
  expect((await kh(['providers', 'dear', '--guide'], { home })).stdout).toContain('your own');
  expect((await kh(['providers', '--guide'], { home })).code).toBe(2);
});

test.each([
  ['no such file', join(folder, 'nothing.json')],
  ['a folder', folder],
])('%s is a usage error', async (_, path) => {
  expect((await kh(['providers', 'add', path, '--yes'], { home })).code).toBe(2);
});
