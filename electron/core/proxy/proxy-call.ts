import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import { AppError } from '../../../shared/errors.ts';
import { PRIORITY_HEADER } from '../../../shared/quotas.ts';
import type { ResolvedCredential } from '../credentials/types.ts';
import { headerValue } from '../endpoint/request-head.ts';
import { QuotaExceeded } from '../quotas/refusal.ts';
import { AnswerRelay } from './answer-relay.ts';
import { Attempt, type AttemptListener } from './attempt.ts';
import { type BodyRules, type BodyTaker, isSmall, takeBody } from './body-intake.ts';
import type { ProxyAsked, ProxyDeps } from './call-deps.ts';
import { CallRecord, outcomeOf } from './call-record.ts';
import { CheckedRequest } from './checked-request.ts';
import {
  ABOUT_CREDENTIAL,
  type Failure,
  failureOf,
  lockedMeanwhile,
  REDIRECTS,
  redirected,
  timedOut,
  tokenEnded,
  withdrawn,
} from './failures.ts';
import { FurtherTries } from './further-tries.ts';
import type { AnswerHeaders } from './headers.ts';
import type { CallInfo, CallOutcome, ProxyQuota } from './observers.ts';
import type { Outgoing } from './outgoing.ts';
import { QuotaTurn } from './quota-turn.ts';
import { type Body, type BodyKind, bodyKind, isStream, pieces } from './request-body.ts';
import { readied, send } from './sending.ts';
import { tellFailure } from './tell-failure.ts';
import type { Upstream } from './upstream.ts';

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\b/i;

/** One request, from its rules to the end of its answer. Every way out ends in `#finish`, once. */
export class ProxyCall implements AttemptListener, BodyTaker {
  readonly #deps: ProxyDeps;
  readonly #asked: ProxyAsked;
  readonly #bodyKind: BodyKind;
  readonly #checked: CheckedRequest;
  readonly #record: CallRecord;
  #credential: ResolvedCredential | null = null;
  /** null: none but the first credential was looked for. */
  #further: FurtherTries | null = null;
  #quota: QuotaTurn | null = null;
  #keptBody: Buffer | null = null;
  /** What was read of a body that goes on piece by piece. */
  #beginning: Buffer | null = null;
  #attempt: Attempt | null = null;
  #relay: AnswerRelay | null = null;
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
    this.#record = new CallRecord(deps.clock.now());
  }

  start(): void {
    const { response } = this.#asked;
    response.on('close', () => this.#left()); // comes once by itself: `once` would cost a wrapper for each call
    try {
      this.#judge(this.#checked.credential());
    } catch (error) {
      this.failed(error);
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
    this.#left();
    this.#asked.request.socket.destroy(); // the answer has none yet where it waits for another one on its connection
  }

  /** The id of the credential that a request is under way with; null: none was sent. */
  get sentWith(): string | null {
    return this.#attempt === null ? null : (this.#credential?.id ?? null);
  }

  /** That credential is not served any more: the call ends as at a lock, and the client is told where it still can be. */
  withdraw(): void {
    this.#endEarly(() => withdrawn(this.#call.provider.name));
  }

  /** UTC epoch milliseconds: from then on it must not be under way. */
  get endsAtMs(): number {
    return this.#asked.client.expiresAtMs;
  }

  /** The client's token ended: as where the credential is withdrawn. */
  tokenEnded(): void {
    this.#endEarly(tokenEnded);
  }

  #endEarly(why: () => Failure): void {
    if (this.#isOver) return;
    if (this.#asked.response.headersSent) {
      this.cut();
      return;
    }
    this.#attempt?.abort();
    this.#end(why());
  }

  /** The vault locks while this one waits: it is told so, where it is a quota that it waits for. */
  lockedWhileWaiting(): void {
    if (this.#quota?.isWaiting) this.failed(lockedMeanwhile());
  }

  /** Called now and then, with the time since the last call: a timer for each request would cost more than the rest. */
  tick(ms: number): void {
    if (this.#quietMs === null || this.#isOver) return;
    // The endpoint's own limit is for a client that sends. Lifted here, since most calls are over before the first tick.
    this.#asked.request.socket.setTimeout(0);
    this.#quietMs += ms;
    const { firstByteMs, idleMs } = this.#deps.settings();
    if (this.#quietMs <= (this.#relay === null ? firstByteMs : idleMs)) return;
    if (this.#relay?.isHeldUp === true) {
      this.cut(); // it is the client that was silent, not the provider
      return;
    }
    this.#attempt?.abort();
    if (this.#credential !== null) this.#deps.observers.routing?.broke(this.#call, this.#credential);
    this.#end(timedOut(`${this.#call.provider.name} did not answer in time.`));
  }

  /** Rate, kind of client and the gate; then what has to be got first. */
  #judge(credential: ResolvedCredential): void {
    this.#credential = credential;
    const admitted = this.#deps.admit(this.#asked, credential);
    const ready = admitted === null ? this.#ready(credential) : admitted.then(() => this.#ready(credential));
    if (ready === null) this.#admitted(credential);
    else ready.then(() => this.#isOver || this.#admitted(credential)).catch((error: unknown) => this.failed(error));
  }

  /** null: at once. Otherwise an access token is got, or the connection code is loaded for the first time. */
  #ready(credential: ResolvedCredential): Promise<unknown> | null {
    const token = credential.refreshable ? this.#deps.credentials.prepareId(credential.id) : null;
    const code = this.#deps.pools.load();
    return token === null && code === null ? null : Promise.all([token, code]);
  }

  #admitted(credential: ResolvedCredential): void {
    const info = this.#checked.info ?? this.#checked.describe(credential);
    if (this.#further === null) {
      if (this.#answeredFromCache(info)) return;
      this.#record.watchedBy(this.#deps.observers.tap, info);
    } else if (!this.#isUnread) {
      this.#send(credential, this.#further.unsent ?? this.#keptBody);
      return;
    }
    const kind = this.#bodyKind;
    if (kind.kind === 'none') this.#send(credential, null);
    else takeBody(this.#asked, kind, this.#bodyRules(credential, info), this);
  }

  /** The first credential had no room for it, and nobody looked into it: a quota of the next one may have to. */
  get #isUnread(): boolean {
    return isStream(this.#further?.unsent ?? null) && this.#beginning === null;
  }

  #answeredFromCache(info: CallInfo): boolean {
    if (info.method !== 'GET') return false;
    const { head, response } = this.#asked;
    const { cache, tap } = this.#deps.observers;
    const found = cache?.find(info, head.headers) ?? null;
    if (found === null) return false;
    this.#record.status = found.status;
    this.#record.watchedBy(tap, info);
    this.#recorded('cached');
    response.writeHead(found.status, [...found.headers, 'Content-Length', String(found.body.byteLength)]);
    response.end(found.body);
    this.#finish('cached');
    return true;
  }

  #bodyRules(credential: ResolvedCredential, info: CallInfo): BodyRules {
    const { quota, routing } = this.#deps.observers;
    const kind = this.#bodyKind;
    return {
      maxBytes: this.#deps.settings().maxBodyBytes,
      needsWhole: this.#deps.upstreams.of(credential).needsBody,
      mayRetry: credential.refreshable || routing?.mayRetry(info) === true,
      isWeighed:
        !isSmall(kind) &&
        quota?.readsBody(info, credential, kind.kind === 'sized') === true &&
        JSON_TYPE.test(info.headers.get('content-type') ?? ''),
      isAskedFor: this.#further !== null,
      tap: this.#record.tap,
    };
  }

  /** All of the client's body is here. */
  whole(body: Buffer): void {
    if (!this.#isOver && this.#credential !== null) this.#send(this.#credential, body);
  }

  /** It is too long to wait for its end. @param read - what was read of it; null: nothing yet. */
  inPieces(read: Buffer | null): void {
    if (this.#isOver || this.#credential === null) return;
    const { request } = this.#asked;
    const { maxBodyBytes } = this.#deps.settings();
    const { tap } = this.#record;
    this.#beginning = read;
    request.once('end', () => this.#waitForAnswer());
    const body = pieces(request, maxBodyBytes, (piece) => tap?.requestPiece?.(piece) ?? false, read);
    this.#send(this.#credential, body);
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
      this.#further ??= new FurtherTries(credential);
      const noRoom = this.#further.noRoom(error);
      const next = this.#further.next(routing, this.#call, 'quota');
      if (next === null) throw noRoom;
      this.#further.unsent = body;
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
        atMs: this.#record.startedAtMs,
        body: !isStream(body) ? body : kind.kind === 'sized' ? kind.bytes : null,
        beginning: isStream(body) ? this.#beginning : null,
        isCritical: () => headerValue(this.#asked.head, PRIORITY_HEADER) === 'critical',
      },
      () => {
        try {
          if (!this.#isOver) this.#sendNow(credential, body);
        } catch (error) {
          this.failed(error);
        }
      },
      (over) => waits(this.#asked.response, over),
    );
  }

  /** The last step: the credential goes in, and the request goes out. @throws AppError where it may not. */
  #sendNow(credential: ResolvedCredential, body: Body): void {
    const now = this.#again(credential);
    const upstream = this.#deps.upstreams.of(now);
    if (this.#further !== null) this.#further.unsent = null;
    if (!isStream(body)) {
      this.#keptBody = body;
      this.#waitForAnswer();
    }
    const request = readied(this.#deps, this.#call, now, upstream, body);
    if (!(request instanceof Promise)) this.#dispatch(now, upstream, request);
    else {
      request
        .then((ready) => this.#isOver || this.#dispatch(now, upstream, ready))
        .catch((error: unknown) => this.failed(error));
    }
  }

  #dispatch(credential: ResolvedCredential, upstream: Upstream, request: Outgoing): void {
    const { noteUse, pools, clock, observers } = this.#deps;
    const attempt = new Attempt(this, upstream, request.secrets);
    this.#attempt = attempt;
    if (credential.refreshable) this.#sentAtMs = clock.monotonic();
    send(pools, attempt, this.#asked.head.method, request, this.#bodyKind);
    // Behind it: the request is on its way while this is written down. The answer cannot come before.
    noteUse(this.#asked.client, credential);
    observers.routing?.began(this.#call, credential);
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
    this.#record.answered();
    if (this.#quietMs !== null) this.#quietMs = 0;
    const { upstream } = attempt;
    if (REDIRECTS.has(status)) {
      this.#letGo(attempt);
      this.#end(redirected(upstream.provider.name, status));
      return;
    }
    if (status === 401 && this.#renews(attempt, headers)) return;
    const { cache, rewrite, routing } = this.#deps.observers;
    if (this.#credential !== null) routing?.answered(this.#call, this.#credential, status, headers);
    if (ABOUT_CREDENTIAL.has(status) && this.#triesAnother(attempt, status)) return;
    const { head, request, response } = this.#asked;
    const info = this.#call;
    if (info.method !== 'GET' && info.method !== 'HEAD' && status < 400) cache?.changed(info);
    const edited = rewrite?.answer(info, headers) ?? null;
    const seen = edited?.headers ?? headers;
    this.#record.status = status;
    this.#relay = new AnswerRelay(
      {
        request,
        response,
        method: info.method,
        hasBody: this.#bodyKind.kind !== 'none',
        filter: upstream.filters.response.and(edited?.names ?? []),
        forms: attempt.takeForms(),
        tap: this.#record.tap,
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
    this.#letGo(attempt);
    this.#quietMs = null;
    this.#record.isSentAgain();
    const sendAgain = (): void => {
      if (!this.#isOver) this.#sendNow(credential, this.#keptBody);
    };
    const refused = (error: unknown): void => {
      if (this.#isOver) return;
      this.#deps.observers.routing?.answered(this.#call, credential, 401, headers);
      if (!this.#triesAnother(attempt, 401)) this.failed(error);
    };
    renewed.then(sendAgain, refused).catch((error: unknown) => this.failed(error));
    return true;
  }

  /** Its answer does not count. Its connection may still do for the next call. */
  #letGo(attempt: Attempt): void {
    if (attempt !== this.#attempt) return; // it was let go before
    this.#attempt = null;
    if (!this.#isBodyAtHand) attempt.abort();
    else attempt.runOut((ms, act) => this.#deps.clock.after(ms, act));
  }

  #triesAnother(attempt: Attempt, status: number): boolean {
    const credential = this.#credential;
    if (credential === null || !this.#isBodyAtHand) return false;
    this.#further ??= new FurtherTries(credential);
    const next = this.#further.next(this.#deps.observers.routing, this.#call, 'answer');
    if (next === null) return false;
    this.#letGo(attempt);
    this.#record.isRetried(credential, status);
    try {
      this.#judge(next);
    } catch (error) {
      this.failed(error);
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
    this.#finish(outcomeOf(this.#record.status ?? 0));
  }

  broke(attempt: Attempt, error: unknown): void {
    if (attempt !== this.#attempt || this.#isOver) return;
    if (this.#credential !== null) this.#deps.observers.routing?.broke(this.#call, this.#credential);
    this.#end(failureOf(attempt.upstream.provider.name, error));
  }

  /** Nothing was sent, or nothing more is: the client is told why. */
  failed(error: unknown): void {
    this.#end({ error, outcome: 'refused' });
  }

  #end({ error, outcome }: Failure): void {
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
      this.#record.status = tellFailure(error, request, response, hasBody, (ms, act) => clock.after(ms, act));
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

  #recorded(outcome: CallOutcome): void {
    if (this.#credential !== null) this.#record.ends(this.#credential, outcome);
  }

  get #call(): CallInfo {
    const { info } = this.#checked;
    if (info === null) throw new Error('the rules come first');
    return info;
  }
}
