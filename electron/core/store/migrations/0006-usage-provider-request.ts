/** The provider's own name for a call that failed, for a question to its support. NULL: it told none, or it went well. */
export const usage0006 = `
ALTER TABLE usage_record ADD COLUMN provider_request_id TEXT;
`;
