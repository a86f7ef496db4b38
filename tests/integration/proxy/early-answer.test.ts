import { once } from 'node:events';
import { constants, createSecureServer } from 'node:http2';
import { createServer as createHttpServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { selfSigned } from '../../support/self-signed.ts';
import { type RunningProxy, SECRET, startProxy, startProxyTo } from './running-proxy.ts';

const pem = selfSigned();
const REFUSAL = '{"error":{"message":"too large for us"}}';

/** Answers once the body has begun, reads no more of it, and closes: what was not read makes a reset of that. */
function refuses(socket: Socket): void {
  socket.on('error', () => undefined);
  let bytes = 0;
  socket.on('data', (piece: Buffer) => {
    bytes += piece.byteLength;
    if (bytes < 100_000 || socket.writableEnded) return;
    socket.pause();
    socket.end(
      `HTTP/1.1 413 Payload Too Large\r\nContent-Type: application/json\r\nContent-Length: ${REFUSAL.length}\r\n` +
        `Connection: close\r\n\r\n${REFUSAL}`,
      () => socket.destroy(),
    );
  });
}

async function listening(server: Server, scheme: string): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** @returns status and body of the answer to a body of `bytes`, sent as fast as it is taken. */
async function upload(proxy: RunningProxy, bytes: number): Promise<string> {
  const sent = request(`${proxy.url}/proxy/openai/files`, {
    method: 'POST',
    headers: { authorization: `Bearer ${proxy.token}`, 'content-length': bytes },
  });
  sent.on('error', () => undefined);
  const chunk = Buffer.alloc(256 * 1024);
  let left = bytes;
  const more = (): void => {
    while (left > 0 && !sent.destroyed) {
      const piece = chunk.subarray(0, Math.min(left, chunk.byteLength));
      left -= piece.byteLength;
      if (!sent.write(piece)) break;
    }
    if (left === 0) sent.end();
  };
  sent.on('drain', more);
  more();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return `${answer.statusCode ?? 0} ${await text(answer)}`;
}

test('so it is through the tunnel of an outbound proxy', async () => {
  const host = 'upload.example.com';
  const { cert, key } = selfSigned(host);
  const outbound = createHttpServer().on('connect', (_request, socket: Socket) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    refuses(new TLSSocket(socket, { isServer: true, cert, key })); // one who stands between would have our fault itself
  });
  const settings = { caCertificates: cert, outboundProxy: await listening(outbound, 'http') };
  const proxy = await startProxy({ settings });
  proxy.add({ provider: 'openai', fields: { api_key: SECRET }, baseUrl: `https://${host}` });
  for (let n = 0; n < 10; n += 1) expect(await upload(proxy, 40_000_000)).toBe(`413 ${REFUSAL}`);
});

describe.each([
  ['http', () => createServer(refuses)],
  ['https', () => createTlsServer(pem, refuses)],
])('a provider that refuses a large upload early and closes (HTTP/1.1, %s)', (scheme, server) => {
  test('the client gets its answer, each time', async () => {
    const proxy = await startProxyTo(await listening(server(), scheme), {
      settings: { caCertificates: pem.cert, http2: false },
    });
    const told = new Map<string, number>();
    for (let n = 0; n < 30; n += 1) {
      const answer = await upload(proxy, 40_000_000);
      told.set(answer, (told.get(answer) ?? 0) + 1);
    }
    expect([...told]).toEqual([[`413 ${REFUSAL}`, 30]]);
    expect([...told.keys()].join('')).not.toContain(SECRET);
  });
});

test('over HTTP/2 it gets it too', async () => {
  const server = createSecureServer(pem);
  server.on('stream', (stream) => {
    stream.on('error', () => undefined);
    stream.once('data', () => {
      stream.respond({ ':status': 413, 'content-type': 'application/json' });
      stream.end(REFUSAL, () => stream.close(constants.NGHTTP2_NO_ERROR)); // RFC 9113 section 8.1: the rest is not wanted
    });
  });
  const proxy = await startProxyTo(await listening(server, 'https'), { settings: { caCertificates: pem.cert } });
  for (let n = 0; n < 10; n += 1) expect(await upload(proxy, 4_000_000)).toBe(`413 ${REFUSAL}`);
});

test('an answer without a length that a reset breaks off does not look whole', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nbegun');
      setImmediate(() => socket.resetAndDestroy());
    });
  });
  const proxy = await startProxyTo(await listening(server, 'http'));
  const sent = request(`${proxy.url}/proxy/openai/x`, { headers: { authorization: `Bearer ${proxy.token}` } }).end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  await expect(text(answer)).rejects.toThrow('aborted');
});
