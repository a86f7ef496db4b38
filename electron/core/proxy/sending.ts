import type { ResolvedCredential } from '../credentials/types.ts';
import type { Attempt } from './attempt.ts';
import type { ProxyDeps } from './call-deps.ts';
import type { CallInfo } from './observers.ts';
import { type Outgoing, outgoing } from './outgoing.ts';
import { type Body, type BodyKind, isStream } from './request-body.ts';
import type { Upstream } from './upstream.ts';

/**
 * The request as it goes out, with the credential in it; a promise where it is signed first.
 * @throws AppError as `outgoing`, and `key_not_found` where the credential is not served any more.
 */
export function readied(
  { credentials, clock, userAgent }: Pick<ProxyDeps, 'credentials' | 'clock' | 'userAgent'>,
  { method, path, query, headers: given }: CallInfo,
  credential: ResolvedCredential,
  upstream: Upstream,
  body: Body,
): Outgoing | Promise<Outgoing> {
  const headers = new Map(given);
  if (!headers.has('user-agent')) headers.set('user-agent', userAgent);
  headers.set('accept-encoding', 'identity'); // so that meter and cover can read the answer
  const opened = credentials.openFields(credential.id, credential.version);
  try {
    return outgoing(upstream, opened, { method, path, query, headers, body }, clock.now());
  } finally {
    opened.dispose();
  }
}

/** Hands it to the connections. @throws AppError `security_violation` for an address where no key may go. */
export function send(
  pools: ProxyDeps['pools'],
  attempt: Attempt,
  method: string,
  { place, headers, body }: Outgoing,
  kind: BodyKind,
): void {
  const { dispatcher, origin } = pools.sender(place, attempt.upstream.local);
  const lines: string[] = [];
  for (const [name, value] of headers) if (name !== 'host') lines.push(name, value);
  if (isStream(body) && kind.kind === 'sized') lines.push('content-length', String(kind.bytes));
  dispatcher.dispatch(
    {
      origin,
      path: place.target,
      method,
      headers: lines,
      body: body as Buffer | null, // undici also takes what can be iterated, its types do not say so
      headersTimeout: 0, // the call's `tick` sees to both
      bodyTimeout: 0,
    },
    attempt,
  );
}
