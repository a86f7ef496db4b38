/**
 * Days that are over once more, a name's days side by side: a year of a few names is then tens of pages and not thousands.
 * A copy of rows of usage_rollup, good where its row of `all` (name 0) has the same figures as the one there (name-days.ts).
 *
 * usage_state.resum_from: the days, weeks and months of usage_rollup are being summed again in another zone, from this day
 * on; those of cells stay. Null: they are good (zone-change.ts).
 */
export const usage0005 = `
CREATE TABLE usage_name_day (
  dimension INTEGER NOT NULL,
  name INTEGER NOT NULL,
  day INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  incomplete INTEGER NOT NULL,
  unpriced INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  cache_read_tokens INTEGER NOT NULL,
  cache_write_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  reasoning_tokens INTEGER NOT NULL,
  cost_micro_usd INTEGER NOT NULL,
  cache_saved_micro_usd INTEGER NOT NULL,
  PRIMARY KEY (dimension, name, day)
) STRICT, WITHOUT ROWID;

ALTER TABLE usage_state ADD COLUMN resum_from INTEGER;
`;
