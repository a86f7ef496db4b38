import { once } from 'node:events';
import { createServer as createPlain, request } from 'node:http';
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { selfSigned } from '../../support/self-signed.ts';
import { SECRET, startProxyTo, type RunningProxy } from './running-proxy.ts';

const pem = selfSigned();

async function listening(server: Server | Http2SecureServer): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(() => {
  delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  delete process.env['HTTPS_PROXY'];
  delete process.env['https_proxy'];
});

describe('TLS to the provider', () => {
  test('a certificate that nobody vouches for: the key is not sent, whatever the environment says', async () => {
    let heads = 0;
    const url = await listening(
      createServer(pem, (_request, response) => {
        heads += 1;
        response.end();
      }),
    );
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    const proxy = await startProxyTo(url);
    const answer = await proxy.ask('GET', '/proxy/openai/x');
    expect([answer.status, heads]).toEqual([502, 0]);
    expect(answer.body).toContain('certificate');
  });

  test('one that the owner trusts', async () => {
    const url = await listening(
      createServer(pem, (incoming, response) => response.end(incoming.headers.authorization)),
    );
    const proxy = await startProxyTo(url, { settings: { caCertificates: pem.cert } });
    expect((await proxy.ask('GET', '/proxy/openai/x')).body).toContain(SECRET);
  });

  test('a server that knows no newer TLS than 1.1 is not spoken to', async () => {
    const server = createServer(
      { ...pem, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
      (_request, response) => response.end('never'),
    );
    const proxy = await startProxyTo(await listening(server), { settings: { caCertificates: pem.cert } });
    expect((await proxy.ask('GET', '/proxy/openai/x')).status).toBe(502);
  });

  test('a proxy of the environment is not asked', async () => {
    let asked = 0;
    const other = createPlain(() => undefined).on('connect', () => {
      asked += 1;
    });
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    process.env['HTTPS_PROXY'] = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    process.env['https_proxy'] = process.env['HTTPS_PROXY'];
    const url = await listening(createServer(pem, (_request, response) => response.end('direct')));
    const proxy = await startProxyTo(url, { settings: { caCertificates: pem.cert } });
    expect((await proxy.ask('GET', '/proxy/openai/x')).body).toContain('direct');
    expect(asked).toBe(0);
  });
});

describe('HTTP/2 to the provider, where it is offered', () => {
  async function http2(
    handle: (request: Http2ServerRequest, response: Http2ServerResponse) => void,
    settings: { http2?: boolean } = {},
  ): Promise<RunningProxy> {
    const url = await listening(createSecureServer({ ...pem, allowHTTP1: true }, handle));
    return startProxyTo(url, { settings: { caCertificates: pem.cert, ...settings } });
  }

  test('the key goes in, the body goes up and comes down', async () => {
    const proxy = await http2((incoming, response) => {
      response.writeHead(200, { 'content-type': 'text/plain', 'x-version': 'x', 'x-request-id': incoming.httpVersion });
      incoming.pipe(response.stream);
      expect(incoming.headers.authorization).toBe(`Bearer ${SECRET}`);
    });
    const answer = await proxy.ask('POST', '/proxy/openai/x', { body: 'over two' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-request-id')).toBe('2.0');
    expect(answer.body).toContain('over two');
  });

  test('not where the owner switched it off', async () => {
    const proxy = await http2((incoming, response) => void response.end(incoming.httpVersion), { http2: false });
    expect((await proxy.ask('GET', '/proxy/openai/x')).body).toContain('1.1');
  });

  test('a large answer, read slowly, arrives whole', async () => {
    const bytes = Buffer.alloc(5_000_000, 'abcdefg');
    const proxy = await http2((_incoming, response) => void response.end(bytes));
    const asked = request(`${proxy.url}/proxy/openai/x`, { headers: { authorization: `Bearer ${proxy.token}` } }).end();
    const [answer] = (await once(asked, 'response')) as [AsyncIterable<Buffer>];
    const pieces: Buffer[] = [];
    for await (const piece of answer) {
      pieces.push(piece);
      if (pieces.length % 16 === 0) await new Promise(setImmediate);
    }
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
  });

  test('a large body arrives whole', async () => {
    const proxy = await http2((incoming, response) => {
      let bytes = 0;
      incoming.on('data', (chunk: Buffer) => {
        bytes += chunk.byteLength;
      });
      incoming.on('end', () => void response.end(String(bytes)));
    });
    const asked = request(`${proxy.url}/proxy/openai/x`, {
      method: 'POST',
      headers: { authorization: `Bearer ${proxy.token}`, 'content-length': '3000000' },
    });
    asked.end(Buffer.alloc(3_000_000));
    const [answer] = (await once(asked, 'response')) as [AsyncIterable<Buffer>];
    let text = '';
    for await (const piece of answer) text += String(piece);
    expect(text).toBe('3000000');
  });

  test.each([
    ['for an error of the provider (INTERNAL_ERROR)', (response: Http2ServerResponse) => response.stream.close(2)],
    ['as a cancelled one (CANCEL)', (response: Http2ServerResponse) => response.stream.close(8)],
    ['with its connection', (response: Http2ServerResponse) => response.stream.session?.destroy()],
  ])('a stream that breaks off, %s, never looks whole; the next request goes well', async (_how, breakOff) => {
    let breaks = true;
    const proxy = await http2((_incoming, response) => {
      response.writeHead(200);
      response.write('begun');
      if (breaks) setImmediate(() => breakOff(response));
      else response.end();
    });
    const asked = request(`${proxy.url}/proxy/openai/x`, { headers: { authorization: `Bearer ${proxy.token}` } }).end();
    const [answer] = (await once(asked, 'response')) as [NodeJS.ReadableStream];
    const end = Promise.withResolvers<string | undefined>();
    answer.on('error', ({ code }: NodeJS.ErrnoException) => end.resolve(code));
    answer.on('end', () => end.resolve('looks whole'));
    answer.resume();
    expect(await end.promise).toBe('ECONNRESET');
    breaks = false;
    expect((await proxy.ask('GET', '/proxy/openai/x')).body).toContain('begun');
  });

  test('the stream is reset when the client leaves; others on the connection go on', async () => {
    const closed = Promise.withResolvers<void>();
    const streams: Http2ServerResponse[] = [];
    const proxy = await http2((incoming, response) => {
      response.writeHead(200);
      response.write('begun');
      streams.push(response);
      if (streams.length === 2) incoming.stream.once('close', () => closed.resolve());
    });
    const open = async () => {
      const asked = request(`${proxy.url}/proxy/openai/x`, {
        headers: { authorization: `Bearer ${proxy.token}` },
      }).end();
      const [answer] = (await once(asked, 'response')) as [NodeJS.ReadableStream];
      await once(answer, 'data');
      asked.on('error', () => undefined);
      return { asked, answer };
    };
    const first = await open();
    const second = await open();
    second.asked.destroy();
    await closed.promise;
    const more = once(first.answer, 'data');
    streams[0]?.write('more');
    expect(String((await more)[0])).toBe('more');
    first.asked.destroy();
  });
});

describe('an outbound proxy', () => {
  test('is not used for a local server', async () => {
    let asked = 0;
    const other = createPlain().on('connect', () => {
      asked += 1;
    });
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const url = await listening(createServer(pem, (_request, response) => response.end('direct')));
    const outboundProxy = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const proxy = await startProxyTo(url, { settings: { caCertificates: pem.cert, outboundProxy } });
    expect((await proxy.ask('GET', '/proxy/openai/x')).body).toContain('direct');
    expect(asked).toBe(0);
  });

  test('carries requests to public hosts as a tunnel: it sees the name, never the key', async () => {
    const seen: string[] = [];
    const target = await listening(createServer(pem, (_request, response) => response.end('through')));
    const port = Number(new URL(target).port);
    const other = createPlain().on('connect', (incoming, client) => {
      seen.push(`${incoming.url ?? ''} ${JSON.stringify(incoming.headers)}`);
      const onward = connect(port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n');
        client.pipe(onward).pipe(client);
      });
      for (const socket of [client, onward]) socket.on('error', () => undefined);
    });
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const outboundProxy = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const proxy = await startProxyTo('http://127.0.0.1:1', { settings: { caCertificates: pem.cert, outboundProxy } });
    proxy.add({ provider: 'openai', label: 'public', fields: { api_key: SECRET }, baseUrl: 'https://api.example.com' });
    const answer = await proxy.ask('GET', '/proxy/openai@public/x');
    expect(seen[0]).toContain('api.example.com:443');
    expect(seen[0]).not.toContain(SECRET);
    // The certificate is for another name: so much was verified through the tunnel.
    expect([answer.status, answer.body.includes('certificate')]).toEqual([502, true]);
  });
});
