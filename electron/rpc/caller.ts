import type { Handlers } from '../../shared/contract/handlers.ts';
import type { Caller } from '../../shared/contract/methods.ts';

/** What a transport hands to the router. Nothing in it was looked at yet, but who sent it. */
export interface Call {
  readonly caller: Caller;
  /** Names the connection or page, for limits that belong to one of them. */
  readonly connection: string;
  readonly method: string;
  readonly params: unknown;
}

/** Answers one call. @throws AppError only. */
export type Route = (call: Call) => Promise<unknown>;

/** What a handler knows of its caller. `actor` is the name that goes into the audit log. */
export interface CallContext {
  readonly caller: Caller;
  readonly connection: string;
  readonly actor: 'ui' | 'cli';
}

export const actorOf = (caller: Caller): CallContext['actor'] => (caller === 'window' ? 'ui' : 'cli');

/** The handlers of one area: `Area<'vault'>` are all `vault.…` methods. */
export type Area<Name extends string> = Pick<
  Handlers<CallContext>,
  Extract<keyof Handlers<CallContext>, `${Name}.${string}`>
>;
