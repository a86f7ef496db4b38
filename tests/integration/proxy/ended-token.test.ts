import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { answeringServer } from '../../support/answering-server.ts';
import { eventually } from '../../support/eventually.ts';
import { type RunningProxy, startProxyTo } from './running-proxy.ts';

const HALF_AN_HOUR_MS = 30 * 60 * 1000;
/** Whatever else would end a call that is silent for so long. */
const settings = { firstByteMs: 2 * HALF_AN_HOUR_MS, idleMs: 2 * HALF_AN_HOUR_MS };

/** A proxy to a server that does not end what it answers, and two clients, of which one ends in half an hour. */
async function endless({ begins }: { readonly begins: boolean }) {
  const counts = { begun: 0, left: 0 };
  const upstream = await answeringServer((response) => {
    counts.begun += 1;
    response.on('close', () => {
      counts.left += 1;
    });
    if (begins) response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
  });
  const proxy = await startProxyTo(upstream.url, { settings });
  const short = proxy.client(['proxy:openai']);
  const expiresAt = new Date(proxy.clock.now() + HALF_AN_HOUR_MS).toISOString();
  proxy.app.settings.set({ vault: { autoLockMinutes: 480 } }, 'cli');
  proxy.app.clients.narrow({ client: short.id, expiresAt }, 'cli');
  return { proxy, counts, short };
}

function call(proxy: RunningProxy, token: string): Promise<IncomingMessage> {
  const headers = { authorization: `Bearer ${token}` };
  const sent = request(`${proxy.url}/proxy/openai/x`, { headers }).end();
  sent.on('error', () => undefined);
  return once(sent, 'response').then(([answer]) => answer as IncomingMessage);
}

test('a stream ends within a second when its client’s token does, and no other', async () => {
  const { proxy, counts, short } = await endless({ begins: true });
  const [mine, other] = await Promise.all([call(proxy, short.token), call(proxy, proxy.token)]);
  await Promise.all([once(mine, 'data'), once(other, 'data')]);
  const rest = text(mine);
  rest.catch(() => undefined);
  proxy.clock.advance(HALF_AN_HOUR_MS - 1000);
  expect(mine.destroyed).toBe(false);
  proxy.clock.advance(1000);
  await expect(rest).rejects.toThrow('aborted'); // it does not look whole
  await eventually(() => expect(counts).toEqual({ begun: 2, left: 1 }));
  expect(other.destroyed).toBe(false);
  other.destroy();
});

test('a client that waits for its answer is told', async () => {
  const { proxy, counts, short } = await endless({ begins: false });
  const answer = call(proxy, short.token);
  await eventually(() => expect(counts.begun).toBe(1));
  proxy.clock.advance(HALF_AN_HOUR_MS);
  const told = await answer;
  expect(told.statusCode).toBe(401);
  expect(await text(told)).toMatch(/expired while the call was under way.*"code":"unauthorized"/);
  await eventually(() => expect(counts.left).toBe(1));
});

test('a client that is revoked while its answer waits behind another one on the connection is cut', async () => {
  const { proxy, counts, short } = await endless({ begins: true });
  const socket = connect(proxy.port, '127.0.0.1');
  const closed = once(socket, 'close');
  socket.on('error', () => undefined).resume();
  for (const token of [proxy.token, short.token]) {
    socket.write(
      `GET /proxy/openai/x HTTP/1.1\r\nHost: 127.0.0.1:${proxy.port}\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    );
  }
  await eventually(() => expect(counts.begun).toBe(2));
  proxy.app.clients.revoke(short.id, 'cli');
  await closed;
  await eventually(() => expect(counts.left).toBe(2));
});
