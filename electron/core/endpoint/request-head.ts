import type { IncomingMessage } from 'node:http';

export interface HeaderLine {
  /** In lower case. */
  readonly name: string;
  readonly value: string;
}

/** A request before its body, as it came: nothing joined, decoded or dropped. */
export interface RequestHead {
  readonly method: string;
  readonly target: string;
  readonly httpVersion: string;
  readonly headers: readonly HeaderLine[];
}

/** Reads `rawHeaders`: `headers` would hide a second Host or Authorization. */
export function requestHead(request: IncomingMessage): RequestHead {
  const raw = request.rawHeaders;
  const headers: HeaderLine[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    headers.push({ name: (raw[at] ?? '').toLowerCase(), value: raw[at + 1] ?? '' });
  }
  return { method: request.method ?? '', target: request.url ?? '', httpVersion: request.httpVersion, headers };
}

/** The value of a header that is known to appear at most once. */
export function headerValue(head: RequestHead, name: string): string | undefined {
  return head.headers.find((line) => line.name === name)?.value;
}
