import { hash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Output, ParsedInput } from '../../../shared/contract/methods.ts';
import type { ClientSummary } from '../../../shared/contract/schemas.ts';
import { AppError } from '../../../shared/errors.ts';
import { formatGrant, type Grant, parseGrant } from '../../../shared/grant.ts';
import { appendAudit } from '../audit/audit-log.ts';
import { removeAccessGrantsOfClient } from '../broker/access-grant-table.ts';
import type { Emit } from '../events.ts';
import type { Clock } from '../seams.ts';
import type { LastUsed } from '../usage/last-used.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { checkClientName, checkGrants, checkLifetime, DAY_MS, isClientExpired } from './client-rules.ts';
import {
  type ClientRow,
  clientRowMac,
  findClient,
  findClientsByName,
  listClients,
  putClient,
  tokenSecretMac,
} from './client-table.ts';
import { type ClientToken, formatClientToken, newClientToken, type TokenKind } from './client-token.ts';
import type { VaultGate } from './deps.ts';
import { narrowedClient } from './narrowed-client.ts';
import { grantsLeft, losesGrants, type MovedCredential } from './dropped-grants.ts';

export interface ClientsDeps {
  readonly vault: VaultGate;
  readonly clock: Clock;
  readonly lastUsed: Pick<LastUsed, 'of' | 'all'>;
  readonly emit: Emit;
}

/** A client whose token was just checked. */
export interface VerifiedClient {
  readonly id: string;
  readonly name: string;
  readonly kind: TokenKind;
  readonly grants: readonly Grant[];
  /** Requests a second; null where the owner lifted the limit. */
  readonly ratePerSecond: number | null;
  /** UTC epoch milliseconds: then its token ends, and what it is receiving. */
  readonly expiresAtMs: number;
  /** The folder that it works in, where that is known: a lent token is asked for from one. */
  readonly project?: string;
}

/** A token found genuine, with what may still end it. */
interface Decision {
  readonly client: VerifiedClient;
  lastSeenMs: number;
}

/** Compared with in place of a missing row, so that an unknown id costs what a wrong secret costs. */
const DUMMY_MAC = Buffer.alloc(32);
const grantTexts = z.array(z.string());

/** The local tools that may talk to the endpoint, and their tokens. */
export class Clients {
  readonly #deps: ClientsDeps;
  readonly #revokedListeners = new Set<(clientId: string) => void>();
  /** By the MAC of the token's secret. Weak by vault: what was decided under other keys does not count. */
  #decisions = new WeakMap<OpenVault, Map<string, Decision>>();

  constructor(deps: ClientsDeps) {
    this.#deps = deps;
    deps.vault.onLocking(() => this.dropDecisions());
  }

  /** Newest first; revoked and expired ones too. */
  list(): ClientSummary[] {
    const uses = this.#deps.lastUsed.all('client');
    return listClients(this.#deps.vault.opened().db).map((row) => this.#summary(row, uses.get(row.id)?.atMs ?? null));
  }

  /**
   * @param actor - who asked: `ui` or `cli`. The token is in the answer and nowhere else.
   * @throws AppError `invalid_input`, or `conflict` where an active client has this name.
   */
  create(input: ParsedInput<'clients.create'>, actor: string): Output<'clients.create'> {
    checkClientName(input.name);
    const grants = checkGrants(input.grants);
    checkLifetime(input.expiresInDays, grants);
    const { clock } = this.#deps;
    const vault = this.#deps.vault.opened();
    const nowMs = clock.now();
    const kind = input.test ? 'test' : 'live';
    const token = newClientToken(kind);
    const row = vault.write(() => {
      this.#refuseTakenName(vault, input.name);
      appendAudit(vault, clock, {
        actor,
        action: 'client.create',
        target: token.id,
        result: 'ok',
        meta: { kind, grants: grants.map(formatGrant).join(' '), days: input.expiresInDays },
      });
      return putClient(vault, {
        id: token.id,
        name: input.name,
        kind,
        grants: JSON.stringify(grants.map(formatGrant)),
        secret_mac: tokenSecretMac(vault, token.secret),
        rate_per_second: input.ratePerSecond,
        created_at_ms: nowMs,
        expires_at_ms: nowMs + input.expiresInDays * DAY_MS,
        revoked_at_ms: null,
        exposed_at_ms: null,
      });
    });
    this.#deps.emit({ event: 'clients.changed', data: {} });
    this.#deps.emit({ event: 'client.created', data: { id: row.id, name: row.name, by: actor } });
    return { client: this.#summary(row, null), token: formatClientToken(token) };
  }

  /**
   * By id, else by the name of one that is not revoked. Takes effect at once; open answers of the client are cut.
   * @throws AppError `not_found`.
   */
  revoke(idOrName: string, actor: string): ClientSummary {
    const { clock } = this.#deps;
    const vault = this.#deps.vault.opened();
    const found = findClient(vault.db, idOrName) ?? findClientsByName(vault.db, idOrName)[0];
    if (found === undefined) throw noSuchClient();
    const lastUsedMs = this.#deps.lastUsed.of('client', found.id)?.atMs ?? null;
    if (found.revoked_at_ms !== null) return this.#summary(found, lastUsedMs);
    const row = vault.write(() => {
      const dropped = removeAccessGrantsOfClient(vault.db, found.id);
      const meta = dropped === 0 ? {} : { grants: dropped };
      appendAudit(vault, clock, { actor, action: 'client.revoke', target: found.id, result: 'ok', meta });
      return putClient(vault, { ...found, revoked_at_ms: clock.now() });
    });
    this.#cut(found.id);
    this.#deps.emit({ event: 'client.revoked', data: { id: row.id, name: row.name, by: actor } });
    return this.#summary(row, lastUsedMs);
  }

  /**
   * Takes grants, time or rate from a client, at once; what it is receiving is cut.
   * @throws AppError `not_found`; `invalid_input` for what would widen it; `conflict` for one that is not active.
   */
  narrow(input: ParsedInput<'clients.narrow'>, actor: string): ClientSummary {
    const found = this.#active(input.client);
    const { clock } = this.#deps;
    const vault = this.#deps.vault.opened();
    const narrowed = narrowedClient(found, parsedGrants(found), input, clock.now());
    const row = vault.write(() => {
      const meta = { grants: narrowed.grants.map(formatGrant).join(' '), days: daysLeft(narrowed, clock.now()) };
      appendAudit(vault, clock, { actor, action: 'client.narrow', target: found.id, result: 'ok', meta });
      return putClient(vault, {
        ...found,
        grants: JSON.stringify(narrowed.grants.map(formatGrant)),
        expires_at_ms: narrowed.expiresAtMs,
        rate_per_second: narrowed.ratePerSecond,
      });
    });
    this.#cut(found.id);
    return this.#summary(row, this.#deps.lastUsed.of('client', found.id)?.atMs ?? null);
  }

  /** A new token with the old one's grants and end; the old one is dead at once. @throws AppError as `narrow`. */
  rotate(idOrName: string, actor: string): Output<'clients.rotate'> {
    const found = this.#active(idOrName);
    const vault = this.#deps.vault.opened();
    const { secret } = newClientToken(found.kind);
    const row = vault.write(() => {
      appendAudit(vault, this.#deps.clock, { actor, action: 'client.rotate', target: found.id, result: 'ok' });
      return putClient(vault, { ...found, secret_mac: tokenSecretMac(vault, secret), exposed_at_ms: null });
    });
    this.#cut(found.id);
    const client = this.#summary(row, this.#deps.lastUsed.of('client', found.id)?.atMs ?? null);
    return { client, token: formatClientToken({ kind: found.kind, id: found.id, secret }) };
  }

  /** null: unknown, wrong, expired or revoked; the caller is not told which. Needs an unlocked vault. */
  verify(token: ClientToken): VerifiedClient | null {
    const vault = this.#deps.vault.opened();
    // Of 256 random bits the hash alone tells nothing; the keyed MAC is compared where the row is (`#decide`).
    const key = hash('sha256', token.secret, 'base64');
    let decided = this.#decisions.get(vault);
    if (decided === undefined) {
      decided = new Map();
      this.#decisions.set(vault, decided);
    }
    const decision = decided.get(key) ?? this.#decide(vault, token);
    if (decision === null || decision.client.id !== token.id || decision.client.kind !== token.kind) return null;
    const nowMs = this.#deps.clock.now();
    // Kept also where it is refused: the row has the time of the last use, which a clock that goes back step by step lowers.
    decided.set(key, decision);
    const { client, lastSeenMs } = decision;
    if (isClientExpired({ expiresAtMs: client.expiresAtMs, lastSeenMs }, nowMs)) return null;
    decision.lastSeenMs = Math.max(lastSeenMs, nowMs);
    return client;
  }

  /** A genuine token was seen in a URL: it stays valid, but the owner is told to replace it. */
  markExposed(token: ClientToken): void {
    if (this.verify(token) === null) return;
    const { clock } = this.#deps;
    const vault = this.#deps.vault.opened();
    const row = findClient(vault.db, token.id);
    if (row === undefined || row.exposed_at_ms !== null) return;
    vault.write(() => {
      appendAudit(vault, clock, { actor: token.id, action: 'client.exposed', target: token.id, result: 'refused' });
      putClient(vault, { ...row, exposed_at_ms: clock.now() });
    });
    this.#deps.emit({ event: 'clients.changed', data: {} });
  }

  /**
   * A credential goes to another place: no client reaches it any more until the owner says so again. Call it inside
   * `vault.write`, and `grantsDropped` with what it gives after the commit.
   * @returns ids of the clients that lost something.
   */
  dropGrants(vault: OpenVault, moved: MovedCredential, actor: string): string[] {
    const losing = listClients(vault.db).filter((row) => {
      // A row that was tampered with opens nothing; signing it anew would heal it.
      const isIntact = timingSafeEqual(clientRowMac(vault, row), row.row_mac);
      return isIntact && row.revoked_at_ms === null && losesGrants(parsedGrants(row), moved);
    });
    for (const row of losing) {
      const left = grantsLeft(parsedGrants(row), moved).map(formatGrant);
      putClient(vault, { ...row, grants: JSON.stringify(left) });
      appendAudit(vault, this.#deps.clock, {
        actor,
        action: 'client.grants-dropped',
        target: row.id,
        result: 'ok',
        meta: { provider: moved.provider },
      });
    }
    return losing.map(({ id }) => id);
  }

  /** Their next request is judged anew; what they are receiving is cut. */
  grantsDropped(clientIds: readonly string[]): void {
    if (clientIds.length === 0) return;
    this.dropDecisions();
    for (const id of clientIds) for (const listener of this.#revokedListeners) listener(id);
    this.#deps.emit({ event: 'clients.changed', data: {} });
  }

  /** Forgets every decision held in memory: lock, vault change, password change. */
  dropDecisions(): void {
    this.#decisions = new WeakMap();
  }

  /** Called with the id of each revoked client, after the commit. */
  onRevoked(listener: (clientId: string) => void): () => void {
    this.#revokedListeners.add(listener);
    return () => this.#revokedListeners.delete(listener);
  }

  /** The full check against the row. An unknown id does the same work on a dummy. */
  #decide(vault: OpenVault, token: ClientToken): Decision | null {
    const mac = tokenSecretMac(vault, token.secret);
    const row = findClient(vault.db, token.id);
    const rowMac = clientRowMac(vault, row ?? { ...DUMMY_ROW, id: token.id });
    const isRowIntact = timingSafeEqual(rowMac, row?.row_mac ?? DUMMY_MAC);
    const isSecretRight = timingSafeEqual(mac, row?.secret_mac ?? DUMMY_MAC);
    if (row === undefined || !isRowIntact || !isSecretRight || row.revoked_at_ms !== null) return null;
    const lastUsedMs = this.#deps.lastUsed.of('client', row.id)?.atMs ?? 0;
    return {
      client: {
        id: row.id,
        name: row.name,
        kind: row.kind,
        grants: parsedGrants(row),
        ratePerSecond: row.rate_per_second,
        expiresAtMs: row.expires_at_ms,
      },
      lastSeenMs: Math.max(row.created_at_ms, lastUsedMs),
    };
  }

  /** By id, else by name. @throws AppError `not_found`, or `conflict` for one that has ended. */
  #active(idOrName: string): ClientRow {
    const vault = this.#deps.vault.opened();
    const found = findClient(vault.db, idOrName) ?? findClientsByName(vault.db, idOrName)[0];
    if (found === undefined) throw noSuchClient();
    // A row that was tampered with opens nothing; signing it anew would heal it.
    const isIntact = timingSafeEqual(clientRowMac(vault, found), found.row_mac);
    const { state } = this.#summary(found, this.#deps.lastUsed.of('client', found.id)?.atMs ?? null);
    if (isIntact && state === 'active') return found;
    throw new AppError(
      'conflict',
      'This client has ended. Nothing was changed.',
      'Make a new one: keyharbor client add',
    );
  }

  /** What was decided for it is judged anew, what it is receiving ends, and lists are read again. */
  #cut(clientId: string): void {
    this.dropDecisions();
    for (const listener of this.#revokedListeners) listener(clientId);
    this.#deps.emit({ event: 'clients.changed', data: {} });
  }

  #refuseTakenName(vault: OpenVault, name: string): void {
    const named = findClientsByName(vault.db, name).some((row) => {
      const lastUsedMs = this.#deps.lastUsed.of('client', row.id)?.atMs ?? null;
      return this.#summary(row, lastUsedMs).state === 'active';
    });
    // A name that is another client's id would make "revoke" hit the wrong one.
    if (!named && findClient(vault.db, name) === undefined) return;
    throw new AppError(
      'conflict',
      'There is already an active client of this name. No client was made.',
      'Choose another name, or revoke the old one first: keyharbor client revoke NAME',
    );
  }

  #summary(row: ClientRow, lastUsedMs: number | null): ClientSummary {
    const times = { expiresAtMs: row.expires_at_ms, lastSeenMs: Math.max(row.created_at_ms, lastUsedMs ?? 0) };
    const expired = isClientExpired(times, this.#deps.clock.now());
    return {
      id: row.id,
      name: row.name,
      kind: row.kind,
      grants: parsedGrants(row).map(formatGrant),
      state: row.revoked_at_ms !== null ? 'revoked' : expired ? 'expired' : 'active',
      createdAt: new Date(row.created_at_ms).toISOString(),
      expiresAt: new Date(row.expires_at_ms).toISOString(),
      lastUsedAt: lastUsedMs === null ? null : new Date(lastUsedMs).toISOString(),
      ratePerSecond: row.rate_per_second,
      exposed: row.exposed_at_ms !== null,
    };
  }
}

const DUMMY_ROW = {
  name: '',
  kind: 'live',
  grants: '[]',
  secret_mac: DUMMY_MAC,
  rate_per_second: null,
  created_at_ms: 0,
  expires_at_ms: 0,
  revoked_at_ms: null,
  exposed_at_ms: null,
} as const;

function noSuchClient(): AppError {
  return new AppError('not_found', 'There is no such client.', 'See "keyharbor client list".');
}

const daysLeft = ({ expiresAtMs }: { readonly expiresAtMs: number }, nowMs: number): number =>
  Math.round((expiresAtMs - nowMs) / DAY_MS);

function parsedGrants(row: ClientRow): Grant[] {
  return grantTexts.parse(JSON.parse(row.grants)).map(parseGrant);
}
