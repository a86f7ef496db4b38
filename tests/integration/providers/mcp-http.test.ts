import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../support/fake-clock.ts';
import { selfSigned } from '../../support/self-signed.ts';
import { type Asked, atEnd, check, closedPort } from './checked.ts';
import { lineServer } from './line-server.ts';

const TOKEN = 'FAKE-token-of-an-mcp-server';
const SAMPLES = join(import.meta.dirname, '../../fixtures/samples/mcp_probe.json');

interface Heard {
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  readonly rpc: string | undefined;
}

interface Peer {
  readonly url: string;
  readonly heard: Heard[];
}

type Answer = (request: IncomingMessage, response: ServerResponse, body: unknown) => unknown;

async function httpServer(answer: Answer): Promise<Peer> {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
    });
    request.on('end', () => {
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      const rpc = (body as { method?: string } | undefined)?.method;
      heard.push({ method: request.method ?? '', headers: request.headers, rpc });
      void answer(request, response, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`, heard };
}

function ask(url: string, fields: Readonly<Record<string, string>> = { token: TOKEN }, more: Partial<Asked> = {}) {
  const kind = fields['header_name'] !== undefined ? 'header' : fields['token'] !== undefined ? 'bearer' : 'none';
  return check({ provider: 'mcp', kind, check: 'streamable_http', fields: { url, ...fields }, ...more });
}

/** A server made with the official SDK: a handshake, a session, two tools; with a token where one is given. */
async function sdkServer({ token = null as string | null, json = false, stateless = false } = {}): Promise<Peer> {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const open = async () => {
    const server = new McpServer({ name: 'peer', version: '1.2.3' });
    server.registerTool('one', { description: 'first' }, () => ({ content: [] }));
    server.registerTool('two', { description: 'second' }, () => ({ content: [] }));
    const transport = new StreamableHTTPServerTransport({
      ...(stateless ? {} : { sessionIdGenerator: () => randomUUID() }),
      enableJsonResponse: json,
      onsessioninitialized: (id) => void sessions.set(id, transport),
    });
    await server.connect(transport);
    return transport;
  };
  atEnd(async () => {
    for (const transport of sessions.values()) await transport.close();
  });
  return httpServer(async (request, response, body) => {
    if (token !== null && request.headers.authorization !== `Bearer ${token}`) {
      response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end();
      return;
    }
    const id = request.headers['mcp-session-id'];
    const transport = (typeof id === 'string' ? sessions.get(id) : undefined) ?? (await open());
    await transport.handleRequest(request, response, body);
  });
}

const LEGACY_FACTS = [
  { label: 'Server', value: 'peer 1.2.3' },
  { label: 'Protocol', value: '2025-11-25 (with a handshake)' },
  { label: 'Tools', value: '2' },
];

describe('an MCP server made with the official SDK', () => {
  it.each([
    ['event streams', { json: false }],
    ['JSON', { json: true }],
    ['no sessions', { stateless: true, json: true }],
  ])('that answers with %s is valid, with its name and tools', async (_name, options) => {
    const server = await sdkServer(options);
    const verdict = await ask(server.url, {});
    expect(verdict).toMatchObject({ result: 'valid', detail: 'The server answers.', facts: LEGACY_FACTS });
    expect(verdict.latencyMs).toBeGreaterThan(0);
  });

  it('is pinged, and its session is ended', async () => {
    const server = await sdkServer();
    await ask(server.url, {});
    expect(server.heard.map(({ method, rpc }) => rpc ?? method)).toEqual([
      'server/discover',
      'initialize',
      'notifications/initialized',
      'ping',
      'tools/list',
      'DELETE',
    ]);
  });

  it('takes the right token, sent with each request, without an Origin', async () => {
    const server = await sdkServer({ token: TOKEN });
    const verdict = await ask(server.url);
    expect(verdict).toMatchObject({ result: 'valid', detail: 'The server answers with this token.' });
    for (const { headers } of server.heard) {
      expect(headers.authorization).toBe(`Bearer ${TOKEN}`);
      expect(headers.origin).toBeUndefined();
    }
  });

  it('refuses a wrong token: an invalid key, after one request', async () => {
    const server = await sdkServer({ token: TOKEN });
    const verdict = await ask(server.url, { token: `${TOKEN}x` });
    expect(verdict).toMatchObject({ result: 'invalid_key', detail: 'The server does not accept this token (401).' });
    expect(server.heard).toHaveLength(1);
  });

  it('that wants a token says so to a credential without one', async () => {
    const server = await sdkServer({ token: TOKEN });
    const verdict = await ask(server.url, {});
    expect(verdict).toMatchObject({ result: 'insufficient_permission', detail: 'The server asks for a token (401).' });
  });
});

interface Exchange {
  readonly name: string;
  readonly response: { status: number; headers: Record<string, string>; body: unknown };
}
const samples = (JSON.parse(readFileSync(SAMPLES, 'utf8')) as { exchanges: Exchange[] }).exchanges;

function sample(name: string): Exchange['response'] {
  const found = samples.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no sample ${name}`);
  return found.response;
}

function reply(response: ServerResponse, { status, headers, body }: Exchange['response'], id?: unknown): void {
  const said = typeof body === 'object' && id !== undefined ? { ...body, id } : body;
  response.writeHead(status, headers).end(typeof said === 'string' ? said : JSON.stringify(said));
}

/** A server of revision 2026-07-28, which the SDK does not speak yet: the recorded exchange, and one tool. */
function modernServer(stream = false): Promise<Peer> {
  return httpServer((request, response, body) => {
    const { id, method } = body as { id: string; method: string };
    const fits = request.headers['mcp-method'] === method && request.headers['mcp-protocol-version'] === '2026-07-28';
    if (!fits) return reply(response, { status: 400, headers: {}, body: { jsonrpc: '2.0', error: { code: -32020 } } });
    const discovered = sample('modern_discover_ok');
    const found =
      method === 'server/discover'
        ? discovered
        : { ...discovered, body: { jsonrpc: '2.0', result: { resultType: 'complete', tools: [{ name: 'one' }] } } };
    if (!stream) return reply(response, found, id);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': hello\n\nevent: message\ndata: {"jsonrpc":"2.0","method":"notifications/message"}\n\n');
    response.write(`data: ${JSON.stringify({ ...(found.body as object), id })}\n\n`); // and stays open
  });
}

describe('a modern MCP server', () => {
  it.each([
    ['JSON', false],
    ['an event stream that stays open', true],
  ])('that answers with %s is valid without a handshake', async (_name, stream) => {
    const server = await modernServer(stream);
    const verdict = await ask(server.url);
    expect(verdict).toMatchObject({
      result: 'valid',
      facts: [
        { label: 'Server', value: 'FakeServer 0.1.0' },
        { label: 'Protocol', value: '2026-07-28 (modern, without a handshake)' },
        { label: 'Tools', value: '1' },
      ],
    });
    expect(server.heard.map(({ rpc }) => rpc)).toEqual(['server/discover', 'tools/list']);
  });

  it('of a later revision is alive, and is valid', async () => {
    const server = await httpServer((_request, response) => reply(response, sample('modern_version_mismatch')));
    const verdict = await ask(server.url);
    expect(verdict.result).toBe('valid');
    expect(verdict.facts).toEqual([{ label: 'Protocol', value: '2027-01-15 (modern, without a handshake)' }]);
  });

  it('that does not understand us says nothing about the token', async () => {
    const server = await httpServer((_request, response) =>
      reply(response, { status: 400, headers: {}, body: { jsonrpc: '2.0', error: { code: -32021 } } }),
    );
    expect((await ask(server.url)).result).toBe('provider_unavailable');
    expect(server.heard).toHaveLength(1);
  });

  it('gets the key in the header that was named', async () => {
    const server = await modernServer();
    await ask(server.url, { token: TOKEN, header_name: 'X-Api-Key' });
    expect(server.heard.map(({ headers }) => [headers['x-api-key'], headers.authorization])).toEqual([
      [TOKEN, undefined],
      [TOKEN, undefined],
    ]);
  });
});

it('the recorded handshake of an older server is followed', async () => {
  const server = await httpServer((request, response, body) => {
    const { id, method } = (body ?? {}) as { id?: unknown; method?: string };
    if (request.method === 'DELETE') return response.writeHead(405).end();
    if (method === 'server/discover') return reply(response, sample('legacy_server_rejects_modern'));
    if (method === 'initialize') return reply(response, sample('legacy_initialize_ok'), id);
    expect(request.headers['mcp-session-id']).toBe('fake-session-0001');
    expect(request.headers['mcp-protocol-version']).toBe('2025-11-25');
    if (method === 'notifications/initialized') return response.writeHead(202).end();
    const result = method === 'tools/list' ? { tools: [] } : {};
    reply(
      response,
      { status: 200, headers: { 'content-type': 'application/json' }, body: { jsonrpc: '2.0', result } },
      id,
    );
  });
  const verdict = await ask(server.url);
  expect(verdict).toMatchObject({
    result: 'valid',
    facts: [
      { label: 'Server', value: 'FakeServer 0.1.0' },
      { label: 'Protocol', value: '2025-11-25 (with a handshake)' },
      { label: 'Tools', value: '0' },
    ],
  });
});

describe('answers of an MCP server', () => {
  it.each([
    ['unauthorized', 'invalid_key'],
    ['insufficient_scope', 'insufficient_permission'],
    ['origin_rejected', 'insufficient_permission'],
    ['legacy_session_gone', 'provider_unavailable'],
  ])('the recorded %s means %s', async (name, result) => {
    const server = await httpServer((_request, response) => reply(response, sample(name)));
    expect((await ask(server.url)).result).toBe(result);
  });

  const html = { 'content-type': 'text/html' };
  it.each([
    [401, { 'www-authenticate': 'Bearer error="invalid_token", error_description="The token expired"' }, '', 'expired'],
    [402, {}, '', 'quota_exceeded'],
    [403, html, '<html>Blocked</html>', 'provider_unavailable'],
    [429, {}, '', 'rate_limited'],
    [500, {}, '', 'provider_unavailable'],
    [503, html, '<html>Sign in</html>', 'provider_unavailable'],
    [404, html, '<html>Not here</html>', 'provider_unavailable'],
    [405, {}, '', 'provider_unavailable'],
    [200, html, '<html>Welcome to the hotel network</html>', 'provider_unavailable'],
    [200, { 'content-type': 'application/json' }, '{"hello":1}', 'provider_unavailable'],
    [204, {}, '', 'provider_unavailable'],
  ] as const)('%i %o %s means %s', async (status, headers, body, result) => {
    const server = await httpServer((_request, response) => response.writeHead(status, headers).end(body));
    expect((await ask(server.url)).result).toBe(result);
  });

  it('a rate limit says when to try again', async () => {
    const server = await httpServer((_request, response) => response.writeHead(429, { 'retry-after': '42' }).end());
    expect((await ask(server.url)).hint).toBe('Try again in 42 s.');
  });

  it('a refused handshake says nothing about the token', async () => {
    const server = await httpServer((_request, response, body) => {
      const { id } = body as { id: unknown };
      const error = { code: -32603, message: `no ${TOKEN}` };
      reply(
        response,
        { status: 200, headers: { 'content-type': 'application/json' }, body: { jsonrpc: '2.0', error } },
        id,
      );
    });
    const verdict = await ask(server.url);
    expect(verdict).toMatchObject({
      result: 'provider_unavailable',
      detail: 'The server refuses the handshake (error -32603).',
    });
  });

  it('a token that is refused after the handshake is an invalid key', async () => {
    const server = await httpServer((_request, response, body) => {
      const { id, method } = (body ?? {}) as { id?: unknown; method?: string };
      if (method === 'server/discover') return reply(response, sample('legacy_server_rejects_modern'));
      if (method === 'initialize') return reply(response, sample('legacy_initialize_ok'), id);
      response.writeHead(401).end();
    });
    expect((await ask(server.url)).result).toBe('invalid_key');
  });

  it.each([301, 302, 303, 307, 308])('a redirect (%i) is not followed, not even on the same host', async (status) => {
    const server = await httpServer((_request, response) => response.writeHead(status, { location: '/other' }).end());
    const verdict = await ask(server.url);
    expect(verdict.result).toBe('provider_unavailable');
    expect(verdict.detail).toContain(`elsewhere (${status})`);
    expect(server.heard).toHaveLength(1);
  });

  it('what a server echoes is covered', async () => {
    const server = await httpServer((_request, response, body) => {
      const { id } = body as { id: unknown };
      const info = { name: `I heard ${TOKEN}`, version: Buffer.from(TOKEN).toString('base64') };
      const result = {
        supportedVersions: ['2026-07-28'],
        capabilities: {},
        _meta: { 'io.modelcontextprotocol/serverInfo': info },
      };
      reply(
        response,
        { status: 200, headers: { 'content-type': 'application/json' }, body: { jsonrpc: '2.0', result } },
        id,
      );
    });
    const verdict = await ask(server.url);
    expect(verdict.facts[0]).toEqual({ label: 'Server', value: 'I heard •••• ••••' });
  });

  it('an answer without end is broken off', async () => {
    const server = await httpServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const chunk = Buffer.alloc(64 * 1024, 0x20);
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    expect((await ask(server.url)).result).toBe('provider_unavailable');
  });
});

describe('an MCP server that cannot be reached', () => {
  it('a private address is refused before anything is stored', () => {
    expect(() => ask('https://127.0.0.1/mcp', { token: TOKEN }, { local: false })).toThrow('private network');
    expect(() => ask('http://mcp.example.com/mcp', { token: TOKEN }, { local: false })).toThrow('https');
    expect(() => ask('http://169.254.169.254/mcp')).toThrow('metadata');
  });

  it('a public name that leads to loopback is found out when the connection is made', async () => {
    const server = await modernServer();
    const { port } = new URL(server.url);
    for (const host of ['localhost', '127.0.0.1']) {
      const addresses = [{ protocol: 'mcp_http', url: `http://${host}:${port}/mcp` }] as const;
      const verdict = await ask(server.url, { token: TOKEN }, { local: false, addresses });
      expect(verdict).toMatchObject({ result: 'provider_unavailable', latencyMs: null });
      expect(verdict.detail).toContain('an address where this token must not go');
    }
    expect(server.heard).toEqual([]);
  });

  it('a closed port and an unknown name are told apart', async () => {
    const peer = await lineServer(null);
    expect((await ask(`http://nowhere.invalid:${peer.port}/mcp`)).detail).toBe(
      'There is no host of this name. Nothing was sent.',
    );
    expect((await ask(`http://127.0.0.1:${await closedPort()}/mcp`)).detail).toBe('Nothing answers at this address.');
  });

  it('a certificate of its own is refused', async () => {
    const server = createTlsServer(selfSigned(), (_request, response) => response.end());
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    atEnd(() => server.close());
    const verdict = await ask(`https://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
    expect(verdict).toMatchObject({ result: 'provider_unavailable', latencyMs: null });
    expect(verdict.detail).toContain('no certificate that this computer trusts');
  });

  it('a server that says nothing is a timeout after 10 s, and the connection is closed', async () => {
    const clock = new FakeClock();
    const peer = await lineServer(null);
    const running = ask(`http://127.0.0.1:${peer.port}/mcp`, { token: TOKEN }, { clock });
    await peer.connected;
    clock.advance(10_000);
    expect((await running).result).toBe('timeout');
    await peer.closed;
  });

  it('a cancelled test rejects with its reason, and the connection is closed', async () => {
    const abort = new AbortController();
    const peer = await lineServer(null);
    const running = ask(`http://127.0.0.1:${peer.port}/mcp`, { token: TOKEN }, { signal: abort.signal });
    await peer.connected;
    abort.abort(new Error('cancelled by the owner'));
    await expect(running).rejects.toThrow('cancelled by the owner');
    await peer.closed;
  });

  it('a test that is cancelled within a session sends nothing more, not even the end of the session', async () => {
    const abort = new AbortController();
    const sockets: Socket[] = [];
    const peer = await httpServer((request, response, body) => {
      sockets.push(request.socket);
      const { id, method } = body as { id?: unknown; method?: string };
      if (method === 'ping') {
        abort.abort(new Error('cancelled by the owner'));
        return; // never answered
      }
      if (method !== 'initialize') {
        response.writeHead(method === 'server/discover' ? 404 : 202).end();
        return;
      }
      const result = { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: { name: 'peer', version: '1' } };
      response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 's-1' });
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
    });
    await expect(ask(peer.url, { token: TOKEN }, { signal: abort.signal })).rejects.toThrow('cancelled by the owner');
    const open = sockets.filter((socket) => !socket.destroyed);
    await Promise.all(open.map((socket) => once(socket, 'close')));
    expect(peer.heard.map(({ method, rpc }) => rpc ?? method)).toEqual([
      'server/discover',
      'initialize',
      'notifications/initialized',
      'ping',
    ]);
  });
});
