import { createHash, randomBytes } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { type ClientRequest, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { CallResult, CallTap, ProxyRouting, ProxyTap } from '../../../electron/core/proxy/observers.ts';
import { eventually } from '../../support/eventually.ts';
import { PASSWORD } from '../../support/test-app.ts';
import { SECRET, startProxyTo, type RunningProxy } from './running-proxy.ts';

const BEGUN = 'http.server.request.start';
type Handle = (request: IncomingMessage, response: ServerResponse) => void;

/** A provider that the test holds in its hand. */
async function provider(handle: Handle): Promise<string> {
  const server = createServer(handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A request whose body the test writes, and its answer. */
function call(proxy: RunningProxy, method = 'GET', headers: Record<string, string> = {}) {
  const sent = request(`${proxy.url}/proxy/openai/x`, {
    method,
    headers: { authorization: `Bearer ${proxy.token}`, ...headers },
  });
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve);
    sent.on('error', reject);
  });
  answer.catch(() => undefined);
  if (method === 'GET') sent.end();
  return { sent, answer };
}

/** Calls `see` for each request that a server of this process begins to read. */
function onRequest(
  see: (begun: { readonly request: IncomingMessage; readonly response: ServerResponse }) => void,
): void {
  const hear = (message: unknown): void => see(message as Parameters<typeof see>[0]);
  subscribe(BEGUN, hear);
  onTestFinished(() => void unsubscribe(BEGUN, hear));
}

/** Sends until nobody takes more. @returns how many bytes that were. */
function writtenUntilStalled(sent: ClientRequest): Promise<number> {
  const chunk = Buffer.alloc(64 * 1024);
  let written = 0;
  return new Promise((resolve) => {
    const more = (): void => {
      let takes = true;
      while (takes && written < 512 * 1024 * 1024) {
        takes = sent.write(chunk);
        written += chunk.byteLength;
      }
      const timer = setTimeout(() => resolve(written), 300); // no drain for so long: everybody waits
      sent.once('drain', () => {
        clearTimeout(timer);
        more();
      });
    };
    more();
  });
}

/** How an answer ended: `end` is a clean one. */
async function ending(answer: IncomingMessage): Promise<string> {
  answer.resume();
  return new Promise((resolve) => {
    answer.once('end', () => resolve('end'));
    answer.once('error', (error) => resolve((error as NodeJS.ErrnoException).code ?? 'error'));
    answer.once('close', () => resolve('close'));
  });
}

/** Shorter than the time after which the vault locks by itself. */
const LIMITS = { firstByteMs: 60_000, idleMs: 30_000 };

/** Keeps what was told of each call. */
function results(): { readonly tap: ProxyTap; readonly next: () => Promise<CallResult> } {
  const waiting: ((result: CallResult) => void)[] = [];
  const told: CallResult[] = [];
  const tap: CallTap = {
    bodyLimit: 0,
    requestBody: () => null,
    head: () => 'reads',
    chunk: () => null,
    last: () => null,
    retried: () => tap,
    end: (result) => {
      const waiter = waiting.shift();
      if (waiter === undefined) told.push(result);
      else waiter(result);
    },
  };
  return {
    tap: { request: () => tap },
    next: () => {
      const known = told.shift();
      return known === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(known);
    },
  };
}

describe('an answer that streams', () => {
  test('reaches the client piece by piece, head first', async () => {
    let response: ServerResponse | undefined;
    const proxy = await startProxyTo(
      await provider((_request, given) => {
        response = given;
        given.writeHead(200, { 'content-type': 'text/event-stream' });
        given.flushHeaders();
      }),
    );
    const answer = await call(proxy).answer; // the head came though no piece was sent yet
    for (const piece of ['data: 1\n\n', 'data: 2\n\n', 'data: [DONE]\n\n']) {
      const next = once(answer, 'data');
      response?.write(piece);
      expect(String((await next)[0])).toBe(piece);
    }
    response?.end();
    expect(await ending(answer)).toBe('end');
  });

  test('is not one byte changed', async () => {
    const bytes = randomBytes(3_000_000);
    const proxy = await startProxyTo(await provider((_request, response) => response.end(bytes)));
    const answer = await call(proxy).answer;
    const hash = createHash('sha256');
    for await (const piece of answer) hash.update(piece as Buffer);
    expect(hash.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  test('a success that holds the credential is not altered: only errors are', async () => {
    const proxy = await startProxyTo(await provider((_request, response) => response.end(SECRET)));
    const answer = await call(proxy).answer;
    expect(String((await once(answer, 'data'))[0])).toBe(SECRET);
  });

  test('is read no faster than the client reads', async () => {
    let written = 0;
    const stalled = Promise.withResolvers<void>();
    const proxy = await startProxyTo(
      await provider((_request, response) => {
        const chunk = Buffer.alloc(64 * 1024);
        const more = (): void => {
          let takes = true;
          while (takes && written < 512 * 1024 * 1024) {
            takes = response.write(chunk);
            written += chunk.byteLength;
          }
          const timer = setTimeout(() => stalled.resolve(), 300); // no drain for so long: everybody waits
          response.once('drain', () => {
            clearTimeout(timer);
            more();
          });
        };
        more();
      }),
    );
    const { sent, answer } = call(proxy);
    (await answer).pause();
    await stalled.promise;
    expect(written).toBeLessThan(32 * 1024 * 1024); // what four sockets and their buffers hold
    sent.destroy();
  });
});

describe('a request body that streams', () => {
  test('goes out while it comes in, and both ways at once', async () => {
    const proxy = await startProxyTo(
      await provider((incoming, response) => {
        response.writeHead(200);
        incoming.pipe(response);
      }),
    );
    const { sent, answer } = call(proxy, 'POST');
    sent.write('one');
    const got = await answer;
    expect(String((await once(got, 'data'))[0])).toBe('one');
    const next = once(got, 'data');
    sent.write('two');
    expect(String((await next)[0])).toBe('two');
    sent.end();
    expect(await ending(got)).toBe('end');
  });

  test('keeps the length that the client told', async () => {
    let seen: string | undefined;
    const hash = createHash('sha256');
    const proxy = await startProxyTo(
      await provider((incoming, response) => {
        seen = incoming.headers['content-length'];
        incoming.on('data', (chunk: Buffer) => hash.update(chunk));
        incoming.on('end', () => response.end());
      }),
    );
    const bytes = randomBytes(2_000_000);
    const { sent, answer } = call(proxy, 'POST', { 'content-length': String(bytes.byteLength) });
    sent.end(bytes);
    expect(await ending(await answer)).toBe('end');
    expect(seen).toBe(String(bytes.byteLength));
    expect(hash.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  test('is taken no faster than the provider takes it', async () => {
    const proxy = await startProxyTo(await provider((incoming) => incoming.pause()));
    const { sent } = call(proxy, 'POST');
    expect(await writtenUntilStalled(sent)).toBeLessThan(32 * 1024 * 1024);
    sent.destroy();
  });

  test('is given up when its client leaves, also while nobody takes it', async () => {
    const { tap, next } = results();
    const proxy = await startProxyTo(await provider((incoming) => incoming.pause()), { observers: { tap } });
    const { sent } = call(proxy, 'POST');
    await writtenUntilStalled(sent);
    sent.destroy();
    let result: CallResult | null = null;
    void next().then((ended) => {
      result = ended;
    });
    while (result === null) {
      proxy.clock.advance(1000); // the proxy looks each second
      await new Promise(setImmediate);
    }
    expect(result).toMatchObject({ outcome: 'aborted' });
  });

  test('an answer before its end reaches the client, and the connection ends behind it', async () => {
    const proxy = await startProxyTo(
      await provider((_incoming, response) =>
        response.writeHead(413, { 'content-type': 'text/plain' }).end('too much'),
      ),
    );
    const { sent, answer } = call(proxy, 'POST');
    sent.write(Buffer.alloc(300_000));
    const got = await answer;
    expect(got.statusCode).toBe(413);
    expect(got.headers.connection).toBe('close');
    expect(String((await once(got, 'data'))[0])).toBe('too much');
    sent.end();
  });

  test('over the owner’s limit is refused, told or found on the way', async () => {
    const proxy = await startProxyTo(
      await provider((incoming, response) => incoming.resume().on('end', () => response.end())),
      { settings: { maxBodyBytes: 100_000 } },
    );
    const told = call(proxy, 'POST', { 'content-length': '100001' });
    told.sent.write('a');
    expect((await told.answer).statusCode).toBe(413);
    told.sent.destroy();
    const found = call(proxy, 'POST');
    found.sent.write(Buffer.alloc(150_000));
    expect((await found.answer).statusCode).toBe(413);
    found.sent.destroy();
  });
});

describe('an answer that breaks off never looks whole', () => {
  test.each([
    ['in the middle of chunks', (response: ServerResponse) => response.writeHead(200)],
    ['before its length', (response: ServerResponse) => response.writeHead(200, { 'content-length': '1000' })],
  ])('%s', async (_name, head) => {
    const { tap, next } = results();
    const proxy = await startProxyTo(
      await provider((_request, response) => {
        head(response);
        response.write('begun');
        setImmediate(() => setImmediate(() => response.socket?.destroy()));
      }),
      { observers: { tap } },
    );
    const answer = await call(proxy).answer;
    expect(await ending(answer)).toBe('ECONNRESET');
    expect((await next()).outcome).toBe('broken');
  });

  test('before its head: 502', async () => {
    const proxy = await startProxyTo(await provider((incoming) => incoming.socket.destroy()));
    expect((await call(proxy).answer).statusCode).toBe(502);
  });

  test('no first byte in time: 504', async () => {
    const { tap, next } = results();
    const asked = Promise.withResolvers<void>();
    const proxy = await startProxyTo(await provider(() => asked.resolve()), { observers: { tap }, settings: LIMITS });
    const { answer } = call(proxy);
    await asked.promise;
    let isAnswered = false;
    void answer.then(() => {
      isAnswered = true;
    });
    proxy.clock.advance(LIMITS.firstByteMs);
    await new Promise(setImmediate);
    expect(isAnswered).toBe(false);
    proxy.clock.advance(2000);
    expect((await answer).statusCode).toBe(504);
    expect((await next()).outcome).toBe('timeout');
  });

  test('nothing more for too long', async () => {
    const { tap, next } = results();
    const proxy = await startProxyTo(await provider((_request, response) => response.writeHead(200).write('begun')), {
      observers: { tap },
      settings: LIMITS,
    });
    const answer = await call(proxy).answer;
    await once(answer, 'data');
    proxy.clock.advance(LIMITS.idleMs);
    expect(answer.destroyed).toBe(false);
    const ended = ending(answer);
    proxy.clock.advance(2000);
    expect(await ended).toBe('ECONNRESET');
    expect((await next()).outcome).toBe('timeout');
  });

  test('a client that takes nothing for too long is cut, and that is not the provider’s fault', async () => {
    const { tap, next } = results();
    const broke = vi.fn();
    const routing: ProxyRouting = {
      ...{ choose: () => null, began: () => undefined, answered: () => undefined, broke },
      ...{ mayRetry: () => false, another: () => null },
    };
    let given: ServerResponse | undefined;
    onRequest(({ request: incoming, response }) => {
      if (incoming.url === '/proxy/openai/x') given = response;
    });
    const proxy = await startProxyTo(
      await provider((_request, response) => {
        const more = (): void => {
          while (response.write(Buffer.alloc(64 * 1024)));
        };
        response.on('drain', more);
        more();
      }),
      { observers: { tap, routing }, settings: LIMITS },
    );
    const { answer } = call(proxy);
    const silent = (await answer).pause();
    await eventually(() => expect(given?.writableNeedDrain).toBe(true)); // the provider waits for it
    proxy.clock.advance(LIMITS.idleMs + 2000);
    expect((await next()).outcome).toBe('aborted');
    expect(broke).not.toHaveBeenCalled();
    expect(await ending(silent)).not.toBe('end');
  });

  test('the limit for a client that does not send is lifted while the provider is waited for', async () => {
    let socket: Socket | undefined;
    onRequest(({ request: incoming }) => {
      if (incoming.url === '/proxy/openai/x') socket = incoming.socket;
    });
    const asked = Promise.withResolvers<ServerResponse>();
    const proxy = await startProxyTo(await provider((_request, response) => asked.resolve(response)));
    const { answer } = call(proxy);
    const response = await asked.promise;
    expect(socket?.timeout).toBeGreaterThan(0);
    proxy.clock.advance(1000); // the proxy looks each second
    expect(socket?.timeout).toBe(0);
    response.end('late');
    expect(await ending(await answer)).toBe('end');
  });

  test('a stream that goes on is not cut, however long it takes', async () => {
    let response: ServerResponse | undefined;
    const proxy = await startProxyTo(
      await provider((_request, given) => {
        response = given;
        given.writeHead(200).write('begun');
      }),
      { settings: LIMITS },
    );
    const answer = await call(proxy).answer;
    await once(answer, 'data');
    for (let n = 0; n < 4; n += 1) {
      proxy.clock.advance(LIMITS.idleMs - 1000);
      const next = once(answer, 'data');
      response?.write('more');
      await next;
    }
    response?.end();
    expect(await ending(answer)).toBe('end');
  });
});

describe('the provider is let go at once', () => {
  /** A stream without end; tells when its connection closes. */
  async function endless() {
    const gone = Promise.withResolvers<void>();
    const url = await provider((incoming, response) => {
      incoming.socket.once('close', () => gone.resolve());
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\n\n');
    });
    return { url, gone: gone.promise };
  }

  test('when the client leaves in the middle', async () => {
    const { url, gone } = await endless();
    const { tap, next } = results();
    const proxy = await startProxyTo(url, { observers: { tap } });
    const { sent, answer } = call(proxy);
    await once(await answer, 'data');
    sent.destroy();
    await gone;
    expect((await next()).outcome).toBe('aborted');
  });

  test('when the client leaves before the answer', async () => {
    const gone = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const proxy = await startProxyTo(
      await provider((incoming) => {
        incoming.socket.once('close', () => gone.resolve());
        asked.resolve();
      }),
    );
    const { sent } = call(proxy);
    await asked.promise;
    sent.destroy();
    await gone.promise;
  });

  test('when the client leaves within its own body', async () => {
    const gone = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const proxy = await startProxyTo(
      await provider((incoming) => {
        incoming.on('error', () => undefined);
        incoming.once('data', () => begun.resolve());
        incoming.socket.once('close', () => gone.resolve());
      }),
    );
    const { sent } = call(proxy, 'POST');
    sent.write('begun');
    await begun.promise;
    sent.destroy();
    await gone.promise;
  });

  test('when the client is revoked: its streams end, another client’s do not', async () => {
    const { url, gone } = await endless();
    const proxy = await startProxyTo(url);
    const other = proxy.client(['proxy:openai']);
    const first = await call(proxy).answer;
    const second = await call({ ...proxy, token: other.token }).answer;
    await Promise.all([once(first, 'data'), once(second, 'data')]);
    const ended = ending(first);
    proxy.app.clients.revoke(proxy.clientId, 'cli');
    expect(await ended).toBe('ECONNRESET');
    await gone;
    expect(second.destroyed).toBe(false);
    second.destroy();
  });

  test('when the vault locks; what watches the call is told while the vault can still be written', async () => {
    const { url, gone } = await endless();
    let writable = false;
    const tap: CallTap = {
      bodyLimit: 0,
      requestBody: () => null,
      head: () => 'ignores',
      chunk: () => null,
      last: () => null,
      retried: () => tap,
      end: ({ outcome }) => {
        writable = outcome === 'aborted' && proxy.app.vault.opened().db.open;
      },
    };
    const proxy: RunningProxy = await startProxyTo(url, {
      observers: { tap: { request: () => tap } },
    });
    const answer = await call(proxy).answer;
    await once(answer, 'data');
    const ended = ending(answer);
    proxy.app.vault.lock('asked');
    expect(writable).toBe(true);
    expect(await ended).toBe('ECONNRESET');
    await gone;
  });

  test('when a backup takes the place of the open vault, and not before the copy is checked', async () => {
    const { url, gone } = await endless();
    const proxy = await startProxyTo(url);
    const { backups } = proxy.app.vault;
    const name = await backups.make('ui');
    const answer = await call(proxy).answer;
    await once(answer, 'data');
    const wrong = backups.restore({ name, secret: 'not the password', lock: true }, 'ui');
    await expect(wrong).rejects.toMatchObject({ code: 'wrong_password' });
    expect(answer.destroyed).toBe(false);
    const ended = ending(answer);
    await backups.restore({ name, secret: PASSWORD, lock: true }, 'ui');
    expect(await ended).toBe('ECONNRESET');
    await gone;
    expect((await call(proxy).answer).statusCode).toBe(423);
  });

  test('when the endpoint is switched off', async () => {
    const { url, gone } = await endless();
    const proxy = await startProxyTo(url);
    const answer = await call(proxy).answer;
    const ended = ending(answer);
    await proxy.endpoint.off('cli');
    expect(await ended).toBe('ECONNRESET');
    await gone;
  });
});

test('connections to the provider are used again', async () => {
  const ports = new Set<number | undefined>();
  const proxy = await startProxyTo(
    await provider((incoming, response) => {
      ports.add(incoming.socket.remotePort);
      response.end('x');
    }),
  );
  for (let n = 0; n < 5; n += 1) expect(await ending(await call(proxy).answer)).toBe('end');
  expect(ports.size).toBe(1);
});
