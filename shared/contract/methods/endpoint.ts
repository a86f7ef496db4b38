import { z } from 'zod';
import { BOTH, method, nothing, UNLOCKED } from '../method.ts';
import { endpointStatus } from '../schemas.ts';

/** The endpoint on this computer. */
export const endpointMethods = {
  'endpoint.status': method({ callers: BOTH, states: 'any', input: nothing, output: endpointStatus }),
  'endpoint.on': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({ port: z.int().min(0).max(65_535).optional() }),
    output: endpointStatus,
  }),
  'endpoint.off': method({ callers: BOTH, states: 'any', input: nothing, output: endpointStatus }),
} as const;
