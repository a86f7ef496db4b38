import type { ClientSummary } from '../shared/contract/schemas.ts';
import { AppError } from '../shared/errors.ts';
import { plain } from './table.ts';

/**
 * By id, else by name: the one that works, where several had it.
 * @throws AppError `not_found`.
 */
export function findClient(all: readonly ClientSummary[], named: string): ClientSummary {
  const ofName = all.filter(({ name }) => name === named);
  const found = all.find(({ id }) => id === named) ?? ofName.find(({ state }) => state === 'active') ?? ofName.at(0);
  if (found !== undefined) return found;
  throw new AppError(
    'not_found',
    `There is no client "${plain(named)}". Nothing was changed.`,
    'See "keyharbor client list".',
  );
}
