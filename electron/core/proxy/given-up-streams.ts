import { subscribe } from 'node:diagnostics_channel';
import type { ClientHttp2Stream } from 'node:http2';

/** Who waits for the answer on an HTTP/2 stream. */
export interface StreamOwner {
  /** The provider gave the stream up before its end. Told before the "end" that Node makes of it. */
  givenUp(): void;
}

interface OfStream {
  readonly stream: ClientHttp2Stream;
}

let isWatching = false;
let opening: StreamOwner | null = null;
const owners = new WeakMap<ClientHttp2Stream, StreamOwner>();

/**
 * Node ends a stream that was reset with CANCEL (RFC 9113 section 7) as if it were whole, and undici passes that on: a
 * broken answer would look complete. Node's diagnostics channels tell how a stream was closed. Call it before the first
 * HTTP/2 connection; without one nothing is watched.
 */
export function watchStreams(): void {
  if (isWatching) return;
  isWatching = true;
  subscribe('http2.client.stream.created', (message) => {
    if (opening !== null) owners.set((message as OfStream).stream, opening);
    opening = null;
  });
  subscribe('http2.client.stream.close', (message) => {
    const { stream } = message as OfStream;
    if (stream.rstCode !== 0 && !stream.readableEnded) owners.get(stream)?.givenUp();
  });
}

/** The next stream that is made is this one's: undici makes it in the same step. */
export function opensStream(owner: StreamOwner): void {
  if (isWatching) opening = owner;
}
