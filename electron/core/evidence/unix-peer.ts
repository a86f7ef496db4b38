import { execFile } from 'node:child_process';
import { readlink } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { holderOf } from './socket-holder.ts';

const TIMEOUT_MS = 2000;
const MAX_OUTPUT_BYTES = 8 * 1024 * 1024;
/** Not the caller's PATH: what stands in it first could tell us anything. */
const SYSTEM_PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * The process at the other end of a connection on a Unix socket; null where it cannot be known: another system, no `ss`
 * (iproute2), a process of another user. Node does not hand out SO_PEERCRED, so the kernel's table of sockets is asked.
 */
export async function unixPeer(socket: Socket): Promise<number | null> {
  const fd = descriptorOf(socket);
  if (process.platform !== 'linux' || fd === null) return null;
  const link = await readlink(`/proc/self/fd/${fd}`).catch(() => '');
  const inode = /^socket:\[([0-9]+)\]$/.exec(link)?.[1];
  const theirs = inode === undefined ? null : otherEnd(await socketTable(), inode);
  return theirs === null ? null : holderOf(theirs);
}

/**
 * The inode of the other end. Whose it is is looked up in /proc: the process names that `ss -p` prints beside the pids
 * are the processes' own choice and could be made to look like another's pid. So is the name of a socket, which `ss` prints
 * with its line breaks: two lines that say different things of one socket say nothing.
 * @param table - lines of `ss -xnH`: type, state, two queues, local name and inode, remote name and inode. A client has
 *   no name: `*`.
 */
export function otherEnd(table: string, inode: string): string | null {
  const lines = table.matchAll(new RegExp(` ${inode} +\\* ([0-9]+) *$`, 'gm'));
  const [other = null, ...more] = new Set(Array.from(lines, (line) => line[1]));
  return more.length === 0 ? other : null;
}

function socketTable(): Promise<string> {
  const options = { timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES, env: { PATH: SYSTEM_PATH, LC_ALL: 'C' } };
  return new Promise((resolve) => {
    execFile('ss', ['-xnH'], options, (error, stdout) => resolve(error === null ? stdout : ''));
  });
}

/** Node keeps the descriptor of a pipe on its handle, undocumented but there since 0.12; null if that should end. */
function descriptorOf(socket: Socket): number | null {
  const handle = (socket as unknown as { readonly _handle?: { readonly fd?: unknown } | null })._handle;
  return typeof handle?.fd === 'number' && handle.fd >= 0 ? handle.fd : null;
}
