/** The first shape of vault.db. Secret fields are sealed blobs; all else is an ordinary column of the encrypted file. */
export const vault0001 = `
CREATE TABLE vault_state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  epoch INTEGER NOT NULL,
  header_epoch INTEGER NOT NULL,
  record_wraps INTEGER NOT NULL,
  audit_seq INTEGER NOT NULL,
  audit_mac BLOB NOT NULL,
  mac BLOB NOT NULL
) STRICT;

CREATE TABLE credential (
  id BLOB PRIMARY KEY CHECK (length(id) = 16),
  provider TEXT NOT NULL,
  auth_kind TEXT NOT NULL,
  label TEXT NOT NULL,
  name TEXT NOT NULL,
  scope TEXT NOT NULL CHECK (scope IN ('user', 'system')),
  state TEXT NOT NULL CHECK (state IN ('active', 'suspended', 'revoked', 'binned')),
  state_before_bin TEXT CHECK (state_before_bin IN ('active', 'suspended', 'revoked')),
  current_version INTEGER NOT NULL,
  project TEXT NOT NULL,
  note TEXT NOT NULL,
  origin TEXT NOT NULL,
  local INTEGER NOT NULL CHECK (local IN (0, 1)),
  expires_at_ms INTEGER,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  binned_at_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX credential_label ON credential (provider, scope, label) WHERE state <> 'binned';

CREATE TABLE credential_tag (
  credential_id BLOB NOT NULL REFERENCES credential (id) ON DELETE CASCADE,
  tag TEXT NOT NULL,
  PRIMARY KEY (credential_id, tag)
) STRICT, WITHOUT ROWID;

CREATE TABLE credential_version (
  credential_id BLOB NOT NULL REFERENCES credential (id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('generated', 'active', 'rotation_pending', 'rotated', 'deleted')),
  data_key BLOB,
  fingerprint TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  state_changed_at_ms INTEGER NOT NULL,
  PRIMARY KEY (credential_id, version),
  CHECK ((state = 'deleted') = (data_key IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX credential_version_fingerprint ON credential_version (fingerprint);

CREATE TABLE credential_field (
  credential_id BLOB NOT NULL,
  version INTEGER NOT NULL,
  name TEXT NOT NULL,
  sealed BLOB,
  value TEXT,
  masked TEXT NOT NULL,
  PRIMARY KEY (credential_id, version, name),
  FOREIGN KEY (credential_id, version) REFERENCES credential_version (credential_id, version) ON DELETE CASCADE,
  CHECK (sealed IS NULL OR value IS NULL)
) STRICT, WITHOUT ROWID;

CREATE TABLE credential_check (
  credential_id BLOB PRIMARY KEY REFERENCES credential (id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  result TEXT NOT NULL,
  latency_ms INTEGER,
  detail TEXT NOT NULL,
  hint TEXT NOT NULL,
  facts TEXT NOT NULL,
  checked_at_ms INTEGER NOT NULL,
  failures_in_a_row INTEGER NOT NULL,
  cooldown_until_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE client (
  id TEXT PRIMARY KEY CHECK (length(id) = 10),
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('live', 'test')),
  grants TEXT NOT NULL,
  secret_mac BLOB NOT NULL CHECK (length(secret_mac) = 32),
  row_mac BLOB NOT NULL CHECK (length(row_mac) = 32),
  rate_per_second REAL,
  created_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  revoked_at_ms INTEGER,
  exposed_at_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  monotonic_ms INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  result TEXT NOT NULL,
  meta TEXT NOT NULL,
  prev BLOB NOT NULL CHECK (length(prev) = 32),
  mac BLOB NOT NULL CHECK (length(mac) = 32)
) STRICT;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
`;
