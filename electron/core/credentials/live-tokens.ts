import { AppError } from '../../../shared/errors.ts';
import type { AuthKindDescriptor } from '../../../shared/provider/auth-kind.ts';
import type { ProviderDescriptor } from '../../../shared/provider/descriptor.ts';
import type { TokenDescriptor } from '../../../shared/provider/token.ts';
import { appendAudit } from '../audit/audit-log.ts';
import type { Log } from '../logs/log.ts';
import type { WayOut } from '../net/way-out.ts';
import { authKindOf, type Catalogue } from '../providers/catalogue.ts';
import type { Verdict } from '../providers/http/interpret.ts';
import { obtainToken, rootField } from '../providers/tokens/live-token.ts';
import { baseUrlOf, withDefaults } from '../providers/place.ts';
import { type SignIn, type SignInSubject, startSignIn } from '../providers/tokens/sign-in.ts';
import {
  SignInRefused,
  type TokenOptions,
  type TokenOutcome,
  type TokenSubject,
} from '../providers/tokens/token-subject.ts';
import type { Clock } from '../seams.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { findCheck } from './check-table.ts';
import { findCredential } from './credential-table.ts';
import { readFields } from './field-table.ts';
import { openCredential } from './opened.ts';
import { type CredentialRow, idToHex } from './rows.ts';
import { findRequest, forgetRequest, listRequests, noteRequest } from './token-request-table.ts';
import { NEVER, storeTokens } from './token-store.ts';
import { asError, cutShort, isAnswer, lost, missing, type RefreshableKind } from './token-words.ts';
import type { VaultAccess } from './vault-access.ts';

/** A token that is asked for this close to its end is replaced first. */
export const AHEAD_MS = 3 * 60_000;
/** After a failure nobody is asked again for so long: ten programs that want a key do not become ten requests. */
const QUIET_MS = 30_000;
/** A token that is refused so soon after it was got would not be helped by another one. */
const RENEW_AGAIN_MS = 60_000;

export interface LiveTokensDeps {
  readonly vault: Pick<VaultAccess, 'opened'>;
  readonly clock: Clock;
  readonly log: Pick<Log, 'guard'>;
  readonly catalogue: Catalogue;
  readonly userAgent: string;
  /** As the owner has it now. */
  readonly way: () => WayOut;
  /** Keeps what a failed refresh found as the state of the credential. */
  readonly failed: (credential: CredentialRow, verdict: Verdict) => void;
  /** The failed refresh after which nobody is asked for a while; null where there is none. */
  readonly paused: (credential: CredentialRow) => Verdict | null;
  /** A refresh worked again: an earlier failed one is no longer its state. */
  readonly recovered: (credential: CredentialRow) => void;
  readonly changed: (ids: readonly string[]) => void;
}

/** One request, for all who ask for the same. */
interface Running {
  readonly result: Promise<Verdict | null>;
  readonly abort: AbortController;
  waiting: number;
}

export function isRefreshable(kind: AuthKindDescriptor): kind is RefreshableKind {
  return kind.token !== undefined;
}

/** How things stand with the access token of one credential. */
type Standing =
  /** Good for a while; or there is nothing to get a new one with, and it is handed out as it is. */
  | { readonly kind: 'live' }
  /** `usable`: not over yet, only near its end. */
  | { readonly kind: 'due'; readonly usable: boolean }
  | { readonly kind: 'missing' };

/**
 * Access tokens that are got from the provider: replaced ahead of their end, at most one request at a time per
 * credential however many ask, kept sealed in the credential's own version. Nothing of them is kept in memory.
 */
export class LiveTokens {
  readonly #deps: LiveTokensDeps;
  readonly #running = new Map<string, Running>();
  readonly #quiet = new Map<string, { readonly untilMs: number; readonly verdict: Verdict }>();
  /** Monotonic milliseconds. */
  readonly #gotAtMs = new Map<string, number>();
  readonly #signIns = new Map<string, { readonly started: Promise<SignIn>; readonly abort: AbortController }>();
  #locked = new AbortController();

  constructor(deps: LiveTokensDeps) {
    this.#deps = deps;
  }

  /**
   * null: the token is good (or the kind has none to get) and can be handed out at once.
   * @returns a promise that rejects with the AppError of what the provider said, or `vault_locked`.
   */
  ready(credential: CredentialRow): Promise<void> | null {
    const kind = this.#kind(credential);
    if (!isRefreshable(kind)) return null;
    const standing = this.#standing(this.#deps.vault.opened(), credential, kind);
    if (standing.kind === 'live') return null;
    return this.#replace(credential, kind, standing);
  }

  /**
   * After the provider refused a token before its end: another one, once for all who were refused.
   * @param sentAtMs - monotonic: when the request with the refused token went out.
   * @returns null: none can be got, or one was got a moment ago and did not help. The promise rejects as `ready` does.
   */
  renew(credential: CredentialRow, sentAtMs: number): Promise<void> | null {
    const kind = this.#kind(credential);
    if (!isRefreshable(kind) || !this.#hasRoot(credential, kind)) return null;
    const gotAtMs = this.#gotAtMs.get(idToHex(credential.id)) ?? Number.NEGATIVE_INFINITY;
    if (gotAtMs >= sentAtMs) return Promise.resolve();
    if (this.#deps.clock.monotonic() - gotAtMs < RENEW_AGAIN_MS || this.#quietVerdict(credential) !== null) return null;
    return this.#replace(credential, kind, { kind: 'due', usable: false });
  }

  /**
   * For a test: null when the token is good now, else what the provider said.
   * @param force - a new one in any case. @param signal - of the test; rejects with its reason.
   */
  async check(credential: CredentialRow, force: boolean, signal: AbortSignal): Promise<Verdict | null> {
    const kind = this.#kind(credential);
    if (!isRefreshable(kind)) return null;
    const standing = this.#standing(this.#deps.vault.opened(), credential, kind);
    if (standing.kind === 'missing') return missing(this.#provider(credential), kind);
    if (standing.kind === 'live' && !(force && this.#hasRoot(credential, kind))) return null;
    return this.#obtain(credential, kind, signal);
  }

  /** Whether another access token can be got: without, asking again would be the same question. */
  canRenew(credential: CredentialRow): boolean {
    const kind = this.#kind(credential);
    return isRefreshable(kind) && this.#hasRoot(credential, kind);
  }

  /**
   * Starts a sign-in in the browser; one before it for the same credential is called off.
   * @throws AppError `unsupported` where this kind has none, `conflict` where its port is taken.
   */
  async startSignIn(credential: CredentialRow): Promise<string> {
    const kind = this.#kind(credential);
    if (!isRefreshable(kind) || !isSignIn(kind.token)) {
      throw new AppError('unsupported', 'This kind of credential has no sign-in. Nothing was changed.');
    }
    const id = idToHex(credential.id);
    this.cancelSignIn(id);
    const abort = new AbortController();
    const options = this.#options(abort.signal);
    // Up to ten minutes at the provider's page: the secrets are opened when it has answered.
    const { token } = kind;
    const subject: SignInSubject = { ...this.#publicSubject(credential, kind), token };
    const whole = () => this.#subject(credential, kind);
    // Kept from the first moment: another one, a cancel or a lock also calls off what is only starting.
    const running = { started: startSignIn(subject, whole, options), abort };
    this.#signIns.set(id, running);
    try {
      return (await running.started).url;
    } catch (error) {
      if (this.#signIns.get(id) === running) this.#signIns.delete(id);
      throw error instanceof SignInRefused ? asError(error.verdict, credential) : error;
    }
  }

  /** What the started sign-in brought. @throws AppError `conflict` where none was started or it was called off. */
  async signInOutcome(id: string): Promise<TokenOutcome> {
    const running = this.#signIns.get(id);
    if (running !== undefined) {
      try {
        return await (await running.started).outcome;
      } finally {
        if (this.#signIns.get(id) === running) this.#signIns.delete(id);
      }
    }
    throw new AppError('conflict', 'No sign-in was started for this credential.', 'Start it again.');
  }

  cancelSignIn(id: string): void {
    const running = this.#signIns.get(id);
    this.#signIns.delete(id);
    running?.abort.abort(new AppError('conflict', 'The sign-in was called off. Nothing was changed.'));
  }

  /** The owner changed it: what failed before says nothing any more. */
  forget(id: string): void {
    this.#quiet.delete(id);
  }

  /** What the last lock, or the end of the program, cut short becomes the state of its credential. */
  unlocked(): void {
    const { db } = this.#deps.vault.opened();
    for (const { credential_id: id, version, asked_at_ms: askedAtMs } of listRequests(db)) {
      const credential = findCredential(db, id);
      if (credential?.current_version !== version || this.#running.has(keyOf(id, version))) continue;
      if ((findCheck(db, id)?.checked_at_ms ?? 0) >= askedAtMs) continue; // it says what is newer
      this.#deps.failed(credential, cutShort(this.#provider(credential)));
    }
  }

  locking(): void {
    this.#locked.abort(new AppError('vault_locked', 'The vault was locked meanwhile.', 'Unlock it and try again.'));
    this.#locked = new AbortController();
    this.#signIns.clear();
    this.#quiet.clear();
    this.#gotAtMs.clear();
  }

  async #replace(credential: CredentialRow, kind: RefreshableKind, standing: Standing): Promise<void> {
    if (standing.kind === 'missing') throw asError(missing(this.#provider(credential), kind), credential);
    const before = this.#quietVerdict(credential);
    const verdict = before ?? (await this.#obtain(credential, kind, null));
    if (verdict === null) return;
    // Once for all who waited for the same request: ten programs are not ten failures in a row.
    if (before === null && this.#quiet.get(idToHex(credential.id))?.verdict !== verdict) {
      this.#quiet.set(idToHex(credential.id), { untilMs: this.#deps.clock.monotonic() + QUIET_MS, verdict });
      this.#deps.failed(credential, verdict);
    }
    if (standing.kind === 'due' && standing.usable) return; // its last minutes
    throw asError(verdict, credential);
  }

  /** What is answered without asking again: the failure of a moment ago, or of several in a row. */
  #quietVerdict(credential: CredentialRow): Verdict | null {
    const quiet = this.#quiet.get(idToHex(credential.id));
    if (quiet !== undefined && this.#deps.clock.monotonic() < quiet.untilMs) return quiet.verdict;
    return this.#deps.paused(credential);
  }

  /**
   * Once for all who ask. A test that is cancelled stops its request when nobody else waits for it; one with a refresh
   * token is let finish: the provider may have replaced that already, and what it answers is the only copy.
   */
  async #obtain(credential: CredentialRow, kind: RefreshableKind, signal: AbortSignal | null): Promise<Verdict | null> {
    signal?.throwIfAborted();
    const running = this.#start(credential, kind);
    running.waiting += 1;
    const calledOff = Promise.withResolvers<never>();
    const callOff = () => calledOff.reject(signal?.reason);
    signal?.addEventListener('abort', callOff, { once: true });
    try {
      return await Promise.race([running.result, calledOff.promise]);
    } finally {
      signal?.removeEventListener('abort', callOff);
      running.waiting -= 1;
      if (running.waiting === 0 && !isReplacing(kind)) running.abort.abort(signal?.reason);
    }
  }

  #start(credential: CredentialRow, kind: RefreshableKind): Running {
    const key = keyOf(credential.id, credential.current_version);
    const before = this.#running.get(key);
    if (before !== undefined && !before.abort.signal.aborted) return before;
    const abort = new AbortController();
    const result = this.#ask(credential, kind, abort.signal).finally(() => {
      if (this.#running.get(key) === running) this.#running.delete(key);
    });
    result.catch(() => undefined); // whoever waits for it hears of it
    const running: Running = { result, abort, waiting: 0 };
    this.#running.set(key, running);
    return running;
  }

  async #ask(credential: CredentialRow, kind: RefreshableKind, signal: AbortSignal): Promise<Verdict | null> {
    const { id, current_version: version } = credential;
    const { clock } = this.#deps;
    const before = this.#deps.vault.opened();
    const unanswered = findRequest(before.db, id, version);
    // Where nothing can be kept nobody is asked: many providers take the old refresh token away with the answer.
    before.write(() => {
      if (isReplacing(kind)) noteRequest(before.db, id, version, clock.now());
    });
    const subject = this.#subject(credential, kind);
    const secrets = kind.fields.filter((field) => field.secret).flatMap((field) => subject.value(field.name) ?? []);
    const unguards = secrets.map((secret) => this.#deps.log.guard(secret));
    let outcome: TokenOutcome;
    try {
      outcome = await obtainToken(subject, this.#options(signal));
    } finally {
      for (const unguard of unguards) unguard();
    }
    const vault = this.#deps.vault.opened();
    const stored = vault.write(() => {
      appendAudit(vault, clock, {
        actor: 'system',
        action: 'credential.refresh',
        target: idToHex(id),
        result: outcome.kind === 'tokens' ? 'ok' : 'failed',
        meta: { outcome: outcome.kind === 'tokens' ? 'valid' : outcome.verdict.result },
      });
      if (outcome.kind === 'tokens' || (unanswered === undefined && isAnswer(outcome.verdict))) {
        forgetRequest(vault.db, id, version);
      }
      return outcome.kind === 'tokens' && storeTokens(vault, credential, kind, outcome);
    });
    if (outcome.kind === 'failed') {
      const isLost = unanswered !== undefined && outcome.verdict.result === 'expired';
      return isLost ? lost(this.#provider(credential), outcome.verdict, unanswered) : outcome.verdict;
    }
    if (!stored && findCredential(vault.db, id)?.current_version === version) {
      throw new AppError('conflict', 'The credential was changed meanwhile.', 'Try again.');
    }
    this.#quiet.delete(idToHex(id));
    this.#gotAtMs.set(idToHex(id), clock.monotonic());
    this.#deps.recovered(credential);
    this.#deps.changed([idToHex(id)]);
    return null;
  }

  #standing(vault: OpenVault, credential: CredentialRow, kind: RefreshableKind): Standing {
    const rows = readFields(vault.db, credential.id, credential.current_version);
    const has = (name: string) => rows.some((row) => row.name === name && row.sealed !== null);
    if (!has(rootField(kind.token))) return has(kind.primary) ? { kind: 'live' } : { kind: 'missing' };
    const until = rows.find((row) => row.name === kind.token.expiresAt)?.value ?? null;
    if (!has(kind.primary) || until === null) return { kind: 'due', usable: false };
    if (until === NEVER) return { kind: 'live' };
    const left = Date.parse(until) - this.#deps.clock.now();
    return left > AHEAD_MS ? { kind: 'live' } : { kind: 'due', usable: left > 0 };
  }

  #hasRoot(credential: CredentialRow, kind: RefreshableKind): boolean {
    const rows = readFields(this.#deps.vault.opened().db, credential.id, credential.current_version);
    return rows.some((row) => row.name === rootField(kind.token));
  }

  #subject(credential: CredentialRow, kind: RefreshableKind): TokenSubject {
    using opened = openCredential(this.#deps.vault.opened(), credential, kind, credential.current_version);
    return this.#subjectOf(
      credential,
      kind,
      new Map([...opened.fields].map(([name, bytes]) => [name, bytes.toString('utf8')])),
    );
  }

  #publicSubject(credential: CredentialRow, kind: RefreshableKind): TokenSubject {
    const rows = readFields(this.#deps.vault.opened().db, credential.id, credential.current_version);
    return this.#subjectOf(
      credential,
      kind,
      new Map(rows.flatMap(({ name, value }) => (value === null ? [] : [[name, value]]))),
    );
  }

  #subjectOf(credential: CredentialRow, kind: RefreshableKind, fields: ReadonlyMap<string, string>): TokenSubject {
    const provider = this.#provider(credential);
    const given = (name: string) => fields.get(name);
    return {
      provider,
      authKind: kind,
      token: kind.token,
      baseUrl: baseUrlOf({ provider, kind }, credential.origin, given) ?? '',
      // Where tokens come from another place than the API, the credential's own address says nothing about that.
      local: 'tokenUrl' in kind.token ? kind.local : credential.local === 1,
      value: withDefaults(kind, given),
    };
  }

  #options(signal: AbortSignal): TokenOptions {
    const either = AbortSignal.any([signal, this.#locked.signal]);
    const { clock, userAgent, way } = this.#deps;
    return { clock, signal: either, userAgent, way: way() };
  }

  #provider(credential: CredentialRow): ProviderDescriptor {
    return this.#deps.catalogue.get(credential.provider);
  }

  #kind(credential: CredentialRow): AuthKindDescriptor {
    return authKindOf(this.#provider(credential), credential.auth_kind);
  }
}

const keyOf = (id: Buffer, version: number): string => `${idToHex(id)} ${version}`;

function isSignIn(token: TokenDescriptor): token is SignInSubject['token'] {
  return token.grant === 'refresh_token' || token.grant === 'mcp_oauth';
}

/** Whether the provider may replace what the request was made with, so that its answer is the only copy. */
function isReplacing(kind: RefreshableKind): boolean {
  return isSignIn(kind.token);
}
