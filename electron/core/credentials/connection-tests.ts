import type { CheckResult } from '../../../shared/contract/schemas.ts';
import type { KeyReport } from '../../../shared/http/answers.ts';
import { AppError } from '../../../shared/errors.ts';
import type { ValidationResult } from '../../../shared/provider/answer.ts';
import type { AuthKindDescriptor } from '../../../shared/provider/auth-kind.ts';
import type { ProviderDescriptor } from '../../../shared/provider/descriptor.ts';
import { formatReference } from '../../../shared/reference.ts';
import { appendAudit } from '../audit/audit-log.ts';
import type { Log } from '../logs/log.ts';
import type { WayOut } from '../net/way-out.ts';
import { authKindOf, type Catalogue, checkFor, fillTemplate } from '../providers/catalogue.ts';
import { runCheck } from '../providers/check.ts';
import { recognise, recognitionReason } from '../providers/inspect.ts';
import type { Verdict } from '../providers/http/interpret.ts';
import { type OwnAddress, originOf, ownAddresses } from '../providers/own-address.ts';
import { baseUrlOf, isOwnBaseUrl } from '../providers/place.ts';
import { TOKEN_STEP } from '../providers/tokens/token-failure.ts';
import type { Clock } from '../seams.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { findCheck, putCheck, removeCheck } from './check-table.ts';
import { findCredential } from './credential-table.ts';
import { toTimestamp } from './expiry.ts';
import { saysRefused } from './finding.ts';
import { assertUse } from './lifecycle.ts';
import type { LiveTokens } from './live-tokens.ts';
import { openCredential } from './opened.ts';
import { PlaceLimit } from './place-limit.ts';
import { type CheckRow, type CredentialRow, idToHex } from './rows.ts';
import { hintFor } from './token-words.ts';
import { reportedRow, REPORT_STANDS_MS, toldBy } from './reported.ts';
import type { VaultAccess } from './vault-access.ts';

const CACHE_MS = 5 * 60_000;
/** Tests that ask one provider, or one own base URL, at the same time. */
const AT_ONCE_PER_PLACE = 2;

export interface ConnectionTestsDeps {
  readonly vault: Pick<VaultAccess, 'opened'>;
  readonly clock: Clock;
  readonly log: Pick<Log, 'guard'>;
  readonly catalogue: Catalogue;
  readonly userAgent: string;
  /** As the owner has it now. */
  readonly way: () => WayOut;
  /** Both settable by the owner. */
  readonly limits: () => { readonly failures: number; readonly cooldownMs: number };
  readonly tokens: Pick<LiveTokens, 'check' | 'canRenew'>;
  readonly changed: (ids: readonly string[]) => void;
}

/** Results that say nothing against the provider or the network: they do not count towards the cool-down. */
function isFailure(result: ValidationResult): boolean {
  return result !== 'valid' && result !== 'invalid_format';
}

function fromRow(credential: CredentialRow, row: CheckRow): CheckResult {
  return {
    ref: formatReference(credential),
    result: row.result as ValidationResult,
    latencyMs: row.latency_ms,
    detail: row.detail,
    hint: hintFor(row.hint, credential),
    facts: JSON.parse(row.facts) as CheckResult['facts'],
    checkedAt: toTimestamp(row.checked_at_ms),
    cached: true,
  };
}

interface KindOf {
  readonly provider: ProviderDescriptor;
  readonly kind: AuthKindDescriptor;
}

function isOfRefresh(row: CheckRow): boolean {
  const facts = JSON.parse(row.facts) as CheckResult['facts'];
  return facts.some(({ label, value }) => label === TOKEN_STEP.label && value === TOKEN_STEP.value);
}

/**
 * Where the fields say that this credential goes.
 * @throws AppError `security_violation` where that is not the place to which its secrets are bound.
 */
function boundAddresses(
  credential: CredentialRow,
  kind: AuthKindDescriptor,
  value: (field: string) => string | undefined,
): readonly OwnAddress[] {
  if (kind.address.length === 0) return [];
  const addresses = ownAddresses(kind, value, credential.local === 1);
  if (originOf(addresses) === credential.origin) return addresses;
  throw new AppError(
    'security_violation',
    'The address of this credential was changed from outside. Nothing was sent.',
  );
}

/**
 * Connection tests: the cheapest real request to the provider, at most one at a time per credential, its result kept
 * for five minutes, and a pause after several failures in a row (PRODUCT.md, "Validation").
 */
export class ConnectionTests {
  readonly #deps: ConnectionTestsDeps;
  readonly #places = new PlaceLimit(AT_ONCE_PER_PLACE);
  readonly #running = new Map<string, { readonly result: Promise<CheckResult>; readonly abort: AbortController }>();

  constructor(deps: ConnectionTestsDeps) {
    this.#deps = deps;
  }

  /**
   * @param force - asks again though a fresh result is there; never skips the pause.
   * @throws AppError `validation_cooldown` with the time left, `conflict` in the bin or when cancelled, `unsupported`
   *   where nothing can be asked, `vault_locked` when the vault locks meanwhile.
   */
  run(credential: CredentialRow, force: boolean, actor: string): Promise<CheckResult> {
    const id = idToHex(credential.id);
    const running = this.#running.get(id);
    if (running) return running.result;
    const abort = new AbortController();
    const result = this.#run(credential, force, actor, abort.signal).finally(() => this.#running.delete(id));
    this.#running.set(id, { result, abort });
    return result;
  }

  /** Stops a running test; nothing is stored and it does not count. */
  cancel(id: string): void {
    this.#running
      .get(id)
      ?.abort.abort(
        new AppError('conflict', 'The test was cancelled. Nothing was stored.', 'Start it again any time.'),
      );
  }

  cancelAll(): void {
    const locked = new AppError('vault_locked', 'The vault was locked during the test.', 'Unlock it and test again.');
    for (const { abort } of this.#running.values()) abort.abort(locked);
  }

  async #run(credential: CredentialRow, force: boolean, actor: string, signal: AbortSignal): Promise<CheckResult> {
    const { catalogue, clock } = this.#deps;
    const vault = this.#deps.vault.opened();
    assertUse(credential.state, 'test');
    catalogue.assertEnabled(credential.provider);
    const before = findCheck(vault.db, credential.id);
    const previous = before?.version === credential.current_version ? before : undefined;
    if (previous && !force && toldBy(previous) === null && this.#isFresh(previous))
      return fromRow(credential, previous);
    this.#assertNotPaused(previous);
    const provider = catalogue.get(credential.provider);
    const kind = authKindOf(provider, credential.auth_kind);
    const place = URL.parse(credential.origin)?.host || provider.id;
    const verdict = await this.#places.run(place, signal, () =>
      this.#withToken(credential, { provider, kind }, signal),
    );
    const result: CheckResult = {
      ref: formatReference(credential),
      ...verdict,
      facts: [...verdict.facts],
      checkedAt: toTimestamp(clock.now()),
      cached: false,
    };
    this.#keep(credential, result, previous, actor);
    return { ...result, hint: hintFor(result.hint, credential) };
  }

  /**
   * A kind with a live access token is asked for one first. One that the provider revoked before its time is told by the
   * API alone: then a new one is got and tried once.
   */
  async #withToken(credential: CredentialRow, of: KindOf, signal: AbortSignal): Promise<Verdict> {
    const { tokens, vault } = this.#deps;
    const refused = await tokens.check(credential, false, signal);
    signal.throwIfAborted();
    if (refused !== null) return refused;
    const verdict = await this.#ask(vault.opened(), credential, of, signal);
    const isRefused = verdict.result === 'invalid_key' || verdict.result === 'expired';
    if (!isRefused || !tokens.canRenew(credential)) return verdict;
    const still = await tokens.check(credential, true, signal);
    signal.throwIfAborted();
    return still ?? this.#ask(vault.opened(), credential, of, signal);
  }

  /** A refresh that failed outside of a test is the state of the credential as well. @returns whether it died by that. */
  refreshFailed(credential: CredentialRow, verdict: Verdict): boolean {
    const before = findCheck(this.#deps.vault.opened().db, credential.id);
    const previous = before?.version === credential.current_version ? before : undefined;
    const checkedAt = toTimestamp(this.#deps.clock.now());
    const result = {
      ref: formatReference(credential),
      ...verdict,
      facts: [...verdict.facts],
      checkedAt,
      cached: false,
    };
    this.#keep(credential, result, previous, 'system');
    return saysRefused(result.result) && !saysRefused(previous?.result);
  }

  /** The refresh after which nobody is asked until the pause is over. */
  pausedRefresh(credential: CredentialRow): Verdict | null {
    const row = findCheck(this.#deps.vault.opened().db, credential.id);
    if (row?.version !== credential.current_version || !isOfRefresh(row) || row.cooldown_until_ms === null) return null;
    const left = Math.min(row.cooldown_until_ms - this.#deps.clock.now(), this.#deps.limits().cooldownMs);
    if (left <= 0) return null;
    const { result, detail, hint, facts } = fromRow(credential, row);
    return { result, latencyMs: null, detail, hint, facts };
  }

  refreshRecovered(credential: CredentialRow): void {
    const vault = this.#deps.vault.opened();
    const row = findCheck(vault.db, credential.id);
    if (row !== undefined && isOfRefresh(row)) vault.write(() => removeCheck(vault.db, credential.id));
  }

  /**
   * A tool says that this credential does not work: the card shows it, as the tool's word, until the next test. Neither
   * tests nor pauses follow from it.
   * @returns false where nothing changes: another version, a test or a report of the last minutes.
   */
  reported(
    credential: CredentialRow,
    report: KeyReport,
    client: { readonly id: string; readonly name: string },
  ): boolean {
    const { clock, catalogue } = this.#deps;
    const vault = this.#deps.vault.opened();
    if (report.version !== undefined && report.version !== credential.current_version) return false;
    const before = findCheck(vault.db, credential.id);
    const previous = before?.version === credential.current_version ? before : undefined;
    const age = previous === undefined ? null : clock.now() - previous.checked_at_ms;
    if (age !== null && age >= 0 && age < REPORT_STANDS_MS) return false;
    const provider = catalogue.get(credential.provider).name;
    vault.write(() => {
      putCheck(
        vault.db,
        reportedRow({ credential, previous, report, provider, client: client.name, nowMs: clock.now() }),
      );
      appendAudit(vault, clock, {
        actor: client.id,
        action: 'credential.reported',
        target: idToHex(credential.id),
        result: 'ok',
        meta: { reason: report.reason, ...(report.status === undefined ? {} : { status: report.status }) },
      });
    });
    this.#deps.changed([idToHex(credential.id)]);
    return true;
  }

  #isFresh(row: CheckRow): boolean {
    const age = this.#deps.clock.now() - row.checked_at_ms;
    return age >= 0 && age < CACHE_MS;
  }

  #assertNotPaused(row: CheckRow | undefined): void {
    if (row?.cooldown_until_ms == null) return;
    // A clock that was set back must not stretch the pause.
    const left = Math.min(row.cooldown_until_ms - this.#deps.clock.now(), this.#deps.limits().cooldownMs);
    if (left <= 0) return;
    throw new AppError(
      'validation_cooldown',
      `The last ${row.failures_in_a_row} tests of this credential failed. Nothing was sent.`,
      `Try again in ${Math.ceil(left / 60_000)} min, or put a new value in.`,
      { retryAfterMs: left },
    );
  }

  async #ask(
    vault: OpenVault,
    credential: CredentialRow,
    { provider, kind }: KindOf,
    signal: AbortSignal,
  ): Promise<Verdict> {
    using opened = openCredential(vault, credential, kind, credential.current_version);
    const fields = new Map([...opened.fields].map(([name, bytes]) => [name, bytes.toString('utf8')]));
    const value = (name: string) => fields.get(name) ?? kind.fields.find((field) => field.name === name)?.default;
    const given = (name: string) => fields.get(name);
    const own = isOwnBaseUrl({ provider, kind }, credential.origin, given);
    const check = checkFor(provider, kind.kind, { isFilled: (name) => value(name) !== undefined, ownBaseUrl: own });
    const elsewhere = check !== undefined && 'baseUrl' in check && !own ? check.baseUrl : undefined;
    const baseUrl =
      elsewhere === undefined
        ? baseUrlOf({ provider, kind }, credential.origin, given)
        : fillTemplate(elsewhere, value);
    if (check === undefined || baseUrl === null) {
      throw new AppError('unsupported', `There is no free way to test this kind of ${provider.name} credential.`);
    }
    const primary = fields.get(kind.primary) ?? '';
    const looks = recognise(this.#deps.catalogue, primary);
    if (!own && looks?.whole && looks.known.provider !== provider && kind.formats.length > 0) {
      return {
        result: 'invalid_format',
        latencyMs: null,
        detail: `This ${recognitionReason(looks, primary)}. It was not sent to ${provider.name}.`,
        hint: `Add it as ${looks.known.provider.name}, or put the right key in.`,
        facts: [],
      };
    }
    const unguard = primary === '' ? () => undefined : this.#deps.log.guard(primary);
    try {
      const verdict = await runCheck(
        {
          provider,
          authKind: kind,
          check,
          baseUrl,
          ownBaseUrl: own,
          local: credential.local === 1,
          fields,
          addresses: boundAddresses(credential, kind, value),
        },
        { clock: this.#deps.clock, signal, userAgent: this.#deps.userAgent, way: this.#deps.way() },
      );
      return this.#withWhatIsKnown(credential, verdict, looks?.checksum === 'wrong');
    } finally {
      unguard();
    }
  }

  /** A refusal has a likelier reason than most providers tell. */
  #withWhatIsKnown(credential: CredentialRow, verdict: Verdict, mistyped: boolean): Verdict {
    if (verdict.result !== 'invalid_key') return verdict;
    if (mistyped) return { ...verdict, hint: 'Its checksum is wrong: a character is probably mistyped or missing.' };
    if (credential.expires_at_ms === null || credential.expires_at_ms > this.#deps.clock.now()) return verdict;
    return { ...verdict, result: 'expired', hint: 'The date that you gave as its end has passed: make a new key.' };
  }

  /** Written only if the credential still has the version that was tested. */
  #keep(credential: CredentialRow, result: CheckResult, previous: CheckRow | undefined, actor: string): void {
    const vault = this.#deps.vault.opened();
    const now = this.#deps.clock.now();
    const current = findCredential(vault.db, credential.id);
    const same = current?.current_version === credential.current_version && current.origin === credential.origin;
    const { failures: limit, cooldownMs } = this.#deps.limits();
    const paused = previous?.cooldown_until_ms != null; // and over: it was checked before the request
    const counted = paused ? 0 : (previous?.failures_in_a_row ?? 0);
    const failures = isFailure(result.result) ? counted + 1 : 0;
    vault.write(() => {
      if (same) {
        putCheck(vault.db, {
          credential_id: credential.id,
          version: credential.current_version,
          result: result.result,
          latency_ms: result.latencyMs,
          detail: result.detail,
          hint: result.hint,
          facts: JSON.stringify(result.facts),
          checked_at_ms: now,
          failures_in_a_row: failures,
          cooldown_until_ms: failures >= limit ? now + cooldownMs : null,
        });
      }
      appendAudit(vault, this.#deps.clock, {
        actor,
        action: 'credential.test',
        target: idToHex(credential.id),
        result: result.result === 'valid' ? 'ok' : 'failed',
        meta: { outcome: result.result },
      });
    });
    this.#deps.changed([idToHex(credential.id)]);
  }
}
