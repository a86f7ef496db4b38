import { type App, type AppOptions, createApp } from '../../core/app.ts';
import { systemClock } from '../../core/clock.ts';
import { crashFields, createLog, type Log } from '../../core/logs/log.ts';
import { prepareHome, resolvePaths } from '../../core/paths.ts';
import type { Clock, Keychain, Paths, Shell } from '../../core/seams.ts';
import { acquireWriterLock } from '../../core/store/writer-lock.ts';
import { osKeychain } from '../../core/vault/os-keychain.ts';
import { AppError } from '../../../shared/errors.ts';
import type { Route } from '../../rpc/caller.ts';
import { createRouter } from '../../rpc/router.ts';
import { type AgentRun, knownSocket, startAgentRun } from './agent-run.ts';
import { type HostRole, makeRoom, type RunsElsewhere } from './make-room.ts';

export type { HostRole, RunsElsewhere };
import { logUncaught, onEndSignal } from './process-events.ts';

export interface StartCoreOptions {
  readonly role: HostRole;
  readonly env: NodeJS.ProcessEnv;
  readonly version: string;
  readonly resourcesDir: string;
  /** Made once the home is known and this process owns it. */
  readonly shell: (paths: Paths, log: Log) => Shell;
  readonly idle: AppOptions['idle'];
  /** Brings the window to front; false where this host has none. */
  readonly focus?: () => boolean;
  readonly clock?: Clock;
  readonly keychain?: Keychain;
}

/** The core, running in this process and reachable on its socket. */
export interface RunningCore {
  readonly kind: 'running';
  readonly app: App;
  readonly route: Route;
  readonly paths: Paths;
  readonly log: Log;
  /** Where the command line reaches this process. */
  readonly socketPath: string;
  /** What is unusual about the home, for people. */
  readonly warnings: readonly string[];
  /** Locks, answers what runs, ends every connection, lets go of the home. Safe to call twice. */
  close(): Promise<void>;
  /** Settles when everything is closed, whoever asked: `close`, `app.stop`, a hand-over or a signal. */
  readonly closed: Promise<void>;
}

/**
 * What every host does first: prepares the home, becomes its one process, composes the core and makes it reachable.
 * End signals and uncaught failures close it from then on; the host waits for `closed` and exits.
 * @throws AppError when the home is not safe or another process keeps it.
 */
export async function startCore(options: StartCoreOptions): Promise<RunningCore | RunsElsewhere> {
  const { role, env, version, resourcesDir, clock = systemClock } = options;
  const paths = resolvePaths(env);
  const warnings = prepareHome(paths);
  const room = await makeRoom({
    role,
    clock,
    tryLock: () => acquireWriterLock(paths),
    socketPath: () => knownSocket(paths.run),
  });
  if (room.kind === 'elsewhere') return room;

  const log = createLog(paths.logs);
  const undo: (() => unknown)[] = [() => log.close(), () => room.lock.release()];
  let closing: Promise<void> | null = null;
  const closed = Promise.withResolvers<void>();
  const close = (): Promise<void> => {
    closing ??= closeAll(undo, log).finally(() => closed.resolve());
    return closing;
  };

  try {
    undo.push(logUncaught(log, () => void close()));
    const app = createApp({
      paths,
      clock,
      shell: options.shell(paths, log),
      keychain: options.keychain ?? osKeychain(),
      log,
      version,
      resourcesDir,
      idle: options.idle,
      host: {
        stop: () => void close(),
        handOver: () => {
          if (role !== 'on-demand') throw staysHere();
          void close();
        },
        focus: options.focus ?? (() => false),
      },
    });
    const route = createRouter(app);
    // The same lock goes on to the vault. Let go and taken anew, a process that starts in between would have the home.
    app.vault.hold(room.lock);
    // On the way out the keys go first, then what still runs is answered, and the home is let go last: a process that
    // waits for it would otherwise meet our socket.
    let run: AgentRun | null = null;
    undo.push(() => app.close('quit'));
    undo.push(() => run?.close());
    undo.push(() => app.vault.lock('quit'));
    run = await startAgentRun(paths.run, {
      route,
      onEvent: app.onEvent,
      onRequest: options.idle.source === 'requests' ? () => app.lockPolicy.activity() : () => undefined,
      version,
      clock,
    });
    const reachable = run;
    app.endpoint.useSocket(run.endpointSocket);
    undo.push(
      app.onEvent((event) => {
        if (event.event === 'endpoint.changed') reachable.setEndpointSocket(event.data.socket);
      }),
    );
    undo.push(switchEndpointAsSet(app, role));
    // Undone last: one Ctrl-C comes several times (from the terminal, from npm, from "npm start"), and a signal that
    // nobody listens to any more would end the process in the middle of locking.
    undo.unshift(onEndSignal(() => void close()));
    log.info('host.started', { host: app.options.shell.kind, version });
    return { kind: 'running', app, route, paths, log, socketPath: run.socket, warnings, close, closed: closed.promise };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Newest first. One step that fails must not keep the others from running: the home must be let go. */
async function closeAll(undo: readonly (() => unknown)[], log: Log): Promise<void> {
  for (const step of undo.toReversed()) {
    try {
      await step();
    } catch (error) {
      log.error('host.close-failed', crashFields(error));
    }
  }
}

/**
 * The endpoint comes back as the owner left it: with a window at once, answering "locked" until the vault is open; with
 * an on-demand agent, which nobody asked for by name, only once the owner unlocks. `serve` says itself what it wants.
 */
function switchEndpointAsSet(app: App, role: HostRole): () => void {
  const resume = (): void => {
    if (!app.endpoint.status().on) void app.resumeEndpoint();
  };
  if (role === 'window') resume();
  return role === 'on-demand' ? app.vault.onUnlocked(resume) : () => undefined;
}

function staysHere(): AppError {
  return new AppError(
    'conflict',
    'This Keyharbor runs in a window or as a service and stays.',
    'Use it, or end it with "keyharbor stop".',
  );
}
