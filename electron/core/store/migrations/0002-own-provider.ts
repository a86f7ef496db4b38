/** Own providers: the descriptor as it was given, in the schema of shared/provider/descriptor.ts. */
export const vault0002 = `
CREATE TABLE own_provider (
  id TEXT PRIMARY KEY,
  document TEXT NOT NULL,
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
