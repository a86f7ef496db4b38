import type { AuditEntry, AuditFilter, AuditRecord } from '../../../shared/contract/audit.ts';
import type { Output, ParsedInput } from '../../../shared/contract/methods.ts';
import { scopeText } from '../routing/scope-text.ts';
import type { Clock } from '../seams.ts';
import { downloadsFolder, writeNewFile } from '../store/new-file.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { type AuditEntry as StoredEntry, type AuditLink, appendAudit, verifyAudit } from './audit-log.ts';
import { exportAudit, loggedNames, searchAudit } from './audit-search.ts';

export interface ActivityDeps {
  readonly vault: { opened(): OpenVault };
  readonly clock: Clock;
  readonly clients: { list(): readonly { readonly id: string; readonly name: string }[] };
  readonly credentials: {
    list(filter: { readonly state?: 'binned' }): readonly { readonly id: string; readonly ref: string }[];
  };
  readonly catalogue: { all(): readonly { readonly id: string; readonly name: string }[] };
  readonly env: NodeJS.ProcessEnv;
}

type Names = ReadonlyMap<string, string>;

/** The audit log as a person reads it: with names in place of ids, in pages, as a whole, and checked. */
export class Activity {
  readonly #deps: ActivityDeps;

  constructor(deps: ActivityDeps) {
    this.#deps = deps;
  }

  list({ filter, before, limit }: ParsedInput<'audit.list'>): Output<'audit.list'> {
    const { entries, more } = searchAudit(this.#deps.vault.opened(), { filter, before, limit });
    const names = this.#names(entries);
    return { entries: entries.map((entry) => named(entry, names)), more };
  }

  verify(): Output<'audit.verify'> {
    const { entries, firstBadSeq: firstBad } = verifyAudit(this.#deps.vault.opened());
    return { entries, firstBad };
  }

  /** Its beginning is an entry too: what leaves the vault is written down first. */
  export({ filter, after }: ParsedInput<'audit.export'>, actor: string): Output<'audit.export'> {
    if (after === 0) this.#noteExport(actor);
    const { entries, next } = exportAudit(this.#deps.vault.opened(), filter, after);
    const names = this.#names(entries);
    return { entries: entries.map((entry) => linked(entry, names)), next };
  }

  /** @throws AppError `internal` where the disk refuses it; then nothing of it stays. */
  save({ filter }: ParsedInput<'audit.save'>, actor: string): Output<'audit.save'> {
    this.#noteExport(actor);
    const folder = downloadsFolder(this.#deps.env);
    const day = new Date(this.#deps.clock.now()).toISOString().slice(0, 10);
    let entries = 0;
    const fileName = writeNewFile(
      folder,
      `keyharbor-activity-${day}.jsonl`,
      this.#lines(filter, () => (entries += 1)),
    );
    return { fileName, folder, entries };
  }

  *#lines(filter: AuditFilter, counted: () => void): Generator<string> {
    for (let after: number | null = 0; after !== null; ) {
      const piece: ReturnType<typeof exportAudit> = exportAudit(this.#deps.vault.opened(), filter, after);
      const names = this.#names(piece.entries);
      for (const entry of piece.entries) {
        counted();
        yield `${JSON.stringify(linked(entry, names))}\n`;
      }
      after = piece.next;
    }
  }

  #noteExport(actor: string): void {
    const vault = this.#deps.vault.opened();
    vault.write(() => appendAudit(vault, this.#deps.clock, { actor, action: 'audit.export', result: 'ok' }));
  }

  /** @param entries - what these are about besides clients and credentials is looked up in the log itself. */
  #names(entries: readonly Pick<StoredEntry, 'action' | 'target'>[]): Names {
    const { clients, credentials, catalogue, vault } = this.#deps;
    const logged = entries.filter(({ action }) => /^(?:quota|webhook)\./.test(action)).map(({ target }) => target);
    return new Map([
      ...loggedNames(vault.opened(), [...new Set(logged)]),
      ...clients.list().flatMap(({ id, name }) => [[id, name] as const, [scopeText({ client: id }), name] as const]),
      ...catalogue.all().map(({ id, name }) => [scopeText({ provider: id }), name] as const),
      ...[{}, { state: 'binned' } as const]
        .flatMap((which) => credentials.list(which))
        .map(({ id, ref }) => [id, ref] as const),
    ]);
  }
}

function named({ atMs, ...entry }: StoredEntry, names: Names): AuditEntry {
  const { seq, actor, action, target, result, meta } = entry;
  return {
    seq,
    at: new Date(atMs).toISOString(),
    actor,
    actorName: names.get(actor) ?? null,
    action,
    target,
    targetName: names.get(target) ?? null,
    result,
    meta,
  };
}

const linked = (entry: AuditLink, names: Names): AuditRecord => ({
  ...named(entry, names),
  prev: entry.prev,
  mac: entry.mac,
});
