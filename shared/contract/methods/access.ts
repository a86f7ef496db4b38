import { z } from 'zod';
import { DELIVERY_FORMS } from '../../delivery.ts';
import { accessAnswer, accessGrant, accessRequest, narrowedGrant, statedCaller } from '../access.ts';
import { BOTH, method, nothing, SOCKET, UNLOCKED } from '../method.ts';

/** The gate: who waits for the owner's word, and what the owner granted. */
export const accessMethods = {
  /** What waits for the owner's word. */
  'access.requests': method({ callers: SOCKET, states: UNLOCKED, input: nothing, output: z.array(accessRequest) }),
  /** `forbidden` where a window is there to be asked: then only its panel answers. */
  'access.answer': method({
    callers: SOCKET,
    states: UNLOCKED,
    input: z.strictObject({ id: z.string().max(32), answer: accessAnswer }),
    output: nothing,
  }),
  /** Asks the owner for access to credentials, and waits for the word. `granted` false: denied or not answered. */
  'access.ask': method({
    callers: SOCKET,
    states: UNLOCKED,
    input: z.strictObject({
      refs: z.array(z.string().max(256)).min(1).max(64),
      form: z.enum(DELIVERY_FORMS),
      caller: statedCaller,
    }),
    output: z.strictObject({ granted: z.boolean(), message: z.string() }),
  }),
  'grants.list': method({ callers: BOTH, states: UNLOCKED, input: nothing, output: z.array(accessGrant) }),
  'grants.narrow': method({ callers: BOTH, states: UNLOCKED, input: narrowedGrant, output: accessGrant }),
  'grants.revoke': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({ id: z.string().max(64) }),
    output: nothing,
  }),
} as const;
