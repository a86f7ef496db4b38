import type { Socket } from 'node:net';
import type { DeliveryForm } from '../../../shared/delivery.ts';
import type { ResolvedCredential } from '../credentials/types.ts';
import type { VerifiedClient } from '../endpoint/clients.ts';
import type { Peer } from '../evidence/peer.ts';
import { AppError } from '../../../shared/errors.ts';

/** A client of the endpoint wants the use of a credential. */
export interface ClientAsk {
  readonly client: VerifiedClient;
  readonly credential: ResolvedCredential;
  readonly form: 'proxy' | 'value';
  /** A grant that the client's token holds names this credential for this form. */
  readonly granted: boolean;
  /** The client's own words, or empty. */
  readonly reason: string;
  /** For evidence about the process; null where there is none. */
  readonly socket: Socket | null;
  /** Aborted when the client is gone: then the question is withdrawn. */
  readonly signal: AbortSignal;
}

/** A program on the agent socket wants the use of credentials, all of them in one form. */
export interface ProgramAsk {
  readonly peer: Peer | null;
  readonly credentials: readonly ResolvedCredential[];
  readonly form: DeliveryForm;
  readonly reason: string;
  readonly signal: AbortSignal;
}

/** The one gate that every door passes (SECURITY-DESIGN.md section 7): who gets which credential, in which form. */
export class Gate {
  readonly #revokedListeners = new Set<(clientId: string) => void>();

  /**
   * null: it may, now; this is the hot path. A promise: the owner is asked, and it rejects where the answer is no.
   * @throws AppError `forbidden` at once, with what to do.
   */
  admitClient(ask: ClientAsk): Promise<void> | null {
    if (ask.granted) return null;
    throw new AppError('forbidden', 'This client lacks the grant for this credential.');
  }

  /** The same for a program on the agent socket: `get`, `run`, `run --proxy`. */
  admitProgram(_ask: ProgramAsk): Promise<void> | null {
    return null;
  }

  /** Called with the id of a client that lost something it was let in with: what it is receiving is cut. */
  onRevoked(listener: (clientId: string) => void): () => void {
    this.#revokedListeners.add(listener);
    return () => this.#revokedListeners.delete(listener);
  }

  /** The vault locks: nobody waits for an answer any more, and what was remembered until then is forgotten. */
  locking(): void {
    // Nothing is remembered yet.
  }
}
