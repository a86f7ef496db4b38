import { expect, test } from 'vitest';
import { usageRow } from '../../../../shared/usage.ts';
import { usageOverview as overviewAnswer } from '../../../../shared/contract/usage.ts';
import { usageOverview } from '../../../../electron/core/usage/analysis/overview.ts';
import { HOUR_MS } from '../../../../electron/core/usage/reporting-days.ts';
import { usageReport } from '../../../../electron/core/usage/report.ts';
import { usageDatabase, write } from './filled-usage.ts';

const AT = Date.UTC(2029, 9, 26, 10);

/** Nine sums that a number still holds exactly are one that it does not. */
function filled() {
  const db = usageDatabase();
  const tokens = { inputTokens: 1e15, outputTokens: 1e15 };
  write(
    db,
    'UTC',
    Array.from({ length: 12 }, (_, n) => ({ atMs: AT + n, costMicroUsd: 1e15, cacheSavedMicroUsd: 1e15, tokens })),
  );
  write(db, 'UTC', [{ atMs: AT, provider: 'groq', costMicroUsd: 150 }]);
  return db;
}

test('sums beyond what a number holds are shown as the largest there is, and the others as they are', () => {
  const db = filled();
  for (const filter of [undefined, { client: ['editor'], model: ['gpt-6-luna'] }]) {
    const rows = usageReport(db, { by: 'provider', filter }, { zone: 'UTC', nowMs: AT + HOUR_MS }).rows;
    expect(rows.map((row) => usageRow.parse(row))).toEqual([
      expect.objectContaining({ key: 'openai', requests: 12, inputTokens: 1e15, knownCostMicroUsd: 1e15 }),
      expect.objectContaining({ key: 'groq', requests: 1, inputTokens: 1000, knownCostMicroUsd: 150 }),
    ]);
  }
  const asked = { reportingZone: 'UTC', nowMs: AT + HOUR_MS, from: '2029-10-26', to: '2029-10-26' };
  const told = usageOverview(db, { ...asked, by: 'provider', bucket: 'hour', top: 8, compare: false });
  expect(overviewAnswer.parse(told).totals).toMatchObject({ requests: 13, knownCostMicroUsd: 1e15 });
});
