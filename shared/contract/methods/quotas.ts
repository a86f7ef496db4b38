import { z } from 'zod';
import { BOTH, method, nothing, UNLOCKED } from '../method.ts';
import {
  onQuota,
  quotaHistory,
  quotaHistoryQuery,
  quotaProposal,
  quotaSet,
  quotaStatus,
  quotaWhatIf,
  quotaWhatIfQuery,
} from '../quotas.ts';

export const quotaMethods = {
  'quotas.list': method({ callers: BOTH, states: UNLOCKED, input: nothing, output: z.array(quotaStatus) }),
  /** Makes one, or changes the one with the id; what it has counted in this period is counted anew from the records. */
  'quotas.set': method({ callers: BOTH, states: UNLOCKED, input: quotaSet, output: quotaStatus }),
  'quotas.remove': method({ callers: BOTH, states: UNLOCKED, input: onQuota, output: nothing }),
  'quotas.history': method({ callers: BOTH, states: UNLOCKED, input: quotaHistoryQuery, output: quotaHistory }),
  'quotas.whatIf': method({ callers: BOTH, states: UNLOCKED, input: quotaWhatIfQuery, output: quotaWhatIf }),
  'quotas.proposals': method({ callers: BOTH, states: UNLOCKED, input: nothing, output: z.array(quotaProposal) }),
  'quotas.applyProposal': method({
    callers: BOTH,
    states: UNLOCKED,
    input: quotaProposal.pick({ id: true }),
    output: quotaStatus,
  }),
} as const;
