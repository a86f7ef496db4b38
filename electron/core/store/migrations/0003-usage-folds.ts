/**
 * Weeks and months of days that are over (span 2 and 3), so that a report of a year reads hundreds of rows and not tens of
 * thousands; usage_state.folded_to is the first day that is in none of them yet. And what prompt caches saved.
 * A histogram may hold a second part: buckets from 128 on count the times to the first byte (latency-histogram.ts).
 */
export const usage0003 = `
ALTER TABLE usage_record ADD COLUMN cache_saved_micro_usd INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_state ADD COLUMN folded_to INTEGER NOT NULL DEFAULT 0;

ALTER TABLE usage_rollup RENAME TO usage_rollup_2;
CREATE TABLE usage_rollup (
  span INTEGER NOT NULL CHECK (span BETWEEN 0 AND 3),
  dimension INTEGER NOT NULL,
  bucket INTEGER NOT NULL,
  name INTEGER NOT NULL,
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
  cache_saved_micro_usd INTEGER NOT NULL DEFAULT 0,
  latency BLOB NOT NULL,
  PRIMARY KEY (span, dimension, bucket, name)
) STRICT, WITHOUT ROWID;
INSERT INTO usage_rollup
  SELECT span, dimension, bucket, name, requests, failed, incomplete, unpriced, input_tokens, cache_read_tokens,
    cache_write_tokens, output_tokens, reasoning_tokens, cost_micro_usd, 0, latency FROM usage_rollup_2;
DROP TABLE usage_rollup_2;
`;
