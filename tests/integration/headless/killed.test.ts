import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { answeringServer, json } from '../../support/answering-server.ts';
import { fakeKey } from '../../support/fake-keys.ts';
import { HeadlessProcess } from './headless-process.ts';

const PASSWORD = ['correct', 'horse', 'battery', 'staple', '42'].join(' ');
const ANSWER = { model: 'gpt-6-luna', usage: { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 } };

const forModel = z.looseObject({ rows: z.tuple([z.looseObject({ requests: z.int() })]) });

async function started(home: string) {
  const agent = new HeadlessProcess(home, ['--port', '0']);
  if ((await agent.greeting) === null) throw new Error(`the agent did not start: ${agent.errors}`);
  const caller = await agent.connect();
  onTestFinished(async () => {
    caller.close();
    agent.kill('SIGKILL');
    await agent.ended;
  });
  return { agent, caller };
}

/** Whose endpoint forwards to a provider that answers at once. */
async function forwarding() {
  const folder = mkdtempSync(join(tmpdir(), 'kh-killed-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const home = join(folder, 'home');
  const upstream = await answeringServer((response) => json(response, 200, ANSWER));
  const first = await started(home);
  await first.caller.ask('vault.create', { password: PASSWORD });
  const place = { baseUrl: `${upstream.url}/v1`, local: true };
  await first.caller.ask('credentials.add', { provider: 'openai', fields: { api_key: fakeKey('openai') }, ...place });
  const client = { name: 'tool', grants: ['proxy:openai'], ratePerSecond: null };
  const { token } = z.looseObject({ token: z.string() }).parse(await first.caller.ask('clients.create', client));
  const { port } = z.looseObject({ port: z.int() }).parse(await first.caller.ask('endpoint.on', { port: 0 }));
  const post = async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/proxy/openai/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-6-luna' }),
    });
    expect(await answer.json()).toEqual(ANSWER);
  };
  /** Kills the agent. @returns what the next one has in its records. */
  const recordedAfterKill = async () => {
    first.agent.kill('SIGKILL');
    expect(await first.agent.ended).toMatchObject({ signal: 'SIGKILL' });
    const second = await started(home);
    await second.caller.ask('vault.unlock', { password: PASSWORD });
    return second.caller.ask('usage.report', { by: 'model' });
  };
  return { first, post, recordedAfterKill };
}

test('kill -9 after the answers to many calls at once: they are in the records when the vault is open again', async () => {
  const { first, post, recordedAfterKill } = await forwarding();
  await post(); // the thread that records is made with the first
  await first.caller.ask('usage.report', { by: 'model' });
  await Promise.all(Array.from({ length: 80 }, post));
  expect(await recordedAfterKill()).toMatchObject({
    rows: [{ key: 'gpt-6-luna', requests: 81, inputTokens: 81_000 }],
  });
});

test.runIf(process.platform === 'linux')(
  'kill -9 in a flood of calls: all that were answered are in the records, and none is twice',
  async () => {
    const { first, post, recordedAfterKill } = await forwarding();
    await post();
    const callers = 8;
    let answered = 1;
    const calling = Array.from({ length: callers }, async () => {
      while (answered < 400) {
        await post();
        answered += 1;
        if (answered === 400) first.agent.kill('SIGKILL');
      }
    });
    await Promise.allSettled(calling);
    const { requests } = forModel.parse(await recordedAfterKill()).rows[0];
    expect(requests).toBeGreaterThanOrEqual(answered);
    expect(requests).toBeLessThan(answered + callers); // of the others the answer was perhaps on its way
  },
);
