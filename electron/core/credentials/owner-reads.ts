import type { Output, ParsedInput } from '../../../shared/contract/methods.ts';
import { AppError } from '../../../shared/errors.ts';
import { parseReference } from '../../../shared/reference.ts';
import { appendAudit } from '../audit/audit-log.ts';
import type { ClipboardGuard } from '../clipboard/clipboard-guard.ts';
import { authKindOf, type Catalogue } from '../providers/catalogue.ts';
import { tokenFields } from '../providers/tokens/live-token.ts';
import type { Clock } from '../seams.ts';
import type { LastUsed } from '../usage/last-used.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { findByLabel } from './credential-table.ts';
import { assertWithinDemo, type DemoUsedUp } from './demo.ts';
import { environmentOf, envLine, providerReferenceText } from './environment.ts';
import { findTarget, keyNotFound } from './find.ts';
import { assertUse, stateInWords } from './lifecycle.ts';
import type { LiveTokens } from './live-tokens.ts';
import { fieldText, openCredential } from './opened.ts';
import { resolveServed, type Served } from './resolve.ts';
import { RevealLimit } from './reveal-limit.ts';
import { type CredentialRow, idToHex } from './rows.ts';
import type { OpenedFields } from './types.ts';
import type { VaultAccess } from './vault-access.ts';

const HIDE_AFTER_MS = 30_000;

export interface OwnerReadsDeps {
  readonly vault: VaultAccess;
  readonly clock: Clock;
  readonly catalogue: Catalogue;
  readonly lastUsed: LastUsed;
  readonly clipboard: ClipboardGuard;
  readonly tokens: Pick<LiveTokens, 'ready'>;
  readonly demoUsedUp: DemoUsedUp;
}

/**
 * Secrets for the owner: for the eyes, the clipboard, the command line and the programs it starts. Each is audited.
 * `actor` in all methods: who asks ("ui", "cli"). All need an unlocked vault.
 */
export class OwnerReads {
  readonly #deps: OwnerReadsDeps;
  readonly #reveals: RevealLimit;

  constructor(deps: OwnerReadsDeps) {
    this.#deps = deps;
    this.#reveals = new RevealLimit(deps.clock);
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
    await this.#deps.tokens.ready(served.credential);
  }

  /** The same before `environment`, for all that it would open. */
  async prepareEnvironment(items: ParsedInput<'credentials.environment'>['items']): Promise<void> {
    for (const item of items) await this.prepare('ref' in item ? item.ref : providerReferenceText(item.provider));
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

  /** Until lock; a new session begins with none counted. */
  locking(): void {
    this.#reveals.reset();
  }

  #vault(): OpenVault {
    return this.#deps.vault.opened();
  }

  #kind(credential: CredentialRow) {
    return authKindOf(this.#deps.catalogue.get(credential.provider), credential.auth_kind);
  }

  /** What the owner gets for provider and label; the hint lists labels, so this is not for the endpoint. */
  #served(vault: OpenVault, provider: string, label: string): Served {
    this.#deps.catalogue.assertEnabled(provider);
    const served = resolveServed(vault, provider, label);
    if (served !== null) {
      const { id, scope } = served.credential;
      assertWithinDemo(this.#deps.demoUsedUp, { id: idToHex(id), scope, provider });
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

  #isTokenField(credential: CredentialRow, field: string): boolean {
    return tokenFields(this.#kind(credential)).includes(field);
  }

  #ownerRow(id: string) {
    const credential = findTarget({ vault: this.#vault(), catalogue: this.#deps.catalogue }, { id });
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
      await this.#deps.tokens.ready(asked.credential);
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
