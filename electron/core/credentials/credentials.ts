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
import { formatReference, parseReference } from '../../../shared/reference.ts';
import { appendAudit } from '../audit/audit-log.ts';
import type { ClipboardGuard } from '../clipboard/clipboard-guard.ts';
import type { Clients } from '../endpoint/clients.ts';
import type { Emit } from '../events.ts';
import type { Log } from '../logs/log.ts';
import { authKindOf, type Catalogue } from '../providers/catalogue.ts';
import { formatWarnings } from '../providers/inspect.ts';
import { tokenFields } from '../providers/tokens/live-token.ts';
import { isCataloguePlace, type Place, placeFor } from '../providers/place.ts';
import type { Clock } from '../seams.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { LastUsed } from '../usage/last-used.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { ConnectionTests } from './connection-tests.ts';
import { countCredentials, findByLabel, isLabelTaken, updateCredential } from './credential-table.ts';
import { environmentOf, envLine, providerReferenceText } from './environment.ts';
import { findTarget, keyNotFound } from './find.ts';
import { type Finding, findingOf } from './finding.ts';
import { assertUse, type CredentialMove, moveCredential, stateInWords } from './lifecycle.ts';
import { LiveTokens } from './live-tokens.ts';
import { fieldText, openCredential } from './opened.ts';
import { resolveServed, type Served } from './resolve.ts';
import { purgeCredential, sweep } from './retention.ts';
import { RevealLimit } from './reveal-limit.ts';
import { type CredentialRow, idToHex } from './rows.ts';
import { readDetail, readSummaries } from './summaries.ts';
import { ServedRows } from './served-rows.ts';
import { asError } from './token-words.ts';
import type { OpenedFields, ResolvedCredential } from './types.ts';
import type { VaultAccess } from './vault-access.ts';
import { findSameSecret } from './version-table.ts';
import { addCredential, editCredential, keepSignIn, placeAfter, type WriteContext, type Written } from './write.ts';

const HIDE_AFTER_MS = 30_000;
const SWEEP_MS = 24 * 60 * 60_000;

type Saved = Output<'credentials.add'>;
type Warnings = Saved['warnings'];

export interface CredentialsDeps {
  readonly vault: VaultAccess;
  readonly clock: Clock;
  readonly log: Pick<Log, 'guard' | 'warn'>;
  readonly catalogue: Catalogue;
  readonly lastUsed: LastUsed;
  readonly settings: Pick<SettingsStore, 'vault'>;
  readonly clipboard: ClipboardGuard;
  readonly emit: Emit;
  readonly clients: Pick<Clients, 'dropGrants' | 'grantsDropped'>;
  /** The program's version, told to providers in `user-agent`. */
  readonly version: string;
  /** Which demo quota of a system credential is used up, and until when (RFC 3339); null or left out: none. */
  readonly demoUsedUp?: (provider: string, id: string) => { readonly name: string; readonly resetsAt: string } | null;
}

/** `actor` in all methods: who asks, for the audit log ("ui", "cli", "system"). All need an unlocked vault. */
export class Credentials {
  readonly #deps: CredentialsDeps;
  readonly #reveals: RevealLimit;
  #stopSweeping = (): void => undefined;
  readonly #tests: ConnectionTests;
  readonly #tokens: LiveTokens;
  readonly #servedRows = new ServedRows((credential) => this.#kind(credential));

  constructor(deps: CredentialsDeps) {
    this.#deps = deps;
    this.#reveals = new RevealLimit(deps.clock);
    const userAgent = `keyharbor/${deps.version}`;
    this.#tokens = new LiveTokens({
      ...deps,
      userAgent,
      failed: (credential, verdict) => this.#tests.refreshFailed(credential, verdict),
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
    this.#reveals.reset();
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
    const vault = this.#vault();
    const { clock } = this.#deps;
    const before = this.#target(target, move === 'restore' ? 'binned' : 'live');
    const state = moveCredential(before.state, before.state_before_bin, move);
    if (state === 'gone') throw new Error('purging is another act');
    if (move === 'restore' && isLabelTaken(vault.db, before.provider, before.scope, before.label, before.id)) {
      throw new AppError(
        'conflict',
        'Another credential has this label by now. Nothing was restored.',
        'Give the other one another label with "edit REF --label NEW", then restore again.',
      );
    }
    const now = clock.now();
    vault.write(() => {
      updateCredential(vault.db, {
        ...before,
        state,
        state_before_bin: state === 'binned' && before.state !== 'binned' ? before.state : null,
        binned_at_ms: state === 'binned' ? now : null,
        updated_at_ms: now,
      });
      appendAudit(vault, clock, { actor, action: `credential.${move}`, target: idToHex(before.id), result: 'ok' });
    });
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

  /** @throws AppError `throttled` after ten in a minute, until the password comes with it. */
  async reveal(input: ParsedInput<'credentials.reveal'>, actor: string): Promise<Output<'credentials.reveal'>> {
    const value = await this.#shown('credential.reveal', input, actor);
    return { value, hideAfterMs: HIDE_AFTER_MS };
  }

  /** Puts a field, or the env line of all, on the clipboard. @throws AppError as `reveal`; `unsupported`. */
  async copy(input: ParsedInput<'credentials.copy'>, actor: string): Promise<Output<'credentials.copy'>> {
    const { clipboard, lastUsed } = this.#deps;
    clipboard.assertAvailable();
    const value = await this.#shown('credential.copy', input, actor);
    const { credential, kind } = this.#ownerRow(input.id);
    const field = input.field ?? kind.primary;
    const label = kind.fields.find((each) => each.name === field)?.label ?? field;
    const line = input.as === 'env' ? envLine(kind, field, value) : null;
    const clearsAfterMs = await clipboard.copy(line?.text ?? value);
    lastUsed.note('credential', input.id, 'clipboard');
    const { name } = this.#deps.catalogue.get(credential.provider);
    return { clearsAfterMs, what: line?.name ?? `${name} ${credential.label}: ${label}` };
  }

  /**
   * Makes sure that what a reference names can be read: an access token is got where it is missing or near its end.
   * Call it before `read`, which asks nobody.
   * @throws AppError what the provider said, as `asError` in token-words has it.
   */
  async prepare(ref: string): Promise<void> {
    const { provider, label, field, version } = parseReference(ref);
    if (version !== null) return; // an older one stays as it was
    const served = resolveServed(this.#vault(), provider, label);
    if (served === null || (field !== null && !this.#isTokenField(served.credential, field))) return;
    await this.#tokens.ready(served.credential);
  }

  /** The same before `environment`, for all that it would open. */
  async prepareEnvironment(items: ParsedInput<'credentials.environment'>['items']): Promise<void> {
    for (const item of items) await this.prepare('ref' in item ? item.ref : providerReferenceText(item.provider));
  }

  /** The same for the endpoint, of what `resolve` calls refreshable; null where it can be opened at once. */
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

  /** One secret for the owner's command line; `?version=N` reads an older one that is not destroyed. */
  read(ref: string, actor: string): Output<'credentials.read'> {
    const vault = this.#vault();
    const { provider, label, field, version } = parseReference(ref);
    const { credential, version: current } = this.#served(vault, provider, label);
    const kind = this.#kind(credential);
    using opened = openCredential(vault, credential, kind, version ?? current.version);
    const value = this.#field(opened, kind.fields, field ?? kind.primary);
    this.#noteRead([credential], actor, { version: version ?? current.version });
    return { value, scope: credential.scope, version: version ?? current.version };
  }

  /**
   * The variables of one child process: the named ones, and the usual ones of whole providers.
   * @throws AppError `conflict` when two items give one variable different values; `key_not_found`; `invalid_input`.
   */
  environment(
    items: ParsedInput<'credentials.environment'>['items'],
    actor: string,
  ): Output<'credentials.environment'> {
    const vault = this.#vault();
    const used = new Map<string, CredentialRow>();
    const variables = environmentOf(items, (provider, label, field, versionNumber) => {
      const { credential, version } = this.#served(vault, provider, label);
      used.set(idToHex(credential.id), credential);
      const kind = this.#kind(credential);
      const opened = openCredential(vault, credential, kind, versionNumber ?? version.version);
      if (field !== null && !opened.fields.has(field)) {
        opened.dispose();
        this.#field(opened, kind.fields, field);
      }
      return { opened, kind, credential, provider: this.#deps.catalogue.get(provider) };
    });
    this.#noteRead([...used.values()], actor, { variables: variables.length });
    return variables;
  }

  /** For the endpoint. @throws AppError `key_not_found`, which lists nothing. */
  resolve(provider: string, label: string): ResolvedCredential {
    const vault = this.#vault();
    const resolved = this.#deps.catalogue.isEnabled(provider) ? this.#servedRows.resolve(vault, provider, label) : null;
    if (resolved === null) throw new AppError('key_not_found', 'There is no such key.');
    this.#withinDemo(resolved);
    return resolved;
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

  #context(actor: string): WriteContext {
    const { clock, catalogue, clients } = this.#deps;
    const vault = this.#vault();
    return { vault, clock, catalogue, actor, dropGrants: (moved) => clients.dropGrants(vault, moved, actor) };
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
    const credential = this.#detail(written.id);
    this.#deps.clients.grantsDropped(written.losing);
    this.#changed([credential.id]);
    return { credential, warnings: this.#warnings(credential, written) };
  }

  #warnings(credential: CredentialDetail, written: Written): Warnings {
    const { catalogue } = this.#deps;
    const { provider, authKind } = credential;
    const warnings = [...written.secrets].flatMap(([field, value]) =>
      formatWarnings(catalogue, { provider, authKind, field }, value),
    );
    const same =
      written.fingerprint === null ? undefined : findSameSecret(this.#vault().db, written.fingerprint, written.id);
    if (written.losing.length > 0) {
      const message = `It goes to another address now: ${written.losing.length === 1 ? 'a client' : `${written.losing.length} clients`} lost the grants on it.`;
      warnings.push({ code: 'grants_dropped', message });
    }
    if (credential.expiresAt !== null && Date.parse(credential.expiresAt) < this.#deps.clock.now()) {
      warnings.push({ code: 'already_expired', message: 'The date that was given as its end has passed already.' });
    }
    if (same) warnings.push({ code: 'duplicate_value', message: `Same value as ${formatReference(same)}.` });
    return warnings;
  }

  /** What the owner gets for provider and label; the hint lists labels, so this is not for the endpoint. */
  #served(vault: OpenVault, provider: string, label: string): Served {
    this.#deps.catalogue.assertEnabled(provider);
    const served = resolveServed(vault, provider, label);
    if (served !== null) {
      const { id, scope } = served.credential;
      this.#withinDemo({ id: idToHex(id), scope, provider });
      return served;
    }
    const [row] = findByLabel(vault.db, provider, label);
    if (row === undefined) throw keyNotFound({ vault, catalogue: this.#deps.catalogue }, provider);
    throw new AppError(
      'key_not_found',
      `This credential is ${stateInWords(row.state)} and is not handed out.`,
      row.state === 'suspended' ? 'Put it back to use with "reinstate".' : 'Add a new one, or use another label.',
    );
  }

  /** A system credential is there for who has none of their own, as far as its demo quota goes. */
  #withinDemo({ id, provider, scope }: Pick<ResolvedCredential, 'id' | 'provider' | 'scope'>): void {
    if (scope !== 'system') return;
    const usedUp = this.#deps.demoUsedUp?.(provider, id) ?? null;
    if (usedUp === null) return;
    throw new AppError(
      'key_not_found',
      `The quota "${usedUp.name}" of system credentials is used up until ${usedUp.resetsAt}.`,
      'Add a key of your own, or wait until then.',
    );
  }

  #target(target: Target, wanted?: 'live' | 'binned'): CredentialRow {
    return findTarget({ vault: this.#vault(), catalogue: this.#deps.catalogue }, target, wanted);
  }

  #isTokenField(credential: CredentialRow, field: string): boolean {
    return tokenFields(this.#kind(credential)).includes(field);
  }

  #ownerRow(id: string) {
    const credential = this.#target({ id });
    assertUse(credential.state, 'read');
    return { credential, kind: this.#kind(credential) };
  }

  #field(opened: OpenedFields, known: readonly { readonly name: string }[], field: string): string {
    const value = fieldText(opened, field);
    if (value !== undefined) return value;
    throw new AppError(
      'key_not_found',
      'This credential has no such field, or it is not filled in.',
      `Fields of its kind: ${known.map((each) => each.name).join(', ')}.`,
    );
  }

  /** One secret for the owner's eyes or clipboard: counted, and asked for the password where that is due. */
  async #shown(
    action: 'credential.reveal' | 'credential.copy',
    input: { readonly id: string; readonly field?: string | undefined; readonly password?: string | undefined },
    actor: string,
  ): Promise<string> {
    const { clock } = this.#deps;
    this.#ownerRow(input.id);
    const audit = (result: 'ok' | 'refused') => {
      const vault = this.#vault();
      vault.write(() => appendAudit(vault, clock, { actor, action, target: input.id, result }));
    };
    if (input.password !== undefined) {
      await this.#deps.vault.verifyPassword(input.password);
      this.#reveals.reset();
    }
    try {
      this.#reveals.take();
    } catch (error) {
      audit('refused');
      throw error;
    }
    const asked = this.#ownerRow(input.id);
    if (this.#isTokenField(asked.credential, input.field ?? asked.kind.primary)) {
      await this.#tokens.ready(asked.credential);
    }
    const { credential, kind } = this.#ownerRow(input.id);
    using opened = openCredential(this.#vault(), credential, kind, credential.current_version);
    const value = this.#field(opened, kind.fields, input.field ?? kind.primary);
    audit('ok');
    return value;
  }

  #noteRead(credentials: readonly CredentialRow[], actor: string, meta: Readonly<Record<string, number>>): void {
    const vault = this.#vault();
    const { clock, lastUsed } = this.#deps;
    vault.write(() => {
      for (const { id } of credentials) {
        appendAudit(vault, clock, { actor, action: 'credential.read', target: idToHex(id), result: 'ok', meta });
      }
    });
    for (const { id } of credentials) lastUsed.note('credential', idToHex(id), actor);
  }
}
