/**
 * The owner's quotas: documents in the schema of shared/quotas.ts. `told_level` is the highest warning level (percent)
 * that was told in the period which began at `told_start_ms`, so that a restart does not tell it again.
 */
export const vault0008 = `
CREATE TABLE quota (
  id TEXT PRIMARY KEY CHECK (length(id) = 16),
  document TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  told_start_ms INTEGER,
  told_level INTEGER
) STRICT, WITHOUT ROWID;
`;
