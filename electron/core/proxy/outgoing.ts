import type { OpenedFields } from '../credentials/types.ts';
import type { OutgoingRequest } from '../providers/http/http-exchange.ts';
import { inject, signed, withMembers } from './inject.ts';
import type { Place } from './places.ts';
import type { Body } from './request-body.ts';
import { isStream } from './request-body.ts';
import type { Upstream } from './upstream.ts';

/** What is sent to the provider. Lives no longer than its sending. */
export interface Outgoing {
  readonly place: Place;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Body;
  /** What must not come back. */
  readonly secrets: readonly string[];
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** The client's that go on; they are added to. */
  readonly headers: Map<string, string>;
  readonly body: Body;
}

/**
 * Puts the credential in. The fields may be disposed when this returns, also where it is a promise: a signature takes a
 * moment.
 * @param nowMs - UTC epoch milliseconds. @throws AppError as `inject` and `withMembers`.
 */
export function outgoing(
  upstream: Upstream,
  opened: OpenedFields,
  asked: Asked,
  nowMs: number,
): Outgoing | Promise<Outgoing> {
  const { place, headers, members, secrets } = inject(upstream, opened, asked.path, asked.query, asked.headers);
  const body = members.length === 0 ? asked.body : withMembers(buffered(asked.body), members);
  if (!upstream.signs) return { place, headers, body, secrets };
  const method = asked.method as OutgoingRequest['method']; // the guards let no other through
  const signing = signed(upstream, opened, { method, url: place.url, headers, body: buffered(body) }, nowMs);
  return signing.then((all) => ({ place, headers: all, body, secrets }));
}

/** Only for kinds whose body was read as a whole. */
function buffered(body: Body): Buffer | null {
  if (isStream(body)) throw new Error('this body was not read');
  return body;
}
