const JSON_TYPE = 'application/json';

/** Whether a content type is that of JSON, with parameters or without. */
export function isJsonType(contentType: string | null): boolean {
  return contentType === JSON_TYPE || (contentType !== null && /^application\/json\b/i.test(contentType));
}
