import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fakeKey } from '../../support/fake-keys.ts';
import { type AgentCaller, HeadlessProcess } from './headless-process.ts';

const PASSWORD = ['correct', 'horse', 'battery', 'staple', '42'].join(' ');
const KILLED = join(import.meta.dirname, 'killed-in-restore.ts');

/** Kills it at the end, if it runs still. @param killedAt - the step of a restore that it does not come to. */
async function withAgent<T>(home: string, killedAt: number | null, act: (caller: AgentCaller) => Promise<T>) {
  const imported = killedAt === null ? null : { file: KILLED, env: { KILLED_AT: String(killedAt) } };
  const agent = new HeadlessProcess(home, ['--no-endpoint'], null, imported);
  if ((await agent.greeting) === null) throw new Error(`the agent did not start: ${agent.errors}`);
  const caller = await agent.connect();
  try {
    return await act(caller);
  } finally {
    caller.close();
    agent.kill('SIGKILL');
    await agent.ended;
  }
}

const add = (caller: AgentCaller, label: string) =>
  caller.ask('credentials.add', { provider: 'openai', label, fields: { api_key: fakeKey('openai') } });

/** A home with a backup of one key, and a vault that was killed with a second one in its write-ahead log. */
async function homeToRestore() {
  const folder = mkdtempSync(join(tmpdir(), 'kh-killed-restore-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const home = join(folder, 'home');
  const known = await withAgent(home, null, async (caller) => {
    await caller.ask('vault.create', { password: PASSWORD });
    await add(caller, 'one');
    const then = await caller.ask('credentials.list');
    const { name } = await caller.ask('vault.backUp');
    await add(caller, 'two');
    return { name: String(name), then, now: await caller.ask('credentials.list') };
  });
  const copy = (number: number) => {
    const to = join(folder, `copy-${number}`);
    cpSync(home, to, { recursive: true });
    rmSync(join(to, 'run'), { recursive: true, force: true });
    return to;
  };
  return { ...known, copy };
}

/** The vault opens, and all its pages and its log are sound: it would not be backed up else. @returns its keys. */
async function opened(caller: AgentCaller) {
  expect(await caller.ask('vault.unlock', { password: PASSWORD })).not.toHaveProperty('error');
  expect(await caller.ask('audit.verify')).toMatchObject({ firstBad: null });
  expect(await caller.ask('vault.backUp')).toMatchObject({ kind: 'made' });
  return caller.ask('credentials.list');
}

test('kill -9 at any step of a restore leaves the old vault or the restored one whole, and what was replaced is found', async () => {
  const { name, then, now, copy } = await homeToRestore();
  expect(now).not.toEqual(then);
  const found: string[] = [];
  let isKilled = true;
  for (let step = 1; isKilled; step += 1) {
    const home = copy(step);
    isKilled = await withAgent(home, step, (caller) =>
      caller.ask('vault.restoreBackup', { name, password: PASSWORD }).then(
        () => false,
        () => true,
      ),
    );
    await withAgent(home, null, async (caller) => {
      const keys = await opened(caller);
      const { backups, replaced } = (await caller.ask('vault.backups')) as {
        readonly backups: readonly { readonly name: string }[];
        readonly replaced: readonly { readonly name: string; readonly complete: boolean }[];
      };
      expect(backups.map((one) => one.name)).toContain(name);
      const isOld = JSON.stringify(keys) === JSON.stringify(now);
      found.push(isOld ? 'old' : 'restored');
      if (isOld) expect(replaced).toEqual([]);
      else {
        expect(keys).toEqual(then);
        expect(replaced).toMatchObject([{ complete: true }]);
        const kept = { whole: true, keys: 2, again: { names: ['openai/two'] } };
        expect(await caller.ask('vault.checkBackup', { name: replaced[0]?.name })).toMatchObject(kept);
      }
    });
    const names = [...readdirSync(home), ...readdirSync(join(home, 'backups'))];
    expect(names.filter((one) => /restoring|moving|unfinished/.test(one))).toEqual([]);
  }
  // Until all of the copy is there the old one, from then on the restored one.
  expect(found.at(0)).toBe('old');
  expect(found.at(-1)).toBe('restored');
  expect(found).toEqual(found.toSorted());
}, 300_000);
