import { z } from 'zod';
import type { vaultState } from './schemas.ts';

/** `window` is a page (Electron IPC, the browser host's binding); `socket` is the owner's command line. */
export type Caller = 'window' | 'socket';
export type VaultStateName = z.output<typeof vaultState>;

/** One method of the contract: who may call it, in which states of the vault, and its schemas. */
interface Method<C extends readonly Caller[], I extends z.ZodType, O extends z.ZodType> {
  readonly callers: C;
  readonly states: readonly VaultStateName[] | 'any';
  readonly input: I;
  readonly output: O;
}

/** The definition itself, with the types of its callers and schemas kept. */
export const method = <const C extends readonly Caller[], I extends z.ZodType, O extends z.ZodType>(
  definition: Method<C, I, O>,
): Method<C, I, O> => definition;

export const BOTH = ['window', 'socket'] as const;
export const WINDOW = ['window'] as const;
export const SOCKET = ['socket'] as const;
export const UNLOCKED = ['unlocked'] as const;
export const nothing = z.strictObject({});
