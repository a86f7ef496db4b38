import { type CallForm, MAX_KEPT_REQUEST, MAX_SHOWN_REQUEST } from './call-form.ts';
import { isForm, PassingForm, queryModel, RequestModel, requestModel } from './meter/request-model.ts';

/** The model that the query of a call names; null: none. */
export function modelInQuery({ usage }: CallForm, query: string): string | null {
  return query === '' || usage.kind === 'none' ? null : queryModel(query);
}

/**
 * What names the model of a call whose request is not kept whole, where its answer does not. Most answers do: for their sake
 * nothing is read here.
 */
export class NamedRequest {
  readonly #form: CallForm;
  #model: string | null;
  #beginning: Buffer | null = null;
  /** All of a request whose beginning is kept: looked into where no answer names the model. */
  #long: Buffer | null = null;
  /** Looks for the model while a body passes. */
  #passing: { push(piece: Buffer): string | null } | null = null;

  /** @param query - without the question mark. */
  constructor(form: CallForm, query: string) {
    this.#form = form;
    this.#model = modelInQuery(form, query);
  }

  get model(): string | null {
    return this.#model;
  }

  get beginning(): Buffer | null {
    return this.#beginning;
  }

  /** A body that is too long to be kept. */
  whole(body: Buffer): void {
    const { path } = this.#form;
    if (body.byteLength > MAX_SHOWN_REQUEST || this.#isNameless) this.#model ??= requestModel(path, body);
    else {
      this.#beginning = body.subarray(0, MAX_KEPT_REQUEST);
      this.#long = body;
    }
  }

  /** A piece of a body that is passed on. @returns whether the next one may name the model. */
  piece(piece: Buffer): boolean {
    if (this.#passing === null) {
      this.#beginning = Buffer.from(piece.subarray(0, MAX_KEPT_REQUEST));
      if (!this.#isNameless) return false;
      this.#passing = isForm(piece) ? new PassingForm() : passingJson(this.#form.path);
    }
    this.#model ??= this.#passing.push(piece);
    return this.#model === null;
  }

  /** No answer names the model: an error does not, and what never came does not either. */
  readLong(): void {
    if (this.#long !== null) this.#model ??= requestModel(this.#form.path, this.#long);
  }

  get #isNameless(): boolean {
    return this.#model === null && this.#form.isNameless;
  }
}

function passingJson(path: string): { push(piece: Buffer): string | null } {
  const request = new RequestModel(path, 'application/json');
  return {
    push: (piece) => {
      request.push(piece);
      return request.model;
    },
  };
}
