/** Binary encodings that are signed or bound: every part is length-prefixed, so no two lists give the same bytes. */

/** u32 big-endian length, then the bytes, for each part. Text is UTF-8. Never for secrets: text goes through the pool. */
export function lengthPrefixed(parts: readonly (Buffer | string)[]): Buffer {
  const chunks: Buffer[] = [];
  for (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part, 'utf8') : part;
    chunks.push(u32(bytes.byteLength), bytes);
  }
  return Buffer.concat(chunks);
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** @param value - a safe integer of 0 or more. */
export function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

export function wipe(...buffers: readonly (Buffer | null | undefined)[]): void {
  for (const buffer of buffers) buffer?.fill(0);
}
