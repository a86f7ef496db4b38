import type { OpenVault } from '../vault/open-vault.ts';
import { findCheck } from './check-table.ts';
import { toldBy } from './reported.ts';
import { idFromHex } from './rows.ts';

/** What the last test of a credential, or a tool that was given it, says about its use. */
export interface Finding {
  /** `unclear`: it speaks of the network, the provider or the request, not of this credential. */
  readonly says: 'works' | 'refused' | 'exhausted' | 'unclear';
  readonly by: 'test' | 'tool';
  /** UTC epoch milliseconds. */
  readonly atMs: number;
}

const SAYS: Readonly<Record<string, Finding['says']>> = {
  valid: 'works',
  invalid_key: 'refused',
  expired: 'refused',
  quota_exceeded: 'exhausted',
};

/** The provider does not take this key (any more). @param result - of a test. */
export const saysRefused = (result: string | undefined): boolean => SAYS[result ?? ''] === 'refused';

/** null: this version was neither tested nor reported. @param id - of the credential, in hex. */
export function findingOf({ db }: OpenVault, id: string, version: number): Finding | null {
  const row = findCheck(db, idFromHex(id));
  if (row?.version !== version) return null;
  return { says: SAYS[row.result] ?? 'unclear', by: toldBy(row) === null ? 'test' : 'tool', atMs: row.checked_at_ms };
}
