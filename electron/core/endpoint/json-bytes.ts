/**
 * JSON strings made from UTF-8 bytes without a JavaScript string in between: strings cannot be wiped
 * (SECURITY-DESIGN.md section 3). RFC 8259 section 7: only `"`, `\` and what is below 0x20 must be escaped.
 */
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const HEX = '0123456789abcdef';

/** Length of the JSON string with its quotes. Counted by index: this runs over every byte of every key served. */
export function jsonStringLength(bytes: Uint8Array): number {
  let length = bytes.length + 2;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE || byte === BACKSLASH) length += 1;
    else if (byte < SPACE) length += 5;
  }
  return length;
}

/**
 * Writes the JSON string at `at`; returns where the next byte goes. `target` must be long enough.
 * @param length - of this string, from `jsonStringLength`.
 */
export function writeJsonString(target: Buffer, at: number, bytes: Uint8Array, length: number): number {
  let to = at;
  target[to++] = QUOTE;
  if (length === bytes.length + 2) {
    target.set(bytes, to); // nothing to escape, as in nearly every key
    to += bytes.length;
  } else {
    for (const byte of bytes) to = writeEscaped(target, to, byte);
  }
  target[to++] = QUOTE;
  return to;
}

function writeEscaped(target: Buffer, at: number, byte: number): number {
  if (byte < SPACE) return at + target.write(`\\u00${HEX.charAt(byte >> 4)}${HEX.charAt(byte & 15)}`, at, 'latin1');
  let to = at;
  if (byte === QUOTE || byte === BACKSLASH) target[to++] = BACKSLASH;
  target[to++] = byte;
  return to;
}
