import { z } from 'zod';
import { BOTH, method, nothing, SOCKET, WINDOW } from '../method.ts';
import { doctorFinding } from '../schemas.ts';

/** The program as a whole. */
export const programMethods = {
  'app.doctor': method({ callers: BOTH, states: 'any', input: nothing, output: z.array(doctorFinding) }),
  /** Locks and ends the program; the answer is sent before the end. */
  'app.stop': method({ callers: SOCKET, states: 'any', input: nothing, output: nothing }),
  /** A starting window or `serve` asks an on-demand agent to make room; any other host answers `conflict`. */
  'app.handOver': method({ callers: SOCKET, states: 'any', input: nothing, output: nothing }),
  /** A second start shows the first one's window. */
  'app.focus': method({
    callers: SOCKET,
    states: 'any',
    input: nothing,
    output: z.strictObject({ shown: z.boolean() }),
  }),
  /** The owner is there: starts the idle time anew. */
  'app.activity': method({ callers: WINDOW, states: 'any', input: nothing, output: nothing }),
  'app.openLink': method({
    callers: WINDOW,
    states: 'any',
    input: z.strictObject({ url: z.string().max(2048) }),
    output: nothing,
  }),
  /** Clears the clipboard if it still holds what Keyharbor put there. */
  'clipboard.clear': method({ callers: WINDOW, states: 'any', input: nothing, output: nothing }),
  /** All of `PANIC_DOES`. What was dropped is told where it is known. */
  'app.panic': method({
    callers: BOTH,
    states: 'any',
    input: nothing,
    output: z.strictObject({ grants: z.int().nullable(), clients: z.int().nullable() }),
  }),
} as const;
