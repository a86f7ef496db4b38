import { unpacked } from '../proxy/content-coding.ts';

/** Answers of models are far shorter. It is unpacked in one go, on the thread that forwards. */
const MAX_PACKED_BYTES = 2 * 1024 * 1024;
const MAX_BYTES = 16 * 1024 * 1024;

/** An answer that came compressed though a plain one was asked for: what it says can only be read at its end. */
export class CodedAnswer {
  readonly #coding: string;
  #pieces: Buffer[] = [];
  #bytes = 0;

  constructor(coding: string) {
    this.#coding = coding;
  }

  push(piece: Buffer): void {
    this.#bytes += piece.byteLength;
    if (this.#bytes <= MAX_PACKED_BYTES) this.#pieces.push(piece);
    else this.#pieces = [];
  }

  /** null: too long, or of a coding that is not known. */
  whole(): Buffer | null {
    if (this.#bytes > MAX_PACKED_BYTES) return null;
    return unpacked(Buffer.concat(this.#pieces, this.#bytes), this.#coding, MAX_BYTES);
  }
}

/** null: the body is plain. */
export function codedAnswer(coding: string | null): CodedAnswer | null {
  return coding === null || /^\s*(?:identity\s*)?$/i.test(coding) ? null : new CodedAnswer(coding);
}
