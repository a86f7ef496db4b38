const NEWLINE = 0x0a;

/** A line that is too long or is not UTF-8: the connection cannot be read on. */
export class BadLine extends Error {}

/**
 * Cuts a stream of bytes into lines. What was consumed is overwritten: a request may hold a password. Lines are strings
 * from here on; JSON leaves no other way.
 */
export class LineReader {
  readonly #maxBytes: number;
  #pieces: Buffer[] = [];
  #heldBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The whole lines that `chunk` completes, one at a time, so that a slow consumer holds the next ones back. */
  *push(chunk: Buffer): Generator<string, void, void> {
    try {
      let from = 0;
      for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
        this.#hold(chunk.subarray(from, end));
        from = end + 1;
        yield this.#take();
      }
      if (from === chunk.length) return;
      // Copied: the chunk is wiped below, with the lines that were handed out.
      const rest = Buffer.alloc(chunk.length - from);
      chunk.copy(rest, 0, from);
      this.#hold(rest);
    } finally {
      chunk.fill(0);
    }
  }

  /** Wipes what was not handed out. */
  drop(): void {
    for (const piece of this.#pieces) piece.fill(0);
    this.#pieces = [];
    this.#heldBytes = 0;
  }

  #hold(piece: Buffer): void {
    this.#heldBytes += piece.length;
    this.#pieces.push(piece);
    if (this.#heldBytes > this.#maxBytes) {
      this.drop();
      throw new BadLine('too long');
    }
  }

  #take(): string {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    try {
      const parts = this.#pieces.map((piece) => decoder.decode(piece, { stream: true }));
      return parts.join('') + decoder.decode();
    } catch (error) {
      throw new BadLine('not UTF-8', { cause: error });
    } finally {
      this.drop();
    }
  }
}
