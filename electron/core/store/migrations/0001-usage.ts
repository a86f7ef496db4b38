/** The first shape of usage.db: when and by whom a credential or a client token was last used. */
export const usage0001 = `
CREATE TABLE last_used (
  kind TEXT NOT NULL CHECK (kind IN ('credential', 'client')),
  id TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  used_by TEXT NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
`;
