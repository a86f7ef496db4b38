import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CountedCall } from '../../../electron/core/usage/counted-call.ts';
import { RecordTable } from '../../../electron/core/usage/record-table.ts';
import { pricedCall, usageFile } from './usage-file.ts';

/** Few values, so that many rows in a row are alike. */
const given = fc.record({
  status: fc.constantFrom(200, 429),
  method: fc.constantFrom('POST', 'GET'),
  credentialVersion: fc.constantFrom(1, null),
  cacheReadTokens: fc.constantFrom(0, 0, 0, 7),
  reasoningTokens: fc.constantFrom(0, 0, 0, 3),
  costMicroUsd: fc.option(fc.nat(1000)),
  firstByteMs: fc.option(fc.nat(50)),
  errorType: fc.constantFrom(null, null, null, 'overloaded_error'),
  outputTokens: fc.nat(500),
});
const runs = fc.array(fc.tuple(given, fc.integer({ min: 1, max: 40 })), { minLength: 1, maxLength: 6 });

function rowsOf(calls: readonly CountedCall[], putsTogether: boolean): readonly unknown[] {
  const { db } = usageFile();
  db.exec("INSERT INTO usage_name VALUES (1, 0, 'x', 'x'); INSERT INTO usage_cell VALUES (1, 1, 1, 1, 1, 1, 1, 1)");
  const table = new RecordTable(db);
  db.transaction(() => {
    for (const call of calls) {
      table.put(call, 1);
      if (!putsTogether) table.end();
    }
    table.end();
  })();
  return db.prepare('SELECT * FROM usage_record ORDER BY seq').all();
}

test('rows that are written together are the same, in the same order, as rows that are written one by one', () => {
  fc.assert(
    fc.property(runs, (all) => {
      let n = 0;
      const calls = all.flatMap(([values, times]) =>
        Array.from({ length: times }, () => ({ ...pricedCall(), ...values, requestId: `call-${n++}`, atMs: 1000 + n })),
      );
      const rows = rowsOf(calls, true);
      expect(rows).toHaveLength(calls.length);
      expect(rows).toEqual(rowsOf(calls, false));
    }),
    { numRuns: 20 },
  );
});
