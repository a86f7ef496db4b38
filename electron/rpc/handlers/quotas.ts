import { AppError } from '../../../shared/errors.ts';
import type { App } from '../../core/app.ts';
import type { Area } from '../caller.ts';

export function quotaHandlers({ quotas }: App): Area<'quotas'> {
  return {
    'quotas.list': () => quotas.list(),
    'quotas.set': (given, { actor }) => quotas.set(given, actor),
    'quotas.remove': ({ id }, { actor }) => {
      quotas.remove(id, actor);
      return {};
    },
    'quotas.history': notYet,
    'quotas.whatIf': notYet,
    'quotas.proposals': () => [],
    'quotas.applyProposal': notYet,
  };
}

function notYet(): never {
  throw new AppError('unsupported', 'This cannot be asked of quotas yet. Nothing was changed.');
}
