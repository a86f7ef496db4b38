import { z } from 'zod';
import { BOTH, method, nothing, UNLOCKED } from '../method.ts';
import { poolMember, routingRule, routingScope } from '../routing.ts';

/** The way of proxied calls. */
export const routingMethods = {
  'routing.list': method({ callers: BOTH, states: UNLOCKED, input: nothing, output: z.array(routingRule) }),
  /** Whom the rules are for that cannot be read; null: one that does not even say that. Without them the list is refused. */
  'routing.unreadable': method({
    callers: BOTH,
    states: UNLOCKED,
    input: nothing,
    output: z.array(routingScope.nullable()),
  }),
  /** Adds or replaces the rule of its provider or client. */
  'routing.set': method({ callers: BOTH, states: UNLOCKED, input: routingRule, output: routingRule }),
  'routing.remove': method({ callers: BOTH, states: UNLOCKED, input: routingScope, output: nothing }),
  /** How the credentials of each pool do. */
  'routing.health': method({ callers: BOTH, states: UNLOCKED, input: nothing, output: z.array(poolMember) }),
} as const;
