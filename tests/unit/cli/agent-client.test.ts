import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { AgentClient } from '../../../cli/agent-client.ts';
import { type LineAgent, makeHome, startLineAgent, WireError } from './line-agent.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const end of ends.splice(0)) await end();
});

async function agentThat(...args: Parameters<typeof startLineAgent>): Promise<LineAgent> {
  const agent = await startLineAgent(...args);
  ends.push(() => agent.close());
  return agent;
}

async function clientOf(agent: LineAgent): Promise<AgentClient> {
  const client = await AgentClient.open(agent.socket);
  if (client === null) throw new Error('nobody listens');
  ends.push(() => client.close());
  return client;
}

const value = { value: 'v', scope: 'user', version: 1 };

test('the hello travels with the first request and is sent once', async () => {
  const agent = await agentThat(() => value);
  const client = await clientOf(agent);
  await client.call('credentials.read', { ref: 'kh://a/b' });
  await client.call('credentials.read', { ref: 'kh://a/c' });
  expect(agent.received[0]?.split('\n').length).toBe(3);
  expect(agent.received.join('').match(/hello/g)).toHaveLength(1);
  expect(client.pid).toBe(process.pid);
});

test('answers are matched to their questions whatever their order and however they are cut', async () => {
  const held: string[] = [];
  const agent = await agentThat(({ params }) => ({ ...value, value: `é${(params as { ref: string }).ref}` }), {
    send: (socket, line) => {
      held.push(line);
      if (held.length < 4) return;
      const [hello = '', ...answers] = held;
      const bytes = Buffer.from(hello + answers.toReversed().join(''));
      for (const byte of bytes) socket.write(Buffer.of(byte));
    },
  });
  const client = await clientOf(agent);
  const refs = ['kh://a/1', 'kh://a/2', 'kh://a/3'];
  const answers = await Promise.all(refs.map((ref) => client.call('credentials.read', { ref })));
  expect(answers.map((answer) => answer.value)).toEqual(refs.map((ref) => `é${ref}`));
});

test('an error keeps its code, message and hint', async () => {
  const agent = await agentThat(() => new WireError('vault_locked', 'The vault is locked.', 'Unlock it.'));
  const call = (await clientOf(agent)).call('credentials.list', {});
  await expect(call).rejects.toMatchObject({
    code: 'vault_locked',
    message: 'The vault is locked.',
    hint: 'Unlock it.',
  });
});

test('an error code that is not of the contract is not believed', async () => {
  const agent = await agentThat(() => new WireError('exit_0', 'x'));
  await expect((await clientOf(agent)).call('credentials.list', {})).rejects.toMatchObject({ code: 'internal' });
});

test('an agent of another contract version is unsupported, with advice to restart it', async () => {
  const agent = await agentThat(() => value, { contract: 2 });
  const call = (await clientOf(agent)).call('credentials.list', {});
  await expect(call).rejects.toMatchObject({
    code: 'unsupported',
    hint: expect.stringMatching(/restart the agent/i) as string,
  });
});

test('what waits is rejected when the agent ends, and so is what comes later', async () => {
  const agent = await agentThat(() => value, { send: (socket) => socket.destroy() });
  const client = await clientOf(agent);
  await expect(client.call('credentials.list', {})).rejects.toMatchObject({ code: 'internal' });
  await client.closed();
  await expect(client.call('credentials.list', {})).rejects.toMatchObject({ code: 'internal' });
});

test('text that is no message ends the connection', async () => {
  const agent = await agentThat(() => value, { send: (socket) => socket.write('HTTP/1.1 400 Bad Request\n') });
  const client = await clientOf(agent);
  await expect(client.call('credentials.list', {})).rejects.toMatchObject({ code: 'internal' });
  await client.closed();
});

test('a program that takes the connection and says nothing counts as hung after 10 s, and is named', async () => {
  const { home, socket, remove } = makeHome();
  vi.stubEnv('KEYHARBOR_HOME', home);
  ends.push(() => vi.unstubAllEnvs());
  writeFileSync(join(home, 'run', 'agent.json'), JSON.stringify({ pid: process.pid }));
  const server = createServer((connection) => ends.push(() => connection.destroy()));
  await new Promise<void>((listening) => server.listen(socket, listening));
  ends.push(() => server.close(), remove);
  const client = await AgentClient.open(socket);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const call = client?.call('credentials.list', {});
  const outcome = expect(call).rejects.toMatchObject({
    code: 'internal',
    message: `The running agent or app, process ${process.pid}, does not answer.`,
    hint: expect.stringContaining(String(process.pid)) as string,
  });
  vi.advanceTimersByTime(10_000);
  await outcome;
});

test('nobody listens: null for no socket and for one left behind', async () => {
  const { socket, remove } = makeHome();
  ends.push(remove);
  expect(await AgentClient.open(socket)).toBeNull();
});

test('a file that stands where the socket would is not written to', async () => {
  const { socket, remove } = makeHome();
  ends.push(remove);
  writeFileSync(socket, '');
  await expect(AgentClient.open(socket)).rejects.toMatchObject({ code: 'security_violation' });
});
