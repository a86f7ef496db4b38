import { AppError } from '../../../shared/errors.ts';
import type { Grant } from '../../../shared/grant.ts';
import type { ParsedInput, Output } from '../../../shared/contract/methods.ts';
import type { ClientSummary } from '../../../shared/contract/schemas.ts';
import type { Clock } from '../seams.ts';
import type { ClientToken } from './client-token.ts';
import type { Emit, LastUsedNotes, VaultGate } from './deps.ts';

export interface ClientsDeps {
  readonly vault: VaultGate;
  readonly clock: Clock;
  readonly lastUsed: LastUsedNotes;
  readonly emit: Emit;
}

/** A client whose token was just checked. */
export interface VerifiedClient {
  readonly id: string;
  readonly name: string;
  readonly kind: 'live' | 'test';
  readonly grants: readonly Grant[];
  /** Requests a second; null where the owner lifted the limit. */
  readonly ratePerSecond: number | null;
}

export class Clients {
  constructor(_deps: ClientsDeps) {}

  /** Newest first; revoked and expired ones too. */
  list(): ClientSummary[] {
    throw new AppError('unsupported', 'Clients are not there yet.');
  }

  /** @param actor who asked: `ui` or `cli`. The token is in the answer and nowhere else. */
  create(_input: ParsedInput<'clients.create'>, _actor: string): Output<'clients.create'> {
    throw new AppError('unsupported', 'Clients are not there yet.');
  }

  /** By id, else by the name of one that is not revoked. Takes effect at once. */
  revoke(_idOrName: string, _actor: string): ClientSummary {
    throw new AppError('unsupported', 'Clients are not there yet.');
  }

  /** null: unknown, wrong, expired or revoked; the caller is not told which. Needs an unlocked vault. */
  verify(_token: ClientToken): VerifiedClient | null {
    return null;
  }

  /** Forgets every decision held in memory: lock, vault change, password change. */
  dropDecisions(): void {}

  /** Called with the id of each revoked client, after the commit. */
  onRevoked(_listener: (clientId: string) => void): () => void {
    return () => {};
  }
}
