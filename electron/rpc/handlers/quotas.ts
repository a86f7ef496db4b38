import { AppError } from '../../../shared/errors.ts';
import type { App } from '../../core/app.ts';
import type { Area } from '../caller.ts';

export function quotaHandlers(_app: App): Area<'quotas'> {
  return {
    'quotas.list': () => [],
    'quotas.set': notYet,
    'quotas.remove': notYet,
    'quotas.history': notYet,
    'quotas.whatIf': notYet,
    'quotas.proposals': () => [],
    'quotas.applyProposal': notYet,
  };
}

function notYet(): never {
  throw new AppError('unsupported', 'Quotas cannot be set yet. Nothing was changed.');
}
