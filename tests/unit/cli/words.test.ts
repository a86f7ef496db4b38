import { type accessSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseDays, parseRate, splitNameFromGrants, withoutKey } from '../../../cli/commands/client.ts';
import { notWritable } from '../../../cli/commands/doctor.ts';
import { completionScript, SHELLS } from '../../../cli/completion-script.ts';
import { metadata } from '../../../cli/credential-options.ts';
import { referenceFor, splitEnv, strayReferences } from '../../../cli/env-file.ts';
import { exitCodeOf, formatFailure, usage } from '../../../cli/fail.ts';
import { agentSocket, homeFolder } from '../../../cli/home.ts';
import { nearest } from '../../../shared/nearest.ts';
import { parsePort } from '../../../cli/port.ts';
import { fittingTable, plain, table, textWidth } from '../../../cli/table.ts';
import { formatFrom } from '../../../cli/usage-format.ts';
import { AppError } from '../../../shared/errors.ts';
import { momentIn, secondsIn } from '../../../cli/zone-times.ts';
import { PROBLEM_WORDS } from '../../../shared/delivery-problem-words.ts';
import { dayInWords, momentInWords } from '../../../shared/moment-words.ts';

const invalid = expect.objectContaining({ code: 'invalid_input' }) as Error;

test('the home is absolute wherever it is configured', () => {
  expect(homeFolder({ KEYHARBOR_HOME: 'rel' })).toBe(`${process.cwd()}/rel`);
  expect(homeFolder({ KEYHARBOR_HOME: '', XDG_CONFIG_HOME: '/x' }, 'linux')).toBe('/x/keyharbor');
  expect(homeFolder({ XDG_CONFIG_HOME: 'relative' }, 'linux')).toMatch(/\/\.config\/keyharbor$/);
  expect(homeFolder({}, 'darwin')).toMatch(/Application Support\/Keyharbor$/);
});

test('a socket path that is too long comes from agent.json, which is not there', () => {
  expect(agentSocket(`/${'h'.repeat(80)}`)).toMatch(/agent\.sock$/);
  expect(agentSocket(`/${'h'.repeat(90)}`)).toBeNull();
});

test('a failure is one line and a hint, or JSON; exit codes come from the one table', () => {
  const error = new AppError('vault_locked', 'The vault is locked.', 'Unlock it.');
  expect(formatFailure(error, false)).toBe('keyharbor: The vault is locked.\n  hint: Unlock it.\n');
  expect(JSON.parse(formatFailure(error, true))).toEqual({
    error: { code: 'vault_locked', message: 'The vault is locked.', hint: 'Unlock it.' },
  });
  expect([exitCodeOf(error), exitCodeOf(usage('x')), exitCodeOf(new Error('secret'))]).toEqual([3, 2, 1]);
  expect(formatFailure(new Error('sk-secret'), false)).not.toContain('sk-secret');
});

test('a failure that passes with time says how long', () => {
  const error = new AppError('throttled', 'Too many tries.', '', { retryAfterMs: 3200 });
  expect(formatFailure(error, false)).toContain('Wait 4 s');
});

test.each([
  ['lst', 'list'],
  ['unlok', 'unlock'],
  ['shwo', 'show'],
])('%s is near %s', (word, meant) => {
  expect(nearest(word, ['list', 'unlock', 'lock', 'show', 'add'])).toBe(meant);
});

test('nothing is near a word that is far from all', () => {
  expect(nearest('xyzzy', ['list', 'show'])).toBeNull();
});

test('a .env gives references and plain values apart', () => {
  expect(splitEnv({ A: 'kh://openai/work', B: 'plain', C: '' })).toEqual({
    references: [{ name: 'A', ref: 'kh://openai/work' }],
    plain: { B: 'plain', C: '' },
  });
  expect(() => splitEnv({ 'A-B': 'x' })).toThrow(invalid);
  // The name says which line to look at; the text may be a secret.
  expect(() => splitEnv({ A: 'kh://openai/work', B: 'kh://Open/work' })).toThrow(/^B: This is not a valid reference/);
});

test('a line of a .env with a reference and no name is found, a comment is none', () => {
  const text =
    '# A kh://openai/work\nA=kh://openai/work\r\nexport B = "kh://openai/b"\nC kh://openai/c\n\nkh://openai/d';
  expect(strayReferences(text)).toEqual([4, 6]);
});

test('a client name is found before and after its grants', () => {
  expect(splitNameFromGrants('demo', ['keys:list'])).toEqual({ name: 'demo', grants: ['keys:list'] });
  expect(splitNameFromGrants(undefined, ['keys:list', 'demo'])).toEqual({ name: 'demo', grants: ['keys:list'] });
  expect(() => splitNameFromGrants(undefined, ['keys:list'])).toThrow(invalid);
  expect(() => splitNameFromGrants('demo', ['keys:write:openai'])).toThrow(invalid);
});

test('a grant at a place where there is no key is told, each place once', () => {
  const keys = [
    { provider: 'openai', label: 'work', state: 'active' },
    { provider: 'github', label: 'old', state: 'binned' },
  ];
  const grants = ['keys:list', 'keys:read:openai', 'proxy:openai/work', 'proxy:openai/wrok', 'keys:read:openai/wrok'];
  expect(withoutKey(grants, keys)).toEqual(['openai/wrok']);
  expect(withoutKey(['keys:read:github', 'proxy:anthropic'], keys)).toEqual(['github', 'anthropic']);
});

test('times, rates and ports outside their bounds are refused', () => {
  expect([parseDays('30d'), parseDays('2w'), parseDays('1y'), parseRate('none'), parseRate('0.5')]).toEqual([
    30,
    14,
    365,
    null,
    0.5,
  ]);
  expect([parsePort('0'), parsePort('65535')]).toEqual([0, 65_535]);
  for (const days of ['0d', '366d', '30', 'd', '-1d', '1.5d', '30d ']) expect(() => parseDays(days)).toThrow(invalid);
  for (const rate of ['0', '-1', 'x', '1e9', '']) expect(() => parseRate(rate)).toThrow(invalid);
  for (const port of ['65536', '-1', '80a', '', '0x50']) expect(() => parsePort(port)).toThrow(invalid);
});

test('metadata: dates are real dates, labels follow the grammar, none takes away', () => {
  expect(metadata({ expires: '2028-02-29' })).toEqual({ expiresAt: '2028-02-29' });
  expect(metadata({ expires: 'none', baseUrl: 'none' })).toEqual({ expiresAt: null, baseUrl: null });
  expect(metadata({ tag: ['a', 'a', ''] })).toEqual({ tags: ['a'] });
  for (const expires of ['2027-02-29', '31.12.2027', 'tomorrow', '2027-13-01', '']) {
    expect(() => metadata({ expires })).toThrow(invalid);
  }
  for (const label of ['', 'Work', 'a b', '-a', 'a'.repeat(65)]) expect(() => metadata({ label })).toThrow(invalid);
  expect(() => metadata({ scope: 'team' })).toThrow(invalid);
});

test('symbols take the columns that terminals give them', () => {
  const widths = {
    a: 1,
    東: 2,
    '🔑': 2,
    '👨‍👩‍👧‍👦': 2,
    '🇩🇪': 2,
    '❤️': 2,
    '☎': 1,
    '✔': 1,
    '©': 1,
    é: 1,
    'e\u0301': 1,
    '\u200b': 0,
  };
  for (const [text, width] of Object.entries(widths)) expect(textWidth(text), text).toBe(width);
});

test('a narrow table cuts free text, then leaves columns out, and cuts single words last', () => {
  const heading = ['REF', 'NAME', 'STATE', 'SECRET', 'LAST TEST', 'LAST USED'];
  const rows = [
    ['kh://openai/work', 'the key of the team', 'active (system)', 'sk-********FAKE', 'insufficient_permission', '-'],
    ['kh://openai/b', '-', 'active', '********', 'invalid_key', '2026-11-20 14:00'],
  ];
  const at = (columns: number) => fittingTable(heading, rows, columns, { words: [2], mayGo: [3, 5] });
  expect(at(200).leftOut).toEqual([]);
  expect(at(103)).toMatchObject({
    leftOut: [],
    text: expect.stringContaining('the ke..  active (system)  sk-***') as string,
  });
  expect(at(100)).toMatchObject({
    leftOut: ['SECRET'],
    text: expect.stringContaining('the key of the team') as string,
  });
  expect(at(80).leftOut).toEqual(['SECRET', 'LAST USED']);
  for (const columns of [103, 100, 80]) {
    expect(at(columns).text).toContain('insufficient_permission');
    expect(Math.max(...at(columns).text.split('\n').map(textWidth))).toBeLessThanOrEqual(columns);
  }
  expect(at(60).text).toContain('kh://openai/work  the ke..  ');
});

test('where leaving columns out is not enough, a reference loses its middle, never its end', () => {
  const long = `kh://cloudflare/${'team-'.repeat(9)}production`;
  const rows = [
    [long, 'invalid_key'],
    ['kh://openai/work', 'insufficient_permission'],
  ];
  const at = (columns: number) => fittingTable(['REF', 'LAST TEST'], rows, columns, { ends: [0] }).text;
  expect(at(120)).toContain(long);
  for (const columns of [80, 70, 60, 50]) {
    const text = at(columns);
    expect(Math.max(...text.split('\n').map(textWidth))).toBeLessThanOrEqual(columns);
    expect(text).toMatch(/^kh:\/\/[a-z/-]+\.\.[a-z-]*-production  invalid_key$/m);
    expect(text).toContain('kh://openai/work ');
    expect(text).toContain('insufficient_permission');
  }
  expect(at(30)).toMatch(/^kh:\/\/clo\.\.eam-production  /m);
});

test('a table is aligned, also with wide characters, and fits the terminal', () => {
  const rows = [
    ['kh://openai/work', '東京の鍵', 'x'.repeat(60)],
    ['kh://a/b', 'plain', 'short'],
  ];
  const wide = table(['REF', 'NAME', 'SECRET'], rows, null).split('\n');
  expect(wide[1]).toContain('x'.repeat(60));
  expect(textWidth((wide[1] ?? '').split('x')[0] ?? '')).toBe((wide[2] ?? '').indexOf('short'));
  for (const line of table(['REF', 'NAME', 'SECRET'], rows, 60).split('\n'))
    expect(textWidth(line)).toBeLessThanOrEqual(60);
});

test('a narrow terminal cuts words, never a figure', () => {
  const rows = [
    ['gpt-5', 'a model with a long description', 'over $8.677001', '2,235,123', '2026-11-20 14:00'],
    ['gpt-5-mini', 'short', 'unknown', '-', '-'],
  ];
  for (const columns of [20, 60, 80]) {
    const shown = table(['MODEL', 'WHAT', 'COST', 'TOKENS', 'AT'], rows, columns);
    for (const figure of ['over $8.677001', '2,235,123', '2026-11-20 14:00']) expect(shown).toContain(figure);
    expect(shown.includes('..')).toBe(columns < 100);
  }
});

test('an amount with words behind it is not cut either where its column is one of figures, nor is a time to the second', () => {
  const heading = ['NAME', 'OF', 'LIMIT', 'AT'];
  const rows = [['All spending', 'every provider there is', '$20,000.00 a month', '2026-11-20 14:00:05']];
  const { text, leftOut } = fittingTable(heading, rows, 40, { figures: [2], mayGo: [1] });
  expect(text).toContain('$20,000.00 a month');
  expect(text).toContain('2026-11-20 14:00:05');
  expect(leftOut).toEqual(['OF']);
});

test('why a webhook was not taken is told in words', () => {
  for (const words of Object.values(PROBLEM_WORDS)) expect(words).toContain(' ');
});

test('what steers a terminal is not printed', () => {
  expect(plain('a\u001b[31mred\u001b[0m\u0007\u202eb\nc…')).toBe('ared  b c...');
});

test('a time is printed as it is in the zone, to the minute or to the second, never as -', () => {
  expect(momentIn('Asia/Tokyo', null)).toBe('-');
  expect(momentIn('Asia/Tokyo', '2026-11-21T20:20:30.000Z')).toBe('2026-11-22 05:20');
  expect(secondsIn('Asia/Tokyo', null)).toBe('-');
  expect(secondsIn('America/New_York', '2026-11-21T02:20:05.900Z')).toBe('2026-11-20 21:20:05');
});

test('sentences write days and times out, as they are in the zone', () => {
  expect(dayInWords('2026-11-19')).toBe('19 November 2026');
  expect(momentInWords('Asia/Tokyo', Date.UTC(2026, 10, 19, 20, 5))).toBe('20 November 2026, 05:05');
});

test.each(SHELLS)('a completion script for %s is for both names and asks the program for words', (shell) => {
  const script = completionScript(shell, [{ name: 'list', about: "what's there" }]);
  expect(script).toContain('__complete');
  expect(script).toMatch(/\bkh\b/);
});

test('doctor names what this user may not write to; what is not made yet is no fault', () => {
  const home = mkdtempSync(join(tmpdir(), 'kh-shut-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const refusing =
    (shut: string): typeof accessSync =>
    (path) => {
      // Root may write anywhere, so the system itself is not asked.
      if (path === shut) throw Object.assign(new Error('no'), { code: 'EACCES' });
    };
  expect(notWritable(home)).toBeNull();
  expect(notWritable(home, refusing(home))).toBe(home);
  expect(notWritable(home, refusing(join(home, 'run')))).toBeNull();
  mkdirSync(join(home, 'run'));
  expect(notWritable(home, refusing(join(home, 'run')))).toBe(join(home, 'run'));
});

test('--json beside another format is a contradiction', () => {
  expect(() => formatFrom({ json: true, format: 'csv' })).toThrow(invalid);
  expect([formatFrom({ json: true }), formatFrom({ json: true, format: 'json' }), formatFrom({})]).toEqual([
    'json',
    'json',
    'table',
  ]);
});

test('a value in place of a reference is told where it belongs, and is not repeated', () => {
  const hintOf = (ref: string): string => {
    try {
      return referenceFor('A', ref).ref;
    } catch (error) {
      return `${(error as Error).message} ${(error as { readonly hint: string }).hint}`;
    }
  };
  expect(hintOf('sk-typed-here')).toMatch(/keyharbor add.*if it was a real secret, replace it/);
  expect(hintOf('sk-typed-here')).not.toContain('typed');
  expect(hintOf('openai/work')).toContain('Write kh:// before it');
  expect(hintOf('kh://OpenAI')).not.toContain('replace it');
});
