/**
 * JSON strings made from UTF-8 bytes without a JavaScript string in between: strings cannot be wiped
 * (SECURITY-DESIGN.md section 3). RFC 8259 section 7: only `"`, `\` and what is below 0x20 must be escaped.
 */
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const HEX = '0123456789abcdef';

/** Length of the JSON string with its quotes. */
export function jsonStringLength(bytes: Uint8Array): number {
  let length = bytes.length + 2;
  for (const byte of bytes) {
    if (byte === QUOTE || byte === BACKSLASH) length += 1;
    else if (byte < SPACE) length += 5;
  }
  return length;
}

/** Writes the JSON string at `at`; returns where the next byte goes. `target` must be long enough. */
export function writeJsonString(target: Buffer, at: number, bytes: Uint8Array): number {
  let to = at;
  target[to++] = QUOTE;
  for (const byte of bytes) {
    if (byte === QUOTE || byte === BACKSLASH) {
      target[to++] = BACKSLASH;
      target[to++] = byte;
    } else if (byte < SPACE) {
      to += target.write(`\\u00${HEX.charAt(byte >> 4)}${HEX.charAt(byte & 15)}`, to, 'latin1');
    } else {
      target[to++] = byte;
    }
  }
  target[to++] = QUOTE;
  return to;
}
