/** The owner's rules for the way of proxied calls: documents in the schema of shared/contract/routing.ts. */
export const vault0005 = `
CREATE TABLE routing_rule (
  scope TEXT PRIMARY KEY,
  document TEXT NOT NULL,
  updated_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
