import type { ParsedInput } from '../../../shared/contract/methods.ts';
import { AppError } from '../../../shared/errors.ts';
import { type Grant, grantCovers } from '../../../shared/grant.ts';
import { checkGrants } from './client-rules.ts';
import type { ClientRow } from './client-table.ts';

/** What is left of a client once its owner narrowed it. */
export interface NarrowedClient {
  readonly grants: readonly Grant[];
  readonly expiresAtMs: number;
  readonly ratePerSecond: number | null;
}

/**
 * @param held - the client's grants as they are.
 * @throws AppError `invalid_input` where anything would be wider than before: that is another client.
 */
export function narrowedClient(
  row: Pick<ClientRow, 'expires_at_ms' | 'rate_per_second'>,
  held: readonly Grant[],
  input: Omit<ParsedInput<'clients.narrow'>, 'client'>,
  nowMs: number,
): NarrowedClient {
  const grants = input.grants === undefined ? held : checkGrants(input.grants);
  if (!grants.every((grant) => held.some((each) => covers(each, grant)))) throw wider('a grant that it does not have');
  // Beside named grants "keys:list" shows what they reach; alone it shows all there is.
  const isNamed = (grant: Grant): boolean => 'provider' in grant;
  if (grants.some(({ kind }) => kind === 'keys:list') && held.some(isNamed) && !grants.some(isNamed)) {
    throw wider('the list of all keys: "keys:list" alone shows more than beside a named grant');
  }
  const expiresAtMs = input.expiresAt === undefined ? row.expires_at_ms : Date.parse(input.expiresAt);
  if (expiresAtMs > row.expires_at_ms) throw wider('a later end');
  if (expiresAtMs <= nowMs) {
    throw new AppError('invalid_input', 'This end is in the past. Nothing was changed.', 'To end it now, revoke it.');
  }
  const ratePerSecond = input.ratePerSecond ?? row.rate_per_second;
  if (row.rate_per_second !== null && ratePerSecond !== null && ratePerSecond > row.rate_per_second) {
    throw wider('a higher rate');
  }
  return { grants, expiresAtMs, ratePerSecond };
}

function covers(held: Grant, wanted: Grant): boolean {
  if (!('provider' in wanted)) return held.kind === wanted.kind;
  if (wanted.label !== null) return grantCovers(held, wanted.kind, wanted.provider, wanted.label);
  return held.kind === wanted.kind && 'provider' in held && held.provider === wanted.provider && held.label === null;
}

function wider(what: string): AppError {
  return new AppError(
    'invalid_input',
    `A client is only ever narrowed, and this would give it ${what}. Nothing was changed.`,
    'Make another client: keyharbor client add NAME --grant GRANT',
  );
}
