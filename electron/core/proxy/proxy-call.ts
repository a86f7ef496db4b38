import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import { AppError } from '../../../shared/errors.ts';
import { PRIORITY_HEADER } from '../../../shared/quotas.ts';
import type { ResolvedCredential } from '../credentials/types.ts';
import type { VerifiedClient } from '../endpoint/clients.ts';
import { headerValue, type RequestHead } from '../endpoint/request-head.ts';
import { AnswerRelay } from './answer-relay.ts';
import { Attempt, type AttemptListener } from './attempt.ts';
import { CheckedRequest } from './checked-request.ts';
import {
  ABOUT_CREDENTIAL,
  type Failure,
  failureOf,
  lockedMeanwhile,
  REDIRECTS,
  redirected,
  timedOut,
} from './failures.ts';
import type { AnswerHeaders } from './headers.ts';
import { MAX_WHOLE_BODY } from './inject.ts';
import type { CallInfo, CallOutcome, CallResult, CallTap, ProxyQuota } from './observers.ts';
import { type Outgoing, outgoing } from './outgoing.ts';
import { QuotaExceeded } from '../quotas/refusal.ts';
import type { ProxyDeps } from './proxy.ts';
import { QuotaTurn } from './quota-turn.ts';
import {
  askForBody,
  type Body,
  type BodyKind,
  bodyKind,
  BodyTooLarge,
  isStream,
  pieces,
  readBeginning,
} from './request-body.ts';
import type { ProxyTarget } from './target.ts';
import type { Upstream } from './upstream.ts';
import { tellFailure } from './tell-failure.ts';

/** A request of a client whose token was checked. */
export interface ProxyAsked {
  readonly client: VerifiedClient;
  readonly target: ProxyTarget;
  readonly head: RequestHead;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Smaller bodies are read before the request goes out, so that it leaves in one piece. */
const SMALL_BODY = 64 * 1024;
/** Kept where another credential, or a new access token, may have to be tried (SECURITY-DESIGN.md section 7.1). */
const KEPT_BODY = 1024 * 1024;

/** Read where a quota has to be asked for the tokens of a JSON body: what it is about stands at either end of it. */
const WEIGHED_BODY = 4 * 1024 * 1024;
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\b/i;

/** One request, from its rules to the end of its answer. Every way out ends in `#finish`, once. */
export class ProxyCall implements AttemptListener {
  readonly #deps: ProxyDeps;
  readonly #asked: ProxyAsked;
  readonly #bodyKind: BodyKind;
  readonly #checked: CheckedRequest;
  readonly #startMs = performance.now();
  readonly #startedAtMs: number;
  readonly #tried: string[] = [];
  #credential: ResolvedCredential | null = null;
  #tap: CallTap | null = null;
  #quota: QuotaTurn | null = null;
  #keptBody: Buffer | null = null;
  /** What was read of a body that goes on piece by piece. */
  #beginning: Buffer | null = null;
  /** Of a request that was not sent with one credential, because its quota has no room, and may go with another. */
  #unsent: Body | null = null;
  #noRoom: QuotaExceeded | null = null;
  #attempt: Attempt | null = null;
  #relay: AnswerRelay | null = null;
  #firstByteMs: number | null = null;
  #status: number | null = null;
  /** How long nothing came from the provider; null while the request still goes out. */
  #quietMs: number | null = null;
  /** Monotonic milliseconds. */
  #sentAtMs = 0;
  #isRenewed = false;
  #isOver = false;
  onFinished: (() => void) | null = null;

  constructor(deps: ProxyDeps, asked: ProxyAsked) {
    this.#deps = deps;
    this.#asked = asked;
    this.#bodyKind = bodyKind(asked.head);
    this.#checked = new CheckedRequest(deps, asked, this.#bodyKind);
    this.#startedAtMs = deps.clock.now();
  }

  start(): void {
    const { response } = this.#asked;
    response.on('close', () => this.#left()); // comes once by itself: `once` would cost a wrapper for each call
    try {
      this.#judge(this.#checked.credential());
    } catch (error) {
      this.#fail(error);
    }
  }

  get response(): ServerResponse {
    return this.#asked.response;
  }

  /** Where the client sends and nobody takes more of it; null otherwise. */
  get stalledSocket(): Socket | null {
    const { request } = this.#asked;
    const isStalled = !request.complete && request.readableLength >= request.readableHighWaterMark;
    return isStalled && !this.#isOver ? request.socket : null;
  }

  /** Ends it at once: the vault locks, the client was revoked or has left. What watches it is told before this returns. */
  cut(): void {
    const { response } = this.#asked;
    this.#left();
    response.socket?.destroy();
  }

  /** The vault locks while this one waits: it is told so, where it is a quota that it waits for. */
  lockedWhileWaiting(): void {
    if (this.#quota?.isWaiting) this.#fail(lockedMeanwhile());
  }

  /** Called now and then, with the time since the last call: a timer for each request would cost more than the rest. */
  tick(ms: number): void {
    if (this.#quietMs === null || this.#isOver) return;
    // The endpoint's own limit is for a client that sends. Lifted here, since most calls are over before the first tick.
    this.#asked.request.socket.setTimeout(0);
    this.#quietMs += ms;
    const { firstByteMs, idleMs } = this.#deps.settings();
    if (this.#quietMs <= (this.#relay === null ? firstByteMs : idleMs)) return;
    this.#attempt?.abort();
    if (this.#credential !== null) this.#deps.observers.routing?.broke(this.#call, this.#credential);
    this.#failed(timedOut(`${this.#call.provider.name} did not answer in time.`));
  }

  /** Rate, kind of client and the gate; then what has to be got first. */
  #judge(credential: ResolvedCredential): void {
    this.#credential = credential;
    this.#tried.push(credential.id);
    const admitted = this.#deps.admit(this.#asked, credential);
    const ready = admitted === null ? this.#ready(credential) : admitted.then(() => this.#ready(credential));
    if (ready === null) this.#admitted(credential);
    else ready.then(() => this.#isOver || this.#admitted(credential)).catch((error: unknown) => this.#fail(error));
  }

  /** null: at once. Otherwise an access token is got, or the connection code is loaded for the first time. */
  #ready(credential: ResolvedCredential): Promise<unknown> | null {
    const token = credential.refreshable ? this.#deps.credentials.prepareId(credential.id) : null;
    const code = this.#deps.pools.load();
    return token === null && code === null ? null : Promise.all([token, code]);
  }

  #admitted(credential: ResolvedCredential): void {
    const info = this.#checked.info ?? this.#checked.describe(credential);
    if (this.#tried.length === 1) {
      if (this.#answeredFromCache(info)) return;
      this.#tap = this.#deps.observers.tap?.request(info) ?? null;
    }
    if (this.#tried.length === 1 || this.#isUnread) this.#readBody(credential);
    else this.#send(credential, this.#unsent ?? this.#keptBody);
  }

  /** The first credential had no room for it, and nobody looked into it: a quota of the next one may have to. */
  get #isUnread(): boolean {
    return isStream(this.#unsent) && this.#beginning === null;
  }

  #answeredFromCache(info: CallInfo): boolean {
    if (info.method !== 'GET') return false;
    const { head, response } = this.#asked;
    const found = this.#deps.observers.cache?.find(info, head.headers) ?? null;
    if (found === null) return false;
    this.#status = found.status;
    this.#tap = this.#deps.observers.tap?.request(info) ?? null;
    this.#recorded('cached');
    response.writeHead(found.status, [...found.headers, 'Content-Length', String(found.body.byteLength)]);
    response.end(found.body);
    this.#finish('cached');
    return true;
  }

  #readBody(credential: ResolvedCredential): void {
    const { head, request, response } = this.#asked;
    const kind = this.#bodyKind;
    const { maxBodyBytes } = this.#deps.settings();
    const { needsBody } = this.#deps.upstreams.of(credential);
    if (kind.kind === 'none') {
      this.#send(credential, null);
      return;
    }
    if (kind.kind === 'sized' && maxBodyBytes > 0 && kind.bytes > maxBodyBytes) throw new BodyTooLarge(maxBodyBytes);
    const mayRetry = credential.refreshable || this.#deps.observers.routing?.mayRetry(this.#call) === true;
    const kept = mayRetry ? KEPT_BODY : 0;
    const isSmall = kind.kind === 'sized' && kind.bytes <= SMALL_BODY; // read whole in any case
    const weighed = !isSmall && this.#isWeighed(credential) ? WEIGHED_BODY : 0;
    const limit = needsBody ? MAX_WHOLE_BODY : Math.max(SMALL_BODY, this.#tap?.bodyLimit ?? 0, kept, weighed);
    if (kind.kind === 'sized' && kind.bytes > limit && needsBody) throw new BodyTooLarge(limit);
    if (this.#unsent === null) askForBody(head, response);
    const isLong = !needsBody && (kind.kind === 'chunked' || kind.bytes > limit);
    if (isLong && weighed === 0) {
      this.#sendPieces(credential, null);
      return;
    }
    const atMost = isLong && maxBodyBytes > 0 ? Math.min(limit, maxBodyBytes) : limit;
    readBeginning(request, atMost, (read, isWhole) => {
      try {
        if (this.#isOver) return;
        if (isWhole) this.#send(credential, this.#tap?.bodyLimit ? this.#shown(this.#tap, read) : read);
        else if (isLong) this.#sendPieces(credential, read);
        else throw new BodyTooLarge(limit);
      } catch (error) {
        this.#fail(error);
      }
    });
  }

  /** Whether a quota that is about this call has to know what its body asks for. */
  #isWeighed(credential: ResolvedCredential): boolean {
    const { quota } = this.#deps.observers;
    const isSized = this.#bodyKind.kind === 'sized';
    if (quota?.readsBody(this.#call, credential, isSized) !== true) return false;
    return JSON_TYPE.test(this.#call.headers.get('content-type') ?? '');
  }

  /** @param read - what was read of it; null: nothing yet. */
  #sendPieces(credential: ResolvedCredential, read: Buffer | null): void {
    const { request } = this.#asked;
    const { maxBodyBytes } = this.#deps.settings();
    const tap = this.#tap;
    this.#beginning = read;
    request.once('end', () => this.#waitForAnswer());
    this.#send(
      credential,
      pieces(request, maxBodyBytes, (piece) => tap?.requestPiece?.(piece) ?? false, read),
    );
  }

  #shown(tap: CallTap, body: Buffer): Buffer {
    if (body.byteLength <= tap.bodyLimit) return tap.requestBody(body) ?? body;
    tap.requestPiece?.(body); // held for another attempt, and longer than what may be changed
    return body;
  }

  /**
   * Within the owner's quotas; near a limit it may have to wait. A member of a pool whose own quota has no room is passed
   * over. @throws AppError `quota_exceeded`.
   */
  #send(credential: ResolvedCredential, body: Body): void {
    const { quota, routing } = this.#deps.observers;
    if (quota?.isOn !== true) {
      this.#sendNow(credential, body);
      return;
    }
    try {
      this.#reserve(quota, credential, body);
    } catch (error) {
      if (!(error instanceof QuotaExceeded) || !error.isOfCredential) throw error;
      // Where nobody has room, the client is told when the first one has.
      if (this.#noRoom === null || error.resetsAtMs < this.#noRoom.resetsAtMs) this.#noRoom = error;
      const next = routing?.another(this.#call, this.#tried, 'quota') ?? null;
      if (next === null || this.#tried.includes(next.id)) throw this.#noRoom;
      this.#unsent = body;
      this.#judge(next);
    }
  }

  #reserve(quota: ProxyQuota, credential: ResolvedCredential, body: Body): void {
    const { clock, waits } = this.#deps;
    const kind = this.#bodyKind;
    this.#quota ??= new QuotaTurn(quota, (ms, act) => clock.after(ms, act));
    this.#quota.begin(
      {
        info: this.#call,
        credential,
        atMs: this.#startedAtMs,
        body: !isStream(body) ? body : kind.kind === 'sized' ? kind.bytes : null,
        beginning: isStream(body) ? this.#beginning : null,
        isCritical: () => headerValue(this.#asked.head, PRIORITY_HEADER) === 'critical',
      },
      () => {
        try {
          if (!this.#isOver) this.#sendNow(credential, body);
        } catch (error) {
          this.#fail(error);
        }
      },
      (over) => waits(this.#asked.response, over),
    );
  }

  /** The last step: the credential goes in, and the request goes out. @throws AppError where it may not. */
  #sendNow(credential: ResolvedCredential, body: Body): void {
    const { credentials, upstreams, clock, userAgent } = this.#deps;
    const now = this.#again(credential);
    const upstream = upstreams.of(now);
    this.#unsent = null;
    if (!isStream(body)) {
      this.#keptBody = body;
      this.#waitForAnswer();
    }
    const headers = new Map(this.#call.headers);
    if (!headers.has('user-agent')) headers.set('user-agent', userAgent);
    headers.set('accept-encoding', 'identity'); // so that meter and cover can read the answer
    const { method, path, query } = this.#call;
    const asked = { method, path, query, headers, body };
    const opened = credentials.openFields(now.id, now.version);
    let request: Outgoing | Promise<Outgoing>;
    try {
      request = outgoing(upstream, opened, asked, clock.now());
    } finally {
      opened.dispose();
    }
    if (!(request instanceof Promise)) this.#dispatch(now, upstream, request);
    else {
      request
        .then((ready) => this.#isOver || this.#dispatch(now, upstream, ready))
        .catch((error: unknown) => this.#fail(error));
    }
  }

  #dispatch(credential: ResolvedCredential, upstream: Upstream, { place, headers, body, secrets }: Outgoing): void {
    const { noteUse, pools } = this.#deps;
    const { dispatcher, origin } = pools.sender(place, upstream.local);
    const lines: string[] = [];
    for (const [name, value] of headers) if (name !== 'host') lines.push(name, value);
    if (isStream(body) && this.#bodyKind.kind === 'sized') {
      lines.push('content-length', String(this.#bodyKind.bytes));
    }
    const attempt = new Attempt(this, upstream, secrets);
    this.#attempt = attempt;
    if (credential.refreshable) this.#sentAtMs = this.#deps.clock.monotonic();
    dispatcher.dispatch(
      {
        origin,
        path: place.target,
        method: this.#asked.head.method,
        headers: lines,
        body: body as Buffer | null, // undici also takes what can be iterated, its types do not say so
        headersTimeout: 0, // `tick` sees to both
        bodyTimeout: 0,
      },
      attempt,
    );
    // Behind it: the request is on its way while this is written down. The answer cannot come before.
    noteUse(this.#asked.client, credential);
    this.#deps.observers.routing?.began(this.#call, credential);
  }

  /** While the request waited the credential may have been revoked, rotated or given another place. */
  #again(credential: ResolvedCredential): ResolvedCredential {
    const { credentials } = this.#deps;
    const now = credentials.resolve(credential.provider, credential.label);
    if (now.id !== credential.id || now.origin !== credential.origin) {
      throw new AppError('conflict', 'Another credential took this name while the request waited.', 'Ask again.');
    }
    this.#credential = now;
    return now;
  }

  /** From now on the provider is waited for. */
  #waitForAnswer(): void {
    this.#quietMs = 0;
  }

  /** The head of an answer. */
  answered(attempt: Attempt, status: number, headers: AnswerHeaders): void {
    if (this.#isOver || attempt !== this.#attempt) {
      attempt.abort();
      return;
    }
    this.#firstByteMs ??= performance.now() - this.#startMs;
    if (this.#quietMs !== null) this.#quietMs = 0;
    const { upstream } = attempt;
    if (REDIRECTS.has(status)) {
      attempt.abort();
      this.#failed(redirected(upstream.provider.name, status));
      return;
    }
    if (status === 401 && this.#renews(attempt, headers)) return;
    if (this.#credential !== null)
      this.#deps.observers.routing?.answered(this.#call, this.#credential, status, headers);
    if (ABOUT_CREDENTIAL.has(status) && this.#triesAnother(attempt, status)) return;
    const { cache, rewrite } = this.#deps.observers;
    const { head, request, response } = this.#asked;
    const info = this.#call;
    if (info.method !== 'GET' && info.method !== 'HEAD' && status < 400) cache?.changed(info);
    const edited = rewrite?.answer(info, headers) ?? null;
    const seen = edited?.headers ?? headers;
    this.#status = status;
    this.#relay = new AnswerRelay(
      {
        request,
        response,
        method: info.method,
        hasBody: this.#bodyKind.kind !== 'none',
        filter: upstream.filters.response.and(edited?.names ?? []),
        forms: attempt.takeForms(),
        tap: this.#tap,
        keeper: this.#mayBeKept(info, status) ? (cache?.keep(info, head.headers, status, seen) ?? null) : null,
        after: (ms, act) => this.#deps.clock.after(ms, act),
        ending: () => this.#recorded(outcomeOf(status)),
      },
      status,
      seen,
    );
  }

  /** An answer is kept for the credential that was asked for: what another of its pool got is not its own. */
  #mayBeKept({ method, credential }: CallInfo, status: number): boolean {
    const used = this.#credential;
    return method === 'GET' && status < 400 && used?.id === credential.id && used.version === credential.version;
  }

  /** No byte went to the client yet: whether the same request can go out again. */
  get #isBodyAtHand(): boolean {
    return this.#bodyKind.kind === 'none' || this.#keptBody !== null;
  }

  /** An access token that the provider revoked before its end: another one is got, once, and the request sent again. */
  #renews(attempt: Attempt, headers: AnswerHeaders): boolean {
    const credential = this.#credential;
    if (credential?.refreshable !== true || this.#isRenewed || !this.#isBodyAtHand) return false;
    const renewed = this.#deps.credentials.renewId(credential.id, this.#sentAtMs);
    if (renewed === null) return false;
    this.#isRenewed = true;
    this.#attempt = null;
    attempt.abort();
    this.#quietMs = null;
    this.#firstByteMs = null;
    const sendAgain = (): void => {
      if (!this.#isOver) this.#sendNow(credential, this.#keptBody);
    };
    const refused = (error: unknown): void => {
      if (this.#isOver) return;
      this.#deps.observers.routing?.answered(this.#call, credential, 401, headers);
      if (!this.#triesAnother(attempt, 401)) this.#fail(error);
    };
    renewed.then(sendAgain, refused).catch((error: unknown) => this.#fail(error));
    return true;
  }

  #triesAnother(attempt: Attempt, status: number): boolean {
    const { routing } = this.#deps.observers;
    const next = this.#isBodyAtHand ? (routing?.another(this.#call, this.#tried, 'answer') ?? null) : null;
    if (next === null || this.#tried.includes(next.id)) return false;
    this.#attempt = null;
    attempt.abort();
    if (this.#credential !== null) {
      this.#tap = this.#tap?.retried(this.#result(this.#credential, outcomeOf(status), status)) ?? null;
    }
    try {
      this.#judge(next);
    } catch (error) {
      this.#fail(error);
    }
    return true;
  }

  received(attempt: Attempt, controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (attempt !== this.#attempt || this.#relay === null || this.#isOver) return;
    if (this.#quietMs !== null) this.#quietMs = 0;
    if (this.#relay.push(controller, chunk)) return;
    attempt.abort();
    this.ended(attempt);
  }

  ended(attempt: Attempt): void {
    if (attempt !== this.#attempt || this.#relay === null || this.#isOver) return;
    this.#relay.end();
    this.#finish(outcomeOf(this.#status ?? 0));
  }

  broke(attempt: Attempt, error: unknown): void {
    if (attempt !== this.#attempt || this.#isOver) return;
    if (this.#credential !== null) this.#deps.observers.routing?.broke(this.#call, this.#credential);
    this.#failed(failureOf(attempt.upstream.provider.name, error));
  }

  #fail(error: unknown): void {
    this.#failed({ error, outcome: 'refused' });
  }

  #failed({ error, outcome }: Failure): void {
    if (this.#isOver) return;
    const { request, response } = this.#asked;
    if (response.headersSent) {
      this.#finish(outcome === 'timeout' ? 'timeout' : 'broken');
      response.destroy(); // an answer that broke off must not look whole
      return;
    }
    const { clock } = this.#deps;
    const hasBody = this.#bodyKind.kind !== 'none';
    if (!response.destroyed) {
      this.#status = tellFailure(error, request, response, hasBody, (ms, act) => clock.after(ms, act));
    }
    this.#finish(outcome);
  }

  /** The client is gone, or has its whole answer. */
  #left(): void {
    if (this.#isOver) return;
    this.#finish(this.#quota?.isWaiting === true ? 'refused' : 'aborted'); // one that waits was not sent
    this.#attempt?.abort();
  }

  #finish(outcome: CallOutcome): void {
    this.#isOver = true;
    this.onFinished?.();
    this.onFinished = null;
    const credential = this.#credential;
    if (credential === null) return;
    this.#deps.count(credential.provider, outcome);
    this.#recorded(outcome);
    this.#quota?.end();
  }

  /** Once: a whole answer is recorded before the last of it leaves. */
  #recorded(outcome: CallOutcome): void {
    const tap = this.#tap;
    this.#tap = null;
    if (this.#credential !== null) tap?.end(this.#result(this.#credential, outcome, this.#status));
  }

  #result(credential: ResolvedCredential, outcome: CallOutcome, status: number | null): CallResult {
    return {
      outcome,
      status,
      credential,
      startedAtMs: this.#startedAtMs,
      latencyMs: performance.now() - this.#startMs,
      firstByteMs: this.#firstByteMs,
    };
  }

  get #call(): CallInfo {
    const { info } = this.#checked;
    if (info === null) throw new Error('the rules come first');
    return info;
  }
}

function outcomeOf(status: number): CallOutcome {
  return status < 400 ? 'ok' : status < 500 ? 'client_error' : 'upstream_error';
}
