/**
 * The ways in which a server may echo a credential: as it is, in base64, escaped for URLs or for JSON.
 * (SECURITY-DESIGN.md section 7.1: error bodies are masked at equal length, headers that hold it are dropped.)
 */
const COVER = 0x2a; // "*"
/** Shorter ones are everywhere: covering "a" would cover every word. */
const MIN_LENGTH = 4;

interface Forms {
  readonly texts: readonly string[];
  readonly bytes: readonly Buffer[];
}

export class SecretForms {
  readonly #secrets: readonly string[];
  /** No form is shorter than the shortest secret: most header values are. */
  readonly #shortest: number;
  #made: Forms | null = null;

  /** @param secrets - what was sent, and all secret fields of the credential, as text. */
  constructor(secrets: readonly string[]) {
    this.#secrets = secrets.filter((secret) => secret.length >= MIN_LENGTH);
    this.#shortest = this.#secrets.reduce(
      (shortest, { length }) => Math.min(shortest, length),
      Number.MAX_SAFE_INTEGER,
    );
  }

  /** Bytes by which a body has to reach beyond a cut, so that a secret lying across it is seen. */
  get longest(): number {
    return this.#forms.bytes.reduce((longest, form) => Math.max(longest, form.byteLength), 0);
  }

  isIn(text: string): boolean {
    return text.length >= this.#shortest && this.#forms.texts.some((form) => text.includes(form));
  }

  /** Covers every form in place; the length stays. */
  cover(body: Buffer): void {
    for (const form of this.#forms.bytes) {
      for (let at = body.indexOf(form); at >= 0; at = body.indexOf(form, at + 1)) {
        body.fill(COVER, at, at + form.byteLength);
      }
    }
  }

  /** Made when first needed: an answer without long headers and errors needs none. */
  get #forms(): Forms {
    if (this.#made !== null) return this.#made;
    const found = new Set<string>();
    for (const secret of this.#secrets) {
      const bytes = Buffer.from(secret, 'utf8');
      found.add(secret);
      found.add(bytes.toString('base64').replace(/=+$/, ''));
      found.add(bytes.toString('base64url'));
      found.add(encodeURIComponent(secret.toWellFormed()));
      found.add(JSON.stringify(secret).slice(1, -1));
    }
    // The longest first: a form that holds another is covered as a whole.
    const texts = [...found].sort((a, b) => b.length - a.length);
    this.#made = { texts, bytes: texts.map((text) => Buffer.from(text, 'utf8')) };
    return this.#made;
  }
}
