import type { Dispatcher } from 'undici';
import { opensStream, type StreamOwner } from './given-up-streams.ts';
import type { AnswerHeaders } from './headers.ts';
import { RunningOut } from './running-out.ts';
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
class GivenUp extends Error {}

/** One request to a provider, as undici tells of it. */
export class Attempt implements Dispatcher.DispatchHandler, StreamOwner {
  readonly upstream: Upstream;
  #listener: AttemptListener;
  #secrets: readonly string[];
  #controller: Controller | null = null;
  #isOff = false;
  #isAnswered = false;
  #isGivenUp = false;

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

  /** Nothing more of its answer is wanted: within limits it is heard out, and nobody is told of it. */
  runOut(after: (ms: number, act: () => void) => () => void): void {
    this.#secrets = [];
    this.#listener = new RunningOut(() => this.abort(), after);
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#isOff) controller.abort(new CalledOff());
    opensStream(this);
  }

  /** One that was given up before an answer is an error anyway, or is tried again. */
  givenUp(): void {
    this.#isGivenUp = this.#isAnswered;
  }

  onResponseStart(_controller: Controller, status: number, headers: AnswerHeaders): void {
    if (status < 200) return; // between the provider and us
    this.#isAnswered = true;
    this.#listener.answered(this, status, headers);
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    this.#listener.received(this, controller, chunk);
  }

  /** Trailers stay here. */
  onResponseEnd(): void {
    if (!this.#isGivenUp) this.#listener.ended(this);
    else if (!this.#isOff) this.#listener.broke(this, new GivenUp());
  }

  onResponseError(_controller: Controller, error: unknown): void {
    if (!this.#isOff) this.#listener.broke(this, error);
  }
}
