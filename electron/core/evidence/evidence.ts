import type { Socket } from 'node:net';
import { homedir } from 'node:os';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ProcessEvidence } from '../../../shared/contract/access.ts';
import type { Peer } from './peer.ts';
import { type ProcessFacts, readAncestry, readProcess } from './process-facts.ts';
import { tcpPeer } from './tcp-peer.ts';
import { unixPeer } from './unix-peer.ts';

/** Parents that a person is shown. */
const SHOWN = 8;
/** Parents that are looked through for a remembered answer: deeper trees are a loop or an attack. */
const CLIMBED = 32;
const OUR_COMMAND_LINE = 'keyharbor';
const SHELL_WITH_SCRIPT = /^(?:.*\/)?(?:sh|bash|dash|zsh|ksh|fish)$/;
const PROJECT_MARKS = ['.git', '.hg', '.svn', 'package.json', 'pyproject.toml', 'Cargo.toml', 'go.mod', 'pom.xml'];

/** What could be known of who asks, at the time of asking. */
export interface CallerFacts {
  /** The asking process first, then its parents; empty where nothing is known. */
  readonly processes: readonly ProcessFacts[];
  /** `peer`: the system says so; `stated`: the caller does. */
  readonly source: ProcessEvidence['source'];
  /** The program that a person would name: not our own command line, not the shell around one command. */
  readonly program: ProcessFacts | null;
  /** The project that it works in, or its working folder; null where that is no project: the home folder, the root. */
  readonly folder: string | null;
  /** Names the terminal session: one answer of the owner is enough for all of it. null where nothing tells. */
  readonly session: string | null;
}

export const UNKNOWN_CALLER: CallerFacts = {
  processes: [],
  source: 'stated',
  program: null,
  folder: null,
  session: null,
};

/** Who is at the other end of a connection. Looked up only when a person is to be asked, and once a connection. */
export interface Evidence {
  /** Of a connection to the endpoint, over TCP or its socket. */
  ofSocket(socket: Socket): Promise<CallerFacts>;
  /** Of a connection to the agent socket; where the system does not tell, of the process that it says it is. */
  ofPeer(peer: Peer): Promise<CallerFacts>;
}

export function systemEvidence(): Evidence {
  const known = new WeakMap<Socket, Promise<CallerFacts>>();
  const once = (socket: Socket, look: () => Promise<CallerFacts>): Promise<CallerFacts> => {
    const facts = known.get(socket) ?? look().catch(() => UNKNOWN_CALLER);
    known.set(socket, facts);
    return facts;
  };
  return {
    ofSocket: (socket) => once(socket, () => factsOfSocket(socket)),
    ofPeer: (peer) => once(peer.socket, () => factsOfPeer(peer)),
  };
}

async function factsOfSocket(socket: Socket): Promise<CallerFacts> {
  const pid = socket.remotePort === undefined ? await unixPeer(socket) : await tcpPeer(socket);
  return pid === null ? UNKNOWN_CALLER : factsOf(pid, 'peer', '');
}

async function factsOfPeer(peer: Peer): Promise<CallerFacts> {
  const pid = await unixPeer(peer.socket);
  if (pid !== null) return factsOf(pid, 'peer', peer.program);
  return peer.statedPid === null ? UNKNOWN_CALLER : factsOf(peer.statedPid, 'stated', peer.program);
}

async function factsOf(pid: number, source: ProcessEvidence['source'], hello: string): Promise<CallerFacts> {
  const processes = await readAncestry(pid, CLIMBED);
  const session = await sessionOf(processes);
  return {
    processes,
    source,
    program: programOf(processes, hello),
    folder: await projectFolder(processes[0]?.workingFolder ?? null),
    // One that is only stated is never taken for one that was seen.
    session: source === 'peer' ? session : `stated ${session ?? pid}`,
  };
}

/** The session with the start of its leader, as numbers are used again; else the top of the process tree. */
async function sessionOf(processes: readonly ProcessFacts[]): Promise<string | null> {
  const [first] = processes;
  const top = processes.at(-1);
  if (first === undefined || top === undefined) return null;
  if (first.session < 1) return `tree ${top.pid} ${top.startedAt}`;
  const leader = processes.find(({ pid }) => pid === first.session) ?? (await readProcess(first.session));
  return `session ${first.session} ${leader?.startedAt ?? ''}`;
}

/** `bash -c "keyharbor get …"` and the like live for one command: who let it run is what a person knows. */
function programOf(processes: readonly ProcessFacts[], hello: string): ProcessFacts | null {
  const [first = null, ...parents] = processes;
  if (hello !== OUR_COMMAND_LINE) return first;
  return parents.find(({ argv }) => !isOneCommandShell(argv)) ?? first;
}

function isOneCommandShell(argv: readonly string[]): boolean {
  const [shell = '', flag = ''] = argv;
  return SHELL_WITH_SCRIPT.test(shell) && /^-[a-z]*c$/.test(flag);
}

/** The nearest folder upwards that looks like a project's, else the folder itself. */
async function projectFolder(folder: string | null): Promise<string | null> {
  const homes = [homedir(), await realpath(homedir()).catch(() => homedir())]; // the kernel names no links
  if (folder === null || isTooWide(folder, homes)) return null;
  for (let at = folder; !isTooWide(at, homes); at = dirname(at)) {
    for (const mark of PROJECT_MARKS) {
      if ((await stat(join(at, mark)).catch(() => null)) !== null) return at;
    }
  }
  return folder;
}

/** An answer for everything under it would be an answer for everything. */
function isTooWide(folder: string, homes: readonly string[]): boolean {
  return dirname(folder) === folder || homes.some((home) => folder === home || dirname(folder) === dirname(home));
}

/** Whether `folder` is `project` or lies in it. */
export function isWithin(folder: string | null, project: string): boolean {
  return folder !== null && (folder === project || folder.startsWith(project.endsWith('/') ? project : `${project}/`));
}

export function programName(facts: Pick<ProcessFacts, 'executable' | 'argv'>): string {
  return basename(facts.executable ?? facts.argv[0] ?? '');
}

/** As a person is shown it: bounded, masked, plain. */
export function shownEvidence({ processes, source }: CallerFacts): ProcessEvidence[] {
  return processes.slice(0, SHOWN).map(({ pid, executable, commandLine, workingFolder }) => ({
    pid,
    executable,
    commandLine,
    workingFolder,
    source,
  }));
}
