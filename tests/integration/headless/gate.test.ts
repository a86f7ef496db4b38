import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AccessAnswer, AccessRequest } from '../../../shared/contract/access.ts';
import { SUBSCRIBE_METHOD } from '../../../shared/wire.ts';
import { type StandIn, startStandIn } from '../../support/stand-in-provider.ts';
import { fakeKey } from '../../support/fake-keys.ts';
import { type Line, WireClient } from '../../unit/rpc/wire-client.ts';
import { type AgentCaller, HeadlessProcess } from './headless-process.ts';

const PASSWORD = ['correct', 'horse', 'battery', 'staple', '42'].join(' ');
const KEY = fakeKey('openai', 'project');
/** A yes counts only after this long; the one real wait of these tests. */
const READ_MS = 750;

let folder: string;
let agent: HeadlessProcess;
let owner: AgentCaller;
let provider: StandIn;
let origin: string;
let token: string;
const open: { close(): void }[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kh-gate-'));
  provider = await startStandIn();
  agent = new HeadlessProcess(join(folder, 'home'), ['--port', '0']);
  if ((await agent.greeting) === null) throw new Error(agent.errors);
  owner = await agent.connect();
  open.push(owner);
  await owner.ask('vault.create', { password: PASSWORD });
  const fields = { api_key: KEY };
  await owner.ask('credentials.add', { provider: 'openai', label: 'work', fields, baseUrl: provider.url, local: true });
  const made = await owner.ask('clients.create', { name: 'editor', grants: ['keys:list'] });
  token = made['token'] as string;
  const { port } = await owner.ask('endpoint.status');
  origin = `http://127.0.0.1:${String(port)}`;
}, 30_000);

afterEach(async () => {
  for (const each of open.splice(0)) each.close();
  agent.kill('SIGKILL');
  await agent.ended;
  await provider.close();
  rmSync(folder, { recursive: true, force: true });
});

async function call(path = '/proxy/openai@work/models'): Promise<{ status: number; text: string }> {
  const answer = await fetch(origin + path, { headers: { authorization: `Bearer ${token}` } });
  return { status: answer.status, text: await answer.text() };
}

/** What `keyharbor approve` is to the agent: a connection that listens for questions and answers them. */
class Approver {
  readonly wire = new WireClient(agent.agentFile.socket);
  #id = 0;

  static async sitDown(): Promise<Approver> {
    const approver = new Approver();
    open.push(approver.wire);
    approver.wire.send(WireClient.hello());
    await approver.wire.next();
    await approver.ask(SUBSCRIBE_METHOD);
    await approver.ask('access.requests');
    return approver;
  }

  async ask(method: string, params: unknown = {}): Promise<Line> {
    const id = ++this.#id;
    this.wire.send(WireClient.request(id, method, params));
    return this.#until((line) => line['id'] === id);
  }

  async nextRequest(): Promise<AccessRequest> {
    const line = await this.#until(({ event }) => event === 'access.requested');
    return line['data'] as AccessRequest;
  }

  async answerNext(answer: AccessAnswer): Promise<AccessRequest> {
    const request = await this.nextRequest();
    await wait(READ_MS);
    expect(await this.ask('access.answer', { id: request.id, answer })).toHaveProperty('result');
    return request;
  }

  async #until(fits: (line: Line) => boolean): Promise<Line> {
    for (;;) {
      const line = await this.wire.next();
      if (line === null) throw new Error('the connection ended');
      if (fits(line)) return line;
    }
  }
}

test('without anybody to ask, a client without a grant is told no at once, and what to do', async () => {
  const { status, text } = await call();
  expect(status).toBe(403);
  expect(text).toContain('proxy:openai/work');
  expect(text).toMatch(/keyharbor client|keyharbor approve/);
  expect(provider.requests).toEqual([]);
});

test('an approver is asked, sees which process asks, and its answer holds until it is taken back', async () => {
  const approver = await Approver.sitDown();
  const [first, request] = await Promise.all([call(), approver.answerNext('lock')]);
  expect(first.status).toBe(200);
  expect(provider.requests.map(({ authorization }) => authorization)).toEqual([`Bearer ${KEY}`]);
  expect(request).toMatchObject({ caller: { name: 'editor', kind: 'client' }, wants: [{ ref: 'kh://openai/work' }] });
  // The client of this test is this very process; the agent finds it by the connection.
  if (process.platform === 'linux') {
    expect(request.caller.processes[0]).toMatchObject({ pid: process.pid, source: 'peer' });
  }
  const again = await Promise.all(Array.from({ length: 20 }, () => call()));
  expect(again.map(({ status }) => status)).toEqual(Array<number>(20).fill(200));

  const grants = (await owner.ask('grants.list')) as unknown as { id: string }[];
  await owner.ask('grants.revoke', { id: grants[0]?.id });
  const [after] = await Promise.all([call(), approver.answerNext('deny')]);
  expect(after.status).toBe(403);
  expect(after.text).toContain('said no');
});

test('an answer before it could be read does not count, and a lock ends the wait at once', async () => {
  const approver = await Approver.sitDown();
  const waiting = call().then(
    ({ status }) => status,
    () => 'cut',
  );
  const { id } = await approver.nextRequest();
  const tooEarly = await approver.ask('access.answer', { id, answer: 'once' });
  expect(tooEarly).toMatchObject({ error: { code: 'throttled' } });
  await owner.ask('vault.lock');
  expect(await waiting).toBe(423);
  expect(await approver.ask('access.answer', { id, answer: 'once' })).toMatchObject({
    error: { code: 'vault_locked' },
  });
  expect((await call()).status).toBe(423);
});

test('when the approver leaves, who waits is told at once', async () => {
  const approver = await Approver.sitDown();
  const waiting = call();
  await approver.nextRequest();
  approver.wire.close();
  const { status, text } = await waiting;
  expect(status).toBe(403);
  expect(text).toMatch(/[Nn]obody is there/);
});

test('a panic ends it all: the token, the endpoint, the open vault', async () => {
  expect(await owner.ask('app.panic')).toEqual({ grants: 0, clients: 1 });
  await expect(call()).rejects.toThrow();
  expect(await owner.ask('vault.status')).toMatchObject({ state: 'locked', endpoint: { on: false } });
  await owner.ask('vault.unlock', { password: PASSWORD });
  const { port } = await owner.ask('endpoint.on', { port: 0 });
  origin = `http://127.0.0.1:${String(port)}`;
  expect((await call('/v1/keys')).status).toBe(401);
});
