import type { Handlers } from '../../shared/contract/handlers.ts';
import type { Caller } from '../../shared/contract/method.ts';
import type { Peer } from '../core/evidence/peer.ts';

/** The connection or page that calls come over. */
export interface Link {
  /** Names it, for limits that belong to one of them. */
  readonly connection: string;
  /** Calls `act` once when it is gone, however it ended; at once where it is. Returns how to stop waiting for that. */
  readonly onClosed: (act: () => void) => () => void;
  /** The process at the other end, as far as it can be asked for; null for a page and for ourselves. */
  readonly peer: Peer | null;
}

/** What a transport hands to the router. Nothing in it was looked at yet, but who sent it. */
export interface Call {
  readonly caller: Caller;
  /** Names the connection or page, for limits that belong to one of them. */
  readonly connection: string;
  readonly method: string;
  readonly params: unknown;
  /** Left out by what lives as long as this process does: tray and menu. */
  readonly link?: Omit<Link, 'connection'>;
}

/** Answers one call. @throws AppError only. */
export type Route = (call: Call) => Promise<unknown>;

/** What a handler knows of its caller. `actor` is the name that goes into the audit log. */
export interface CallContext extends Link {
  readonly caller: Caller;
  readonly actor: 'ui' | 'cli';
}

/** For calls from within: there is nobody else, and nothing that ends before this process does. */
export const OURSELVES: Omit<Link, 'connection'> = { onClosed: () => () => undefined, peer: null };

export const actorOf = (caller: Caller): CallContext['actor'] => (caller === 'window' ? 'ui' : 'cli');

/** The handlers of one area: `Area<'vault'>` are all `vault.…` methods. */
export type Area<Name extends string> = Pick<
  Handlers<CallContext>,
  Extract<keyof Handlers<CallContext>, `${Name}.${string}`>
>;
