import { nearest } from './nearest.ts';

/** A pasted key is longer: what could be one is not said again. */
const SAYABLE = /^[a-z][a-z0-9_-]{0,19}$/;

/** What to say where no provider has this id: the id, unless it could be a key, and the nearest one. */
export function unknownProvider(
  id: string,
  known: readonly string[],
): { readonly message: string; readonly hint: string } {
  const close = nearest(id.toLowerCase(), known);
  return {
    message: SAYABLE.test(id) ? `There is no provider "${id}".` : 'There is no provider of this name.',
    hint:
      close === null
        ? '"keyharbor providers" lists them all. Use "http" for any other API.'
        : `Did you mean ${close}? "keyharbor providers" lists them all.`,
  };
}
