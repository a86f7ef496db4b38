import type { Socket } from 'node:net';
import { endsOf, tcpEnds } from '../evidence/tcp-table.ts';

const ESTABLISHED = 1;

/**
 * Those whose other end was closed. A socket that is not read, because the provider takes no more, tells nothing of it by
 * itself. Linux; elsewhere none.
 */
export async function leftClients(sockets: readonly Socket[]): Promise<readonly Socket[]> {
  const ends = await tcpEnds();
  if (ends.length === 0) return [];
  const states = new Map(ends.map(({ local, remote, state }) => [`${local} ${remote}`, state]));
  return sockets.filter((socket) => {
    const own = endsOf(socket);
    return own === null || states.get(`${own.ours} ${own.theirs}`) !== ESTABLISHED; // one that was reset is in no table
  });
}
