import type { ErrorBody } from '../errors.ts';
import type { ContractEvent } from './handlers.ts';
import type { Input, MethodName, methods, Output } from './methods.ts';

/** The methods a page may call: those whose table row names `window`. */
export type WindowMethod = {
  [M in MethodName]: 'window' extends (typeof methods)[M]['callers'][number] ? M : never;
}[MethodName];

/** Errors cross the bridge as values: an exception would lose its code on the way. */
export type Answer<T> = { readonly ok: true; readonly result: T } | { readonly ok: false; readonly error: ErrorBody };

/**
 * `window.keyharbor`: one frozen object of named functions, the same in Electron's preload and in the browser host.
 * There is no generic "call this method".
 */
export type PageBridge = {
  readonly [M in WindowMethod]: (input: Input<M>) => Promise<Answer<Output<M>>>;
} & { readonly onEvent: (listener: (event: ContractEvent) => void) => () => void };
