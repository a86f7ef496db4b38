import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError, ERROR_OUTCOMES } from '../shared/errors.ts';
import { AgentClient } from './agent-client.ts';
import { agentSocket } from './home.ts';

const START_TIMEOUT_MS = 10_000;
/** Between two looks for the socket; a failed look costs some microseconds. */
const LOOK_EVERY_MS = 15;
/** Our agent gave way to another one that is still starting: that one gets this long to listen. */
const OTHER_AGENT_MS = 2000;
const MAX_REASON_BYTES = 4096;
/** O_CLOEXEC in the flags that Linux prints. */
const CLOSE_ON_EXEC = 0o2000000;

const PASSED_ON = new Set([
  ...['HOME', 'PATH', 'LANG', 'TZ', 'TMPDIR', 'DBUS_SESSION_BUS_ADDRESS', 'USER', 'LOGNAME'],
  ...['SYSTEMROOT', 'APPDATA', 'LOCALAPPDATA', 'USERPROFILE', 'TEMP', 'TMP', 'WINDIR', 'COMSPEC', 'USERNAME'],
]);

/** What an agent may inherit: where things are and how to reach the keychain, never a caller's own variables. */
export function agentEnvironment(env: NodeJS.ProcessEnv, home: string): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => {
    const upper = name.toUpperCase();
    return PASSED_ON.has(upper) || upper.startsWith('LC_') || upper.startsWith('XDG_');
  });
  return { ...Object.fromEntries(kept), KEYHARBOR_HOME: home };
}

/**
 * Starts the headless agent of `home` detached from this process and waits until it listens.
 * @param program - the built headless host.
 * @throws AppError with the agent's own last words when it ends at once or does not listen in 10 s: `internal`, or
 * `security_violation` where it refused the home.
 */
export async function startAgent(program: string, home: string, env: NodeJS.ProcessEnv): Promise<AgentClient> {
  if (!existsSync(program)) {
    throw new AppError(
      'internal',
      'The agent is not part of this installation. Nothing was started.',
      'In a checkout run "npm ci && npm run build"; else install Keyharbor again.',
    );
  }
  const lastWords = openUnnamedFile();
  try {
    closeInheritedDescriptors(lastWords);
    const child = spawn(process.execPath, [program, '--on-demand'], {
      cwd: process.platform === 'win32' ? home.slice(0, 3) : '/',
      detached: true,
      env: agentEnvironment(env, home),
      stdio: ['ignore', 'ignore', lastWords ?? 'ignore'],
      windowsHide: true,
    });
    const client = await untilItListens(child, home, () => readBack(lastWords));
    await endLoser(child, client);
    return client;
  } finally {
    if (lastWords !== null) closeSync(lastWords);
  }
}

/** Another command's agent was faster. Ours, still starting, would else come up after a `stop` that was meant for both. */
async function endLoser(child: ChildProcess, client: AgentClient): Promise<void> {
  await client.call('vault.status', {});
  if (client.pid !== child.pid) child.kill();
}

async function untilItListens(child: ChildProcess, home: string, lastWords: () => string): Promise<AgentClient> {
  let endedAtMs: number | null = null;
  let startFailed = false;
  child.once('exit', () => {
    endedAtMs = performance.now();
  });
  child.once('error', () => {
    startFailed = true;
  });
  child.unref();
  const deadlineMs = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadlineMs && !startFailed) {
    const socket = agentSocket(home);
    const client = socket === null ? null : await AgentClient.open(socket);
    if (client !== null) return client;
    if (endedAtMs !== null && performance.now() - endedAtMs > graceMs(child, home)) break;
    await delay(LOOK_EVERY_MS);
  }
  const ended = startFailed || endedAtMs !== null;
  // One that hangs would hold the home against the next one.
  if (!ended) child.kill('SIGKILL');
  const reason = lastWords();
  throw new AppError(
    child.exitCode === ERROR_OUTCOMES.security_violation.exit ? 'security_violation' : 'internal',
    ended ? `The agent could not be started.${reason}` : `The agent did not start within 10 s.${reason}`,
    'Run "keyharbor doctor"; "keyharbor serve" shows a start in the foreground.',
  );
}

/** An agent that ended well, or beside the files of another one, has lost a race to it. */
function graceMs(child: ChildProcess, home: string): number {
  return child.exitCode === 0 || existsSync(join(home, 'run', 'agent.json')) ? OTHER_AGENT_MS : 0;
}

/** A file that has no name any more, so that the agent's words reach us and nobody else; null where none can be made. */
function openUnnamedFile(): number | null {
  if (process.platform === 'win32') return null;
  const path = join(tmpdir(), `keyharbor-${randomUUID()}`);
  try {
    const descriptor = openSync(path, 'wx+', 0o600);
    unlinkSync(path);
    return descriptor;
  } catch {
    return null;
  }
}

/** The agent's last words as a sentence to add, or nothing. */
function readBack(descriptor: number | null): string {
  if (descriptor === null) return '';
  const bytes = Buffer.alloc(MAX_REASON_BYTES);
  const text = bytes.toString('utf8', 0, readSync(descriptor, bytes, 0, MAX_REASON_BYTES, 0));
  const said = text
    .split('\n')
    .map((line) => line.replace(/^keyharbor: |^\s*hint: /i, '').trim())
    .filter((line) => line !== '' && !/^(at |Node\.js v|\(node:)/.test(line));
  return said.length === 0 ? '' : ` It said: ${said.slice(0, 3).join(' ')}`;
}

/**
 * Node closes the first descriptors of its caller on exec, but not a lonely high one (`exec 200>lock` in a shell): an
 * agent that kept it would hold the caller's lock or pipe for hours. Linux only; nobody here reads them any more.
 */
function closeInheritedDescriptors(keep: number | null): void {
  if (process.platform !== 'linux') return;
  for (const name of listDescriptors()) {
    const descriptor = Number(name);
    if (descriptor <= 2 || descriptor === keep) continue;
    try {
      const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${name}`, 'utf8'))?.[1];
      if (flags !== undefined && (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0) closeSync(descriptor);
    } catch {
      // Gone already: the descriptor that listed the folder.
    }
  }
}

function listDescriptors(): readonly string[] {
  try {
    return readdirSync('/proc/self/fd');
  } catch {
    return [];
  }
}
