/**
 * How far each credential may be handed out, and the grants that the owner gave to callers for good. `row_mac` is made
 * with the tokens' key, so that a grant cannot be planted or widened in the file.
 */
export const vault0003 = `
ALTER TABLE credential ADD COLUMN weakest_form TEXT
  CHECK (weakest_form IN ('proxy', 'token', 'environment', 'value'));

CREATE TABLE access_grant (
  id TEXT PRIMARY KEY CHECK (length(id) = 16),
  credential_id BLOB NOT NULL REFERENCES credential (id) ON DELETE CASCADE,
  form TEXT NOT NULL CHECK (form IN ('proxy', 'token', 'environment', 'value')),
  caller_kind TEXT NOT NULL CHECK (caller_kind IN ('client', 'program')),
  caller_name TEXT NOT NULL,
  client_id TEXT REFERENCES client (id),
  executable TEXT,
  folder TEXT,
  created_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER,
  row_mac BLOB NOT NULL CHECK (length(row_mac) = 32),
  CHECK ((caller_kind = 'client') = (client_id IS NOT NULL)),
  CHECK (caller_kind = 'client' OR (executable IS NOT NULL AND folder IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX access_grant_credential ON access_grant (credential_id);
`;
