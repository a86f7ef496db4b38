import { createCipheriv, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

/** AES: bytes of the stream come in these. */
export const BLOCK_BYTES = 16;
const COUNTER_BYTES = 16;

/**
 * The bytes that AES-256 in counter mode (NIST SP 800-38A, 6.5) adds to what it hides, ahead of it and at any place: a thread
 * that has time makes them, and the one that has none only adds them (XOR). Each byte of it may hide one byte, once: a file
 * has a key of its own, and no place of its stream is used twice.
 */
export class KeyStream {
  readonly #key: KeyObject;

  /**
   * @param key - K_spill.
   * @param id - 16 bytes, the file's own.
   */
  constructor(key: KeyObject, id: Uint8Array) {
    const bytes = Buffer.from(hkdfSync('sha256', key, id, 'kh/v1/usage-ring', 32));
    try {
      this.#key = createSecretKey(bytes);
    } finally {
      bytes.fill(0);
    }
  }

  /**
   * Hides what stands at this place, or shows what is hidden there.
   * @param from - a multiple of BLOCK_BYTES, below 2^53.
   */
  apply(from: number, bytes: Uint8Array): Buffer {
    const counter = Buffer.alloc(COUNTER_BYTES);
    counter.writeBigUInt64BE(BigInt(from / BLOCK_BYTES), COUNTER_BYTES - 8);
    return createCipheriv('aes-256-ctr', this.#key, counter).update(bytes);
  }
}
