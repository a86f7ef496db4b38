import {
  brotliDecompressSync,
  constants,
  gunzipSync,
  inflateRawSync,
  inflateSync,
  zstdDecompressSync,
} from 'node:zlib';

/**
 * A body without its content coding (RFC 9110 section 8.4.1), as far as it goes where it was cut. Providers are asked for
 * plain bodies; some compress all the same.
 * @param coding - the value of `Content-Encoding`. @param atMost - bytes; a longer text is not unpacked.
 * @returns null: it cannot be read.
 */
export function unpacked(body: Buffer, coding: string | undefined, atMost: number): Buffer | null {
  const zlib = { maxOutputLength: atMost, finishFlush: constants.Z_SYNC_FLUSH };
  try {
    switch (coding?.trim().toLowerCase()) {
      case undefined:
      case '':
      case 'identity':
        return body;
      case 'gzip':
      case 'x-gzip':
        return gunzipSync(body, zlib);
      case 'deflate':
        return hasZlibHeader(body) ? inflateSync(body, zlib) : inflateRawSync(body, zlib);
      case 'br':
        return brotliDecompressSync(body, {
          maxOutputLength: atMost,
          finishFlush: constants.BROTLI_OPERATION_FLUSH,
        });
      case 'zstd':
        return zstdDecompressSync(body, { maxOutputLength: atMost, finishFlush: constants.ZSTD_e_flush });
      default:
        return null;
    }
  } catch {
    return null;
  }
}

/** RFC 1950 section 2.2. Many servers leave it out (RFC 9110 section 8.4.1.2). */
function hasZlibHeader(body: Buffer): boolean {
  return body.byteLength >= 2 && ((body[0] ?? 0) & 0x0f) === 8 && body.readUInt16BE(0) % 31 === 0;
}
