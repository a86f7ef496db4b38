import type { Output, ParsedInput } from '../../../shared/contract/methods.ts';
import type {
  CheckResult,
  CredentialChanges,
  CredentialDetail,
  CredentialSummary,
  NewCredential,
  Target,
} from '../../../shared/contract/schemas.ts';
import { AppError } from '../../../shared/errors.ts';
import type { KeyReport } from '../../../shared/http/answers.ts';
import { appendAudit } from '../audit/audit-log.ts';
import type { ClipboardGuard } from '../clipboard/clipboard-guard.ts';
import type { Clients } from '../endpoint/clients.ts';
import type { Emit } from '../events.ts';
import type { Log } from '../logs/log.ts';
import type { WayOut } from '../net/way-out.ts';
import { authKindOf, type Catalogue } from '../providers/catalogue.ts';
import { isCataloguePlace, type Place, placeFor } from '../providers/place.ts';
import type { Clock } from '../seams.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { LastUsed } from '../usage/last-used.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { ConnectionTests } from './connection-tests.ts';
import { countCredentials } from './credential-table.ts';
import { assertWithinDemo, type DemoUsedUp } from './demo.ts';
import { findTarget } from './find.ts';
import { type Finding, findingOf } from './finding.ts';
import { assertUse, type CredentialMove, moveCredential } from './lifecycle.ts';
import { LiveTokens } from './live-tokens.ts';
import { moveTo } from './moves.ts';
import { OwnerReads } from './owner-reads.ts';
import { purgeCredential, sweep } from './retention.ts';
import { type CredentialRow, idToHex } from './rows.ts';
import { saveWarnings } from './save-warnings.ts';
import { readDetail, readSummaries } from './summaries.ts';
import { ServedRows } from './served-rows.ts';
import { asError } from './token-words.ts';
import type { OpenedFields, ResolvedCredential } from './types.ts';
import type { VaultAccess } from './vault-access.ts';
import { addCredential, type DataContext, editCredential, keepSignIn, placeAfter, type Written } from './write.ts';

const SWEEP_MS = 24 * 60 * 60_000;

type Saved = Output<'credentials.add'>;

export interface CredentialsDeps {
  readonly vault: VaultAccess;
  readonly clock: Clock;
  readonly log: Pick<Log, 'guard' | 'warn'>;
  readonly catalogue: Catalogue;
  readonly lastUsed: LastUsed;
  readonly settings: Pick<SettingsStore, 'vault'>;
  /** The reporting zone (IANA name). Asked only while the vault is open. */
  readonly zone: () => string;
  readonly clipboard: ClipboardGuard;
  readonly emit: Emit;
  readonly clients: Pick<Clients, 'dropGrants' | 'grantsDropped'>;
  /** The program's version, told to providers in `user-agent`. */
  readonly version: string;
  /** To the providers, as the owner has it now. */
  readonly way: () => WayOut;
  readonly demoUsedUp: DemoUsedUp;
}

/** `actor` in all methods: who asks, for the audit log ("ui", "cli", "system"). All need an unlocked vault. */
export class Credentials {
  /** What the owner and the owner's programs are shown and given. */
  readonly reads: OwnerReads;
  readonly #deps: CredentialsDeps;
  #stopSweeping = (): void => undefined;
  readonly #tests: ConnectionTests;
  readonly #tokens: LiveTokens;
  readonly #servedRows = new ServedRows((credential) => this.#kind(credential));

  constructor(deps: CredentialsDeps) {
    this.#deps = deps;
    const userAgent = `keyharbor/${deps.version}`;
    this.#tokens = new LiveTokens({
      ...deps,
      userAgent,
      failed: (credential, verdict) => {
        if (!this.#tests.refreshFailed(credential, verdict)) return;
        deps.emit({ event: 'credentials.died', data: { ids: [idToHex(credential.id)] } });
      },
      paused: (credential) => this.#tests.pausedRefresh(credential),
      recovered: (credential) => this.#tests.refreshRecovered(credential),
      changed: (ids) => this.#changed(ids),
    });
    this.#tests = new ConnectionTests({
      ...deps,
      userAgent,
      tokens: this.#tokens,
      limits: () => {
        const { checkFailuresBeforeCooldown, checkCooldownMinutes } = deps.settings.vault();
        return { failures: checkFailuresBeforeCooldown, cooldownMs: checkCooldownMinutes * 60_000 };
      },
      changed: (ids) => this.#changed(ids),
    });
    this.reads = new OwnerReads({ ...deps, tokens: this.#tokens });
  }

  /** What time did since the last unlock, and does from now on: the bin's retention, the end of rotations. */
  unlocked(): void {
    this.#stopSweeping();
    this.#stopSweeping = this.#deps.clock.after(SWEEP_MS, () => {
      try {
        this.unlocked();
      } catch {
        this.#deps.log.warn('credentials.sweep-failed'); // a full disk: tomorrow again
      }
    });
    const purged = sweep(this.#vault(), this.#deps.clock);
    for (const id of purged) this.#deps.lastUsed.forget('credential', id);
    if (purged.length > 0) this.#changed(purged);
    this.#tokens.unlocked();
  }

  /** Running tests stop; nothing of this lock's time counts for the next. */
  locking(): void {
    this.#stopSweeping();
    this.#tests.cancelAll();
    this.#tokens.locking();
    this.reads.locking();
    this.#servedRows.drop();
  }

  /** How many there are outside the bin. */
  count(): number {
    return countCredentials(this.#vault().db);
  }

  list(filter: ParsedInput<'credentials.list'>): CredentialSummary[] {
    const uses = this.#deps.lastUsed.all('credential');
    return readSummaries(this.#vault(), this.#deps.catalogue, (id) => uses.get(id), filter);
  }

  get(target: Target): CredentialDetail {
    return this.#detail(this.#target(target).id);
  }

  /**
   * The place that a new credential would go to, or a changed one: null where the catalogue names it or it stays the
   * same. The owner has to agree to it when a window asks (SECURITY-DESIGN.md section 7.1).
   * @throws AppError as `add` and `edit` do for a place.
   */
  newPlace(input: Pick<NewCredential, 'provider' | 'authKind' | 'fields' | 'baseUrl' | 'local'>): Place | null {
    this.#deps.catalogue.assertEnabled(input.provider);
    const provider = this.#deps.catalogue.get(input.provider);
    const kindOf = { provider, kind: authKindOf(provider, input.authKind) };
    const place = placeFor(kindOf, (name) => input.fields[name] || undefined, input.baseUrl ?? null, input.local);
    return isCataloguePlace(kindOf, place) ? null : place;
  }

  changedPlace(target: Target, changes: CredentialChanges): Place | null {
    const vault = this.#vault();
    const before = this.#target(target);
    const place = placeAfter({ vault, catalogue: this.#deps.catalogue }, before, changes);
    // The environment of a program says as much about what will run as its command does.
    if (place.origin.startsWith('stdio:') && changes.fields !== undefined) return place;
    if (place.origin === before.origin && place.local === (before.local === 1)) return null;
    const provider = this.#deps.catalogue.get(before.provider);
    return isCataloguePlace({ provider, kind: this.#kind(before) }, place) ? null : place;
  }

  /** @throws AppError `invalid_input`, `invalid_key_format`, `conflict` (label), `security_violation` (address). */
  add(input: NewCredential, actor: string): Saved {
    this.#deps.catalogue.assertEnabled(input.provider);
    return this.#saved(addCredential(this.#context(actor), input));
  }

  /** @throws AppError as `add`; `key_not_found`; `conflict` in the bin. */
  edit(target: Target, changes: CredentialChanges, actor: string): Saved {
    const before = this.#target(target);
    this.#tests.cancel(idToHex(before.id));
    this.#tokens.forget(idToHex(before.id));
    const saved = this.#saved(editCredential(this.#context(actor), before, changes));
    // What a sign-in brings that began with the data before is not one of the new data.
    if (changes.fields !== undefined) this.#tokens.cancelSignIn(idToHex(before.id));
    return saved;
  }

  /** @throws AppError `conflict` for an illegal move, or for a label that was taken while this one was in the bin. */
  move(target: Target, move: Exclude<CredentialMove, 'purge'>, actor: string): CredentialDetail {
    const before = this.#target(target, move === 'restore' ? 'binned' : 'live');
    moveTo(this.#context(actor), before, move);
    if (move !== 'reinstate') this.#tests.cancel(idToHex(before.id));
    this.#changed([idToHex(before.id)]);
    if (move === 'revoke')
      this.#deps.emit({ event: 'credential.revoked', data: { id: idToHex(before.id), by: actor } });
    return this.#detail(before.id);
  }

  /** Not undoable. @throws AppError `wrong_password`, `throttled`, `conflict` outside the bin. */
  async purge(target: Target, password: string, actor: string): Promise<void> {
    const { clock, lastUsed } = this.#deps;
    const wanted = this.#target(target, 'binned');
    moveCredential(wanted.state, wanted.state_before_bin, 'purge');
    await this.#deps.vault.verifyPassword(password);
    const vault = this.#vault();
    const id = idToHex(wanted.id);
    const credential = this.#target({ id });
    vault.write(() => purgeCredential(vault, clock, credential, actor));
    lastUsed.forget('credential', id);
    this.#changed([id]);
  }

  /** For the endpoint, of what `resolve` calls refreshable: gets a token. @returns null where it can be opened at once. */
  prepareId(id: string): Promise<void> | null {
    return this.#tokens.ready(this.#target({ id }));
  }

  /** For the proxy: the provider refused its access token. @returns null: another one cannot help. */
  renewId(id: string, sentAtMs: number): Promise<void> | null {
    return this.#tokens.renew(this.#target({ id }), sentAtMs);
  }

  /** Whether its server, and not the catalogue, names the page that a sign-in opens. */
  isSignInPageForeign(target: Target): boolean {
    return this.#kind(this.#target(target)).token?.grant === 'mcp_oauth';
  }

  /**
   * Begins a sign-in at the provider. @returns the page to open; `finishSignIn` waits for what comes of it.
   * @throws AppError `unsupported`, `conflict`, `key_not_found`.
   */
  async startSignIn(target: Target, actor: string): Promise<string> {
    const credential = this.#target(target);
    assertUse(credential.state, 'replace');
    const url = await this.#tokens.startSignIn(credential);
    const vault = this.#vault();
    const audited = { actor, action: 'credential.sign-in', target: idToHex(credential.id), result: 'ok' } as const;
    vault.write(() => appendAudit(vault, this.#deps.clock, audited));
    return url;
  }

  /**
   * Waits for the started sign-in and keeps its tokens: in the version that had none yet, else in a new one.
   * @throws AppError what the provider said, `validation_timeout`, `conflict` when called off, `vault_locked`.
   */
  async finishSignIn(target: Target, actor: string): Promise<CredentialDetail> {
    const asked = this.#target(target);
    const { id } = asked;
    const outcome = await this.#tokens.signInOutcome(idToHex(id));
    if (outcome.kind === 'failed') throw asError(outcome.verdict, asked);
    const credential = this.#target({ id: idToHex(id) });
    assertUse(credential.state, 'replace');
    keepSignIn(this.#context(actor), credential, outcome);
    this.#tokens.forget(idToHex(id));
    this.#changed([idToHex(id)]);
    return this.#detail(id);
  }

  /** Nothing happens where none was started. */
  cancelSignIn(target: Target): void {
    this.#tokens.cancelSignIn(idToHex(this.#target(target).id));
  }

  /** For the endpoint. @throws AppError `key_not_found`, which lists nothing. */
  resolve(provider: string, label: string): ResolvedCredential {
    const vault = this.#vault();
    const resolved = this.#deps.catalogue.isEnabled(provider) ? this.#servedRows.resolve(vault, provider, label) : null;
    if (resolved === null) throw new AppError('key_not_found', 'There is no such key.');
    assertWithinDemo(this.#deps.demoUsedUp, resolved);
    return resolved;
  }

  /** For calls under way. False: it was suspended, revoked or deleted, or its provider is switched off. */
  isServed(id: string): boolean {
    const found = this.#servedRows.find(this.#vault(), id);
    return found !== null && this.#deps.catalogue.isEnabled(found.provider);
  }

  /** For the endpoint, right after `resolve`; the caller disposes it. @throws AppError `key_not_found`. */
  openFields(id: string, version: number): OpenedFields {
    const opened = this.#servedRows.open(this.#vault(), id, version);
    if (opened === null) throw new AppError('key_not_found', 'There is no such key.');
    return opened;
  }

  /** For the endpoint's log of reads: a write that touches no credential, after which none has to be read anew. */
  unaffected(write: () => void): void {
    this.#servedRows.unaffected(this.#vault(), write);
  }

  /** For the endpoint: a tool says that a key it was given does not work. @returns whether the card shows it now. */
  report(id: string, report: KeyReport, client: { readonly id: string; readonly name: string }): boolean {
    const shown = this.#tests.reported(this.#target({ id }), report, client);
    if (shown && report.reason === 'refused') {
      this.#deps.emit({ event: 'credential.reported', data: { id, client: client.name } });
    }
    return shown;
  }

  /** What is known of this version from its last test or from a tool; null: nothing. */
  finding(id: string, version: number): Finding | null {
    return findingOf(this.#vault(), id, version);
  }

  /** @throws AppError `validation_cooldown`, `unsupported`, `conflict`, `vault_locked`. */
  async test(target: Target, force: boolean, actor: string): Promise<CheckResult> {
    return this.#tests.run(this.#target(target), force, actor);
  }

  /** Nothing happens where none is running. */
  cancelTest(target: Target): void {
    this.#tests.cancel(idToHex(this.#target(target).id));
  }

  #vault(): OpenVault {
    return this.#deps.vault.opened();
  }

  #context(actor: string): DataContext {
    const { clock, catalogue, clients, zone } = this.#deps;
    const vault = this.#vault();
    return { vault, clock, catalogue, actor, zone, dropGrants: (moved) => clients.dropGrants(vault, moved, actor) };
  }

  #kind(credential: CredentialRow) {
    return authKindOf(this.#deps.catalogue.get(credential.provider), credential.auth_kind);
  }

  #detail(id: Buffer): CredentialDetail {
    return readDetail(this.#vault(), this.#deps.catalogue, (hex) => this.#deps.lastUsed.of('credential', hex), id);
  }

  #changed(ids: readonly string[]): void {
    this.#deps.emit({ event: 'credentials.changed', data: { ids: [...ids] } });
  }

  #saved(written: Written): Saved {
    const { clock, catalogue } = this.#deps;
    const credential = this.#detail(written.id);
    this.#deps.clients.grantsDropped(written.losing);
    this.#changed([credential.id]);
    return { credential, warnings: saveWarnings({ vault: this.#vault(), clock, catalogue }, credential, written) };
  }

  #target(target: Target, wanted?: 'live' | 'binned'): CredentialRow {
    return findTarget({ vault: this.#vault(), catalogue: this.#deps.catalogue }, target, wanted);
  }
}
