import type { ParsedInput } from '../../../shared/contract/methods.ts';
import type { Inspection } from '../../../shared/contract/schemas.ts';
import type { ProviderInfo } from '../../../shared/provider/info.ts';
import { type Catalogue, providerInfoOf } from './catalogue.ts';
import { inspect } from './inspect.ts';

/** What the contract offers of the catalogue. */
export class Providers {
  readonly catalogue: Catalogue;

  constructor(catalogue: Catalogue) {
    this.catalogue = catalogue;
  }

  list(): ProviderInfo[] {
    return this.catalogue.all().map((provider) => providerInfoOf(provider, this.catalogue.isEnabled(provider.id)));
  }

  inspect(input: ParsedInput<'providers.inspect'>): Inspection {
    return inspect(this.catalogue, input);
  }
}
