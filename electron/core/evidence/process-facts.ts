import { readFile, readlink, stat } from 'node:fs/promises';
import { maskCommandLine, plainText } from './command-line.ts';

/** What the system tells of one process. Evidence for a person, never proof: programs name themselves. */
export interface ProcessFacts {
  readonly pid: number;
  /** 0 where it has none. */
  readonly parent: number;
  /** Session of the terminal that it belongs to (credentials(7)). */
  readonly session: number;
  /** Clock ticks between boot and its start: with the pid it names one process, also after the pid was used again. */
  readonly startedAt: string;
  readonly executable: string | null;
  /** Its first words, unmasked: never shown, only looked at to tell a wrapper from a program. */
  readonly argv: readonly string[];
  readonly commandLine: string | null;
  readonly workingFolder: string | null;
}

const MAX_PATH = 1024;
const MAX_ARGV_BYTES = 16 * 1024;

/** null: it is gone, belongs to another user, or this system has no /proc. */
export async function readProcess(pid: number): Promise<ProcessFacts | null> {
  if (process.platform !== 'linux' || !Number.isSafeInteger(pid) || pid < 1) return null;
  const folder = `/proc/${pid}`;
  try {
    const [{ uid }, stats] = await Promise.all([stat(folder), readFile(`${folder}/stat`, 'latin1')]);
    if (uid !== process.getuid?.()) return null;
    const [executable, workingFolder, argv] = await Promise.all([
      readlink(`${folder}/exe`).catch(() => null),
      readlink(`${folder}/cwd`).catch(() => null),
      readArgv(folder),
    ]);
    // proc_pid_stat(5): the name in parentheses may hold anything, so count from its end; field 3 comes first.
    const fields = stats.slice(stats.lastIndexOf(')') + 2).split(' ');
    return {
      pid,
      parent: Number(fields[1]),
      session: Number(fields[3]),
      startedAt: fields[19] ?? '',
      executable: executable === null ? null : plainText(executable, MAX_PATH),
      argv,
      commandLine: argv.length === 0 ? null : maskCommandLine(argv),
      workingFolder: workingFolder === null ? null : plainText(workingFolder, MAX_PATH),
    };
  } catch {
    return null;
  }
}

async function readArgv(folder: string): Promise<readonly string[]> {
  const bytes = await readFile(`${folder}/cmdline`).catch(() => Buffer.alloc(0));
  const text = bytes.subarray(0, MAX_ARGV_BYTES).toString('utf8');
  return text === '' ? [] : text.replace(/\0$/, '').split('\0');
}

/** The process and its parents, nearest first, at most `limit`; those of other users and the first process left out. */
export async function readAncestry(pid: number, limit: number): Promise<readonly ProcessFacts[]> {
  const chain: ProcessFacts[] = [];
  for (let next = pid; next > 1 && chain.length < limit; ) {
    const facts = await readProcess(next);
    if (facts === null || chain.some((each) => each.pid === facts.pid)) break;
    chain.push(facts);
    next = facts.parent;
  }
  return chain;
}
