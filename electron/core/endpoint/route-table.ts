import { DEFAULT_LABEL, LABEL_PATTERN, PROVIDER_ID_PATTERN } from '../../../shared/reference.ts';
import type { Params, Route, Surface } from './route.ts';

export type Found =
  | { readonly kind: 'route'; readonly route: Route; readonly params: Params; readonly query: string }
  | { readonly kind: 'wrong-method'; readonly allow: string; readonly isPublic: boolean; readonly surface: Surface }
  /** The path is one of ours, the query is none that it takes. */
  | { readonly kind: 'wrong-query'; readonly names: readonly string[]; readonly surface: Surface }
  | { readonly kind: 'unknown'; readonly surface: Surface };

interface Row {
  readonly route: Route;
  readonly segments: readonly string[];
}

const PATTERNS: Readonly<Record<string, RegExp>> = { '{provider}': PROVIDER_ID_PATTERN, '{label}': LABEL_PATTERN };
const UNKNOWN: Found = { kind: 'unknown', surface: 'problem' };
const UNKNOWN_TO_VAULT: Found = { kind: 'unknown', surface: 'vault' };
/** Paths of another product's interface: its errors are told in that product's way even where nothing is. */
const VAULT_PATHS = /^\/v1\/(?:secret|sys)\//;

/**
 * Finds the route of a raw target. Nothing is decoded: provider ids and labels need no escapes, so a target with one
 * is another path than any of ours; so is one with a query where no route of its path takes any.
 */
export class RouteTable {
  readonly routes: readonly Route[];
  /** By number of segments: at most a handful each. */
  readonly #rows = new Map<number, Row[]>();

  constructor(routes: readonly Route[]) {
    this.routes = routes;
    for (const route of routes) {
      const segments = route.path.split('/');
      const rows = this.#rows.get(segments.length) ?? [];
      rows.push({ route, segments });
      this.#rows.set(segments.length, rows);
    }
  }

  find(method: string, target: string): Found {
    const mark = target.indexOf('?');
    const path = mark < 0 ? target : target.slice(0, mark);
    const query = mark < 0 ? '' : target.slice(mark + 1);
    const segments = path.split('/');
    let others: Route[] | null = null;
    let mistaken: Route | null = null;
    for (const { route, segments: pattern } of this.#rows.get(segments.length) ?? []) {
      if (!matches(pattern, segments)) continue;
      if (!takes(route, query, mark >= 0)) {
        if (route.method === method && explainsQueries(route)) mistaken = route;
        continue;
      }
      if (route.method === method) return { kind: 'route', route, query, params: paramsOf(route, pattern, segments) };
      others ??= [];
      others.push(route);
    }
    if (mistaken !== null) {
      const names = mistaken.queries?.map(({ name }) => name) ?? [];
      return { kind: 'wrong-query', names, surface: mistaken.surface ?? 'problem' };
    }
    if (others === null) return VAULT_PATHS.test(path) ? UNKNOWN_TO_VAULT : UNKNOWN;
    const allow = [...new Set(others.map((route) => route.method))].toSorted().join(', ');
    const isPublic = others.some(({ access }) => access.kind === 'public');
    return { kind: 'wrong-method', allow, isPublic, surface: others[0]?.surface ?? 'problem' };
  }
}

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  for (let at = 1; at < pattern.length; at += 1) {
    const wanted = pattern[at] ?? '';
    const given = segments[at] ?? '';
    const shape = PATTERNS[wanted];
    if (shape === undefined ? wanted !== given : !shape.test(given)) return false;
  }
  return true;
}

/** Whether a query that it does not take is a mistake to tell: with the words of another product it is another path. */
function explainsQueries({ queries, surface, access }: Route): boolean {
  return queries !== undefined && surface !== 'vault' && access.kind !== 'public';
}

/** Each query once, in any order, and nothing else; a question mark with nothing behind it is a query too. */
function takes({ queries }: Route, query: string, hasMark: boolean): boolean {
  if (!hasMark) return queries?.every(({ required }) => !required) ?? true;
  if (queries === undefined) return false;
  const left = new Map(queries.map((each) => [each.name, each]));
  for (const pair of query.split('&')) {
    const equals = pair.indexOf('=');
    const name = equals < 0 ? pair : pair.slice(0, equals);
    const known = left.get(name);
    if (known === undefined || equals < 0 || !known.value.test(pair.slice(equals + 1))) return false;
    left.delete(name);
  }
  return [...left.values()].every(({ required }) => !required);
}

function paramsOf(route: Route, pattern: readonly string[], segments: readonly string[]): Params {
  const provider = pattern.indexOf('{provider}');
  const label = pattern.indexOf('{label}');
  return {
    provider: (provider < 0 ? route.fixed?.provider : segments[provider]) ?? '',
    label: (label < 0 ? null : segments[label]) ?? DEFAULT_LABEL,
  };
}

/** The value of a query that `find` let through. */
export function queryValue(query: string, name: string): string | null {
  for (const pair of query.split('&')) if (pair.startsWith(`${name}=`)) return pair.slice(name.length + 1);
  return null;
}
