import { unpacked } from './content-coding.ts';
import type { SecretForms } from './secret-forms.ts';

/** Of the body of an error: beyond it is cut (SECURITY-DESIGN.md section 7.1). */
export const MAX_ERROR_BODY = 64 * 1024;

/** Collects the body of an answer of status 400 and above, so that an echoed credential can be covered. */
export class ErrorBody {
  readonly #forms: SecretForms;
  readonly #limit: number;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(forms: SecretForms) {
    this.#forms = forms;
    this.#limit = MAX_ERROR_BODY + forms.longest; // a credential that lies across the cut has to be seen whole
  }

  /** False: there is enough, the rest is not wanted. */
  push(chunk: Buffer): boolean {
    this.#chunks.push(chunk);
    this.#bytes += chunk.byteLength;
    return this.#bytes < this.#limit;
  }

  /**
   * The body that goes to the client: at most 64 KiB, every form of the credential covered at equal length.
   * @param encoding - of the answer: what is compressed could not be looked through, so it is unpacked. What cannot be
   * is left out.
   */
  covered(encoding: string | undefined): Buffer {
    const whole =
      unpacked(Buffer.concat(this.#chunks, Math.min(this.#bytes, this.#limit)), encoding, this.#limit) ?? EMPTY;
    this.#forms.cover(whole);
    return whole.subarray(0, MAX_ERROR_BODY);
  }
}

const EMPTY = Buffer.alloc(0);
