import { z } from 'zod';
import { providerId } from '../../provider/parts.ts';
import { statedCaller } from '../access.ts';
import { BOTH, method, nothing, SOCKET, UNLOCKED } from '../method.ts';
import { clientSummary, expiry, line } from '../schemas.ts';

/** Clients of the endpoint and the tokens they hold. */
export const clientMethods = {
  'clients.list': method({ callers: BOTH, states: UNLOCKED, input: nothing, output: z.array(clientSummary) }),
  /** The token is in this answer and nowhere else, ever again. */
  'clients.create': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({
      name: line(64).min(1),
      grants: z.array(z.string().max(128)).min(1).max(256),
      expiresInDays: z.int().min(1).max(365).default(30),
      ratePerSecond: z.number().min(0.1).max(10_000).nullable().default(20),
      test: z.boolean().default(false),
    }),
    output: z.strictObject({ client: clientSummary, token: z.string() }),
  }),
  'clients.revoke': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({ client: z.string().min(1).max(64) }),
    output: clientSummary,
  }),
  /** Narrows a client; a wider one is another client. From a window a later end is not possible either. */
  'clients.narrow': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({
      client: z.string().min(1).max(64),
      grants: z.array(z.string().max(128)).min(1).max(256).optional(),
      expiresAt: expiry.optional(),
      ratePerSecond: z.number().min(0.1).max(10_000).optional(),
    }),
    output: clientSummary,
  }),
  /** A new token for the same client; the old one stops at once. */
  'clients.rotate': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({ client: z.string().min(1).max(64) }),
    output: z.strictObject({ client: clientSummary, token: z.string() }),
  }),
  /**
   * A token that lives as long as this connection, for `run --proxy`: proxied calls to the given providers and no more.
   * For each reference the address to use and the names its tools read.
   */
  'clients.lend': method({
    callers: SOCKET,
    states: UNLOCKED,
    input: z.strictObject({
      name: line(64).min(1),
      refs: z.array(z.string().max(256)).min(1).max(256),
      caller: statedCaller.optional(),
    }),
    output: z.strictObject({
      token: z.string(),
      endpoint: z.string(),
      routes: z.array(
        z.strictObject({
          ref: z.string(),
          provider: providerId,
          /** Base URL that a tool is given: the proxy's own. */
          url: z.string(),
          /** Variables for the child: base URLs, and the token in place of the key. */
          environment: z.array(z.strictObject({ name: z.string(), value: z.string(), secret: z.boolean() })),
        }),
      ),
    }),
  }),
} as const;
