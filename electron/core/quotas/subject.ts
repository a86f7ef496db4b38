import { isWithin } from '../../../shared/folders.ts';
import type { QuotaCounts, QuotaDefinition, QuotaScope } from '../../../shared/quotas.ts';
import type { CountedCall } from '../usage/counted-call.ts';
import { isUnsent } from '../usage/dimensions.ts';
import { isImportClient } from '../usage/imports/imported-call.ts';

/** Whose use something is. */
export interface Subject {
  readonly provider: string;
  /** Ids; empty where there is none. */
  readonly credential: string;
  readonly client: string;
  /** Folder; empty where it is not known. */
  readonly project: string;
}

/** How much. A price that is not known adds nothing to `cost` and one to `unpriced`. */
export interface Amounts {
  readonly requests: number;
  readonly tokens: number;
  readonly cost: number;
  readonly unpriced: number;
}

export type IsSystem = (credential: string) => boolean;

export function isAbout(scope: QuotaScope, subject: Subject, isSystem: IsSystem): boolean {
  switch (scope.kind) {
    case 'all':
      return true;
    case 'provider':
      return subject.provider === scope.provider;
    case 'credential':
      return subject.credential === scope.credential;
    case 'clients':
      return scope.clients.includes(subject.client);
    case 'project':
      return isWithin(scope.project, subject.project);
    case 'system':
      return isSystem(subject.credential);
  }
}

/** Whether a call with another credential may be in none of it. */
export const isOfCredential = ({ kind }: QuotaScope): boolean => kind === 'credential' || kind === 'system';

/** Imported calls use up only quotas that count them. */
export function isCounted({ countImports }: Pick<QuotaDefinition, 'countImports'>, { client }: Subject): boolean {
  return countImports || !isImportClient(client);
}

export function amountOf(amounts: Amounts, counts: QuotaCounts): number {
  switch (counts) {
    case 'requests':
      return amounts.requests;
    case 'tokens':
      return amounts.tokens;
    case 'cost':
      return amounts.cost;
  }
}

export function subjectOf({ cell }: CountedCall): Subject {
  return { provider: cell.provider, credential: cell.credentialId, client: cell.clientId, project: cell.project };
}

/** null: it is in no quota, because nothing was sent for it. */
export function amountsOf(call: CountedCall): Amounts | null {
  if (isUnsent(call.cell.outcome)) return null;
  return {
    requests: 1,
    // What a cache served counts too: providers' own limits count it, and it is charged.
    tokens:
      call.inputTokens + call.cacheReadTokens + call.cacheWriteTokens + call.cacheWriteLongTokens + call.outputTokens,
    cost: call.costMicroUsd ?? 0,
    unpriced: call.costMicroUsd === null ? 1 : 0,
  };
}
