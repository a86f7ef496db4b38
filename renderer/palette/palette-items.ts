import type { CredentialSummary } from '../../shared/contract/schemas.ts';
import { displayName } from '../providers/arrange.ts';
import { matcher } from '../providers/search.ts';

/** So many keys are offered at once; typing more narrows them. */
export const SHOWN_KEYS = 12;

export type Scope = 'all' | 'acts' | 'tags' | 'providers';
const SIGNS: Readonly<Record<string, Scope>> = { '>': 'acts', '#': 'tags', '@': 'providers' };

/** A leading sign narrows the search: ">" acts, "#" tags, "@" providers. */
export function parsePalette(typed: string): { readonly scope: Scope; readonly text: string } {
  const scope = SIGNS[typed.trimStart()[0] ?? ''];
  return scope === undefined ? { scope: 'all', text: typed.trim() } : { scope, text: typed.trim().slice(1).trim() };
}

export interface Sources {
  readonly credentials: Iterable<CredentialSummary>;
  readonly nowMs: number;
  readonly providerName: (id: string) => string;
}

/** The keys that fit, best first: a name that starts with what was typed, then last used. */
export function findKeys(typed: string, { credentials, ...around }: Sources): readonly CredentialSummary[] {
  const { scope, text } = parsePalette(typed);
  if (scope === 'acts') return [];
  const operator = { all: '', tags: 'tag:', providers: 'provider:' }[scope];
  const query = operator === '' || text === '' ? text : `${operator}${text}`;
  const fits = matcher({ query, provider: null, state: null, tag: null }, around);
  const start = text.toLowerCase();
  const rank = (one: CredentialSummary): number => {
    const names = [displayName(one), one.label, around.providerName(one.provider), one.provider];
    return names.some((name) => name.toLowerCase().startsWith(start)) ? 0 : 1;
  };
  return [...credentials]
    .filter((one) => one.state !== 'binned' && fits(one))
    .map((one) => ({ one, rank: rank(one) }))
    .sort((a, b) => a.rank - b.rank || (b.one.lastUsedAt ?? '').localeCompare(a.one.lastUsedAt ?? ''))
    .slice(0, SHOWN_KEYS)
    .map(({ one }) => one);
}
