import { AppError } from '../shared/errors.ts';
import type { ProviderInfo } from '../shared/provider/info.ts';
import { unknownProvider } from '../shared/unknown-provider.ts';

const LONGEST_ID = 32;
const NOT_A_KEY =
  'The provider comes first, as in "keyharbor add openai"; "keyharbor providers" lists them all. A secret is never an argument: if this was a real one, replace it.';

/** @throws AppError `not_found` with the nearest id. */
export function findProvider(all: readonly ProviderInfo[], id: string): ProviderInfo {
  const found = all.find((provider) => provider.id === id);
  if (found !== undefined) return found;
  const { message, hint } = unknownProvider(
    id,
    all.map((provider) => provider.id),
  );
  throw new AppError('not_found', message, id.length > LONGEST_ID ? NOT_A_KEY : hint);
}
