import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { Pool } from 'undici';

/**
 * What bench/proxy.ts measures against, each in a process of its own: `upstream`, a provider that answers at once, and
 * `tap URL`, the least that forwards to it and reads the usage out of the answer.
 */
const COMPLETION = Buffer.from(
  JSON.stringify({
    id: 'chatcmpl-bench',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-bench',
    choices: [{ index: 0, message: { role: 'assistant', content: 'x'.repeat(200) }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 20, completion_tokens: 50, total_tokens: 70 },
  }),
);
const EVENT = Buffer.from(`data: ${JSON.stringify({ choices: [{ delta: { content: 'token '.repeat(8) } }] })}\n\n`);
const PIECE = Buffer.alloc(64 * 1024, 0x61);

/** The bytes of `/v1/stream?events=N`. */
export function eventStream(events: number): Buffer {
  return Buffer.concat([...Array.from({ length: events }, () => EVENT), Buffer.from('data: [DONE]\n\n')]);
}

function upstream(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://x');
  const number = (name: string) => Number(url.searchParams.get(name));
  switch (url.pathname) {
    case '/v1/stream':
      request.resume();
      streamEvents(response, number('events'), number('everyMs'));
      return;
    case '/v1/download':
      request.resume();
      streamBytes(response, number('bytes'));
      return;
    default: {
      let bytes = 0;
      request.on('data', (chunk: Buffer) => {
        bytes += chunk.byteLength;
      });
      request.on('end', () => {
        const answer = url.pathname === '/v1/upload' ? Buffer.from(String(bytes)) : COMPLETION;
        response.writeHead(200, ['Content-Type', 'application/json', 'Content-Length', String(answer.byteLength)]);
        response.end(answer);
      });
    }
  }
}

function streamEvents(response: ServerResponse, events: number, everyMs: number): void {
  response.writeHead(200, ['Content-Type', 'text/event-stream']);
  let sent = 0;
  const next = (): void => {
    if (response.destroyed) return;
    if (sent === events) {
      response.end('data: [DONE]\n\n');
      return;
    }
    sent += 1;
    response.write(EVENT);
    setTimeout(next, everyMs);
  };
  next();
}

function streamBytes(response: ServerResponse, bytes: number): void {
  response.writeHead(200, ['Content-Type', 'application/octet-stream', 'Content-Length', String(bytes)]);
  let left = bytes;
  const more = (): void => {
    while (left > 0) {
      const piece = left >= PIECE.byteLength ? PIECE : PIECE.subarray(0, left);
      left -= piece.byteLength;
      if (!response.write(piece)) {
        response.once('drain', more);
        return;
      }
    }
    response.end();
  };
  more();
}

/** node:http in front, undici behind, the answer piped, copied on its way and its usage parsed. No rules at all. */
function tap(to: string): (request: IncomingMessage, response: ServerResponse) => void {
  const pool = new Pool(new URL(to).origin, { connections: 512 });
  /** What a meter would add up. */
  const used = { tokens: 0 };
  return (request, response) => {
    const headers: Record<string, string> = { authorization: 'Bearer the-real-key', 'accept-encoding': 'identity' };
    for (const name of ['content-type', 'content-length', 'accept', 'user-agent']) {
      const value = request.headers[name];
      if (typeof value === 'string') headers[name] = value;
    }
    const hasBody = request.method !== 'GET' && request.method !== 'HEAD';
    pool
      .request({
        path: request.url ?? '/',
        method: request.method ?? 'GET',
        headers,
        body: hasBody ? request : null,
      })
      .then(({ statusCode, headers: given, body }) => {
        const passed: string[] = [];
        for (const name of ['content-type', 'content-length']) {
          const value = given[name];
          if (typeof value === 'string') passed.push(name, value);
        }
        response.writeHead(statusCode, passed);
        const copy: Buffer[] = [];
        const isJson = given['content-type'] === 'application/json';
        if (isJson) {
          body.on('data', (chunk: Buffer) => copy.push(chunk));
          body.on('end', () => {
            used.tokens += tokensIn(Buffer.concat(copy));
          });
        }
        pipeline(body, response, (error) => error && response.destroy());
      })
      .catch(() => response.destroy());
  };
}

function tokensIn(body: Buffer): number {
  const parsed = JSON.parse(body.toString('utf8')) as { usage?: { total_tokens?: number } };
  return parsed.usage?.total_tokens ?? 0;
}

const [what, url = ''] = process.argv.slice(2);
if (process.argv[1] === import.meta.filename) {
  const server = createServer(what === 'tap' ? tap(url) : upstream);
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
}
