import { readFileSync } from 'node:fs';

/** What /proc says of a process and its terminal (proc(5), `stat`); null where it does not tell. */
function statOf(
  pid: number | 'self',
): { readonly group: number; readonly inFront: number; readonly state: string } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name stands in parentheses and may hold anything.
    const [state = '', , group, , , inFront] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { group: Number(group), inFront: Number(inFront), state };
  } catch {
    return null;
  }
}

/** Whether we were started with `&`: then the terminal's input belongs to somebody else. */
export function inBackground(): boolean {
  const self = statOf('self');
  return self !== null && self.inFront > 0 && self.group !== self.inFront;
}

const SIGTSTP_BIT = 1n << 19n;

/**
 * Whether `leader`, first of the session on its own terminal, is what Ctrl-Z would stop there, and does nothing about it
 * itself. Then we stop it: the kernel lets nobody stop who has no parent in his session. False where nothing is known.
 */
export function wouldStopByItself(leader: number): boolean {
  const stat = statOf(leader);
  if (stat === null || stat.inFront !== stat.group) return false;
  try {
    const status = readFileSync(`/proc/${leader}/status`, 'latin1');
    const mask = (name: string): bigint =>
      BigInt(`0x${new RegExp(`^${name}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1] ?? '0'}`);
    return ((mask('SigIgn') | mask('SigCgt')) & SIGTSTP_BIT) === 0n;
  } catch {
    return false;
  }
}

export function isStopped(pid: number): boolean {
  return statOf(pid)?.state === 'T';
}
