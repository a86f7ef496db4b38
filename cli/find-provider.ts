import { AppError } from '../shared/errors.ts';
import type { ProviderInfo } from '../shared/provider.ts';
import { nearest } from './nearest.ts';

/** @throws AppError `not_found` with the nearest id. */
export function findProvider(all: readonly ProviderInfo[], id: string): ProviderInfo {
  const found = all.find((provider) => provider.id === id);
  if (found !== undefined) return found;
  const ids = all.map((provider) => provider.id);
  const close = nearest(id, ids);
  const hint = close === null ? '"keyharbor providers" lists them all.' : `Did you mean ${close}?`;
  throw new AppError('not_found', 'This provider is not known.', hint);
}
