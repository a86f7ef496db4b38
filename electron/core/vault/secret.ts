import { inspect } from 'node:util';

const SHOWN = '[secret]';

/**
 * Bytes that must not be printed and must not outlive their use (SECURITY-DESIGN.md section 3). The owner disposes it
 * in `finally` or with `using`; the bytes given to `use` are a loan: never keep them.
 */
export class Secret {
  #bytes: Buffer | null;

  private constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Takes over `bytes`: the caller must not use them again. Bytes in the shared pool are moved out and wiped there. */
  static take(bytes: Buffer): Secret {
    if (bytes.buffer.byteLength === bytes.byteLength) return new Secret(bytes);
    const own = Buffer.alloc(bytes.byteLength);
    bytes.copy(own);
    bytes.fill(0);
    return new Secret(own);
  }

  /** UTF-8 of `text`, outside the shared pool. The string itself cannot be wiped. */
  static fromText(text: string): Secret {
    const own = Buffer.alloc(Buffer.byteLength(text, 'utf8'));
    own.write(text, 'utf8');
    return new Secret(own);
  }

  use<T>(act: (bytes: Buffer) => T): T {
    if (this.#bytes === null) throw new Error('a disposed secret was used');
    return act(this.#bytes);
  }

  dispose(): void {
    this.#bytes?.fill(0);
    this.#bytes = null;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}
