import { readFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import type { Socket } from 'node:net';
import { isIPv6 } from 'node:net';
import { holderOf } from './socket-holder.ts';

/** The process of ours at the other end of a TCP connection on this computer; null where Linux does not tell. */
export async function tcpPeer(socket: Socket): Promise<number | null> {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  if (process.platform !== 'linux' || remoteAddress === undefined || localAddress === undefined) return null;
  const theirs = `${remoteAddress} ${remotePort}`;
  const ours = `${localAddress} ${localPort}`;
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const text = await readFile(table, 'latin1').catch(() => '');
    for (const line of text.split('\n').slice(1)) {
      // proc_pid_net(5): number, local, remote, state, queues, timer, retransmits, uid, timeout, inode
      const [, local = '', remote = '', , , , , uid, , inode] = line.trim().split(/\s+/);
      if (inode === undefined || Number(uid) !== process.getuid?.()) continue;
      if (readable(local) === theirs && readable(remote) === ours) return holderOf(inode);
    }
  }
  return null;
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
