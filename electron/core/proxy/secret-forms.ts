/**
 * The ways in which a server may echo a credential: as it is, in base64, escaped for URLs or for JSON.
 * (SECURITY-DESIGN.md section 7.1: error bodies are masked at equal length, headers that hold it are dropped.)
 */
const COVER = 0x2a; // "*"
/** Shorter ones are everywhere: covering "a" would cover every word. */
const MIN_LENGTH = 4;

export class SecretForms {
  readonly #forms: readonly Buffer[];
  readonly #texts: readonly string[];

  /** @param secrets - what was sent, and all secret fields of the credential, as text. */
  constructor(secrets: Iterable<string>) {
    const texts = new Set<string>();
    for (const secret of secrets) {
      if (secret.length < MIN_LENGTH) continue;
      const bytes = Buffer.from(secret, 'utf8');
      texts.add(secret);
      texts.add(bytes.toString('base64').replace(/=+$/, ''));
      texts.add(bytes.toString('base64url'));
      texts.add(encodeURIComponent(secret.toWellFormed()));
      texts.add(JSON.stringify(secret).slice(1, -1));
    }
    // The longest first: a form that holds another is covered as a whole.
    this.#texts = [...texts].sort((a, b) => b.length - a.length);
    this.#forms = this.#texts.map((text) => Buffer.from(text, 'utf8'));
  }

  /** Bytes by which a body has to reach beyond a cut, so that a secret lying across it is seen. */
  get longest(): number {
    return this.#forms.reduce((longest, form) => Math.max(longest, form.byteLength), 0);
  }

  isIn(text: string): boolean {
    return this.#texts.some((form) => text.includes(form));
  }

  /** Covers every form in place; the length stays. */
  cover(body: Buffer): void {
    for (const form of this.#forms) {
      for (let at = body.indexOf(form); at >= 0; at = body.indexOf(form, at + 1)) {
        body.fill(COVER, at, at + form.byteLength);
      }
    }
  }
}
