import { expect, test } from 'vitest';
import type { Log, LogFields } from '../../../electron/core/logs/log.ts';
import type { CallContext, Route } from '../../../electron/rpc/caller.ts';
import { type RouterDeps, routeThrough } from '../../../electron/rpc/router.ts';
import type { Handlers } from '../../../shared/contract/handlers.ts';
import type { Caller, VaultStateName } from '../../../shared/contract/method.ts';
import { type MethodName, methods } from '../../../shared/contract/methods.ts';
import { AppError } from '../../../shared/errors.ts';
import { FakeClock } from './fake-clock.ts';

type Act = (input: unknown, context: CallContext) => unknown;

const NAMES = Object.keys(methods) as MethodName[];
const STATES: readonly VaultStateName[] = ['no-vault', 'locked', 'unlocking', 'gated', 'unlocked', 'rekeying'];

/** A router whose handlers only note that they were reached. */
function setUp(state: VaultStateName, acts: Partial<Record<MethodName, Act>> = {}) {
  const reached: MethodName[] = [];
  const logged: { readonly event: string; readonly fields: LogFields | undefined }[] = [];
  const handlers = Object.fromEntries(
    NAMES.map((name) => [
      name,
      (input: unknown, context: CallContext) => {
        reached.push(name);
        return acts[name]?.(input, context);
      },
    ]),
  ) as unknown as Handlers<CallContext>;
  const log: Pick<Log, 'error'> = { error: (event, fields) => void logged.push({ event, fields }) };
  const route = routeThrough({ handlers, state: () => state, admit: () => null, clock: new FakeClock(), log });
  return { route, reached, logged };
}

const callAs = (route: Route, caller: Caller, method: string, params: unknown = {}): Promise<unknown> =>
  route({ caller, connection: 'test', method, params });

async function failure(promise: Promise<unknown>): Promise<AppError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

test.each(['nothing.known', '', 'constructor', '__proto__', 'toString', 'vault.Unlock'])(
  'the method "%s" is not known',
  async (method) => {
    const { route, reached } = setUp('unlocked');
    expect(await failure(callAs(route, 'socket', method))).toMatchObject({ code: 'unsupported' });
    expect(reached).toEqual([]);
  },
);

test('a method answers only the callers that its row names', async () => {
  for (const method of NAMES) {
    for (const caller of ['window', 'socket'] as const) {
      const { route } = setUp('unlocked');
      const { code } = await failure(callAs(route, caller, method, { unknown: true }));
      expect(code === 'forbidden', `${method} by ${caller}`).toBe(!methods[method].callers.some((c) => c === caller));
    }
  }
});

test('no method reaches its handler in a state that its row does not name', async () => {
  for (const method of NAMES) {
    const { callers, states } = methods[method];
    const allowed: readonly VaultStateName[] = states === 'any' ? STATES : states;
    for (const state of STATES.filter((other) => !allowed.includes(other))) {
      for (const caller of callers) {
        const { route, reached } = setUp(state);
        const { code } = await failure(callAs(route, caller, method, { unknown: true }));
        expect(['vault_locked', 'vault_not_found', 'conflict'], `${method} while ${state}`).toContain(code);
        expect(reached).toEqual([]);
      }
    }
  }
});

test('in the states that its row names a method gets as far as its schema', async () => {
  for (const method of NAMES) {
    const { callers, states } = methods[method];
    for (const state of states === 'any' ? STATES : states) {
      for (const caller of callers) {
        const { code } = await failure(callAs(setUp(state).route, caller, method, { unknown: true }));
        expect(code, `${method} while ${state}`).toBe('invalid_input');
      }
    }
  }
});

test.each<[VaultStateName, Caller, string, string, string]>([
  ['locked', 'socket', 'credentials.list', 'vault_locked', 'keyharbor unlock'],
  ['locked', 'window', 'credentials.list', 'vault_locked', 'Unlock the vault.'],
  ['gated', 'window', 'credentials.list', 'vault_locked', 'Unlock the vault.'],
  ['unlocking', 'socket', 'credentials.list', 'vault_locked', 'keyharbor unlock'],
  ['unlocking', 'socket', 'vault.unlock', 'conflict', 'Try again'],
  ['no-vault', 'socket', 'credentials.list', 'vault_not_found', 'keyharbor init'],
  ['no-vault', 'window', 'vault.unlock', 'vault_not_found', 'Create a vault'],
  ['unlocked', 'socket', 'vault.create', 'conflict', 'KEYHARBOR_HOME'],
  ['locked', 'socket', 'vault.create', 'conflict', 'KEYHARBOR_HOME'],
])('%s, %s: %s is %s and says what to do', async (state, caller, method, code, hint) => {
  const error = await failure(callAs(setUp(state).route, caller, method));
  expect(error.code).toBe(code);
  expect(error.hint).toContain(hint);
});

test('the state is asked before the message, so that a locked vault answers nothing about it', async () => {
  const { code } = await failure(callAs(setUp('locked').route, 'socket', 'credentials.read', { ref: 1n }));
  expect(code).toBe('vault_locked');
});

test('an unknown member and a message out of bounds reach no handler', async () => {
  const { route, reached } = setUp('unlocked');
  for (const params of [{ port: 1, extra: 1 }, { port: 1, __proto__: null, a: 'x'.repeat(70_000) }, null, [], 'x']) {
    expect(await failure(callAs(route, 'socket', 'endpoint.on', params))).toMatchObject({ code: 'invalid_input' });
  }
  expect(reached).toEqual([]);
});

test('a message is measured before its schema looks at it', async () => {
  const { message } = await failure(
    callAs(setUp('unlocked').route, 'socket', 'endpoint.on', { a: 'x'.repeat(70_000) }),
  );
  expect(message).toContain('longer than 64 KiB');
});

test('only programs on the socket are asked about', async () => {
  const asked: string[] = [];
  const handlers = { 'credentials.list': () => [] } as unknown as Handlers<CallContext>;
  const log: Pick<Log, 'error'> = { error: () => undefined };
  const admit: RouterDeps['admit'] = (method) => {
    asked.push(method);
    return null;
  };
  const route = routeThrough({ handlers, state: () => 'unlocked', admit, clock: new FakeClock(), log });
  await callAs(route, 'window', 'credentials.list');
  expect(asked).toEqual([]);
  await callAs(route, 'socket', 'credentials.list');
  expect(asked).toEqual(['credentials.list']);
});

test('a handler gets parsed input with its defaults, and who asks', async () => {
  const seen: unknown[] = [];
  const { route } = setUp('unlocked', {
    'credentials.test': (input, context) => {
      seen.push(input, context);
      throw new AppError('key_not_found', 'No.');
    },
  });
  const target = { ref: 'kh://openai/work' };
  await failure(callAs(route, 'window', 'credentials.test', { target }));
  await failure(callAs(route, 'socket', 'credentials.test', { target, force: true }));
  expect(seen).toMatchObject([
    { target, force: false },
    { caller: 'window', connection: 'test', actor: 'ui' },
    { target, force: true },
    { caller: 'socket', connection: 'test', actor: 'cli' },
  ]);
});

test('an answer that does not fit the contract is not handed out', async () => {
  const secret = ['sk', 'proj', 'ABCDEFGHIJKLMNOP'].join('-');
  const { route, logged } = setUp('unlocked', { 'app.focus': () => ({ shown: true, value: secret }) });
  const error = await failure(callAs(route, 'socket', 'app.focus'));
  expect(error.code).toBe('internal');
  expect(logged).toHaveLength(1);
  expect(JSON.stringify([error, error.message, logged])).not.toContain(secret);
});

test('what a handler throws unforeseen becomes internal; the log has the method and frames, never the text', async () => {
  const secret = ['ghp', 'A1b2C3d4E5f6'].join('_');
  const { route, logged } = setUp('unlocked', {
    'app.focus': () => {
      throw new TypeError(`cannot read ${secret}`, { cause: secret });
    },
  });
  const error = await failure(callAs(route, 'socket', 'app.focus'));
  expect(error.code).toBe('internal');
  expect(error.cause).toBeUndefined();
  expect(logged[0]).toMatchObject({ event: 'rpc.failed', fields: { method: 'app.focus', code: 'TypeError' } });
  expect(JSON.stringify([error.message, error.hint, error.stack, logged])).not.toContain(secret);
  expect(JSON.stringify(logged)).not.toContain(import.meta.dirname);
});

test('a damaged database is called damaged, also where a handler only reads; nothing of its text passes', async () => {
  const unreadable = Object.assign(new Error('database disk image is malformed'), { code: 'SQLITE_CORRUPT' });
  const throws = () => {
    throw unreadable;
  };
  const { route } = setUp('unlocked', { 'credentials.list': throws });
  const refused = await failure(callAs(route, 'socket', 'credentials.list'));
  expect(refused).toMatchObject({ code: 'integrity_failure', message: expect.stringContaining('damaged') as string });
  expect(refused.hint).toContain('keyharbor backup restore');
  expect(refused.cause).toBeUndefined();
});

test('a refusal of another origin is not taken for one of the disk', async () => {
  const denied = Object.assign(new Error('connect EACCES'), { code: 'EACCES' });
  const throws = () => {
    throw denied;
  };
  const { route } = setUp('unlocked', { 'credentials.list': throws });
  expect(await failure(callAs(route, 'socket', 'credentials.list'))).toMatchObject({ code: 'internal' });
});

test('an error of the core passes with its code, hint and wait', async () => {
  const { route, logged } = setUp('locked', {
    'vault.unlock': () => {
      throw new AppError('throttled', 'Too soon.', 'Wait.', { retryAfterMs: 4000 });
    },
  });
  const error = await failure(callAs(route, 'socket', 'vault.unlock', { password: 'x' }));
  expect(error).toMatchObject({ code: 'throttled', hint: 'Wait.', retryAfterMs: 4000 });
  expect(logged).toEqual([]);
});

test('passwords cannot be tried faster than the gate lets through', async () => {
  const { route, reached } = setUp('locked', {
    'vault.unlock': () => {
      throw new AppError('wrong_password', 'No.');
    },
  });
  const codes: string[] = [];
  for (let i = 0; i < 25; i++)
    codes.push((await failure(callAs(route, 'window', 'vault.unlock', { password: 'x' }))).code);
  expect(codes.filter((code) => code === 'rate_limited')).toHaveLength(5);
  expect(reached).toHaveLength(20);
});

test('a vault that was locked while the owner was asked about a program gives it nothing', async () => {
  const reached: MethodName[] = [];
  const handlers = { 'clients.list': () => void reached.push('clients.list') } as unknown as Handlers<CallContext>;
  let state: VaultStateName = 'unlocked';
  const admit = () =>
    Promise.resolve().then(() => {
      state = 'locked';
    });
  const clock = new FakeClock();
  const route = routeThrough({ handlers, state: () => state, admit, clock, log: { error: () => undefined } });
  expect((await failure(callAs(route, 'socket', 'clients.list'))).code).toBe('vault_locked');
  expect(reached).toEqual([]);
});
