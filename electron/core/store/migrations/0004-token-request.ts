/**
 * Requests with a refresh token that were not answered yet: the provider may have replaced it, and the answer that did
 * not come is then the only copy of the new one.
 */
export const vault0004 = `
CREATE TABLE token_request (
  credential_id BLOB NOT NULL,
  version INTEGER NOT NULL,
  asked_at_ms INTEGER NOT NULL,
  PRIMARY KEY (credential_id, version),
  FOREIGN KEY (credential_id, version) REFERENCES credential_version (credential_id, version) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
`;
