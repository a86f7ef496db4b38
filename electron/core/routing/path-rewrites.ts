import type { PathRewrite } from '../../../shared/contract/routing.ts';

/**
 * The path after the first rewrite that fits: `from` is the whole path, or its start up to a slash. The query stays.
 * @param rest - path and query as the client sent them, from the slash on; judged afterwards as if it had sent this.
 */
export function rewrittenPath(rest: string, rewrites: readonly PathRewrite[]): string {
  const question = rest.indexOf('?');
  const path = question < 0 ? rest : rest.slice(0, question);
  for (const { from, to } of rewrites) {
    const start = from.endsWith('/') ? from.slice(0, -1) : from;
    if (path !== start && !path.startsWith(`${start}/`)) continue;
    const left = path.slice(start.length);
    const begin = to.endsWith('/') && left !== '' ? to.slice(0, -1) : to;
    return `${begin}${left}${question < 0 ? '' : rest.slice(question)}`;
  }
  return rest;
}
