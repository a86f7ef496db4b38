import { type ClientToken, embeddedToken, findClientToken } from './client-token.ts';
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

/**
 * Header value without the scheme: "Bearer x", "Token x" and plain "x" all give x. Of Basic (RFC 7617) the whole of user
 * and password: SDKs differ in where they put a key.
 */
function credentials(name: string, value: string): string {
  if (name !== 'authorization') return value;
  const space = value.indexOf(' ');
  if (space < 0) return value;
  const scheme = value.slice(0, space).toLowerCase();
  const rest = value.slice(space + 1);
  if (scheme === 'basic') return Buffer.from(rest, 'base64').toString('latin1');
  return TOKEN_SCHEMES.has(scheme) ? rest : '';
}

/**
 * Finds the client token of a request, alone or within a placeholder key. An SDK may send other credentials beside it;
 * those are not looked at.
 */
export function presentedToken(head: RequestHead): PresentedToken {
  const inUrl = findClientToken(head.target);
  if (inUrl !== null) return { kind: 'in-url', token: inUrl === 'token-like' ? null : inUrl };
  let found: ClientToken | 'token-like' | null = null;
  let others = false;
  for (const { name, value } of head.headers) {
    if (!TOKEN_HEADERS.has(name)) continue;
    const token = embeddedToken(credentials(name, value));
    if (token === null) others = true;
    else if (found !== null) return { kind: 'several' };
    else found = token;
  }
  if (found === null) return others ? MALFORMED : NONE;
  return found === 'token-like' ? MALFORMED : { kind: 'token', token: found };
}
