import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import { ErrorBody } from './error-body.ts';
import { type AnswerHeaders, forwardedAnswerHeaders, type HeaderFilter } from './headers.ts';
import { handedOn } from './large-bodies.ts';
import type { AnswerKeeper, CallTap } from './observers.ts';
import { endAnswer } from './request-body.ts';
import type { SecretForms } from './secret-forms.ts';

/** Larger pieces gain nothing by waiting. */
const MAX_HELD = 8 * 1024;

type Controller = Dispatcher.DispatchController;

interface RelayDeps {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  readonly hasBody: boolean;
  readonly filter: HeaderFilter;
  readonly forms: SecretForms;
  readonly tap: CallTap | null;
  readonly keeper: AnswerKeeper | null;
  readonly after: (ms: number, act: () => void) => () => void;
  /** All of the answer is here: who records the call is told before the last of it leaves. */
  readonly ending: () => void;
}

/**
 * Hands an answer on to the client as it comes: no byte of a success is held back or changed, and the provider is read
 * no faster than the client reads. The body of an error is collected and covered first.
 */
export class AnswerRelay {
  readonly #deps: RelayDeps;
  readonly #status: number;
  readonly #headers: AnswerHeaders;
  #errorBody: ErrorBody | null = null;
  #taps: 'ignores' | 'reads' | 'changes' = 'ignores';
  #waitsForDrain = false;
  /** A small answer that came whole, with its head, leaves as one. */
  #isFirstTurn = true;
  #held: Buffer | null = null;

  /** Sends the head, unless it is of an error with a body. */
  constructor(deps: RelayDeps, status: number, headers: AnswerHeaders) {
    this.#deps = deps;
    this.#status = status;
    this.#headers = headers;
    if (status >= 400 && deps.method !== 'HEAD') {
      this.#errorBody = new ErrorBody(deps.forms);
      return;
    }
    this.#taps = this.#tapHead();
    const length = this.#taps === 'changes' || status === 204 ? undefined : oneValue(headers['content-length']);
    this.#sendHead(length, false);
    process.nextTick(() => this.#flush());
  }

  /** The client does not take what is here already: nothing more is asked of the provider. */
  get isHeldUp(): boolean {
    return this.#waitsForDrain;
  }

  /** False: the rest is not wanted. */
  push(controller: Controller, chunk: Buffer): boolean {
    if (this.#errorBody !== null) return this.#errorBody.push(chunk);
    const { tap, keeper, response } = this.#deps;
    keeper?.chunk(chunk);
    handedOn(chunk.byteLength);
    const changed = tap === null || this.#taps === 'ignores' ? null : tap.chunk(chunk);
    const takes = this.#taps === 'changes' ? this.#writeAll(changed) : this.#write(chunk);
    if (!takes && !this.#waitsForDrain) {
      this.#waitsForDrain = true;
      controller.pause();
      response.once('drain', () => {
        this.#waitsForDrain = false;
        controller.resume();
      });
    }
    return true;
  }

  /** The answer is whole, or of an error as much of it as is wanted. */
  end(): void {
    const { tap, keeper, request, response, hasBody, after, ending } = this.#deps;
    const whole = this.#held;
    if (whole !== null && (!hasBody || request.complete)) {
      this.#held = null;
      keeper?.done();
      ending();
      // As text head and body go out in one write, without being copied together first.
      response.end(whole.toString('latin1'), 'latin1');
      return;
    }
    if (this.#errorBody === null) {
      if (this.#taps === 'changes') this.#writeAll(tap?.last() ?? null);
      keeper?.done();
      ending();
      this.#flush();
    } else {
      const encoding = oneValue(this.#headers['content-encoding']);
      const body = this.#errorBody.covered(encoding);
      this.#taps = this.#tapHead();
      if (this.#taps !== 'ignores') tap?.chunk(body);
      ending();
      this.#sendHead(String(body.byteLength), encoding !== undefined);
      response.write(body);
    }
    endAnswer(request, response, hasBody, after);
  }

  #tapHead(): 'ignores' | 'reads' | 'changes' {
    const { tap, forms } = this.#deps;
    if (tap === null) return 'ignores';
    return tap.head(this.#status, (name) => {
      const value = oneValue(this.#headers[name]) ?? null;
      return value === null || forms.isIn(value) ? null : value; // what a provider echoes is recorded nowhere
    });
  }

  #write(chunk: Buffer): boolean {
    const { response } = this.#deps;
    if (this.#isFirstTurn && this.#held === null && chunk.byteLength <= MAX_HELD) {
      this.#held = chunk;
      return true;
    }
    this.#isFirstTurn = false;
    if (this.#held !== null) response.write(this.#held);
    this.#held = null;
    return response.write(chunk);
  }

  /** What came in the first turn of the loop goes out; where nothing did, the head alone. */
  #flush(): void {
    const { response } = this.#deps;
    this.#isFirstTurn = false;
    if (response.writableEnded || response.destroyed) return;
    if (this.#held === null) response.flushHeaders();
    else response.write(this.#held);
    this.#held = null;
  }

  #writeAll(pieces: readonly Uint8Array[] | null): boolean {
    let takes = true;
    // Copied: the tap may use its memory again while the client is slow.
    for (const piece of pieces ?? []) takes = this.#deps.response.write(Buffer.from(piece));
    return takes;
  }

  #sendHead(length: string | undefined, unpacked: boolean): void {
    const { filter, forms, response, request, hasBody, keeper } = this.#deps;
    const headers = unpacked ? { ...this.#headers, 'content-encoding': undefined } : this.#headers;
    const passed = forwardedAnswerHeaders(headers, filter, (value) => forms.isIn(value));
    keeper?.head([...passed]);
    if (length !== undefined && /^[0-9]{1,15}$/.test(length)) passed.push('Content-Length', length);
    if (hasBody && !request.complete) passed.push('Connection', 'close'); // what is behind it will not be read
    response.writeHead(this.#status, passed);
  }
}

function oneValue(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
