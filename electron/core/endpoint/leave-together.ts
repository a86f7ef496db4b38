import type { ServerResponse } from 'node:http';

interface Leaving {
  readonly response: ServerResponse;
  readonly body: string | Buffer;
}

let leaving: Leaving[] = [];

/**
 * Ends an answer when all that came in this turn of the loop has been seen to. To wake a reader on another core costs more
 * than to answer it (25 us where the machine is a virtual one), and one that was woken by the first answer is still at work
 * when the next comes. Who asks alone waits for nothing: the turn ends with its request.
 */
export function leaveTogether(response: ServerResponse, body: string | Buffer): void {
  if (leaving.push({ response, body }) === 1) setImmediate(leaveNow);
}

/** Those that wait for the end of the turn. */
export function leaveNow(): void {
  const now = leaving;
  leaving = [];
  for (const { response, body } of now) response.end(body); // where the client is gone or was cut off, nothing is sent
}
