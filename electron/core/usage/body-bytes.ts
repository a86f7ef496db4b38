const NOTHING = new Uint8Array();

/** A body as bytes. @param body - of a text each character is a byte; null: none. */
export function bytesOf(body: Buffer | string | null): Uint8Array {
  return typeof body === 'string' ? Buffer.from(body, 'latin1') : (body ?? NOTHING);
}
