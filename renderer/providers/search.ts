import type { CredentialSummary } from '../../shared/contract/schemas.ts';
import type { HealthFilter } from '../state/route.ts';
import { DAY_MS, filterOf, healthOf } from './health.ts';

/** What was typed, taken apart. Secret values are never searched: the window does not have them. */
export interface Query {
  readonly words: readonly string[];
  readonly provider: readonly string[];
  readonly tag: readonly string[];
  readonly label: readonly string[];
  readonly project: readonly string[];
  readonly state: readonly string[];
  readonly expiresWithinMs: number | null;
  readonly unusedForMs: number | null;
}

const UNITS: Readonly<Record<string, number>> = { d: DAY_MS, w: 7 * DAY_MS, m: 30 * DAY_MS };
const SPAN = /^[<>]?(\d{1,4})([dwm])$/;
/** An operator with its value, a "quoted phrase", or a word. */
const TOKEN = /(?:([a-z]+):)?(?:"([^"]*)"|(\S+))/gi;

function spanMs(text: string): number | null {
  const [, count, unit] = SPAN.exec(text) ?? [];
  return count === undefined || unit === undefined ? null : Number(count) * (UNITS[unit] ?? DAY_MS);
}

export function parseQuery(text: string): Query {
  const lists: Record<'provider' | 'tag' | 'label' | 'project' | 'state', string[]> = {
    provider: [],
    tag: [],
    label: [],
    project: [],
    state: [],
  };
  const words: string[] = [];
  let expiresWithinMs: number | null = null;
  let unusedForMs: number | null = null;
  for (const [whole, operator, quoted, bare] of text.toLowerCase().matchAll(TOKEN)) {
    const value = quoted ?? bare ?? '';
    if (operator === 'expires' && spanMs(value) !== null) expiresWithinMs = spanMs(value);
    else if (operator === 'unused' && spanMs(value) !== null) unusedForMs = spanMs(value);
    else if (operator !== undefined && Object.hasOwn(lists, operator))
      lists[operator as keyof typeof lists].push(value);
    else words.push(operator === undefined ? value : whole);
  }
  return { words: words.filter((word) => word !== ''), ...lists, expiresWithinMs, unusedForMs };
}

export interface Filters {
  readonly query: string;
  readonly provider: string | null;
  readonly state: HealthFilter | null;
  readonly tag: string | null;
}

export interface Surroundings {
  readonly nowMs: number;
  readonly providerName: (id: string) => string;
}

/** A summary never changes, it is replaced: its text is put together once, not at every key press. */
const texts = new WeakMap<CredentialSummary, string>();

function textOf(one: CredentialSummary, providerName: Surroundings['providerName']): string {
  const known = texts.get(one);
  if (known !== undefined) return known;
  const { name, label, provider, project, fingerprint, note, tags } = one;
  const parts = [name, label, provider, providerName(provider), project, fingerprint, note, ...tags];
  const text = parts.join('\n').toLowerCase();
  texts.set(one, text);
  return text;
}

/** Makes the test for one set of filters, so that the text is taken apart once and not per key. */
export function matcher(filters: Filters, { nowMs, providerName }: Surroundings) {
  const query = parseQuery(filters.query);
  const starts = (given: readonly string[], ...texts: readonly string[]): boolean =>
    given.every((one) => texts.some((text) => text.toLowerCase().startsWith(one)));
  return (one: CredentialSummary): boolean => {
    const health = healthOf(one, nowMs);
    if (filters.provider !== null && one.provider !== filters.provider) return false;
    if (filters.state !== null && filterOf(health) !== filters.state) return false;
    if (filters.tag !== null && !one.tags.includes(filters.tag)) return false;
    if (!starts(query.provider, one.provider, providerName(one.provider))) return false;
    if (!starts(query.label, one.label) || !starts(query.project, one.project)) return false;
    if (!starts(query.tag, ...one.tags) || !starts(query.state, health, filterOf(health) ?? '')) return false;
    if (query.expiresWithinMs !== null) {
      if (one.expiresAt === null || Date.parse(one.expiresAt) - nowMs > query.expiresWithinMs) return false;
    }
    if (query.unusedForMs !== null && nowMs - Date.parse(one.lastUsedAt ?? one.createdAt) < query.unusedForMs) {
      return false;
    }
    if (query.words.length === 0) return true;
    const text = textOf(one, providerName);
    return query.words.every((word) => text.includes(word));
  };
}
