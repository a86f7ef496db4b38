import { type Base, joinBelow } from '../providers/base-url.ts';

/** An address below the base URL of a credential, taken apart. */
export interface Place {
  /** Read only: it is shared by all requests to it. */
  readonly url: URL;
  readonly origin: string;
  /** Path and query, as they stand in the request line. */
  readonly target: string;
}

/** Tools ask for a handful of paths; above it all are forgotten. */
const MAX_KEPT = 64;
const MAX_LENGTH = 200;

export function placeOf(url: URL): Place {
  return { url, origin: url.origin, target: `${url.pathname}${url.search}` };
}

/** @param path - as `checkedPath` gave it. @throws AppError `security_violation` where it leads away from the base. */
export function urlBelow(base: Base, path: string, query: string): URL {
  return joinBelow(base, query === '' ? path : `${path === '/' ? '' : path}?${query}`);
}

/**
 * The addresses below one base URL. Joining them depends on nothing but the two texts and costs more than most rules do,
 * so the last ones are kept; without queries, which hold what people look for.
 */
export class PlacesBelow {
  readonly #base: Base;
  readonly #kept = new Map<string, Place>();

  constructor(base: Base) {
    this.#base = base;
  }

  /** @throws as `urlBelow`. */
  of(path: string, query: string): Place {
    if (query !== '' || path.length > MAX_LENGTH) return placeOf(urlBelow(this.#base, path, query));
    let place = this.#kept.get(path);
    if (place === undefined) {
      place = placeOf(urlBelow(this.#base, path, query));
      if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
      this.#kept.set(path, place);
    }
    return place;
  }
}
