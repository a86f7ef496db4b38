import type { EventData, EventName } from './events.ts';
import type { MethodName, Output, ParsedInput } from './methods.ts';

export type ContractEvent = { [E in EventName]: { readonly event: E; readonly data: EventData<E> } }[EventName];

/** What the core offers behind the router: one function per method, input already parsed. */
export type Handlers<Context> = {
  readonly [M in MethodName]: (input: ParsedInput<M>, context: Context) => Promise<Output<M>> | Output<M>;
};
