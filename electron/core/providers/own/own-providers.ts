import { createHash } from 'node:crypto';
import type { ProviderPreview } from '../../../../shared/contract/schemas.ts';
import { AppError } from '../../../../shared/errors.ts';
import { providerDescriptor } from '../../../../shared/provider/descriptor.ts';
import type { ProviderInfo } from '../../../../shared/provider/info.ts';
import { appendAudit } from '../../audit/audit-log.ts';
import { listOfProvider } from '../../credentials/credential-table.ts';
import { applyMoves, type PlannedMove, plannedMoves } from '../../credentials/provider-change.ts';
import { idToHex } from '../../credentials/rows.ts';
import type { VaultAccess } from '../../credentials/vault-access.ts';
import type { Clients } from '../../endpoint/clients.ts';
import type { Emit } from '../../events.ts';
import type { Log } from '../../logs/log.ts';
import type { Clock } from '../../seams.ts';
import { type Catalogue, type OwnProvider, providerInfoOf } from '../catalogue.ts';
import { type OwnDescriptor, readOwnDescriptor } from './own-descriptor.ts';
import { previewOf } from './own-preview.ts';
import { listOwnProviders, type OwnProviderRow, putOwnProvider, removeOwnProvider } from './own-provider-table.ts';

const MAX_OWN = 200;

export interface OwnProvidersDeps {
  readonly vault: Pick<VaultAccess, 'opened'>;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
  readonly catalogue: Catalogue;
  readonly clients: Pick<Clients, 'dropGrants' | 'grantsDropped'>;
  readonly emit: Emit;
}

interface Planned {
  readonly descriptor: OwnDescriptor;
  readonly row: OwnProviderRow | undefined;
  readonly moves: readonly PlannedMove[];
  readonly preview: ProviderPreview;
}

/** The owner's own providers: rows of the vault, part of the catalogue while it is unlocked. */
export class OwnProviders {
  readonly #deps: OwnProvidersDeps;

  constructor(deps: OwnProvidersDeps) {
    this.#deps = deps;
  }

  unlocked(): void {
    this.#load();
  }

  locking(): void {
    this.#deps.catalogue.setOwn([]);
  }

  /**
   * What a descriptor would do; nothing is written.
   * @throws AppError `invalid_input` that says what is wrong with it, `conflict` for a built-in id or where a stored
   *   credential would not fit.
   */
  preview(document: string): ProviderPreview {
    return this.#plan(document).preview;
  }

  /** The descriptor as it was given. @throws AppError `not_found` for what is no own provider. */
  document(id: string): string {
    return this.#row(id).document;
  }

  /**
   * Adds or replaces. Credentials that go elsewhere by it are sealed for the new place and lose their grants.
   * @param hash - of the preview that was agreed to. @throws AppError as `preview`; `conflict` if things have changed since.
   */
  save(document: string, hash: string, actor: string): ProviderInfo {
    const { vault, clock, catalogue, clients, emit } = this.#deps;
    const { descriptor, row, moves, preview } = this.#plan(document);
    if (preview.hash !== hash) {
      throw new AppError(
        'conflict',
        'This is not what the preview showed, or something changed since. Nothing was changed.',
        'Look at the preview again.',
      );
    }
    const opened = vault.opened();
    const { id } = descriptor;
    const context = {
      vault: opened,
      clock,
      catalogue,
      actor,
      dropGrants: (moved: Parameters<typeof clients.dropGrants>[1]) => clients.dropGrants(opened, moved, actor),
    };
    const losing = opened.write(() => {
      const lost = applyMoves(context, moves);
      putOwnProvider(opened.db, { id, document, enabled: row?.enabled ?? 1 }, clock.now());
      const action = row === undefined ? 'provider.add' : 'provider.replace';
      const meta = { hosts: preview.hosts.join(' '), moves: moves.length };
      appendAudit(opened, clock, { actor, action, target: id, result: 'ok', meta });
      return lost;
    });
    this.#load();
    clients.grantsDropped([...new Set(losing)]);
    emit({ event: 'providers.changed', data: {} });
    if (preview.credentials > 0) emit({ event: 'credentials.changed', data: { ids: null } });
    return this.#info(id);
  }

  /** @throws AppError `not_found` for what is no own provider. */
  enable(id: string, enabled: boolean, actor: string): ProviderInfo {
    const { clock, emit } = this.#deps;
    const row = this.#row(id);
    const opened = this.#deps.vault.opened();
    opened.write(() => {
      putOwnProvider(opened.db, { ...row, enabled: enabled ? 1 : 0 }, clock.now());
      const action = enabled ? 'provider.enable' : 'provider.disable';
      appendAudit(opened, clock, { actor, action, target: id, result: 'ok' });
    });
    this.#load();
    emit({ event: 'providers.changed', data: {} });
    return this.#info(id);
  }

  /** @throws AppError `not_found`; `conflict` while a credential of it is kept. */
  remove(id: string, actor: string): void {
    const { clock, emit } = this.#deps;
    this.#row(id);
    const opened = this.#deps.vault.opened();
    const rows = listOfProvider(opened.db, id);
    if (rows.length > 0) {
      const binned = rows.filter((row) => row.state === 'binned').length;
      const where = binned === 0 ? '' : binned === rows.length ? ' in the bin' : `, ${binned} of them in the bin`;
      const hint = 'Delete them and purge them from the bin first, or switch the provider off.';
      const what = rows.length === 1 ? 'a credential' : `${rows.length} credentials`;
      throw new AppError('conflict', `You keep ${what} of this provider${where}. Nothing was removed.`, hint);
    }
    opened.write(() => {
      removeOwnProvider(opened.db, id);
      appendAudit(opened, clock, { actor, action: 'provider.remove', target: id, result: 'ok' });
    });
    this.#load();
    emit({ event: 'providers.changed', data: {} });
  }

  #plan(document: string): Planned {
    const { vault, catalogue } = this.#deps;
    const descriptor = readOwnDescriptor(document);
    const { db } = vault.opened();
    const rows = listOwnProviders(db);
    const row = rows.find((each) => each.id === descriptor.id);
    if (row === undefined && catalogue.isBuiltIn(descriptor.id)) {
      throw new AppError(
        'conflict',
        'A built-in provider has this id. Nothing was changed.',
        'Give yours another id: the word after "id" in the file.',
      );
    }
    if (row === undefined && rows.length >= MAX_OWN) {
      throw new AppError('conflict', `There are ${MAX_OWN} own providers already.`, 'Remove one that is not used.');
    }
    const before = catalogue.find(descriptor.id);
    const moves = before === undefined ? [] : plannedMoves(vault.opened(), before, descriptor);
    const credentials = listOfProvider(db, descriptor.id).length;
    const moved = moves.map(({ credential, place }) => [idToHex(credential.id), place.origin]);
    const hash = createHash('sha256')
      .update(JSON.stringify([document, row?.document ?? null, moved]))
      .digest('hex');
    const now = { hash, replaces: row !== undefined, moves: moves.length, credentials };
    return { descriptor, row, moves, preview: previewOf(descriptor, now) };
  }

  #row(id: string): OwnProviderRow {
    const row = listOwnProviders(this.#deps.vault.opened().db).find((each) => each.id === id);
    if (row !== undefined) return row;
    throw this.#deps.catalogue.isBuiltIn(id)
      ? new AppError('not_found', 'This provider is built in. Nothing was changed.', 'Only own ones can be changed.')
      : new AppError('not_found', 'There is no such own provider.', '"keyharbor providers" lists them all.');
  }

  #info(id: string): ProviderInfo {
    const { catalogue } = this.#deps;
    return providerInfoOf(catalogue.get(id), catalogue.isEnabled(id));
  }

  /** A row that this version cannot read is passed over: its credentials stay, and are shown by their fields' names. */
  #load(): void {
    const { vault, catalogue, log } = this.#deps;
    const own = listOwnProviders(vault.opened().db).flatMap(({ document, enabled }): OwnProvider[] => {
      try {
        const provider = { ...providerDescriptor.parse(JSON.parse(document)), own: true as const };
        return [{ provider, enabled: enabled === 1 }];
      } catch {
        log.warn('providers.own-unreadable');
        return [];
      }
    });
    catalogue.setOwn(own);
  }
}
