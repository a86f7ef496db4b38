import type Database from 'better-sqlite3';
import { z } from 'zod';
import { NAME_KINDS, numberOf, OUTCOMES, SOURCES } from '../usage/dimensions.ts';
import { MEASURES } from '../usage/meter/meter.ts';
import type { LearnedCall } from './estimate.ts';

/** Enough for what is usual; read in a few milliseconds. */
const LOOKED_AT = 512;
const row = z.strictObject({
  provider: z.string(),
  model: z.string(),
  method: z.string(),
  measure: z.int(),
  input: z.int(),
  output: z.int(),
  cost: z.int().nullable(),
});
const OK = OUTCOMES[0];
const LAST = `
  SELECT provider.name AS provider, model.name AS model, r.method AS method, r.measure AS measure,
    r.input_tokens AS input, r.output_tokens AS output, r.cost_micro_usd AS cost
  FROM (SELECT * FROM usage_record ORDER BY at_ms DESC LIMIT ${LOOKED_AT}) r
  JOIN usage_cell c ON c.id = r.cell
  JOIN usage_name provider ON provider.id = c.provider
  JOIN usage_name model ON model.id = c.model
  JOIN usage_name outcome ON outcome.id = c.outcome
  WHERE r.source = ${numberOf(SOURCES, 'proxy')} AND outcome.kind = ${numberOf(NAME_KINDS, 'outcome')}
    AND outcome.name = '${OK}'
  ORDER BY r.at_ms`;

/** Of the last calls there are, those that were forwarded and went well, the oldest first. */
export function lastCalls(db: Database.Database): LearnedCall[] {
  return z
    .array(row)
    .parse(db.prepare(LAST).all())
    .map(({ provider, model, method, measure, input, output, cost }) => ({
      cell: { provider, model, outcome: OK },
      method,
      measure: MEASURES[measure] ?? 'none',
      inputTokens: input,
      outputTokens: output,
      costMicroUsd: cost,
    }));
}
