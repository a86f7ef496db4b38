import { type ClientToken, findClientToken, looksLikeClientToken, parseClientToken } from './client-token.ts';
import { TOKEN_HEADERS, TOKEN_SCHEMES } from './header-lists.ts';
import type { RequestHead } from './request-head.ts';

export type PresentedToken =
  | { readonly kind: 'none' }
  /** Something that is no token of ours, or one with a typo. */
  | { readonly kind: 'malformed' }
  | { readonly kind: 'several' }
  /** In the URL, where logs and histories keep it. `token` where it is well-formed. */
  | { readonly kind: 'in-url'; readonly token: ClientToken | null }
  | { readonly kind: 'token'; readonly token: ClientToken };

const NONE: PresentedToken = { kind: 'none' };
const MALFORMED: PresentedToken = { kind: 'malformed' };

/** Header value without the scheme: "Bearer x", "Token x" and plain "x" all give x. */
function credentials(name: string, value: string): string {
  if (name !== 'authorization') return value;
  const space = value.indexOf(' ');
  if (space < 0) return value;
  return TOKEN_SCHEMES.has(value.slice(0, space).toLowerCase()) ? value.slice(space + 1) : '';
}

/** Finds the client token of a request. An SDK may send other credentials beside it; those are not looked at. */
export function presentedToken(head: RequestHead): PresentedToken {
  const inUrl = findClientToken(head.target);
  if (inUrl !== null) return { kind: 'in-url', token: inUrl === 'token-like' ? null : inUrl };
  let bearer: string | null = null;
  let others = false;
  for (const { name, value } of head.headers) {
    if (!TOKEN_HEADERS.has(name)) continue;
    const text = credentials(name, value);
    if (!looksLikeClientToken(text)) others = true;
    else if (bearer !== null) return { kind: 'several' };
    else bearer = text;
  }
  if (bearer === null) return others ? MALFORMED : NONE;
  const token = parseClientToken(bearer);
  return token === null ? MALFORMED : { kind: 'token', token };
}
