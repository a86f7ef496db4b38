import { randomBytes } from 'node:crypto';
import type { AccessGrant } from '../../../shared/contract/access.ts';
import { allowsForm, type DeliveryForm } from '../../../shared/delivery.ts';
import { AppError } from '../../../shared/errors.ts';
import { appendAudit } from '../audit/audit-log.ts';
import { toTimestamp } from '../credentials/expiry.ts';
import { idFromHex, idToHex } from '../credentials/rows.ts';
import { type CallerFacts, isWithin } from '../evidence/evidence.ts';
import type { Clock } from '../seams.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import {
  type AccessGrantRow,
  listAccessGrants,
  putAccessGrant,
  removeAccessGrant,
  removeAccessGrantsOf,
} from './access-grant-table.ts';

const MINUTES_15_MS = 15 * 60_000;
/** After a yes for once, how long the program has to come back for what it asked. */
const TICKET_MS = 60_000;
const CLOCK_SLACK_MS = 5 * 60_000;

/** Who holds an answer that is remembered in memory. */
export type Holder =
  | { readonly kind: 'client'; readonly clientId: string }
  /** A process and what it starts. */
  | { readonly kind: 'tree'; readonly pid: number; readonly startedAt: string }
  /** A terminal session, or what stands for one where the system tells no more. */
  | { readonly kind: 'session'; readonly key: string };

export type Lasts = 'ticket' | 'minutes15' | 'lock';

/** `credentialId` null: everything that the owner's command line may do. */
export interface MemoryGrant {
  readonly id: string;
  readonly holder: Holder;
  readonly callerName: string;
  readonly credentialId: string | null;
  readonly form: AccessGrant['form'];
  readonly lasts: Lasts;
  readonly createdAtMs: number;
  /** By the clock that nobody sets. */
  readonly untilMs: number;
}

export interface AccessGrantsDeps {
  readonly vault: { opened(): OpenVault };
  readonly clock: Clock;
  /** A credential's reference for people; null: it is gone. */
  readonly refOf: (credentialId: string) => string | null;
  readonly changed: () => void;
  /** A client lost something that it was let in with. */
  readonly lost: (clientId: string) => void;
}

interface Kept {
  readonly changes: unknown;
  readonly rows: readonly AccessGrantRow[];
}

/** What the owner answered and what still holds of it: rows of the vault for "always", memory for the rest. */
export class AccessGrants {
  readonly #deps: AccessGrantsDeps;
  readonly #memory = new Map<string, MemoryGrant>();
  /** Since this program started; only for people to look at. */
  readonly #usedAtMs = new Map<string, number>();
  #rowsOf = new WeakMap<OpenVault, Kept>();
  #stopTimer: () => void = () => undefined;

  constructor(deps: AccessGrantsDeps) {
    this.#deps = deps;
  }

  /** @param folder - undefined: not looked up; then `depends` where a grant is bound to a folder and no other fits. */
  clientHolds(
    clientId: string,
    credentialId: string,
    form: DeliveryForm,
    folder: string | null | undefined,
  ): 'yes' | 'no' | 'depends' {
    const isTheirs = ({ holder }: MemoryGrant): boolean => holder.kind === 'client' && holder.clientId === clientId;
    if (this.#inMemory(credentialId, form, isTheirs)) return 'yes';
    let depends = false;
    for (const row of this.#rows()) {
      if (row.client_id !== clientId || !this.#covers(row, credentialId, form)) continue;
      if (row.folder === null || (folder !== undefined && isWithin(folder, row.folder))) return this.#used(row.id);
      depends = folder === undefined;
    }
    return depends ? 'depends' : 'no';
  }

  /** Whether the process, or one that it descends from, was let in. Takes the ticket of a yes for once. */
  programHolds(facts: CallerFacts, credentialId: string, form: DeliveryForm): boolean {
    if (this.#inMemory(credentialId, form, ({ holder }) => isHeldBy(holder, facts))) return true;
    // A process can say what it likes of itself: only what the system told is enough for good.
    if (facts.source !== 'peer') return false;
    const row = this.#rows().find(
      ({ executable, folder, ...rest }) =>
        executable !== null &&
        folder !== null &&
        this.#covers(rest, credentialId, form) &&
        facts.processes.some((each) => each.executable === executable && isWithin(each.workingFolder, folder)),
    );
    return row !== undefined && this.#used(row.id) === 'yes';
  }

  ownerHolds(facts: CallerFacts): boolean {
    return this.#inMemory(null, 'owner', ({ holder }) => isHeldBy(holder, facts));
  }

  remember(given: Pick<MemoryGrant, 'holder' | 'callerName' | 'credentialId' | 'form' | 'lasts'>): void {
    const { clock } = this.#deps;
    const lifeMs = { ticket: TICKET_MS, minutes15: MINUTES_15_MS, lock: Number.POSITIVE_INFINITY }[given.lasts];
    const id = randomBytes(8).toString('hex');
    this.#memory.set(id, { ...given, id, createdAtMs: clock.now(), untilMs: clock.monotonic() + lifeMs });
    this.#watchEnds();
    this.#deps.changed();
  }

  /** Keeps an "always". Call it inside `vault.write`, and `rowsChanged` after the commit. */
  keep(
    row: Omit<AccessGrantRow, 'id' | 'row_mac' | 'created_at_ms' | 'expires_at_ms' | 'credential_id'> & {
      readonly credentialId: string;
    },
  ): string {
    const { credentialId, ...rest } = row;
    const id = randomBytes(8).toString('hex');
    const nowMs = this.#deps.clock.now();
    const credential_id = idFromHex(credentialId);
    putAccessGrant(this.#deps.vault.opened(), {
      ...rest,
      id,
      credential_id,
      created_at_ms: nowMs,
      expires_at_ms: null,
    });
    return id;
  }

  rowsChanged(): void {
    this.#deps.changed();
  }

  /** Newest first. */
  list(): AccessGrant[] {
    const rows = this.#rows().filter((row) => !this.#isExpired(row));
    const memory = [...this.#memory.values()].filter((grant) => grant.lasts !== 'ticket' && this.#isAlive(grant));
    return [...memory.map((grant) => this.#shownMemory(grant)), ...rows.map((row) => this.#shownRow(row))].sort(
      (a, b) => b.createdAt.localeCompare(a.createdAt),
    );
  }

  /**
   * A safer form or an earlier end, at once.
   * @throws AppError `not_found`; `invalid_input` for what would widen it.
   */
  narrow(id: string, form: DeliveryForm | undefined, expiresAtMs: number | undefined, actor: string): AccessGrant {
    const { clock, vault } = this.#deps;
    const nowMs = clock.now();
    const before = this.list().find((grant) => grant.id === id);
    if (before === undefined) throw noSuchGrant();
    const endsMs = before.expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(before.expiresAt);
    const isWider = form !== undefined && (before.form === 'owner' || !allowsForm(before.form, form));
    if (isWider || (expiresAtMs !== undefined && (expiresAtMs > endsMs || expiresAtMs <= nowMs))) throw widens();
    const opened = vault.opened();
    const meta = { form: form ?? before.form, ends: expiresAtMs === undefined ? '' : toTimestamp(expiresAtMs) };
    const target = before.credentialId ?? '';
    opened.write(() => {
      appendAudit(opened, clock, { actor, action: 'grant.narrow', target, result: 'ok', meta: { ...meta, grant: id } });
      const row = this.#rows().find((each) => each.id === id);
      if (row === undefined) return;
      putAccessGrant(opened, { ...row, form: form ?? row.form, expires_at_ms: expiresAtMs ?? row.expires_at_ms });
    });
    const held = this.#memory.get(id);
    if (held !== undefined) {
      const untilMs = expiresAtMs === undefined ? held.untilMs : clock.monotonic() + (expiresAtMs - nowMs);
      this.#memory.set(id, { ...held, form: form ?? held.form, untilMs });
      this.#watchEnds();
    }
    this.#told(before.caller.clientId);
    const after = this.list().find((grant) => grant.id === id);
    if (after === undefined) throw noSuchGrant();
    return after;
  }

  /** Takes effect at once. @throws AppError `not_found`. */
  revoke(id: string, actor: string): void {
    const { clock, vault } = this.#deps;
    const before = this.list().find((grant) => grant.id === id);
    if (before === undefined) throw noSuchGrant();
    const opened = vault.opened();
    opened.write(() => {
      removeAccessGrant(opened.db, id);
      const meta = { grant: id, form: before.form, caller: before.caller.clientId ?? before.caller.name };
      appendAudit(opened, clock, {
        actor,
        action: 'grant.revoke',
        target: before.credentialId ?? '',
        result: 'ok',
        meta,
      });
    });
    this.#memory.delete(id);
    this.#told(before.caller.clientId);
  }

  /** A credential goes to another place: no answer holds for it any more. Call it inside `vault.write`. */
  dropOfCredential(vault: OpenVault, credentialId: string, actor: string): void {
    const clients = new Set(
      this.#rows().flatMap((row) => (idToHex(row.credential_id) === credentialId ? [row.client_id] : [])),
    );
    let dropped = removeAccessGrantsOf(vault.db, idFromHex(credentialId));
    for (const grant of this.#memory.values()) {
      if (grant.credentialId !== credentialId) continue;
      if (grant.holder.kind === 'client') clients.add(grant.holder.clientId);
      this.#memory.delete(grant.id);
      dropped += 1;
    }
    if (dropped === 0) return;
    const meta = { grants: dropped };
    appendAudit(vault, this.#deps.clock, { actor, action: 'grant.drop', target: credentialId, result: 'ok', meta });
    for (const clientId of clients) if (clientId !== null) this.#deps.lost(clientId);
    this.#deps.changed();
  }

  /** A client was revoked: its rows went with it. */
  forgetClient(clientId: string): void {
    for (const { id, holder } of this.#memory.values()) {
      if (holder.kind === 'client' && holder.clientId === clientId) this.#memory.delete(id);
    }
    this.#deps.changed();
  }

  /** What holds until lock, or for a quarter of an hour, ends. @returns how many there were. */
  forgetMemory(): number {
    const count = [...this.#memory.values()].filter(({ lasts }) => lasts !== 'ticket').length;
    const clients = [...this.#memory.values()].flatMap(({ holder }) =>
      holder.kind === 'client' ? [holder.clientId] : [],
    );
    this.#memory.clear();
    this.#stopTimer();
    for (const clientId of new Set(clients)) this.#deps.lost(clientId);
    if (count > 0) this.#deps.changed();
    return count;
  }

  #inMemory(
    credentialId: string | null,
    form: AccessGrant['form'],
    isTheirs: (grant: MemoryGrant) => boolean,
  ): boolean {
    for (const grant of this.#memory.values()) {
      if (grant.credentialId !== credentialId || !this.#isAlive(grant) || !isTheirs(grant)) continue;
      if (grant.form !== form && (grant.form === 'owner' || form === 'owner' || !allowsForm(grant.form, form)))
        continue;
      if (grant.lasts === 'ticket') this.#memory.delete(grant.id);
      else this.#used(grant.id);
      return true;
    }
    return false;
  }

  #covers(
    row: Pick<AccessGrantRow, 'credential_id' | 'form' | 'created_at_ms' | 'expires_at_ms'>,
    credentialId: string,
    form: DeliveryForm,
  ): boolean {
    return idToHex(row.credential_id) === credentialId && allowsForm(row.form, form) && !this.#isExpired(row);
  }

  #used(id: string): 'yes' {
    this.#usedAtMs.set(id, this.#deps.clock.now());
    return 'yes';
  }

  #isAlive(grant: MemoryGrant): boolean {
    return this.#deps.clock.monotonic() < grant.untilMs;
  }

  /** By wall time; a clock set back would bring an ended one to life, so it refuses too. */
  #isExpired({ created_at_ms, expires_at_ms }: Pick<AccessGrantRow, 'created_at_ms' | 'expires_at_ms'>): boolean {
    const nowMs = this.#deps.clock.now();
    return expires_at_ms !== null && (nowMs >= expires_at_ms || nowMs < created_at_ms - CLOCK_SLACK_MS);
  }

  /** As SQLite has them; read and checked again only after something was written. */
  #rows(): readonly AccessGrantRow[] {
    const vault = this.#deps.vault.opened();
    const changes = vault.db.prepare('SELECT total_changes()').pluck().get();
    const kept = this.#rowsOf.get(vault);
    if (kept !== undefined && kept.changes === changes) return kept.rows;
    const rows = listAccessGrants(vault);
    this.#rowsOf.set(vault, { changes, rows });
    return rows;
  }

  #told(clientId: string | null): void {
    if (clientId !== null) this.#deps.lost(clientId);
    this.#deps.changed();
  }

  /** A list that is open should not show what has ended. */
  #watchEnds(): void {
    const { clock, changed } = this.#deps;
    this.#stopTimer();
    const ends = [...this.#memory.values()].map(({ untilMs }) => untilMs).filter(Number.isFinite);
    if (ends.length === 0) return;
    this.#stopTimer = clock.after(Math.max(0, Math.min(...ends) - clock.monotonic()), () => {
      for (const grant of this.#memory.values()) if (!this.#isAlive(grant)) this.#memory.delete(grant.id);
      this.#watchEnds();
      changed();
    });
  }

  #shownMemory(grant: MemoryGrant): AccessGrant {
    const { id, holder, callerName: name, credentialId, form, lasts, createdAtMs, untilMs } = grant;
    const { clock } = this.#deps;
    const leftMs = untilMs - clock.monotonic();
    return {
      id,
      caller: {
        kind: holder.kind === 'client' ? 'client' : 'program',
        name,
        clientId: holder.kind === 'client' ? holder.clientId : null,
      },
      credentialId,
      ref: this.#ref(credentialId),
      form,
      lasts: lasts === 'ticket' ? 'minutes15' : lasts,
      folder: null,
      executable: null,
      createdAt: toTimestamp(createdAtMs),
      expiresAt: Number.isFinite(leftMs) ? toTimestamp(Math.round(clock.now() + leftMs)) : null,
      lastUsedAt: toTimestamp(this.#usedAtMs.get(id) ?? null),
    };
  }

  #shownRow(row: AccessGrantRow): AccessGrant {
    const credentialId = idToHex(row.credential_id);
    return {
      id: row.id,
      caller: { kind: row.caller_kind, name: row.caller_name, clientId: row.client_id },
      credentialId,
      ref: this.#ref(credentialId),
      form: row.form,
      lasts: 'always',
      folder: row.folder,
      executable: row.executable,
      createdAt: toTimestamp(row.created_at_ms),
      expiresAt: toTimestamp(row.expires_at_ms),
      lastUsedAt: toTimestamp(this.#usedAtMs.get(row.id) ?? null),
    };
  }

  #ref(credentialId: string | null): string {
    return credentialId === null ? '' : (this.#deps.refOf(credentialId) ?? '');
  }
}

function isHeldBy(holder: Holder, { processes, session }: CallerFacts): boolean {
  switch (holder.kind) {
    case 'client':
      return false;
    case 'tree':
      return processes.some(({ pid, startedAt }) => pid === holder.pid && startedAt === holder.startedAt);
    case 'session':
      return session === holder.key;
  }
}

function noSuchGrant(): AppError {
  return new AppError(
    'not_found',
    'This grant does not exist any more. Nothing was changed.',
    'Look at the list again.',
  );
}

function widens(): AppError {
  return new AppError(
    'invalid_input',
    'A grant is only ever narrowed. Nothing was changed.',
    'Give a safer form or an earlier end, or revoke it.',
  );
}
