import { readFile } from 'node:fs/promises';
import { isIPv6, type Socket } from 'node:net';
import { endianness } from 'node:os';

/** One end of a TCP connection as Linux tells it: proc_pid_net(5). */
export interface TcpEnd {
  /** "127.0.0.1 7717" */
  readonly local: string;
  readonly remote: string;
  /** As in the kernel's tcp_states.h: 1 established, 8 closed by the other end. */
  readonly state: number;
  readonly uid: number;
  readonly inode: string;
}

/** Every end on this computer; empty where the system does not tell. */
export async function tcpEnds(): Promise<readonly TcpEnd[]> {
  if (process.platform !== 'linux') return [];
  const ends: TcpEnd[] = [];
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const text = await readFile(table, 'latin1').catch(() => '');
    for (const line of text.split('\n').slice(1)) {
      // number, local, remote, state, queues, timer, retransmits, uid, timeout, inode
      const [, local = '', remote = '', state = '', , , , uid, , inode] = line.trim().split(/\s+/);
      if (inode === undefined) continue;
      ends.push({
        local: readable(local),
        remote: readable(remote),
        state: Number.parseInt(state, 16),
        uid: Number(uid),
        inode,
      });
    }
  }
  return ends;
}

/** The two ends of a socket of ours, written as in `tcpEnds`; null where it has none any more. */
export function endsOf(socket: Socket): { readonly ours: string; readonly theirs: string } | null {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  if (remoteAddress === undefined || localAddress === undefined) return null;
  return { ours: `${localAddress} ${localPort}`, theirs: `${remoteAddress} ${remotePort}` };
}

/** "0100007F:1E25" as "127.0.0.1 7717". Words of four bytes, each in the computer's own order. */
function readable(end: string): string {
  const [hex = '', port = ''] = end.split(':');
  const bytes = Buffer.from(hex, 'hex');
  if (endianness() === 'LE' && bytes.byteLength % 4 === 0) bytes.swap32();
  return `${addressOf(bytes)} ${Number.parseInt(port, 16)}`;
}

function addressOf(bytes: Buffer): string {
  if (bytes.byteLength === 4) return bytes.join('.');
  // A v6 socket that talks to a v4 address: Node says the v4 one to the server's v4 socket.
  if (bytes.subarray(0, 12).equals(Buffer.from('00000000000000000000ffff', 'hex'))) return bytes.subarray(12).join('.');
  const groups = Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(at * 2).toString(16));
  return shortened(groups.join(':'));
}

/** As Node writes it: "::1". */
function shortened(address: string): string {
  return isIPv6(address) ? new URL(`http://[${address}]/`).hostname.slice(1, -1) : address;
}
