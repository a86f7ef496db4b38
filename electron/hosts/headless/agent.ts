import type { Readable, Writable } from 'node:stream';
import { AppError, ERROR_OUTCOMES, toErrorBody } from '../../../shared/errors.ts';
import { IS_PRODUCTION, hardenProcess, refusedSwitch, startSwitches } from '../common/harden.ts';
import { findProjectFiles } from '../common/project-files.ts';
import { type RunningCore, type StartCoreOptions, startCore } from '../common/start-core.ts';
import { type HeadlessArguments, parseHeadlessArguments } from './arguments.ts';
import { readFirstLine } from './first-line.ts';
import { headlessShell } from './headless-shell.ts';

const SERVE_IDLE_MS = 8 * 60 * 60 * 1000;
const ON_DEMAND_IDLE_MS = 30 * 60 * 1000;

export interface HeadlessStreams {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Puts the commands in a line as they can be typed where it is read; left out: as an installed program's. */
  readonly advice?: (line: string) => string;
}

/**
 * Runs the agent until it is stopped. @returns the exit status; nothing of ours is left open then.
 */
export async function runAgent(argv: readonly string[], streams: HeadlessStreams): Promise<number> {
  const say = quietWriter(streams.stdout);
  const complain = quietWriter(streams.stderr);
  let core: RunningCore | null = null;
  try {
    hardenProcess();
    refuseOpenSwitches();
    const given = parseHeadlessArguments(argv);
    // Before anything is open: who waits for a password that does not come can simply be ended.
    let password = given.passwordStdin ? await readFirstLine(streams.stdin) : null;
    const started = await startCore(headlessOptions(given));
    if (started.kind === 'elsewhere') {
      say('Keyharbor already runs for this home.');
      return 0;
    }
    core = started;
    for (const warning of core.warnings) complain(`keyharbor: ${warning}`);
    if (password !== null) await core.app.vault.unlock(password, 'cli');
    password = null; // this call lives as long as the agent
    if (!given.onDemand && given.endpoint) await switchEndpointOn(core, given.port);
    const { advice = (line) => line } = streams;
    say(advice(greeting(core, given)));
    await core.closed;
    return 0;
  } catch (error) {
    await core?.close();
    const { code, message, hint } = toErrorBody(error);
    complain(`keyharbor: ${message}${hint === '' ? '' : ` ${hint}`}`);
    return ERROR_OUTCOMES[code].exit;
  }
}

/** What makes a core headless: no shell to speak of, and idle time that only requests start anew. */
export function headlessOptions(given: Pick<HeadlessArguments, 'onDemand'>): StartCoreOptions {
  const { version, resourcesDir } = findProjectFiles(import.meta.dirname);
  return {
    role: given.onDemand ? 'on-demand' : 'serve',
    env: process.env,
    version,
    resourcesDir,
    shell: (_paths, log) => headlessShell(log),
    idle: { source: 'requests', defaultMs: given.onDemand ? ON_DEMAND_IDLE_MS : SERVE_IDLE_MS },
  };
}

/** A debugger or a heap snapshot would lay the keys open; development needs them. */
function refuseOpenSwitches(): void {
  const found = IS_PRODUCTION ? refusedSwitch(startSwitches(process.execArgv, process.env['NODE_OPTIONS'])) : null;
  if (found === null) return;
  throw new AppError('security_violation', `Not started: ${found} would open the process to others.`, 'Leave it out.');
}

async function switchEndpointOn(core: RunningCore, port: number | null): Promise<void> {
  const { endpoint, settings } = core.app;
  await endpoint.on({ port: port ?? settings.app().endpointPort, actor: 'cli' });
}

function greeting(core: RunningCore, given: HeadlessArguments): string {
  const { vault, endpoint } = core.app;
  const { on, address, port } = endpoint.status();
  const where = on && port !== null ? `endpoint on http://${address ?? '127.0.0.1'}:${port}` : 'endpoint off';
  const next: Record<string, string> = {
    'no-vault': 'no vault yet: run "keyharbor init"',
    unlocked: 'unlocked',
  };
  const state = next[vault.state] ?? 'locked: run "keyharbor unlock"';
  return `Keyharbor ${given.onDemand ? 'agent' : 'serves'}, ${where}, ${state}.`;
}

/** Writes lines for people; one who closed the pipe does not end the agent. */
function quietWriter(stream: Writable): (line: string) => void {
  stream.on('error', () => undefined);
  return (line) => void stream.write(`${line}\n`);
}
