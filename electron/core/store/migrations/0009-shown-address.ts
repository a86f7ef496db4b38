/**
 * A webhook's address for people was its path with the parts masked that looked like a secret. Now it ends behind the host:
 * the whole address stands sealed beside it, and nothing is lost.
 */
export const vault0009 = `
UPDATE webhook SET shown_url = CASE WHEN shown_url IN (origin, origin || '/') THEN origin ELSE origin || '/…' END;
`;
