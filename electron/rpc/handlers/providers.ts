import type { App } from '../../core/app.ts';
import type { Area } from '../caller.ts';

export function providerHandlers({ providers }: App): Area<'providers'> {
  return {
    'providers.list': () => providers.list(),
    'providers.inspect': (input) => providers.inspect(input),
  };
}
