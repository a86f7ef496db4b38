/** What was out of the usual and has been told: an id of electron/core/usage/analysis/anomalies.ts, and when. */
export const usage0004 = `
CREATE TABLE usage_told (
  id TEXT PRIMARY KEY,
  at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
