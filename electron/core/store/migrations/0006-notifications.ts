/**
 * The inbox, what was told once already, and the webhooks with their queue. Address and secrets of a webhook are sealed;
 * its host stands beside them for people. A delivery's `id` and `body` are what the receiver gets, the same in every try.
 */
export const vault0006 = `
CREATE TABLE notice (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  severity TEXT NOT NULL CHECK (severity IN ('info', 'warning', 'problem')),
  title TEXT NOT NULL,
  detail TEXT NOT NULL,
  link TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  read_at_ms INTEGER,
  snoozed_until_ms INTEGER,
  dismissed_at_ms INTEGER
) STRICT;

CREATE TABLE notice_told (
  key TEXT PRIMARY KEY,
  at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE webhook (
  id BLOB PRIMARY KEY CHECK (length(id) = 16),
  label TEXT NOT NULL UNIQUE,
  origin TEXT NOT NULL,
  shown_url TEXT NOT NULL,
  local INTEGER NOT NULL CHECK (local IN (0, 1)),
  events TEXT NOT NULL,
  is_on INTEGER NOT NULL CHECK (is_on IN (0, 1)),
  off_because TEXT CHECK (off_because IN ('gone', 'panic')),
  url_version INTEGER NOT NULL,
  url_data_key BLOB NOT NULL,
  sealed_url BLOB NOT NULL,
  created_at_ms INTEGER NOT NULL,
  last_delivered_at_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE webhook_secret (
  webhook_id BLOB NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  data_key BLOB NOT NULL,
  sealed BLOB NOT NULL,
  created_at_ms INTEGER NOT NULL,
  ends_at_ms INTEGER,
  PRIMARY KEY (webhook_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE webhook_delivery (
  id TEXT PRIMARY KEY,
  webhook_id BLOB NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
  type TEXT NOT NULL,
  body TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  queued_at_ms INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'dead')),
  tries INTEGER NOT NULL,
  log TEXT NOT NULL,
  next_try_at_ms INTEGER,
  finished_at_ms INTEGER,
  dead_because TEXT CHECK (dead_because IN ('tries', 'age', 'gone', 'queue-full', 'test')),
  CHECK ((state = 'waiting') = (next_try_at_ms IS NOT NULL)),
  CHECK ((state = 'dead') = (dead_because IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_delivery_due ON webhook_delivery (state, next_try_at_ms);
CREATE INDEX webhook_delivery_webhook ON webhook_delivery (webhook_id, created_at_ms);
`;
