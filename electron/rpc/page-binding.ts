import { z } from 'zod';
import { MAX_MESSAGE_BYTES } from '../../shared/wire.ts';
import type { Link, Route } from './caller.ts';
import { answerPage } from './page-answer.ts';

/**
 * The transport of the browser host: a page speaks through one binding that carries text. What it sends is a call
 * {id, method, params}; what it gets back is {id, answer}. The host has checked the sender before (the top frame of
 * our own origin).
 */
const pageCall = z.strictObject({ id: z.int().min(1), method: z.string().max(64), params: z.unknown() });

/** @returns the text to deliver, or null when the message cannot be answered: too large, or no call at all. */
export async function answerBinding(
  route: Route,
  page: Pick<Link, 'connection' | 'onClosed'>,
  payload: string,
): Promise<string | null> {
  if (Buffer.byteLength(payload) > MAX_MESSAGE_BYTES) return null;
  const call = pageCall.safeParse(parseJson(payload));
  if (!call.success) return null;
  const { id, method, params } = call.data;
  return JSON.stringify({ id, answer: await answerPage(route, page, method, params) });
}

/** The one page of a browser, which is there until `closed`. */
export function pageUntil(closed: Promise<void>): Pick<Link, 'connection' | 'onClosed'> {
  const onClosed = (act: () => void): (() => void) => {
    let wanted = true;
    void closed.then(() => {
      if (wanted) act();
    });
    return () => {
      wanted = false;
    };
  };
  return { connection: 'window', onClosed };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
