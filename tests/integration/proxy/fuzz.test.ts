import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { once } from 'node:events';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { readAudit } from '../../../electron/core/audit/audit-log.ts';
import { startProxy } from './running-proxy.ts';

/** As many as the security design asks for. */
const REQUESTS = 10_000;
const AT_ONCE = 64;
const KEYS = {
  openai: ['sk', 'proj', 'FAKEopenai0123456789abcdef'].join('-'),
  anthropic: ['sk', 'ant', 'FAKEanthropic0123456789'].join('-'),
  http: ['FAKE', 'http', 'key', '0123456789'].join('-'),
};
type Provider = keyof typeof KEYS;

/** What it saw of keys that are not its own, and whether anything came that is outside of its base path. */
interface Witness {
  readonly url: string;
  readonly foreign: string[];
  asked: number;
}

/** A provider that answers in all the ways that could let a key slip out: echoes, errors, redirects, strange headers. */
async function witness(own: Provider | null, prefix: string): Promise<Witness> {
  const seen: Witness = { url: '', foreign: [], asked: 0 };
  let turn = 0;
  const server = createServer((request: IncomingMessage, response) => {
    seen.asked += 1;
    const chunks: Buffer[] = [];
    request.on('error', () => undefined);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const all = `${request.url ?? ''}\n${request.rawHeaders.join('\n')}\n${Buffer.concat(chunks).toString('latin1')}`;
      for (const [provider, key] of Object.entries(KEYS)) {
        if (provider !== own && all.includes(key)) seen.foreign.push(`${provider} at ${own ?? 'nobody'}`);
      }
      if (own !== null && !(request.url ?? '').startsWith(`${prefix}`))
        seen.foreign.push(`outside: ${request.url ?? ''}`);
      turn = (turn + 1) % 6;
      const key = own === null ? '' : KEYS[own];
      const echo = { 'x-request-id': key, link: `<https://x/?k=${encodeURIComponent(key)}>`, 'set-cookie': `k=${key}` };
      if (turn === 0) response.writeHead(302, { location: `http://127.0.0.1:1/?key=${key}` }).end();
      else if (turn === 1) response.writeHead(401, echo).end(`bad key ${key} ${Buffer.from(key).toString('base64')}`);
      else if (turn === 2) response.writeHead(500, echo).end(JSON.stringify({ key, url: encodeURIComponent(key) }));
      else if (turn === 3) response.destroy();
      else response.writeHead(200, echo).end('fine');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return Object.assign(seen, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

/** One connection that is used as long as the endpoint leaves it open. */
class Line {
  readonly #port: number;
  #socket: Socket | null = null;

  constructor(port: number) {
    this.#port = port;
  }

  /** Sends bytes; resolves with what came until the answer was whole, the connection ended, or nothing more came. */
  send(bytes: string): Promise<string> {
    const socket = this.#socket ?? connect(this.#port, '127.0.0.1').on('error', () => undefined);
    this.#socket = socket;
    return new Promise((resolve) => {
      let text = '';
      const done = (): void => {
        socket.off('data', onData);
        socket.off('close', done);
        if (socket.destroyed) this.#socket = null;
        resolve(text);
      };
      const onData = (chunk: Buffer): void => {
        text += chunk.toString('latin1');
        if (isWhole(text, bytes.startsWith('HEAD '))) {
          if (/connection: close/i.test(text)) {
            socket.destroy();
            return;
          }
          done();
        }
      };
      socket.on('data', onData);
      socket.once('close', done);
      socket.write(bytes, 'latin1');
    });
  }

  close(): void {
    this.#socket?.destroy();
  }
}

function isWhole(text: string, isHead: boolean): boolean {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return false;
  if (isHead) return true;
  const head = text.slice(0, end).toLowerCase();
  const body = text.slice(end + 4);
  const length = /\r\ncontent-length: (\d+)/.exec(head)?.[1];
  if (length !== undefined) return body.length >= Number(length);
  if (head.includes('transfer-encoding: chunked')) return body.endsWith('0\r\n\r\n');
  return true;
}

test(`in ${REQUESTS} strange requests no server but the right one sees a key, and nobody is told one`, {
  timeout: 120_000,
}, async () => {
  const proxy = await startProxy();
  const servers = {
    openai: await witness('openai', '/v1'),
    anthropic: await witness('anthropic', '/'),
    http: await witness('http', '/deep/base'),
    nobody: await witness(null, '/'),
  };
  const local = { local: true };
  proxy.add({ provider: 'openai', fields: { api_key: KEYS.openai }, baseUrl: `${servers.openai.url}/v1`, ...local });
  proxy.add({ provider: 'anthropic', fields: { api_key: KEYS.anthropic }, baseUrl: servers.anthropic.url, ...local });
  proxy.add({ provider: 'http', fields: { api_key: KEYS.http }, baseUrl: `${servers.http.url}/deep/base`, ...local });
  const { token } = proxy.client(['proxy:openai', 'proxy:anthropic', 'proxy:http']);
  const evil = new URL(servers.nobody.url).host;

  const piece = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom('models', 'v1', 'chat/completions', 'x') },
    fc.constantFrom('..', '.', '%2e%2e', '%2f', '%5c', '\\', '%00', '%252e', '//', ';', '@', ':', '#', '?', '&', '%'),
    fc.constantFrom(evil, `http://${evil}`, `//${evil}`, `@${evil}`, `x@${evil}`, `\\\\${evil}`, `%2f%2f${evil}`),
    fc.string({ unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 6 }),
  );
  /** Each part is mostly in order: a request that is strange in every way ends at the first door. */
  const mostly = (good: readonly string[], strange: readonly string[]) =>
    fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: fc.constantFrom(...strange) });
  const path = fc.tuple(mostly(['/'], ['', '//', '/./', '/\\']), fc.array(piece, { maxLength: 3 }));
  const strangeNames = [
    'openai@other',
    `openai@${evil}`,
    evil,
    '..',
    '',
    'OPENAI',
    '%6fpenai',
    'openai:443',
    '__proto__',
  ];
  const strangeHeader = fc.constantFrom(
    ...[`Host: ${evil}`, `X-Forwarded-Host: ${evil}`, `Forwarded: host=${evil}`, 'Connection: authorization, host'],
    ...['Transfer-Encoding: chunked', 'Content-Length: 5', 'Expect: 100-continue', 'TE: trailers', 'Range: bytes=0-'],
    ...[`X-Original-URL: http://${evil}/`, 'X-HTTP-Method-Override: PUT', 'Proxy-Authorization: Basic eA==', ' folded'],
    ...[
      `Referer: http://${evil}`,
      'Cookie: a=b',
      'X-Api-Key: other',
      'Accept: */*',
      'If-None-Match: *',
      'Upgrade: h2c',
    ],
    ...['User-Agent: \x01', 'X-Request-Id: a\0b', 'Accept-Encoding: gzip', 'Anthropic-Version: 1', 'Keep-Alive: 1'],
  );
  const request = fc.record({
    method: mostly(['GET', 'POST', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'], ['OPTIONS', 'CONNECT', 'get', 'TRACE']),
    start: mostly(['/proxy/'], ['//proxy/', `http://${evil}/proxy/`, '/v1/keys/../proxy/', '/proxy//']),
    name: mostly(['openai', 'anthropic', 'http', 'openai@default'], strangeNames),
    path,
    query: mostly(['', '?a=1'], ['?key=a', `?url=http://${evil}`, '?a=1&token=b', '?%6bey=c', '?x#y']),
    headers: fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(strangeHeader, { maxLength: 2 }) },
    ),
    body: mostly(['', '{"a":1}'], ['hello']),
    token: mostly(['bearer', 'x-api-key'], ['both', 'none', 'query']),
  });
  const bytesOf = (given: typeof request extends fc.Arbitrary<infer T> ? T : never): string => {
    const [first, pieces] = given.path;
    const withToken = given.token === 'query' ? `?t=${token}` : given.query;
    const lines = [`Host: 127.0.0.1:${proxy.port}`, ...given.headers];
    if (given.token === 'bearer' || given.token === 'both') lines.push(`Authorization: Bearer ${token}`);
    if (given.token === 'x-api-key' || given.token === 'both') lines.push(`x-api-key: ${token}`);
    if (given.body !== '') lines.push(`Content-Length: ${given.body.length}`);
    return `${given.method} ${given.start}${given.name}${first}${pieces.join('/')}${withToken} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${given.body}`;
  };

  const answers: string[] = [];
  const requests = fc.sample(request, { numRuns: REQUESTS, seed: 20_261_121 });
  const worker = async (): Promise<void> => {
    const line = new Line(proxy.port);
    for (let next = requests.pop(); next !== undefined; next = requests.pop()) {
      const sent = bytesOf(next);
      // What never gets an answer by design (a body that does not come) is left after this request.
      const isOpenEnded = /Content-Length: 5\r\n|Transfer-Encoding: chunked|Expect/.test(sent);
      const answer = isOpenEnded ? await lone(proxy.port, sent) : await line.send(sent);
      if (Object.values(KEYS).some((key) => leaks(answer, key))) answers.push(`${sent}\n----\n${answer}`);
    }
    line.close();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));

  expect(answers).toEqual([]);
  for (const [who, { foreign }] of Object.entries(servers)) expect([who, foreign]).toEqual([who, []]);
  expect(servers.nobody.asked).toBe(0);
  expect(servers.openai.asked).toBeGreaterThan(300); // it was no barrage of refusals only
  proxy.clock.advance(61_000);
  const told = JSON.stringify(readAudit(proxy.app.vault.opened(), { limit: 1000 })) + proxy.metrics.registry.text();
  const logs = readdirSync(join(proxy.home, 'logs')).map((file) =>
    readFileSync(join(proxy.home, 'logs', file), 'utf8'),
  );
  for (const key of [...Object.values(KEYS), token]) expect(`${told}${logs.join('')}`).not.toContain(key);
});

function leaks(answer: string, key: string): boolean {
  return [key, Buffer.from(key).toString('base64').replace(/=+$/, '')].some((form) => answer.includes(form));
}

/** On a connection of its own, which is ended when the request is out and half a moment passed without an answer. */
async function lone(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    if (isWhole(text.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, ''), bytes.startsWith('HEAD '))) socket.destroy();
  });
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  socket.write(bytes, 'latin1');
  socket.setTimeout(30, () => socket.destroy());
  await closed;
  return text;
}
