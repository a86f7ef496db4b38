import type { Inspection } from '../../../shared/contract/schemas.ts';
import type { ParsedInput } from '../../../shared/contract/methods.ts';
import { AppError } from '../../../shared/errors.ts';
import type { ProviderInfo } from '../../../shared/provider.ts';

const soon = (): never => {
  throw new AppError('unsupported', 'Not there yet.');
};

/** Signatures first; the bodies follow. */
export class Providers {
  list(): ProviderInfo[] {
    return soon();
  }
  inspect(_input: ParsedInput<'providers.inspect'>): Inspection {
    return soon();
  }
}
