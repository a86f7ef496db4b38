import type { Socket } from 'node:net';
import { holderOf } from './socket-holder.ts';
import { endsOf, tcpEnds } from './tcp-table.ts';

/** The process of ours at the other end of a TCP connection on this computer; null where Linux does not tell. */
export async function tcpPeer(socket: Socket): Promise<number | null> {
  const ends = endsOf(socket);
  if (ends === null) return null;
  const uid = process.getuid?.();
  const theirs = (await tcpEnds()).find(
    (end) => end.uid === uid && end.local === ends.theirs && end.remote === ends.ours,
  );
  return theirs === undefined ? null : holderOf(theirs.inode);
}
