import { AppError } from '../shared/errors.ts';
import type { ProviderInfo } from '../shared/provider/info.ts';
import { unknownProvider } from '../shared/unknown-provider.ts';

/** @throws AppError `not_found` with the nearest id. */
export function findProvider(all: readonly ProviderInfo[], id: string): ProviderInfo {
  const found = all.find((provider) => provider.id === id);
  if (found !== undefined) return found;
  const { message, hint } = unknownProvider(
    id,
    all.map((provider) => provider.id),
  );
  throw new AppError('not_found', message, hint);
}
