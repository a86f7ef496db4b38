import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type LineAgent, startLineAgent } from '../../unit/cli/line-agent.ts';
import type { UsageHeatMap, UsageOverview, UsageRemark } from '../../../shared/contract/usage.ts';
import { environment, KEYHARBOR, kh } from './command.ts';
import { Screen } from './screen.ts';

// How the command line shows an overview and a calendar; the figures themselves are tested with the recorder.
let agent: LineAgent;
const folders: string[] = [];
afterEach(async () => {
  await agent.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const values = (requests: readonly number[], cost: readonly number[], unpriced: readonly number[]) => ({
  requests: [...requests],
  failed: requests.map(() => 0),
  incomplete: requests.map(() => 0),
  unpriced: [...unpriced],
  inputTokens: requests.map((count) => count * 1000),
  cacheReadTokens: requests.map(() => 0),
  cacheWriteTokens: requests.map(() => 0),
  outputTokens: requests.map((count) => count * 10),
  reasoningTokens: requests.map(() => 0),
  knownCostMicroUsd: [...cost],
});
const totals = (requests: number, knownCostMicroUsd: number, unpriced: number): UsageOverview['totals'] => ({
  ...{ requests, failed: 1, incomplete: 0, unpriced, knownCostMicroUsd, reasoningTokens: 0 },
  ...{ inputTokens: requests * 1000, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: requests * 10 },
  errorRate: 1 / requests,
  latency: { p50Ms: 4871.2, p95Ms: 9742, p99Ms: 12_000, approximate: true },
  cacheSavedMicroUsd: 1_200_000,
});
const REMARK: UsageRemark = { code: 'unknown-name', text: 'Nothing was ever counted under one of the names.' };
const OVERVIEW: UsageOverview = {
  by: 'model',
  bucket: 'day',
  zone: 'Europe/Berlin',
  from: '2026-11-18',
  to: '2026-11-20',
  buckets: ['2026-11-18', '2026-11-19', '2026-11-20'].map((day, at) => ({ from: day, to: day, partial: at === 2 })),
  totals: totals(50, 8_677_001, 5),
  values: values([0, 10, 40], [0, 677_001, 8_000_000], [0, 5, 0]),
  series: [{ key: '=cmd', values: values([0, 0, 40], [0, 0, 8_000_000], [0, 0, 0]), totals: totals(40, 8_000_000, 0) }],
  other: { names: 2, values: values([0, 10, 0], [0, 677_001, 0], [0, 5, 0]), totals: totals(10, 677_001, 5) },
  previous: {
    ...{ from: '2026-11-15', to: '2026-11-17', totals: totals(40, 4_000_000, 0) },
    values: values([40, 0, 0], [4_000_000, 0, 0], [0, 0, 0]),
  },
  collectedSince: '2026-11-01T00:00:00.000Z',
  remarks: [],
};
const DAYS = 52 * 7 + 5;
const heats = (length: number, at: number): UsageHeatMap['days'] => {
  const only = (value: number): number[] => Array.from({ length }, (_, place) => (place === at ? value : 0));
  return {
    ...{ requests: only(3), failed: only(1), unpriced: only(0), incomplete: only(1) },
    ...{ knownCostMicroUsd: only(5_000_000), tokens: only(77) },
  };
};
const MAP: UsageHeatMap = {
  zone: 'Europe/Berlin',
  from: '2025-11-17',
  to: '2026-11-20',
  days: heats(DAYS, DAYS - 1),
  hoursOfWeek: heats(168, 4 * 24 + 9),
  collectedSince: '2026-11-18T08:00:00.000Z',
  remarks: [],
};

async function serve(given: Partial<UsageOverview> & { readonly map?: Partial<UsageHeatMap> } = {}): Promise<string> {
  const { map, ...overview } = given;
  agent = await startLineAgent(({ method }) => {
    if (method === 'usage.overview') return { ...OVERVIEW, ...overview };
    if (method === 'usage.heatMap') return { ...MAP, ...map };
    if (method === 'usage.report') return { by: 'model', zone: 'UTC', rows: [], remarks: [REMARK] };
    if (method === 'usage.requests')
      return { zone: 'UTC', records: [], next: null, keptSince: null, remarks: [REMARK] };
    if (method === 'usage.beginExport')
      return { id: 'e', rows: 1, mediaType: 'text/csv', fileName: 'x.csv', remarks: [] };
    if (method === 'usage.nextExport') return { encoding: 'utf8', data: 'rows\n', rows: 1, done: true };
    return { state: 'unlocked', notices: [] };
  });
  return agent.home;
}

const asked = (method: string): unknown => agent.calls.find((call) => call.method === method)?.params;

/** What a terminal of so many columns shows. */
async function onScreen(words: readonly string[], home: string, cols: number): Promise<readonly string[]> {
  const env = environment(home, { LC_ALL: 'C.UTF-8' });
  const screen = new Screen(KEYHARBOR, words, env, { cols, rows: 80 });
  expect(await screen.ended).toBe(0);
  return screen.shown.trimEnd().split('\r\n');
}

test('an overview tells each figure with how sure it is, and the period before', async () => {
  const home = await serve();
  const { code, stdout, stderr } = await kh(['usage', 'overview', '--compare', '--from', '3d'], { home });
  expect(code).toBe(0);
  expect(asked('usage.overview')).toEqual({ bucket: 'auto', compare: true, from: '3d' });
  expect(stdout).toMatch(/^2026-11-18 to 2026-11-20, by day; days are those of Europe\/Berlin\n/);
  for (const line of [
    /^Cost: +over \$8\.677001 \(before: \$4\.00\)$/m, // no percentage of what is not known
    /^Requests: +50 \(before: 40, \+25 %\)$/m,
    /^Tokens: +50,500 \(before: 40,400, \+25 %\)$/m,
    /^Error rate: +2\.0 % \(1 failed; before: 2\.5 %\)$/m,
    /^Latency p95: +about 9,742 ms \(before: about 9,742 ms\)$/m,
    /^Cache savings: +about \$1\.20 /m,
    /^2026-11-19 +10 +0 +10,100 +over \$0\.677001 +\$0\.00$/m,
    /^2026-11-20 \* +40 +0 +40,400 +\$8\.00 +\$0\.00$/m,
  ])
    expect(stdout).toMatch(line);
  expect(stderr).toBe('* not whole: it is not over, or the period cuts it.\n');
});

test('an overview of one kind of names is asked by that kind, for only so percentiles are kept', async () => {
  const home = await serve();
  await kh(['usage', 'overview', '--model', 'gpt-5', '--bucket', 'week', '--json'], { home });
  const week = { bucket: 'week', compare: false };
  expect(asked('usage.overview')).toEqual({ ...week, by: 'model', filter: { model: ['gpt-5'] } });
});

test('half of a period before is not compared; a bar before anything was counted is not zero', async () => {
  const home = await serve({ collectedSince: '2026-11-18T23:30:00.000Z' }); // the 19th in Berlin
  const { stdout, stderr } = await kh(['usage', 'overview', '--compare', '--by', 'model'], { home });
  expect(stdout).not.toContain('before');
  expect(stderr).toContain('The period before is not compared: not all of it was counted.');
  expect(stdout).toMatch(/^2026-11-18 +- +- +- +-$/m);
  expect(stdout).toMatch(/^=cmd +40 .*\$8\.00$/m);
  expect(stdout).toMatch(/^\(2 more\) +10 .*over \$0\.677001$/m);
});

test('an overview as JSON and CSV: the same figures, certainty with them, no formula', async () => {
  const home = await serve({ remarks: [REMARK] });
  const json = await kh(['usage', 'overview', '--by', 'model', '--json'], { home });
  expect(json.stderr).toBe(`${REMARK.text}\n`);
  expect(JSON.parse(json.stdout)).toMatchObject({
    totals: { requests: 50, costCertainty: 'at-least', latency: { p99Ms: 12_000, approximate: true } },
    previous: { comparable: true, totals: { costCertainty: 'known' } },
    buckets: [{ from: '2026-11-18', collected: true }, { costCertainty: 'at-least' }, { knownCostMicroUsd: 8_000_000 }],
    series: [{ key: '=cmd', buckets: [{ requests: 0 }, { requests: 0 }, { requests: 40 }] }],
    other: { names: 2, totals: { costCertainty: 'at-least' } },
  });
  const csv = (await kh(['usage', 'overview', '--format', 'csv', '--compare'], { home })).stdout.split('\r\n');
  expect(csv[0]).toMatch(
    /^"from","to","partial","requests",.*"costCertainty","requestsBefore","knownCostMicroUsdBefore"$/,
  );
  expect(csv[1]).toMatch(/^"2026-11-18","2026-11-18","0","0",.*"known","40","4000000"$/);
  const by = (await kh(['usage', 'overview', '--format', 'csv', '--by', 'model'], { home })).stdout.split('\r\n');
  expect(by).toHaveLength(1 + 2 * 3 + 1);
  expect(by[3]).toContain('"\'=cmd","1","40"');
});

test('a calendar as JSON and CSV has no day before anything was counted', async () => {
  const home = await serve();
  const { stdout } = await kh(['usage', 'calendar', '--json', '--provider', 'openai'], { home });
  expect(asked('usage.heatMap')).toEqual({ filter: { provider: ['openai'] } });
  const told = JSON.parse(stdout) as { days: { day: string }[]; hoursOfWeek: unknown[] };
  expect(told.days.map(({ day }) => day)).toEqual(['2026-11-18', '2026-11-19', '2026-11-20']);
  expect(told.days[2]).toMatchObject({ requests: 3, costCertainty: 'at-least' });
  expect(told.hoursOfWeek).toHaveLength(168);
  expect(told.hoursOfWeek[105]).toMatchObject({ weekday: 'Fri', hour: 9, tokens: 77 });
  const days = (await kh(['usage', 'calendar', '--format', 'csv'], { home })).stdout.split('\r\n');
  expect(days.slice(0, 2)).toEqual([
    '"day","requests","failed","incomplete","unpriced","tokens","knownCostMicroUsd","costCertainty"',
    '"2026-11-18","0","0","0","0","0","0","known"',
  ]);
  const hours = (await kh(['usage', 'calendar', '--format', 'csv', '--hours'], { home })).stdout.split('\r\n');
  expect(hours).toHaveLength(1 + 168 + 1);
});

test('in a pipe a calendar is a plain table; on a terminal it is drawn and fits', async () => {
  const home = await serve();
  const { stdout } = await kh(['usage', 'calendar'], { home });
  expect(stdout).toMatch(/^1 day with use from 2025-11-17 to 2026-11-20, cost at least \$5\.00 in all\n/);
  expect(stdout).toMatch(/^2026-11-20 +3 +1 +77 +at least \$5\.00$/m);
  expect(stdout).toMatch(/^Fri 09:00 +3 +1 +77 +at least \$5\.00$/m);
  const shown = await onScreen(['usage', 'calendar'], home, 80);
  for (const line of shown) expect(line.length).toBeLessThanOrEqual(80);
  expect(shown.filter((line) => line.startsWith('Fri'))[0]).toMatch(/^Fri {53}░$/);
  expect(shown.filter((line) => line.startsWith('Fri'))[1]).toBe(`Fri ${'·'.repeat(18)}░░${'·'.repeat(28)}`);
});

test('hours that are not kept for several filters are said', async () => {
  const home = await serve({ map: { hoursOfWeek: null } });
  expect((await kh(['usage', 'calendar'], { home })).stderr).toContain('Hours of the week are not kept');
  expect(JSON.parse((await kh(['usage', 'calendar', '--json'], { home })).stdout)).toMatchObject({ hoursOfWeek: null });
});

test.each([36, 50, 80])('on a terminal of %i columns bars are drawn and no figure is cut', async (cols) => {
  const shown = await onScreen(['usage', 'overview', '--compare', '--by', 'model'], await serve(), cols);
  const text = shown.join('\n');
  for (const figure of ['over $0.677001', '$8.00', '$4.00']) expect(text).toContain(figure);
  expect(text.match(/█/g)?.length ?? 0).toBeGreaterThan(6);
  const table = shown.slice(shown.findIndex((line) => line.startsWith('DAY')));
  if (cols < 80) expect(text).toMatch(/Left out for want of room: .*FAILED/);
  expect(table.slice(0, 2).join('\n')).toContain('COST BEFORE'); // a row in two lines where it is narrow
});

test.each([
  ['week', '--bucket week'],
  ['month', '--bucket month'],
  ['hour', '--bucket hour'],
  ['outcome', '--by outcome'],
])('usage --by %s names the command that has it', async (by, has) => {
  const { code, stderr } = await kh(['usage', '--by', by], { home: await serve() });
  expect(code).toBe(2);
  expect(stderr).toContain(`usage overview ${has}`);
});

test.each([
  [['usage', '--model', 'gpt-5-mni']],
  [['usage', '--model', 'gpt-5-mni', '--json']],
  [['usage', '--model', 'gpt-5-mni', '--format', 'csv']],
  [['usage', 'requests', '--model', 'gpt-5-mni']],
  [['usage', 'requests', '--model', 'gpt-5-mni', '--json']],
])('%j says that the name is not known, on stderr', async (words) => {
  const { code, stdout, stderr } = await kh(words, { home: await serve() });
  expect(code).toBe(0);
  expect(stderr).toContain(REMARK.text);
  expect(stdout).not.toContain(REMARK.text);
});

test('an export is never written over a file unless that was said, and says where it cannot be', async () => {
  const home = await serve();
  const folder = mkdtempSync(join(tmpdir(), 'kh-export-'));
  folders.push(folder);
  const file = join(folder, 'october.csv');
  mkdirSync(join(folder, 'made'));
  writeFileSync(file, 'old');
  const there = await kh(['usage', 'export', '-o', file], { home });
  expect([there.code, there.stderr]).toEqual([1, expect.stringContaining('--force')]);
  for (const [place, said] of [
    [join(folder, 'no', 'x.csv'), 'Make it first'],
    [join(folder, 'made'), 'Name an ordinary file'],
  ] as const) {
    const { code, stderr } = await kh(['usage', 'export', '--force', '-o', place], { home });
    expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
  }
  expect(agent.calls.map(({ method }) => method)).not.toContain('usage.beginExport');
  expect(readFileSync(file, 'utf8')).toBe('old');
  expect((await kh(['usage', 'export', '--force', '-o', file], { home })).code).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe('rows\n');
  expect(readdirSync(folder).toSorted()).toEqual(['made', 'october.csv']);
});
