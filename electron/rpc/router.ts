import type { Handlers } from '../../shared/contract/handlers.ts';
import type { Caller, VaultStateName } from '../../shared/contract/method.ts';
import { isMethodName, type MethodName, methods } from '../../shared/contract/methods.ts';
import { AppError, toErrorBody } from '../../shared/errors.ts';
import type { App } from '../core/app.ts';
import { crashFields, type Log } from '../core/logs/log.ts';
import type { Clock } from '../core/seams.ts';
import { databaseError } from '../core/store/sqlite-error.ts';
import { actorOf, type Call, type CallContext, type Link, OURSELVES, type Route } from './caller.ts';
import { allHandlers } from './handlers/all.ts';
import { inputProblem } from './input-problem.ts';
import { checkLimits } from './message-limits.ts';
import { createRateGate } from './method-rate.ts';
import { socketClass } from './owner-methods.ts';

/** A handler seen without its types: the router itself checked what goes in, and checks what comes out. */
type AnyHandler = (input: unknown, context: CallContext) => unknown;

export interface RouterDeps {
  readonly handlers: Handlers<CallContext>;
  /** As this kind of caller has it: behind a locked window the vault may be open for others. */
  readonly state: (caller: Caller) => VaultStateName;
  /** Whether a program on the socket may call this now; null at once. @throws AppError `forbidden`; so does the promise. */
  readonly admit: (method: MethodName, link: Omit<Link, 'connection'>) => Promise<void> | null;
  readonly clock: Clock;
  readonly log: Pick<Log, 'error'>;
}

export function createRouter(app: App): Route {
  const { clock, log } = app.options;
  const admit: RouterDeps['admit'] = (method, link) => {
    const kind = socketClass(method);
    if (kind === 'free' || kind === 'by-credential') return null;
    const gone = new AbortController();
    const waiting = app.gate.admitOwner(link.peer, gone.signal, kind === 'owner');
    if (waiting === null) return null;
    const stop = link.onClosed(() => gone.abort());
    return waiting.finally(stop);
  };
  return routeThrough({ handlers: allHandlers(app), state: (caller) => app.stateFor(caller), admit, clock, log });
}

/**
 * The one way into the core, whatever carries the message (STYLE.md "The contract"). It asks in this order: is the
 * method known and this caller's, is the state right, is the message within bounds, is it asked too often, does the
 * input fit, is this program let in; then the handler runs, and its answer must fit as well.
 */
export function routeThrough({ handlers, state, admit, clock, log }: RouterDeps): Route {
  const untyped = handlers as unknown as Readonly<Record<MethodName, AnyHandler>>;
  const leave = createRateGate(clock);

  return async (call) => {
    const method = knownMethod(call);
    try {
      requireState(method, call, state(call.caller));
      checkLimits(call.params);
      leave(method, call.caller);
      const input = methods[method].input.safeParse(call.params);
      if (!input.success) throw inputProblem(input.error.issues, call.params);
      const { caller, connection, link = OURSELVES } = call;
      const { onClosed, peer } = link;
      const waiting = caller === 'socket' ? admit(method, link) : null;
      if (waiting !== null) {
        await waiting;
        requireState(method, call, state(caller)); // it may have been locked while the owner was asked
      }
      const answer = await untyped[method](input.data, { caller, connection, actor: actorOf(caller), onClosed, peer });
      return methods[method].output.parse(answer);
    } catch (error) {
      if (error instanceof AppError) throw error;
      log.error('rpc.failed', { method, ...crashFields(error) });
      const { code, message, hint } = toErrorBody(databaseError(error));
      throw new AppError(code, message, hint);
    }
  };
}

function knownMethod(call: Call): MethodName {
  const { method, caller } = call;
  if (!isMethodName(method)) {
    throw new AppError(
      'unsupported',
      'This call is not known here. Nothing was changed.',
      'Client and app may be of different versions: restart the agent.',
    );
  }
  if (!methods[method].callers.some((allowed) => allowed === caller)) {
    throw new AppError('forbidden', 'This call is not open to this kind of client. Nothing was changed.');
  }
  return method;
}

function requireState(method: MethodName, call: Call, state: VaultStateName): void {
  const allowed: readonly VaultStateName[] | 'any' = methods[method].states;
  if (allowed === 'any' || allowed.includes(state)) return;
  const fromWindow = call.caller === 'window';
  switch (state) {
    case 'no-vault':
      throw new AppError(
        'vault_not_found',
        'There is no vault here yet.',
        fromWindow ? 'Create a vault first.' : 'Create one with "keyharbor init".',
      );
    case 'unlocking':
    case 'rekeying':
      if (allowed.includes('locked')) {
        throw new AppError(
          'conflict',
          'The vault is busy with its keys. Nothing was changed.',
          'Try again in a moment.',
        );
      }
      throw locked(fromWindow);
    case 'locked':
    case 'gated':
      if (!allowed.includes('no-vault')) throw locked(fromWindow);
      throw vaultExists();
    case 'unlocked':
      throw vaultExists();
  }
}

function locked(fromWindow: boolean): AppError {
  return new AppError(
    'vault_locked',
    'The vault is locked.',
    fromWindow ? 'Unlock the vault.' : 'Unlock it with "keyharbor unlock".',
  );
}

function vaultExists(): AppError {
  return new AppError(
    'conflict',
    'There is a vault here already. It was not touched.',
    'To begin anew, choose another home (KEYHARBOR_HOME).',
  );
}
