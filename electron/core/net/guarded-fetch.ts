import { ForbiddenAddress } from './address-rules.ts';
import { dispatcherTo, isForbidden, type Target, type WayOut } from './way-out.ts';

/** More than any server needs to say who it is; beyond it the answer breaks off. */
const MAX_BODY_BYTES = 1024 * 1024;
const CONNECT_TIMEOUT_MS = 10_000;

type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

/** A fetch under the same rules as `exchange`, for libraries that want one. Close it when done. */
export interface GuardedFetch {
  readonly fetch: Fetch;
  close(): Promise<void>;
}

export class Redirected extends Error {
  readonly status: number;

  constructor(status: number) {
    super('redirect');
    this.status = status;
  }
}

function limited(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  let left = MAX_BODY_BYTES;
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        left -= chunk.byteLength;
        if (left < 0) controller.error(new Error('the answer is too long'));
        else controller.enqueue(chunk);
      },
    }),
  );
}

/**
 * Requests to one origin only: no redirect is followed (it rejects with `Redirected`), the address is judged when the
 * connection is made, TLS is verified, nothing of the environment changes it.
 * @param target - whose origin may be asked.
 */
export async function guardedFetch(target: Target, way: WayOut): Promise<GuardedFetch> {
  const undici = await import('undici');
  const forbidden = isForbidden(target, way);
  const dispatcher = await dispatcherTo(target, way, 'many', CONNECT_TIMEOUT_MS);
  const fetch: Fetch = async (to, init = {}) => {
    if (forbidden || new URL(to).origin !== target.url.origin) throw new ForbiddenAddress('not allowed');
    const { method = 'GET', headers, body = null, signal = null } = init;
    const answer = await undici.fetch(to, {
      method,
      headers: Object.fromEntries(new Headers(headers)),
      body: body as string | null,
      signal,
      dispatcher,
      redirect: 'manual',
    });
    if (answer.status >= 300 && answer.status < 400) {
      await answer.body?.cancel();
      throw new Redirected(answer.status);
    }
    return new Response(answer.body === null ? null : limited(answer.body as ReadableStream<Uint8Array>), {
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
    });
  };
  return { fetch, close: () => dispatcher.destroy() };
}
