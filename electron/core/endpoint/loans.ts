import { hash, timingSafeEqual } from 'node:crypto';
import type { ClientSummary } from '../../../shared/contract/schemas.ts';
import { AppError } from '../../../shared/errors.ts';
import { formatGrant, type Grant } from '../../../shared/grant.ts';
import { appendAudit } from '../audit/audit-log.ts';
import type { Emit } from '../events.ts';
import type { Clock } from '../seams.ts';
import type { LastUsed } from '../usage/last-used.ts';
import { checkClientName, DAY_MS } from './client-rules.ts';
import { type ClientToken, formatClientToken, newClientToken } from './client-token.ts';
import type { VerifiedClient } from './clients.ts';
import type { VaultGate } from './deps.ts';

/** What a token with a proxy grant may live at most (SECURITY-DESIGN.md section 7), however long its child does. */
const MAX_MS = 90 * DAY_MS;
const RATE_PER_SECOND = 20;
/** Of all connections together: a broken script must not fill the memory. */
const MAX_LOANS = 1000;
/** As much of a path as a usage record takes. */
const MAX_PROJECT = 1024;

interface Loan {
  readonly client: VerifiedClient;
  readonly secretHash: Buffer;
  readonly createdAtMs: number;
}

export interface LoansDeps {
  readonly vault: VaultGate;
  readonly clock: Clock;
  readonly lastUsed: Pick<LastUsed, 'of' | 'forget'>;
  readonly emit: Emit;
}

/** A credential that a child reaches through the proxy. */
export interface LentKey {
  readonly provider: string;
  readonly label: string;
}

type End = 'returned' | 'revoked' | 'moved' | 'locked' | 'expired';

/**
 * Client tokens that live as long as one child process: in memory only, for proxied calls to the named credentials and
 * nothing else. All end when the vault locks. They are no rows, so they cannot be narrowed, rotated or found again.
 */
export class Loans {
  readonly #deps: LoansDeps;
  readonly #loans = new Map<string, Loan>();
  readonly #endedListeners = new Set<(clientId: string) => void>();

  constructor(deps: LoansDeps) {
    this.#deps = deps;
    deps.vault.onLocking(() => this.endAll('locked'));
  }

  /**
   * @param actor - who asked: `cli`. The token is in the answer and nowhere else; `end` takes the id.
   * @param project - the folder that the child works in; its use is counted there. Empty where it is not known.
   * @throws AppError `invalid_input` for the name, `conflict` where too many are lent.
   */
  lend(
    name: string,
    keys: readonly LentKey[],
    actor: string,
    project = '',
  ): { readonly id: string; readonly token: string } {
    checkClientName(name);
    const { clock, vault } = this.#deps;
    const nowMs = clock.now();
    this.#dropExpired(nowMs);
    if (this.#loans.size >= MAX_LOANS) {
      throw new AppError('conflict', 'Too many programs run with lent tokens.', 'End some of them.');
    }
    const token = newClientToken('live');
    const grants = keys.map(({ provider, label }): Grant => ({ kind: 'proxy', provider, label }));
    const opened = vault.opened();
    const meta = { name, grants: grants.map(formatGrant).join(' ') };
    opened.write(() =>
      appendAudit(opened, clock, { actor, action: 'client.lend', target: token.id, result: 'ok', meta }),
    );
    this.#loans.set(token.id, {
      client: {
        id: token.id,
        name,
        kind: 'live',
        grants,
        ratePerSecond: RATE_PER_SECOND,
        expiresAtMs: nowMs + MAX_MS,
        project: project.slice(0, MAX_PROJECT),
      },
      secretHash: secretHash(token),
      createdAtMs: nowMs,
    });
    this.#changed();
    return { id: token.id, token: formatClientToken(token) };
  }

  /** null: not a loan of ours, or no longer. Needs an unlocked vault. */
  verify(token: ClientToken): VerifiedClient | null {
    const loan = this.#loans.get(token.id);
    if (loan === undefined || loan.client.kind !== token.kind) return null;
    if (!timingSafeEqual(loan.secretHash, secretHash(token))) return null;
    if (this.#deps.clock.now() < loan.client.expiresAtMs) return loan.client;
    this.#end(token.id, 'expired');
    return null;
  }

  /** By id. What it is receiving is cut. @returns false where there is none. */
  end(id: string, why: End): boolean {
    return this.#end(id, why) !== null;
  }

  endAll(why: End): void {
    for (const id of [...this.#loans.keys()]) this.#end(id, why);
  }

  /** A credential goes to another place: who was lent it under a name of before loses all of it. */
  moved(provider: string, labels: readonly string[]): void {
    for (const [id, { client }] of [...this.#loans]) {
      const isLent = client.grants.some(
        (grant) => 'provider' in grant && grant.provider === provider && labels.includes(grant.label ?? ''),
      );
      if (isLent) this.#end(id, 'moved');
    }
  }

  /** Newest first. */
  list(): ClientSummary[] {
    this.#dropExpired(this.#deps.clock.now());
    return [...this.#loans.values()].map((loan) => this.#summary(loan)).toReversed();
  }

  /** By id, else by name; the owner does it. null: no loan answers to this. */
  revoke(idOrName: string): ClientSummary | null {
    const named = [...this.#loans.values()].findLast(({ client }) => client.name === idOrName);
    const loan = this.#loans.get(idOrName) ?? named;
    if (loan === undefined) return null;
    const summary = { ...this.#summary(loan), state: 'revoked' as const };
    this.#end(loan.client.id, 'revoked');
    return summary;
  }

  /** Called with the id of each loan that has ended. */
  onEnded(listener: (clientId: string) => void): () => void {
    this.#endedListeners.add(listener);
    return () => this.#endedListeners.delete(listener);
  }

  #dropExpired(nowMs: number): void {
    for (const [id, { client }] of [...this.#loans]) if (nowMs >= client.expiresAtMs) this.#end(id, 'expired');
  }

  /** First it is worth nothing any more; that it is told comes after, and may fail. */
  #end(id: string, why: End): Loan | null {
    const loan = this.#loans.get(id);
    if (loan === undefined) return null;
    this.#loans.delete(id);
    for (const listener of this.#endedListeners) listener(id);
    this.#changed();
    try {
      const { clock, vault, lastUsed } = this.#deps;
      lastUsed.forget('client', id);
      const opened = vault.opened();
      const entry = { actor: 'system', action: 'client.loan-ended', target: id, result: 'ok', meta: { why } } as const;
      opened.write(() => appendAudit(opened, clock, entry));
    } catch {
      // A full disk must not keep a token alive.
    }
    return loan;
  }

  #summary({ client, createdAtMs }: Loan): ClientSummary {
    const used = this.#deps.lastUsed.of('client', client.id);
    return {
      id: client.id,
      name: client.name,
      kind: client.kind,
      grants: client.grants.map(formatGrant),
      state: 'active',
      createdAt: new Date(createdAtMs).toISOString(),
      expiresAt: new Date(client.expiresAtMs).toISOString(),
      lastUsedAt: used === null ? null : new Date(used.atMs).toISOString(),
      ratePerSecond: client.ratePerSecond,
      exposed: false,
      loan: true,
    };
  }

  #changed(): void {
    this.#deps.emit({ event: 'clients.changed', data: {} });
  }
}

/** Of 256 random bits a plain hash tells nothing; it is kept so that the secret itself is not. */
const secretHash = (token: ClientToken): Buffer => hash('sha256', token.secret, 'buffer');
