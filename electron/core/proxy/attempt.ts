import type { Dispatcher } from 'undici';
import type { AnswerHeaders } from './headers.ts';
import { SecretForms } from './secret-forms.ts';
import type { Upstream } from './upstream.ts';

type Controller = Dispatcher.DispatchController;

/** Whom an attempt tells what comes. */
export interface AttemptListener {
  answered(attempt: Attempt, status: number, headers: AnswerHeaders): void;
  received(attempt: Attempt, controller: Controller, chunk: Buffer): void;
  ended(attempt: Attempt): void;
  broke(attempt: Attempt, error: unknown): void;
}

class CalledOff extends Error {}

/** One request to a provider, as undici tells of it. */
export class Attempt implements Dispatcher.DispatchHandler {
  readonly upstream: Upstream;
  readonly #listener: AttemptListener;
  #secrets: readonly string[];
  #controller: Controller | null = null;
  #isOff = false;

  constructor(listener: AttemptListener, upstream: Upstream, secrets: readonly string[]) {
    this.#listener = listener;
    this.upstream = upstream;
    this.#secrets = secrets;
  }

  /** What must not come back; made when the answer begins, and the texts are let go. */
  takeForms(): SecretForms {
    const forms = new SecretForms(this.#secrets);
    this.#secrets = [];
    return forms;
  }

  /** Cuts the connection to the provider, or sees to it that nothing is sent on one that is still being made. */
  abort(): void {
    this.#isOff = true;
    this.#controller?.abort(new CalledOff());
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#isOff) controller.abort(new CalledOff());
  }

  onResponseStart(_controller: Controller, status: number, headers: AnswerHeaders): void {
    if (status >= 200) this.#listener.answered(this, status, headers); // 1xx is between the provider and us
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    this.#listener.received(this, controller, chunk);
  }

  /** Trailers stay here. */
  onResponseEnd(): void {
    this.#listener.ended(this);
  }

  onResponseError(_controller: Controller, error: unknown): void {
    if (!this.#isOff) this.#listener.broke(this, error);
  }
}
