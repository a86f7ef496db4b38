import type { Answer } from '../../shared/contract/bridge.ts';
import { toErrorBody } from '../../shared/errors.ts';
import type { Link, Route } from './caller.ts';

/** Answers a page's call with a value: an exception would lose its code on the way through a bridge. Never rejects. */
export async function answerPage(
  route: Route,
  page: Pick<Link, 'connection' | 'onClosed'>,
  method: string,
  params: unknown,
): Promise<Answer<unknown>> {
  const { connection, onClosed } = page;
  try {
    const link = { onClosed, peer: null };
    return { ok: true, result: await route({ caller: 'window', connection, method, params, link }) };
  } catch (error) {
    return { ok: false, error: toErrorBody(error) };
  }
}
