import type { App } from '../../core/app.ts';
import type { Area } from '../caller.ts';

export function quotaHandlers({ quotas, quotaAdvice }: App): Area<'quotas'> {
  return {
    'quotas.list': () => quotas.list(),
    'quotas.set': (given, { actor }) => quotas.set(given, actor),
    'quotas.remove': ({ id }, { actor }) => {
      quotas.remove(id, actor);
      return {};
    },
    'quotas.history': ({ id, periods }) => quotaAdvice.history(id, periods),
    'quotas.whatIf': (query) => quotaAdvice.whatIf(query),
    'quotas.proposals': () => quotaAdvice.proposals(),
    'quotas.applyProposal': ({ id }, { actor }) => quotaAdvice.apply(id, actor),
  };
}
