import { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { ClientAsk } from '../../../electron/core/broker/gate.ts';
import type { VerifiedClient } from '../../../electron/core/endpoint/clients.ts';
import { readAudit } from '../../../electron/core/audit/audit-log.ts';
import type { Peer } from '../../../electron/core/evidence/peer.ts';
import type { DeliveryForm } from '../../../shared/delivery.ts';
import { AppError } from '../../../shared/errors.ts';
import { parseGrant } from '../../../shared/grant.ts';
import { fakeKey } from '../../support/fake-keys.ts';
import { credentialInput, PASSWORD, startUnlockedApp } from '../../support/test-app.ts';
import { processFacts, TestEvidence, TestPanel } from '../../support/test-panel.ts';

const KEY = fakeKey('openai', 'project');
const MINUTE = 60_000;
const never = new AbortController().signal;

async function setUp({ withPanel = true } = {}) {
  const panel = new TestPanel();
  const evidence = new TestEvidence();
  const t = await startUnlockedApp('requests', undefined, withPanel ? { approvals: panel, evidence } : { evidence });
  const { app, clock } = t;
  app.settings.set({ vault: { autoLockMinutes: 480 } }, 'cli');
  const add = (label: string, weakestForm: DeliveryForm | null = null) =>
    app.credentials.add(credentialInput({ provider: 'openai', label, weakestForm, fields: { api_key: KEY } }), 'cli')
      .credential.id;
  const client = (name: string, grants = ['usage:read'], test = false): VerifiedClient => {
    const { client: made } = app.clients.create({ name, grants, expiresInDays: 30, ratePerSecond: 20, test }, 'cli');
    return {
      id: made.id,
      name,
      kind: made.kind,
      grants: grants.map(parseGrant),
      ratePerSecond: 20,
      expiresAtMs: Number.MAX_SAFE_INTEGER,
    };
  };
  /** Whether it is let in at once (null) is often all that a test looks at. */
  const unheard = (asked: Promise<void> | null) => {
    asked?.catch(() => undefined);
    return asked;
  };
  const ask = (of: VerifiedClient, label: string, given: Partial<ClientAsk> = {}) =>
    unheard(
      app.gate.admitClient({
        client: of,
        credential: app.credentials.resolve('openai', label),
        form: 'proxy',
        granted: false,
        reason: '',
        socket: null,
        signal: never,
        ...given,
      }),
    );
  const program = (peer: Peer | null, label: string, form: DeliveryForm = 'environment') =>
    app.gate.admitProgram({
      peer,
      credentials: [app.credentials.resolve('openai', label)],
      form,
      reason: '',
      signal: never,
    });
  const ahead = (peer: Peer, label: string, form: DeliveryForm = 'environment') =>
    app.gate.askAhead({
      peer,
      credentials: [app.credentials.resolve('openai', label)],
      form,
      reason: 'to build',
      signal: never,
    });
  /** Lets what was asked come up, and reads it. */
  const read = async () => {
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    clock.advance(800);
  };
  /** The question that comes of `act`, answered. */
  const answered = async (act: Promise<void> | null, answer: Parameters<TestPanel['answer']>[0]) => {
    if (act === null) throw new Error('nothing was asked');
    const done = act.then(
      () => 'yes',
      (error: unknown) => (error instanceof AppError ? error.code : 'odd'),
    );
    await read();
    panel.answer(answer);
    return done;
  };
  const audited = (action: string) =>
    readAudit(app.vault.opened(), { limit: 100 }).filter((entry) => entry.action === action);
  return { ...t, panel, evidence, add, client, ask, program, ahead, read, answered, audited };
}

const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return error instanceof AppError ? `${error.code}: ${error.message} ${error.hint}` : String(error);
  }
  return 'nothing was thrown';
};

describe('a client of the endpoint', () => {
  test('a grant that its token holds needs nothing: no look at the process, no question', async () => {
    const t = await setUp();
    t.add('work');
    expect(t.ask(t.client('tool'), 'work', { granted: true, form: 'value', socket: new Socket() })).toBeNull();
    expect([t.evidence.looks, t.panel.shown]).toEqual([0, 0]);
  });

  test('an explicit policy stands above a named grant, and the refusal says what to do', async () => {
    const t = await setUp();
    t.add('work', 'proxy');
    const tool = t.client('tool');
    expect(t.ask(tool, 'work', { granted: true })).toBeNull();
    const told = codeOf(() => t.ask(tool, 'work', { granted: true, form: 'value' }));
    expect(told).toMatch(
      /^forbidden: .*no further than calls of your clients through the proxy.*client add NAME --grant proxy:.*keyharbor edit/,
    );
  });

  test('a kh_test_ token never reaches a real credential, whatever it was granted', async () => {
    const t = await setUp();
    t.add('work');
    expect(codeOf(() => t.ask(t.client('tool', ['usage:read'], true), 'work', { granted: true }))).toMatch(
      /^forbidden/,
    );
  });

  test('the value itself is not to be had by a question', async () => {
    const t = await setUp();
    t.add('work');
    const told = codeOf(() => t.ask(t.client('tool'), 'work', { form: 'value' }));
    expect(told).toMatch(/keyharbor client add NAME --grant keys:read:openai\/work/);
    expect(t.panel.shown).toBe(0);
  });

  test.each(['minutes15', 'lock', 'always'] as const)('after "%s" it is not asked again', async (answer) => {
    const t = await setUp();
    t.add('work');
    const tool = t.client('tool');
    expect(await t.answered(t.ask(tool, 'work'), answer)).toBe('yes');
    for (let call = 0; call < 20; call += 1) expect(t.ask(tool, 'work')).toBeNull();
    expect(t.panel.shown).toBe(1);
    expect(t.app.gate.grants.list()).toMatchObject([{ lasts: answer, ref: 'kh://openai/work', form: 'proxy' }]);
    expect(t.audited('access.answer')).toMatchObject([{ actor: 'ui', result: 'ok', meta: { answer, form: 'proxy' } }]);
  });

  test('"once" is once, and a quarter of an hour is one', async () => {
    const t = await setUp();
    t.add('work');
    const tool = t.client('tool');
    await t.answered(t.ask(tool, 'work'), 'once');
    await t.answered(t.ask(tool, 'work'), 'minutes15');
    t.clock.advance(15 * MINUTE - 1);
    expect(t.ask(tool, 'work')).toBeNull();
    t.clock.advance(1);
    expect(t.ask(tool, 'work')).not.toBeNull();
    expect(t.app.gate.grants.list()).toEqual([]);
  });

  test.each(['once', 'minutes15', 'lock', 'always'] as const)(
    'an answer for "%s" is for that client, that credential and forms no weaker',
    async (answer) => {
      const t = await setUp();
      t.add('work', 'value');
      t.add('home');
      const [tool, other] = [t.client('tool'), t.client('other')];
      expect(await t.answered(t.ask(tool, 'work'), answer)).toBe('yes');
      if (answer !== 'once') expect(t.ask(tool, 'work')).toBeNull();
      expect(t.ask(tool, 'work', { form: 'value' })).not.toBeNull();
      expect(t.ask(tool, 'home')).not.toBeNull();
      expect(t.ask(other, 'work')).not.toBeNull();
    },
  );

  test('a list that is open is told when an answer has ended', async () => {
    const t = await setUp();
    t.add('work');
    await t.answered(t.ask(t.client('tool'), 'work'), 'minutes15');
    const heard: string[] = [];
    t.app.onEvent(({ event }) => void heard.push(event));
    t.clock.advance(15 * MINUTE - 1);
    expect(heard).not.toContain('grants.changed');
    t.clock.advance(1);
    expect(heard).toContain('grants.changed');
  });

  test('"always" is bound to the project folder where the process is known', async () => {
    const t = await setUp();
    t.add('work');
    const tool = t.client('tool');
    const here = t.evidence.socket([processFacts({ pid: 7, workingFolder: '/srv/project' })]);
    const below = t.evidence.socket([processFacts({ pid: 8, workingFolder: '/srv/project/src' })]);
    const beside = t.evidence.socket([processFacts({ pid: 9, workingFolder: '/srv/project-2' })]);
    await t.answered(t.ask(tool, 'work', { socket: here }), 'always');
    await t.ask(tool, 'work', { socket: below });
    expect(t.panel.shown).toBe(1);
    expect(await t.answered(t.ask(tool, 'work', { socket: beside }), 'deny')).toBe('forbidden');
    expect(t.app.gate.grants.list()).toMatchObject([{ folder: '/srv/project' }]);
  });

  test('the panel shows the name as plain text, the process chain, and the tool’s own reason', async () => {
    const t = await setUp();
    t.add('work');
    const tool = { ...t.client('tool'), name: `evil\u202e\u0007${'x'.repeat(100)}` };
    const socket = t.evidence.socket([processFacts({ pid: 7 }), processFacts({ pid: 6, commandLine: 'make all' })]);
    const asked = t.ask(tool, 'work', { socket, reason: 'two\nlines' });
    asked?.catch(() => undefined);
    await t.read();
    const [request] = t.panel.open;
    expect(request?.caller.name).toMatch(/^evil x+…$/);
    expect(request?.caller.name.length).toBe(64);
    expect(request?.reason).toBe('two lines');
    expect(request?.caller.processes.map(({ commandLine }) => commandLine)).toEqual(['tool', 'make all']);
    expect(request?.answers).toContain('always');
  });

  test('one lent to a child has no "always"', async () => {
    const t = await setUp();
    t.add('work');
    t.ask({ ...t.client('tool'), id: 'lentlent00' }, 'work')?.catch(() => undefined);
    await t.read();
    expect(t.panel.open[0]?.answers).toEqual(['deny', 'once', 'minutes15', 'lock']);
  });

  test('a lock in between answers "vault_locked", and what held until lock holds no more', async () => {
    const t = await setUp();
    t.add('work');
    const tool = t.client('tool');
    await t.answered(t.ask(tool, 'work'), 'lock');
    t.add('home');
    const waiting = t.ask(tool, 'home')?.catch((error: AppError) => error.code);
    await t.read();
    t.app.vault.lock('asked');
    expect(await waiting).toBe('vault_locked');
    expect(t.panel.open).toEqual([]);
    await t.app.vault.unlock(PASSWORD, 'cli');
    expect(t.ask(tool, 'work')).not.toBeNull();
  });

  test('revoking the client withdraws its question and drops its grants', async () => {
    const t = await setUp();
    t.add('work');
    t.add('home');
    const tool = t.client('tool');
    await t.answered(t.ask(tool, 'work'), 'always');
    const waiting = t.ask(tool, 'home')?.catch((error: AppError) => error.code);
    await t.read();
    t.app.clients.revoke(tool.id, 'cli');
    expect(await waiting).toBe('forbidden');
    expect([t.panel.open, t.app.gate.grants.list()]).toEqual([[], []]);
  });

  test('revoking a client leaves the question and the grants of another', async () => {
    const t = await setUp();
    t.add('work');
    t.add('home');
    const gone = t.client('gone');
    const stays = t.client('stays');
    await t.answered(t.ask(stays, 'work'), 'lock');
    const waiting = t.ask(stays, 'home');
    await t.read();
    t.app.clients.revoke(gone.id, 'cli');
    expect(t.panel.open.map(({ caller }) => caller.clientId)).toEqual([stays.id]);
    expect(t.ask(stays, 'work')).toBeNull();
    t.panel.answer('once');
    await waiting;
  });
});

describe('where nobody can be asked', () => {
  test('the answer is no at once, and names the grant and both ways out', async () => {
    const t = await setUp({ withPanel: false });
    t.add('work');
    const told = codeOf(() => t.ask(t.client('tool'), 'work'));
    expect(told).toContain('client add NAME --grant proxy:openai/work');
    expect(told).toContain('keyharbor approve');
  });

  test('an approver is asked while it is there; when the last one leaves the asker is told at once', async () => {
    const t = await setUp({ withPanel: false });
    t.add('work');
    const tool = t.client('tool');
    let leave = (): void => undefined;
    t.app.gate.approverCame('socket-1', (act) => (leave = act));
    const first = t.ask(tool, 'work');
    await t.read();
    const [request] = t.app.gate.requests();
    t.app.gate.answer(request?.id ?? '', 'once');
    await first;
    const second = t.ask(tool, 'work')?.catch((error: AppError) => error.code);
    await t.read();
    expect(t.app.gate.requests()).toHaveLength(1);
    leave();
    expect(await second).toBe('forbidden');
    expect(codeOf(() => t.ask(tool, 'work'))).toMatch(/nobody is there/);
  });

  test('an answer on a terminal to what does not wait, or before it could be read, is told and changes nothing', async () => {
    const t = await setUp({ withPanel: false });
    t.add('work');
    const tool = t.client('tool');
    t.app.gate.approverCame('socket-1', () => undefined);
    expect(codeOf(() => t.app.gate.answer('0000000000000000', 'once'))).toMatch(/^not_found/);
    const asked = t.ask(tool, 'work');
    await t.read();
    const [request] = t.app.gate.requests();
    const id = request?.id ?? '';
    t.app.gate.answer(id, 'deny');
    await expect(asked).rejects.toMatchObject({ code: 'forbidden' });
    expect(codeOf(() => t.app.gate.answer(id, 'once'))).toMatch(/^not_found/);
    t.clock.advance(2 * MINUTE);
    const again = t.ask(tool, 'work');
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    t.clock.advance(100);
    expect(codeOf(() => t.app.gate.answer(t.app.gate.requests()[0]?.id ?? '', 'once'))).toMatch(/^throttled/);
    expect(t.app.gate.requests()).toHaveLength(1);
    t.clock.advance(800);
    t.app.gate.answer(t.app.gate.requests()[0]?.id ?? '', 'once');
    await again;
  });

  test('beside a window the socket does not answer', async () => {
    const t = await setUp();
    t.add('work');
    t.ask(t.client('tool'), 'work')?.catch(() => undefined);
    await t.read();
    expect(codeOf(() => t.app.gate.answer(t.panel.open[0]?.id ?? '', 'once'))).toMatch(/^forbidden/);
    expect(t.panel.open).toHaveLength(1);
  });
});

describe('a terminal beside a window', () => {
  const bash = processFacts({ pid: 100, executable: '/usr/bin/bash' });
  const inTerminal = (t: Awaited<ReturnType<typeof setUp>>, pid: number, session = 100) =>
    t.evidence.peer([processFacts({ pid, session }), bash], { program: bash });

  test('asks once a session, by whichever command, and not for another session', async () => {
    const t = await setUp();
    t.add('work');
    expect(await t.answered(t.app.gate.admitOwner(inTerminal(t, 201), never), 'lock')).toBe('yes');
    await t.app.gate.admitOwner(inTerminal(t, 202), never);
    await t.program(inTerminal(t, 203), 'work', 'value');
    expect(t.panel.shown).toBe(1);
    expect(t.app.gate.grants.list()).toMatchObject([{ form: 'owner', credentialId: null, lasts: 'lock' }]);
    expect(await t.answered(t.app.gate.admitOwner(inTerminal(t, 301, 300), never), 'deny')).toBe('forbidden');
  });

  test('a quarter of an hour is one, for the connection that asked too', async () => {
    const t = await setUp();
    const peer = inTerminal(t, 201);
    await t.answered(t.app.gate.admitOwner(peer, never), 'minutes15');
    await t.app.gate.admitOwner(peer, never);
    t.clock.advance(15 * MINUTE);
    expect(await t.answered(t.app.gate.admitOwner(peer, never), 'deny')).toBe('forbidden');
  });

  test('is told no at once where nobody is there to be asked', async () => {
    const t = await setUp({ withPanel: false });
    t.app.settings.set({ vault: { askTerminals: 'always' } }, 'cli');
    await expect(t.app.gate.admitOwner(inTerminal(t, 201), never)).rejects.toMatchObject({ code: 'forbidden' });
    expect(t.app.gate.requests()).toEqual([]);
  });

  test('a no is a no for the whole session', async () => {
    const t = await setUp();
    expect(await t.answered(t.app.gate.admitOwner(inTerminal(t, 201), never), 'deny')).toBe('forbidden');
    await expect(t.app.gate.admitOwner(inTerminal(t, 202), never)).rejects.toMatchObject({ code: 'forbidden' });
    expect(t.panel.shown).toBe(1);
  });

  test('"once" is for one connection', async () => {
    const t = await setUp();
    const peer = inTerminal(t, 201);
    await t.answered(t.app.gate.admitOwner(peer, never), 'once');
    expect(t.app.gate.admitOwner(peer, never)).toBeNull();
    expect(await t.answered(t.app.gate.admitOwner(inTerminal(t, 202), never), 'deny')).toBe('forbidden');
  });

  test('the master password lets the session in until lock', async () => {
    const t = await setUp();
    await t.app.gate.ownerProved(inTerminal(t, 201));
    await t.app.gate.admitOwner(inTerminal(t, 202), never, false);
    t.app.vault.lock('asked');
    await t.app.vault.unlock(PASSWORD, 'cli');
    await expect(t.app.gate.admitOwner(inTerminal(t, 203), never, false)).rejects.toMatchObject({ code: 'forbidden' });
    expect(t.panel.shown).toBe(0);
  });

  test('the master password lets in the connection alone where nobody knows the session', async () => {
    const t = await setUp();
    const unknown = (): Peer => ({ socket: new Socket(), statedPid: null, program: 'x' });
    const proved = unknown();
    await t.app.gate.ownerProved(proved);
    expect(t.app.gate.admitOwner(proved, never, false)).toBeNull();
    await expect(t.app.gate.admitOwner(unknown(), never, false)).rejects.toMatchObject({ code: 'forbidden' });
    t.app.vault.lock('asked');
    await t.app.vault.unlock(PASSWORD, 'cli');
    await expect(t.app.gate.admitOwner(proved, never, false)).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('who may only answer when let in is never asked about', async () => {
    const t = await setUp();
    await expect(t.app.gate.admitOwner(inTerminal(t, 201), never, false)).rejects.toMatchObject({ code: 'forbidden' });
    expect(t.panel.shown).toBe(0);
  });

  test('what the owner set for a credential binds the owner’s commands too', async () => {
    const t = await setUp({ withPanel: false });
    t.add('work', 'proxy');
    expect(codeOf(() => t.program(null, 'work', 'value'))).toMatch(/^forbidden: .*no further/);
    expect(t.program(null, 'work', 'proxy')).toBeNull();
  });

  test('a token for one child is weaker than a call of a client that the owner made: the refusal says what allows it', async () => {
    const t = await setUp({ withPanel: false });
    t.add('work', 'proxy');
    expect(codeOf(() => t.program(null, 'work', 'token'))).toMatch(
      /^forbidden: .*"run --proxy" would make up a token.*key itself still stays.*edit kh:\/\/openai\/work --weakest-form token.*client add NAME --grant proxy:openai\/work/,
    );
    t.app.credentials.edit({ ref: 'kh://openai/work' }, { weakestForm: 'token' }, 'cli');
    expect(t.program(null, 'work', 'token')).toBeNull();
  });

  test('a form that is too weak is refused with the command that has the form which is allowed', async () => {
    const t = await setUp({ withPanel: false });
    t.add('work', 'token');
    expect(codeOf(() => t.program(null, 'work', 'environment'))).toMatch(
      /run --proxy --env NAME=kh:\/\/openai\/work --/,
    );
    t.app.credentials.edit({ ref: 'kh://openai/work' }, { weakestForm: 'environment' }, 'cli');
    expect(codeOf(() => t.program(null, 'work', 'value'))).toMatch(/run --env NAME=kh:\/\/openai\/work --/);
  });

  test.each([
    ['never', true, false],
    ['with-window', true, true],
    ['always', true, true],
    ['never', false, false],
    ['with-window', false, false],
    ['always', false, true],
  ] as const)('askTerminals "%s", a window there: %s, asks: %s', async (askTerminals, withPanel, asks) => {
    const t = await setUp({ withPanel });
    t.app.settings.set({ vault: { askTerminals } }, 'cli');
    const admission = t.app.gate.admitOwner(inTerminal(t, 201), never);
    admission?.catch(() => undefined);
    expect(admission !== null).toBe(asks);
  });

  test('one that nobody knows may be let in for this connection only', async () => {
    const t = await setUp();
    const peer: Peer = { socket: new Socket(), statedPid: null, program: 'x' };
    t.app.gate.admitOwner(peer, never)?.catch(() => undefined);
    await t.read();
    expect(t.panel.open[0]?.answers).toEqual(['deny', 'once']);
    expect(t.panel.open[0]?.caller).toMatchObject({ name: 'x', processes: [] });
  });
});

describe('a program that asks ahead', () => {
  const agent = processFacts({ pid: 50, session: 50, executable: '/usr/bin/agent', workingFolder: '/srv/project' });
  const child = (pid: number, parents = [agent]) => [processFacts({ pid, session: 50 }), ...parents];

  test('the answer holds for the process and what it starts, and for no other', async () => {
    const t = await setUp();
    t.add('work');
    const peer = t.evidence.peer(child(60), { program: agent });
    expect(await t.answered(t.ahead(peer, 'work'), 'lock')).toBe('yes');
    await t.ahead(t.evidence.peer(child(61, [processFacts({ pid: 55 }), agent]), { program: agent }), 'work');
    await t.program(t.evidence.peer(child(62), { program: agent }), 'work');
    expect(t.panel.shown).toBe(1);
    const neighbour = processFacts({ pid: 90, session: 50 });
    expect(await t.answered(t.ahead(t.evidence.peer([neighbour]), 'work'), 'deny')).toBe('forbidden');
    const reused = { ...agent, startedAt: 'later' };
    const other = t.evidence.peer([processFacts({ pid: 63 }), reused], { program: reused, session: 'session 9' });
    expect(await t.answered(t.ahead(other, 'work'), 'deny')).toBe('forbidden');
  });

  test('"always" is for the program in its project folder, and lives on after a lock', async () => {
    const t = await setUp();
    t.add('work');
    await t.answered(t.ahead(t.evidence.peer(child(60), { program: agent }), 'work'), 'always');
    t.app.vault.lock('asked');
    await t.app.vault.unlock(PASSWORD, 'cli');
    const later = { ...agent, pid: 70, startedAt: 'later', workingFolder: '/srv/project/deep' };
    await t.program(t.evidence.peer(child(71, [later]), { program: later }), 'work');
    expect(t.panel.shown).toBe(1);
    const elsewhere = { ...later, workingFolder: '/srv/else' };
    const beside = t.evidence.peer([processFacts({ pid: 72, workingFolder: '/srv/else' }), elsewhere]);
    expect(await t.answered(t.ahead(beside, 'work'), 'deny')).toBe('forbidden');
  });

  test.each([
    ['its file', { program: processFacts({ pid: 60, executable: null }) }, ['minutes15', 'lock']],
    ['its folder', { folder: null }, ['minutes15', 'lock']],
    ['its session', { session: null }, ['minutes15', 'lock', 'always']],
    ['all but its session', { program: null }, ['minutes15', 'lock']],
    ['anything', { program: null, session: null }, []],
  ] as const)('where nobody knows %s, the answers are those that can be kept', async (_what, given, more) => {
    const t = await setUp();
    t.add('work');
    const peer = () => t.evidence.peer(child(60), { program: agent, ...given });
    const asked = t.ahead(peer(), 'work');
    await t.read();
    expect(t.panel.open[0]?.answers).toEqual(['deny', 'once', ...more]);
    const longest = more.at(-1) ?? 'once';
    t.panel.answer(longest);
    await asked;
    if (longest !== 'once') await t.ahead(peer(), 'work');
    expect(t.panel.shown).toBe(1);
  });

  test('the "always" of a client is for no program, not even one in its folder whose file nobody knows', async () => {
    const t = await setUp();
    t.add('work', 'value');
    const socket = t.evidence.socket([agent]);
    await t.answered(t.ask(t.client('tool'), 'work', { socket, form: 'value' }), 'always');
    expect(t.app.gate.grants.list()).toMatchObject([{ executable: null, folder: '/srv/project' }]);
    const unknown = t.evidence.peer([processFacts({ pid: 80, executable: null })]);
    expect(await t.answered(t.ahead(unknown, 'work'), 'deny')).toBe('forbidden');
  });

  test('what is only stated gets no "always", and none of what was seen', async () => {
    const t = await setUp();
    t.add('work');
    await t.answered(t.ahead(t.evidence.peer(child(60), { program: agent }), 'work'), 'always');
    const stated = t.evidence.peer(child(60), { program: agent, source: 'stated', session: 'stated session 50' });
    const asked = t.ahead(stated, 'work').catch((error: AppError) => error.code);
    await t.read();
    expect(t.panel.open[0]?.answers).toEqual(['deny', 'once', 'minutes15', 'lock']);
    t.panel.answer('deny');
    expect(await asked).toBe('forbidden');
  });

  test('"once" opens the door once, within a minute', async () => {
    const t = await setUp();
    t.add('work');
    const peer = () => t.evidence.peer(child(60), { program: agent });
    await t.answered(t.ahead(peer(), 'work'), 'once');
    await t.program(peer(), 'work');
    expect(await t.answered(t.program(peer(), 'work'), 'deny')).toBe('forbidden'); // asked anew, as the owner
  });

  test('the value is refused without a question, and so is what the policy forbids', async () => {
    const t = await setUp();
    t.add('work');
    t.add('tight', 'proxy');
    const peer = t.evidence.peer(child(60), { program: agent });
    await expect(t.ahead(peer, 'work', 'value')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(t.ahead(peer, 'tight')).rejects.toMatchObject({ code: 'forbidden' });
    expect(t.panel.shown).toBe(0);
  });

  test('an answer from before does not stand above a policy that came later', async () => {
    const t = await setUp();
    t.add('work');
    const peer = t.evidence.peer(child(60), { program: agent });
    await t.answered(t.ahead(peer, 'work'), 'lock');
    t.app.credentials.edit({ ref: 'kh://openai/work' }, { weakestForm: 'proxy' }, 'cli');
    await expect(t.ahead(peer, 'work')).rejects.toMatchObject({ code: 'forbidden' });
    expect(codeOf(() => t.program(peer, 'work'))).toMatch(/^forbidden/);
  });
});

describe('grants', () => {
  async function withGrant(answer: 'lock' | 'always') {
    const t = await setUp();
    const id = t.add('work', 'value');
    const tool = t.client('tool');
    const cut: string[] = [];
    t.app.gate.onRevoked((clientId) => cut.push(clientId));
    await t.answered(t.ask(tool, 'work', { form: 'value' }), answer);
    const [grant] = t.app.gate.grants.list();
    return { ...t, credentialId: id, tool, cut, grantId: grant?.id ?? '' };
  }

  test.each(['lock', 'always'] as const)(
    'revoked, one for "%s" is over at once and the client is cut',
    async (answer) => {
      const t = await withGrant(answer);
      t.app.gate.grants.revoke(t.grantId, 'ui');
      expect(t.cut).toEqual([t.tool.id]);
      expect(t.ask(t.tool, 'work', { form: 'value' })).not.toBeNull();
      expect(t.audited('grant.revoke')).toHaveLength(1);
      expect(codeOf(() => t.app.gate.grants.revoke(t.grantId, 'ui'))).toMatch(/^not_found/);
    },
  );

  test.each(['lock', 'always'] as const)(
    'narrowed, one for "%s" gives the safer form until the earlier end',
    async (answer) => {
      const t = await withGrant(answer);
      const endsMs = t.clock.now() + 5 * MINUTE;
      t.app.gate.grants.narrow(t.grantId, 'proxy', endsMs, 'ui');
      expect(t.cut).toEqual([t.tool.id]);
      expect(t.ask(t.tool, 'work')).toBeNull();
      t.ask(t.tool, 'work', { form: 'value' })?.catch(() => undefined);
      const { grants } = t.app.gate;
      expect(codeOf(() => grants.narrow(t.grantId, 'value', undefined, 'ui'))).toMatch(/^invalid_input/);
      expect(codeOf(() => grants.narrow(t.grantId, undefined, endsMs + 1000, 'ui'))).toMatch(/^invalid_input/);
      expect(codeOf(() => grants.narrow(t.grantId, undefined, t.clock.now() - 1, 'ui'))).toMatch(/^invalid_input/);
      t.clock.advance(5 * MINUTE);
      expect(t.ask(t.tool, 'work')).not.toBeNull();
      expect(grants.list().filter(({ id }) => id === t.grantId)).toEqual([]);
    },
  );

  test.each(['lock', 'always'] as const)(
    'a credential that moves takes along an answer on it for "%s"',
    async (answer) => {
      const t = await withGrant(answer);
      t.app.credentials.edit({ id: t.credentialId }, { baseUrl: 'https://gateway.example.com/v1' }, 'cli');
      expect(t.app.gate.grants.list()).toEqual([]);
      expect(t.cut).toEqual([t.tool.id]);
      expect(t.audited('grant.drop')).toHaveLength(1);
    },
  );

  test.each(['lock', 'always'] as const)(
    'a credential that moves leaves an answer on another for "%s"',
    async (answer) => {
      const t = await withGrant(answer);
      const moves = t.add('home');
      t.app.credentials.edit({ id: moves }, { baseUrl: 'https://gateway.example.com/v1' }, 'cli');
      expect(t.ask(t.tool, 'work', { form: 'value' })).toBeNull();
      expect([t.cut, t.audited('grant.drop')]).toEqual([[], []]);
    },
  );

  test('one that is not there can be neither narrowed nor revoked', async () => {
    const { app } = await setUp();
    expect(codeOf(() => app.gate.grants.narrow('00', 'proxy', undefined, 'ui'))).toMatch(/^not_found/);
    expect(codeOf(() => app.gate.grants.revoke('00', 'ui'))).toMatch(/^not_found/);
  });

  test('an answer that has ended holds no more, though nothing woke to forget it', async () => {
    const t = await setUp();
    t.add('work');
    const tool = t.client('tool');
    await t.answered(t.ask(tool, 'work'), 'minutes15');
    t.clock.monotonicMs += 15 * MINUTE; // no timer ran: the computer slept
    expect(t.ask(tool, 'work')).not.toBeNull();
    expect(t.app.gate.grants.list()).toEqual([]);
  });

  test.each([
    ['form', "UPDATE access_grant SET form = 'proxy'"],
    ['client', "UPDATE access_grant SET client_id = NULL, caller_kind = 'program', executable = '/x', folder = '/'"],
    ['end', 'UPDATE access_grant SET expires_at_ms = 99999999999999'],
    ['folder', "UPDATE access_grant SET folder = '/'"],
    ['name', "UPDATE access_grant SET caller_name = 'other'"],
    ['start', 'UPDATE access_grant SET created_at_ms = 1'],
    ['mac', 'UPDATE access_grant SET row_mac = zeroblob(32)'],
  ])('a row whose %s was changed in the file grants nothing', async (_what, sql) => {
    const t = await withGrant('always');
    t.app.vault.opened().db.exec(sql);
    expect(t.app.gate.grants.list()).toEqual([]);
    expect(t.ask(t.tool, 'work')).not.toBeNull();
  });

  test('the clock set back does not bring an ended grant to life', async () => {
    const t = await withGrant('always');
    t.app.gate.grants.narrow(t.grantId, undefined, t.clock.now() + MINUTE, 'ui');
    t.clock.wallMs -= 60 * MINUTE;
    expect(t.ask(t.tool, 'work')).not.toBeNull();
  });
});
