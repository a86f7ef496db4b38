import type { EventData, EventName } from './events.ts';
import type { Input, MethodName, Output, ParsedInput } from './methods.ts';

/** How a client (window, command line) calls the core, whatever carries the message. */
export interface ContractClient {
  call<M extends MethodName>(method: M, input: Input<M>): Promise<Output<M>>;
  onEvent(listener: (event: ContractEvent) => void): () => void;
}

export type ContractEvent = { [E in EventName]: { readonly event: E; readonly data: EventData<E> } }[EventName];

/** What the core offers behind the router: one function per method, input already parsed. */
export type Handlers<Context> = {
  readonly [M in MethodName]: (input: ParsedInput<M>, context: Context) => Promise<Output<M>> | Output<M>;
};
