/**
 * Usage records and their rollups. Names (models, clients, paths …) are kept once and referred to by number; a cell is
 * one combination of them. A rollup row sums what fell into one hour (UTC) or one day (reporting zone) under one name
 * of one dimension; `name` is a cell's id where the dimension is the cell. Numbers of kinds and dimensions:
 * electron/core/usage/dimensions.ts.
 */
export const usage0002 = `
CREATE TABLE usage_name (
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  name TEXT NOT NULL,
  shown TEXT NOT NULL,
  UNIQUE (kind, name)
) STRICT;

CREATE TABLE usage_cell (
  id INTEGER PRIMARY KEY,
  provider INTEGER NOT NULL REFERENCES usage_name (id),
  credential INTEGER NOT NULL REFERENCES usage_name (id),
  client INTEGER NOT NULL REFERENCES usage_name (id),
  project INTEGER NOT NULL REFERENCES usage_name (id),
  model INTEGER NOT NULL REFERENCES usage_name (id),
  endpoint INTEGER NOT NULL REFERENCES usage_name (id),
  outcome INTEGER NOT NULL REFERENCES usage_name (id),
  UNIQUE (client, provider, credential, project, model, endpoint, outcome)
) STRICT;

CREATE TABLE usage_record (
  seq INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  cell INTEGER NOT NULL REFERENCES usage_cell (id),
  source INTEGER NOT NULL CHECK (source BETWEEN 0 AND 2),
  request_id TEXT NOT NULL,
  retry_of TEXT,
  credential_version INTEGER,
  method TEXT NOT NULL,
  status INTEGER NOT NULL,
  error_type TEXT,
  measure INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  cache_read_tokens INTEGER NOT NULL,
  cache_write_tokens INTEGER NOT NULL,
  cache_write_long_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  reasoning_tokens INTEGER NOT NULL,
  unit INTEGER,
  thousandths INTEGER,
  web_searches INTEGER NOT NULL,
  service_tier TEXT,
  region TEXT,
  cost_micro_usd INTEGER,
  price_reason INTEGER NOT NULL,
  latency_ms INTEGER NOT NULL,
  first_byte_ms INTEGER
) STRICT;
CREATE INDEX usage_record_time ON usage_record (at_ms);
CREATE TABLE usage_reported (
  client INTEGER NOT NULL,
  source INTEGER NOT NULL,
  request_id TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (client, source, request_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE usage_rollup (
  span INTEGER NOT NULL CHECK (span IN (0, 1)),
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
  latency BLOB NOT NULL,
  PRIMARY KEY (span, dimension, bucket, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE usage_state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  zone TEXT NOT NULL,
  spill_id BLOB NOT NULL,
  spill_taken INTEGER NOT NULL
) STRICT;
`;
