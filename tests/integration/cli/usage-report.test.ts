import { afterEach, expect, test } from 'vitest';
import type { UsageRemark } from '../../../shared/contract/usage.ts';
import type { UsageRow } from '../../../shared/usage.ts';
import { type LineAgent, startLineAgent } from '../../unit/cli/line-agent.ts';
import { kh, outcomeOf, start } from './command.ts';

// How `keyharbor usage` shows a report; the figures themselves are tested with the recorder.
let agent: LineAgent;
afterEach(async () => agent.close());

const row = (given: Partial<UsageRow>): UsageRow => ({
  key: 'gpt-6-luna',
  requests: 12_345,
  failed: 0,
  incomplete: 0,
  unpriced: 0,
  inputTokens: 1000,
  cacheReadTokens: 20,
  cacheWriteTokens: 3,
  outputTokens: 100,
  reasoningTokens: 7,
  knownCostMicroUsd: 1_500_000,
  costMicroUsd: 1_500_000,
  ...given,
});
const ROWS = [
  row({}),
  row({ key: '=HYPERLINK("x")', requests: 2, unpriced: 1, failed: 1, knownCostMicroUsd: 5, costMicroUsd: null }),
  row({ key: '', requests: 1, unpriced: 1, knownCostMicroUsd: 0, costMicroUsd: null }),
  row({ key: 'cut', requests: 1, incomplete: 1, knownCostMicroUsd: 7, costMicroUsd: 7 }),
];

async function serve(rows: readonly UsageRow[], remarks: readonly UsageRemark[] = []): Promise<string> {
  agent = await startLineAgent(({ method }) =>
    method === 'usage.report'
      ? { by: 'model', zone: 'Europe/Berlin', rows, remarks }
      : { state: 'unlocked', notices: [] },
  );
  return agent.home;
}

test('JSON holds the promised members and no other', async () => {
  const { code, stdout } = await kh(['usage', '--format', 'json'], { home: await serve(ROWS) });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual(
    ROWS.map(({ key, requests, costMicroUsd, failed, incomplete, unpriced, knownCostMicroUsd }, at) => ({
      ...{ key, requests, inputTokens: 1000, cacheReadTokens: 20, cacheWriteTokens: 3, outputTokens: 100 },
      ...{ costMicroUsd, failed, incomplete, unpriced, knownCostMicroUsd },
      costCertainty: ['known', 'at-least', 'unknown', 'at-least'][at],
    })),
  );
});

test('CSV starts no formula and leaves an unknown cost empty', async () => {
  const { stdout } = await kh(['usage', '--format', 'csv'], { home: await serve(ROWS) });
  expect(stdout.split('\r\n')).toEqual([
    '"key","requests","inputTokens","cacheReadTokens","cacheWriteTokens","outputTokens","costMicroUsd",' +
      '"failed","incomplete","unpriced","knownCostMicroUsd","costCertainty"',
    '"gpt-6-luna","12345","1000","20","3","100","1500000","0","0","0","1500000","known"',
    '"\'=HYPERLINK(""x"")","2","1000","20","3","100","","1","0","1","5","at-least"',
    '"","1","1000","20","3","100","","0","0","1","0","unknown"',
    '"cut","1","1000","20","3","100","7","0","1","0","7","at-least"',
    '',
  ]);
});

test.each(['json', 'csv'])('what has to be known of the figures is said beside %s, on stderr', async (format) => {
  const home = await serve(ROWS, [{ code: 'whole-days', text: 'Whole days are counted.' }]);
  const { stdout, stderr } = await kh(['usage', '--format', format], { home });
  expect(stderr).toBe('Whole days are counted.\n');
  expect(stdout).not.toContain('Whole days');
});

test('the table says what is not known', async () => {
  const { stdout, stderr } = await kh(['usage'], { home: await serve(ROWS) });
  const lines = stdout.split('\n').map((line) => line.split(/ {2,}/));
  expect(lines[0]).toEqual(['MODEL', 'REQUESTS', 'INPUT', 'CACHE READ', 'CACHE WRITE', 'OUTPUT', 'COST']);
  expect(lines.slice(1, 6).map((cells) => [cells[0], cells[1], cells.at(-1)])).toEqual([
    ['gpt-6-luna', '12,345', '$1.50'],
    ['=HYPERLINK("x")', '2', 'over $0.000005'],
    ['(no model)', '1', 'unknown'],
    ['cut', '1', 'at least $0.000007'],
    ['TOTAL', '12,349', 'over $1.500012'],
  ]);
  expect(stderr).toBe(
    '1 of the requests failed.\n' +
      '1 of the requests told no use, or was cut: its figures are the least it can have been.\n' +
      '2 of the requests have no known price.\n',
  );
});

test('a reader of the remarks that has gone away is no failure', async () => {
  const child = start(['usage'], { home: await serve(ROWS) });
  child.stderr?.destroy();
  child.stdin?.end();
  const { code, stdout } = await outcomeOf(child);
  expect([code, stdout.includes('TOTAL')]).toEqual([0, true]);
});

test.each([
  ['20usd', 20_000_000],
  ['12.50', 12_500_000],
])('a budget of %s is written as a quota is', async (limit, microUsd) => {
  const home = await serve([]);
  await kh(['usage', 'forecast', '--limit', limit], { home });
  expect(agent.calls.find(({ method }) => method === 'usage.forecast')?.params).toMatchObject({ limit: microUsd });
  const refused = await kh(['usage', 'forecast', '--limit', '20eur'], { home });
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('US dollars')]);
});

test('what is asked for goes to the agent; nothing counted is said', async () => {
  const home = await serve([]);
  const { stdout, stderr } = await kh(['usage', '--by', 'day', '--from', '2026-11-01', '--to', '2026-11-20'], { home });
  expect({ stdout, stderr }).toEqual({ stdout: '', stderr: 'Nothing was counted in this time.\n' });
  expect(agent.calls.find(({ method }) => method === 'usage.report')?.params).toEqual({
    by: 'day',
    from: '2026-11-01',
    to: '2026-11-20',
  });
  expect((await kh(['usage', '--json'], { home })).stdout).toBe('[]\n');
});

test.each([[['--by', 'colour']], [['--format', 'xml']], [['--from', 'some-day']], [['--to', '31.12.2026']]])(
  'usage %j is a usage error with advice',
  async (words) => {
    const { code, stderr } = await kh(['usage', ...words], { home: await serve([]) });
    expect(code).toBe(2);
    expect(stderr).toContain('hint:');
  },
);
