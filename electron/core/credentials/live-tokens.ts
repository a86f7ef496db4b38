import { AppError, type ErrorCode } from '../../../shared/errors.ts';
import type { AuthKindDescriptor, ProviderDescriptor, ValidationResult } from '../../../shared/provider.ts';
import { appendAudit } from '../audit/audit-log.ts';
import type { Log } from '../logs/log.ts';
import { authKindOf, type Catalogue } from '../providers/catalogue.ts';
import type { Verdict } from '../providers/http/interpret.ts';
import { obtainToken, rootField } from '../providers/tokens/live-token.ts';
import { baseUrlOf, withDefaults } from '../providers/place.ts';
import { type SignIn, type SignInSubject, startSignIn } from '../providers/tokens/sign-in.ts';
import type { TokenOptions, TokenOutcome, TokenSubject } from '../providers/tokens/token-subject.ts';
import type { Clock } from '../seams.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { findCredential } from './credential-table.ts';
import { readFields } from './field-table.ts';
import { openCredential } from './opened.ts';
import { type CredentialRow, idToHex } from './rows.ts';
import { NEVER, storeTokens } from './token-store.ts';
import type { VaultAccess } from './vault-access.ts';

/** A token that is asked for this close to its end is replaced first. */
export const AHEAD_MS = 3 * 60_000;
/** After a failure nobody is asked again for so long: ten programs that want a key do not become ten requests. */
const QUIET_MS = 30_000;

export interface LiveTokensDeps {
  readonly vault: Pick<VaultAccess, 'opened'>;
  readonly clock: Clock;
  readonly log: Pick<Log, 'guard'>;
  readonly catalogue: Catalogue;
  readonly userAgent: string;
  /** Keeps what a failed refresh found as the state of the credential. */
  readonly failed: (credential: CredentialRow, verdict: Verdict) => void;
  /** The failed refresh after which nobody is asked for a while; null where there is none. */
  readonly paused: (credential: CredentialRow) => Verdict | null;
  /** A refresh worked again: an earlier failed one is no longer its state. */
  readonly recovered: (credential: CredentialRow) => void;
  readonly changed: (ids: readonly string[]) => void;
}

type RefreshableKind = AuthKindDescriptor & { readonly token: NonNullable<AuthKindDescriptor['token']> };

export function isRefreshable(kind: AuthKindDescriptor): kind is RefreshableKind {
  return kind.token !== undefined;
}

const CODES: Readonly<Partial<Record<ValidationResult, ErrorCode>>> = {
  invalid_format: 'invalid_key',
  invalid_key: 'invalid_key',
  expired: 'expired_key',
  insufficient_permission: 'insufficient_permission',
  quota_exceeded: 'quota_exceeded',
  rate_limited: 'rate_limited',
  timeout: 'validation_timeout',
};

export function asError(verdict: Verdict): AppError {
  return new AppError(CODES[verdict.result] ?? 'provider_unavailable', verdict.detail, verdict.hint);
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
  readonly #running = new Map<string, Promise<Verdict | null>>();
  readonly #quiet = new Map<string, { readonly untilMs: number; readonly verdict: Verdict }>();
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

  /** For a test: null when the token is good now, else what the provider said. @param force - a new one in any case. */
  async check(credential: CredentialRow, force: boolean): Promise<Verdict | null> {
    const kind = this.#kind(credential);
    if (!isRefreshable(kind)) return null;
    const standing = this.#standing(this.#deps.vault.opened(), credential, kind);
    if (standing.kind === 'missing') return missing(this.#provider(credential), kind);
    if (standing.kind === 'live' && !(force && this.#hasRoot(credential, kind))) return null;
    return this.#obtain(credential, kind);
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
    if (!isRefreshable(kind) || kind.token.grant !== 'refresh_token') {
      throw new AppError('unsupported', 'This kind of credential has no sign-in. Nothing was changed.');
    }
    const id = idToHex(credential.id);
    this.cancelSignIn(id);
    const abort = new AbortController();
    const options = { ...this.#options(), signal: AbortSignal.any([abort.signal, this.#locked.signal]) };
    const subject: SignInSubject = { ...this.#subject(credential, kind), token: kind.token };
    // Kept from the first moment: another one, a cancel or a lock also calls off what is only starting.
    const running = { started: startSignIn(subject, options), abort };
    this.#signIns.set(id, running);
    try {
      return (await running.started).url;
    } catch (error) {
      if (this.#signIns.get(id) === running) this.#signIns.delete(id);
      throw error;
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

  locking(): void {
    this.#locked.abort(new AppError('vault_locked', 'The vault was locked meanwhile.', 'Unlock it and try again.'));
    this.#locked = new AbortController();
    this.#signIns.clear();
    this.#quiet.clear();
  }

  async #replace(credential: CredentialRow, kind: RefreshableKind, standing: Standing): Promise<void> {
    if (standing.kind === 'missing') throw asError(missing(this.#provider(credential), kind));
    const before = this.#quietVerdict(credential);
    const verdict = before ?? (await this.#obtain(credential, kind));
    if (verdict === null) return;
    // Once for all who waited for the same request: ten programs are not ten failures in a row.
    if (before === null && this.#quiet.get(idToHex(credential.id))?.verdict !== verdict) {
      this.#quiet.set(idToHex(credential.id), { untilMs: this.#deps.clock.monotonic() + QUIET_MS, verdict });
      this.#deps.failed(credential, verdict);
    }
    if (standing.kind === 'due' && standing.usable) return; // its last minutes
    throw asError(verdict);
  }

  /** What is answered without asking again: the failure of a moment ago, or of several in a row. */
  #quietVerdict(credential: CredentialRow): Verdict | null {
    const quiet = this.#quiet.get(idToHex(credential.id));
    if (quiet !== undefined && this.#deps.clock.monotonic() < quiet.untilMs) return quiet.verdict;
    return this.#deps.paused(credential);
  }

  /** Once for all who ask. */
  #obtain(credential: CredentialRow, kind: RefreshableKind): Promise<Verdict | null> {
    const key = `${idToHex(credential.id)} ${credential.current_version}`;
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const result = this.#ask(credential, kind).finally(() => this.#running.delete(key));
    this.#running.set(key, result);
    return result;
  }

  async #ask(credential: CredentialRow, kind: RefreshableKind): Promise<Verdict | null> {
    // Where nothing can be kept nobody is asked: many providers take the old refresh token away with the answer.
    this.#deps.vault.opened().write(() => undefined);
    const subject = this.#subject(credential, kind);
    const secrets = kind.fields.filter((field) => field.secret).flatMap((field) => subject.value(field.name) ?? []);
    const unguards = secrets.map((secret) => this.#deps.log.guard(secret));
    let outcome: TokenOutcome;
    try {
      outcome = await obtainToken(subject, this.#options());
    } finally {
      for (const unguard of unguards) unguard();
    }
    const vault = this.#deps.vault.opened();
    const good = outcome.kind === 'tokens';
    const stored = vault.write(() => {
      appendAudit(vault, this.#deps.clock, {
        actor: 'system',
        action: 'credential.refresh',
        target: idToHex(credential.id),
        result: good ? 'ok' : 'failed',
        meta: { outcome: outcome.kind === 'tokens' ? 'valid' : outcome.verdict.result },
      });
      return outcome.kind === 'tokens' && storeTokens(vault, credential, kind, outcome);
    });
    if (outcome.kind === 'failed') return outcome.verdict;
    if (!stored && findCredential(vault.db, credential.id)?.current_version === credential.current_version) {
      throw new AppError('conflict', 'The credential was changed meanwhile.', 'Try again.');
    }
    this.#quiet.delete(idToHex(credential.id));
    this.#deps.recovered(credential);
    this.#deps.changed([idToHex(credential.id)]);
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
    const fields = new Map([...opened.fields].map(([name, bytes]) => [name, bytes.toString('utf8')]));
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

  #options(): TokenOptions {
    return { clock: this.#deps.clock, signal: this.#locked.signal, userAgent: this.#deps.userAgent };
  }

  #provider(credential: CredentialRow): ProviderDescriptor {
    return this.#deps.catalogue.get(credential.provider);
  }

  #kind(credential: CredentialRow): AuthKindDescriptor {
    return authKindOf(this.#provider(credential), credential.auth_kind);
  }
}

/** There is neither an access token nor what one is got with. */
function missing(provider: ProviderDescriptor, kind: RefreshableKind): Verdict {
  const root = rootField(kind.token);
  const signIn = kind.token.grant === 'refresh_token' && kind.token.signIn !== undefined;
  return {
    result: 'invalid_key',
    latencyMs: null,
    detail: `${provider.name} was not signed in to yet. Nothing was sent.`,
    hint: `${signIn ? 'Sign in with "keyharbor rotate REF", or put' : 'Put'} a value in: --field ${root}=-`,
    facts: [],
  };
}
