/**
 * Prices that the owner set (documents in the schemas of shared/prices.ts; an empty model: whatever model of the provider
 * it is), the update file in force as it was signed, and the models whose missing price was told of already.
 */
export const vault0007 = `
CREATE TABLE own_price (
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  per TEXT NOT NULL,
  document TEXT NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  PRIMARY KEY (provider, model, per)
) STRICT, WITHOUT ROWID;

CREATE TABLE price_update (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  version INTEGER NOT NULL,
  file TEXT NOT NULL,
  taken_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE unknown_model (
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (provider, model)
) STRICT, WITHOUT ROWID;
`;
