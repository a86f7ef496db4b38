import { AppError } from '../../../shared/errors.ts';
import type { Area } from '../caller.ts';

/** The gate's methods. */
export function accessHandlers(): Area<'access'> & Area<'grants'> {
  return {
    'access.requests': () => [],
    'access.answer': () => {
      throw new AppError('not_found', 'This request does not wait any more.', 'See "keyharbor approve".');
    },
    'access.ask': notBuilt,
    'grants.list': () => [],
    'grants.narrow': notBuilt,
    'grants.revoke': notBuilt,
  };
}

function notBuilt(): never {
  throw new AppError('unsupported', 'This is not possible yet. Nothing was changed.');
}
