import type { PageBridge, WindowMethod } from '../../shared/contract/bridge.ts';
import type { ContractEvent } from '../../shared/contract/handlers.ts';
import type { Input, Output } from '../../shared/contract/methods.ts';
import { AppError, toErrorBody } from '../../shared/errors.ts';

declare global {
  interface Window {
    /** Put there by the host before any script runs; the page's only way to the core. */
    readonly keyharbor: PageBridge;
  }
}

type Call = <M extends WindowMethod>(method: M, input: Input<M>) => Promise<Output<M>>;

/**
 * Calls the core. The bridge answers with values, because an exception would lose its code on the way;
 * here the value becomes a result or a thrown AppError again.
 */
export const call: Call = async (method, input) => {
  const ask = window.keyharbor[method] as (given: unknown) => ReturnType<(typeof window.keyharbor)['vault.status']>;
  const answer = await ask(input);
  if (answer.ok) return answer.result as Output<typeof method>;
  const { code, message, hint, retryAfterMs } = answer.error;
  throw new AppError(code, message, hint, retryAfterMs === undefined ? {} : { retryAfterMs });
};

export function onContractEvent(listener: (event: ContractEvent) => void): () => void {
  return window.keyharbor.onEvent(listener);
}

/** Whatever was thrown, as an AppError; a foreign exception's own text is never shown. */
export function asAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const { code, message, hint } = toErrorBody(thrown);
  return new AppError(code, message, hint, { cause: thrown });
}
